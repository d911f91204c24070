internal import OOMSimulator

/// Finds in the text of a scenario what a path of `--set` names.
package struct ScenarioText {
  private let bytes: [UInt8]
  /// As it stands there, without what `--set` makes of it.
  private let scenario: Scenario

  /// - Returns: nil when the text is no scenario.
  package init?(bytes: [UInt8]) {
    guard let scenario = try? Scenario(json: bytes) else { return nil }
    self.bytes = bytes
    self.scenario = scenario
  }

  /// The value as it stands there: a number, or a string without its quotes; nil when the text does not give it, or
  /// gives an object or a list.
  package func value(at path: String) -> String? {
    guard let steps = steps(path) else { return nil }
    var reader = JSONReader(bytes)
    do throws(JSONError) {
      for step in steps where try !reader.descend(step) { return nil }
      switch try reader.peek() {
      case .string: return reader.text(try reader.readString())
      case .number: return reader.text(try reader.readNumber())
      default: return nil
      }
    } catch {
      return nil
    }
  }

  private func steps(_ path: String) -> [PathStep]? {
    let section = String(path.prefix { $0 != "." && $0 != "[" })
    let rest = String(path.dropFirst(section.count + 1))
    switch section {
    case "machine", "events":
      let parts = rest.split(separator: ".").map { part -> PathStep in
        Int(part).map { .index($0) } ?? .key(String(part))
      }
      return [.key(section)] + parts
    case "sysctl": return [.key(section), .key(rest)]
    case "cgroups":
      let files = Fields.cgroupTable.keys.names.filter { rest.hasSuffix("." + $0) }
      guard let file = files.max(by: { $0.count < $1.count }) else { return nil }
      return [.key(section), .key(String(rest.dropLast(file.count + 1))), .key(file)]
    case "processes": return steps(ofProcess: path)
    default: return nil
    }
  }

  private func steps(ofProcess path: String) -> [PathStep]? {
    guard let path = ProcessPath(path), let process = try? path.process(in: scenario) else {
      return nil
    }
    return [.key("processes"), .index(process.row), .key(path.key)]
      + (path.member.map { [.key($0)] } ?? [])
  }
}

extension JSONReader {
  /// Goes into an object or a list.
  ///
  /// - Returns: false when it has no such part.
  fileprivate mutating func descend(_ step: PathStep) throws(JSONError) -> Bool {
    switch (step, try peek()) {
    case (.key(let wanted), .object):
      try beginObject()
      var isFirst = true
      while let key = try nextKey(isFirst: isFirst) {
        isFirst = false
        if text(key) == wanted { return true }
        try skipValue()
      }
    case (.index(let wanted), .array):
      try beginArray()
      var at = 0
      while try nextElement(isFirst: at == 0) {
        if at == wanted { return true }
        try skipValue()
        at += 1
      }
    default: break
    }
    return false
  }
}
