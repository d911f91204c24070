package import OOMSimulator

/// What one line of a batch asks for: a scenario, or an object that names one and what to change in it.
///
/// `{ "id": …, "file": "a.json" | "scenario": {…} | "import": "ps.txt" | ["ps.txt", "free.txt"], "set": { "PATH": VALUE, … },
/// "kernel": "6.12" }`; with `import` also `from`, `free`, `node`, `memory`, `swap`, `instance` and `scale`, as the command has them.
package struct BatchRequest: Sendable {
  package enum Source: Equatable, Sendable {
    /// Bytes of the line.
    case inline(Range<Int>)
    case file(String)
    case imported(BatchImport)
  }

  package var source: Source
  /// JSON that the answer repeats.
  package var id: [UInt8]?
  /// In the order of the line.
  package var settings: [ScenarioSetting] = []
  package var kernel: KernelRelease?

  private static let keys = ObjectKeys(
    ["id", "file", "scenario", "set", "kernel", "import"] + Fields.importKeys)

  /// Reads a line.
  package init(_ line: [UInt8]) throws(BatchError) {
    source = .inline(line.startIndex..<line.endIndex)
    guard Self.isRequest(line) else { return }
    var (file, scenario): (String?, Range<Int>?)
    var imported: [String]?
    var options = BatchImport([])
    var optionOffset: Int?
    var fields = Fields(line, pageSize: 4096)
    do throws(JSONError) {
      _ = try fields.object(Self.keys) { (fields, key) throws(JSONError) in
        switch key {
        case 0: id = Array(line[try fields.skipped()])
        case 1: file = try fields.string()
        case 2:
          if try fields.json.peek() == .object {
            scenario = try fields.skipped()
          } else {
            _ = try fields.expect(.object, or: "a scenario")
          }
        case 3: settings = try fields.settings()
        case 4: kernel = try fields.kernel()
        case 5: imported = try fields.fileNames()
        default:
          if optionOffset == nil { optionOffset = try fields.startOfNext() }
          try fields.importOption(Self.keys.names[key], of: &options)
        }
      }
      try fields.json.finish()
    } catch {
      throw BatchError(
        id: id,
        diagnostics: [
          BatchError.diagnostic("", "no valid JSON: \(error.message)", error.offset, line)
        ])
    }
    let sources = [file != nil, scenario != nil, imported != nil]
    if fields.problems.isEmpty, sources.count(where: { $0 }) != 1 {
      fields.wrong("needs exactly one of 'file', 'scenario', 'import'", at: 0)
    }
    options.paths = imported ?? []
    let names = (file.map { [$0] } ?? []) + options.allPaths
    if imported == nil, let optionOffset {
      fields.wrong("this says how to import, and the line has no 'import'", at: optionOffset)
    }
    if imported == [] { fields.wrong("'import' names no file", at: 0) }
    if names.contains(where: { $0 == "" || $0 == "-" }) {
      fields.wrong("a batch reads from files only", at: 0)
    }
    if !fields.problems.isEmpty {
      let locator = JSONLocator(bytes: line)
      throw BatchError(
        id: id,
        diagnostics: fields.problems.sorted { $0.offset < $1.offset }.prefix(ScenarioError.limit)
          .map {
            BatchError.diagnostic(
              pathText(locator.path(to: $0.offset)), $0.message, $0.offset, line)
          })
    }
    if let file { source = .file(file) }
    if imported != nil { source = .imported(options) }
    if let scenario { source = .inline(scenario) }
  }

  /// Whether a line names a scenario instead of being one.
  private static func isRequest(_ line: [UInt8]) -> Bool {
    var reader = JSONReader(line)
    do throws(JSONError) {
      guard try reader.peek() == .object else { return false }
      try reader.beginObject()
      var isFirst = true
      while let key = try reader.nextKey(isFirst: isFirst) {
        isFirst = false
        switch reader.text(key) {
        case "schema": return false
        case "file", "scenario", "import": return true
        default: try reader.skipValue()
        }
      }
    } catch {
      // The scenario's reader says what is wrong.
    }
    return false
  }
}

extension Fields {
  /// Passes over a value.
  ///
  /// - Returns: where it stands.
  fileprivate mutating func skipped() throws(JSONError) -> Range<Int> {
    let start = try startOfNext()
    try json.skipValue()
    return start..<json.offset
  }

  /// The name of a file, or several.
  fileprivate mutating func fileNames() throws(JSONError) -> [String] {
    if try json.peek() == .array { return try strings() }
    guard try expect(.string, or: "the name of a file, or a list of names") else { return [] }
    return [json.text(try json.readString())]
  }

  /// Values by their paths.
  fileprivate mutating func settings() throws(JSONError) -> [ScenarioSetting] {
    var settings: [ScenarioSetting] = []
    try dictionary { (fields, path, _) throws(JSONError) in
      let value = try fields.skipped()
      settings.append(ScenarioSetting(path: path, value: fields.json.text(value)))
    }
    return settings
  }
}

/// Why a line of a batch has no result.
package struct BatchError: Error, Equatable, Sendable {
  package var id: [UInt8]?
  /// Their lines are nil: the line is that of the batch.
  package var diagnostics: [Diagnostic]

  package init(id: [UInt8]?, diagnostics: [Diagnostic]) {
    self.id = id
    self.diagnostics = diagnostics
  }

  /// - Parameter key: the key of the line that is to blame; empty for the line as a whole.
  package init(_ message: String, key: String = "") {
    self.init(id: nil, diagnostics: [Diagnostic(path: key, message: message)])
  }

  /// What is wrong in a file that a line names.
  package init(inFile error: ScenarioError, key: String = "file") {
    self.init(
      id: nil,
      diagnostics: error.diagnostics.map {
        Diagnostic(path: key, message: $0.text(file: error.file))
      })
  }

  fileprivate static func diagnostic(
    _ path: String, _ message: String, _ offset: Int, _ line: [UInt8]
  ) -> Diagnostic {
    let column = JSONLocator(bytes: line).position(of: offset).column
    return Diagnostic(column: column, path: path, message: message)
  }
}
