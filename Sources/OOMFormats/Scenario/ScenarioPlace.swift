internal import OOMSimulator

/// Where in the text of a scenario something stands.
package struct ScenarioPlace {
  private let locator: JSONLocator

  package init(_ text: [UInt8]) {
    locator = JSONLocator(bytes: text)
  }

  /// The line of what a scenario expects, or of as much of its path as is there.
  ///
  /// - Parameter field: as a difference names it: `kills[0].name`, `groups./a.events.oom`.
  package func line(ofExpected field: String) -> Int {
    var path: [PathStep] = [.key("expect")]
    if field.hasPrefix("groups.") {
      var group = field.dropFirst("groups.".count)
      if let events = group.indices.first(where: { group[$0...].hasPrefix(".events.") }) {
        group = group[..<events]
      } else if let last = group.lastIndex(of: "."), !group[last...].contains("/") {
        group = group[..<last]
      }
      path += [.key("groups"), .key(String(group))]
    } else {
      for part in field.split(separator: ".") {
        let names = part.split { "[]".contains($0) }
        path.append(.key(String(names.first ?? "")))
        if names.count == 2, let index = Int(names[1]) { path.append(.index(index)) }
      }
    }
    return locator.position(of: locator.offset(of: path)).line
  }
}
