package import OOMSimulator

/// What a line of a batch imports, with what the command `import` has options for.
package struct BatchImport: Hashable, Sendable {
  /// Files that something else has printed.
  package var paths: [String]
  package var from: ImportKind?
  /// Output of `free`.
  package var free: String?
  /// `kubectl get node NAME -o json`.
  package var node: String?
  package var memory: Bytes?
  package var swap: Bytes?
  package var instance: String?
  /// In thousandths.
  package var scale: Int64 = 1000
  /// What became of sizes in powers of 1000.
  package var notes: [String] = []

  init(_ paths: [String]) { self.paths = paths }

  /// All files that are read.
  var allPaths: [String] { paths + [free, node].compactMap { $0 } }

  /// - Parameter files: reads one that it names.
  package func options(
    _ file: (String) throws(BatchError) -> ImportFile
  ) throws(BatchError) -> ImportOptions {
    var options = ImportOptions()
    options.kind = from
    options.memory = memory
    options.swap = swap
    options.instance = instance
    options.scale = scale
    if let free { options.free = try file(free) }
    if let node { options.node = try file(node) }
    return options
  }
}

/// What a line of a batch replays, and what has to be said of it where it was imported.
package struct BatchScenario: Sendable {
  package var scenario: Scenario
  /// Nil for one that was not imported.
  package var notes: [String]?

  package init(_ scenario: Scenario, notes: [String]? = nil) {
    self.scenario = scenario
    self.notes = notes
  }
}

extension Fields {
  /// The keys of a line that stand beside `import`.
  static let importKeys = [
    "from", "free", "node", "memory", "swap", "instance", "scale",
  ]

  /// Reads the value of one of them.
  mutating func importOption(_ name: String, of made: inout BatchImport) throws(JSONError) {
    let offset = try startOfNext()
    switch name {
    case "from": made.from = try word(ImportKind.allCases.map { ($0.rawValue, $0) })
    case "free": made.free = try string()
    case "node": made.node = try string()
    case "instance": made.instance = try string()
    case "scale":
      let isNumber = try json.peek() == .number
      let text = isNumber ? json.text(try json.readNumber()) : try string() ?? "1"
      if let scale = ImportOptions.scale(text) {
        made.scale = scale
      } else {
        wrong(
          "'\(shortened(text))' is no factor from 0.001 to 1000 with three places", at: offset)
      }
    default:
      guard try expect(.string, or: "a size: \(WrittenSize.allowed)") else { return }
      let text = json.text(try json.readString())
      guard let size = ImportOptions.size(text), name == "swap" || size >= 4096 else {
        wrong("'\(shortened(text))' is no size up to 4 PiB: \(WrittenSize.allowed)", at: offset)
        return
      }
      if name == "swap" { made.swap = size } else { made.memory = size }
      for decimal in SizeText.decimals(inOption: text) {
        if let note = SizeText.note(ofDecimal: decimal) { made.notes.append("\(name): \(note)") }
      }
    }
  }
}
