package import OOMSimulator

/// A file to import, and what messages call it.
package struct ImportFile: Sendable {
  package var name: String
  package var bytes: [UInt8]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// What is wrong at a byte offset of it.
  func error(_ message: String, at offset: Int) -> ScenarioError {
    let (line, column) = JSONLocator(bytes: bytes).position(of: offset)
    return ScenarioError(
      diagnostics: [Diagnostic(line: line, column: column, path: "", message: message)], file: name)
  }

  func error(_ message: String, line: Int? = nil, column: Int = 1) -> ScenarioError {
    ScenarioError(
      diagnostics: [
        Diagnostic(line: line, column: line.map { _ in column }, path: "", message: message)
      ], file: name)
  }
}

/// A line of a text, without its end.
struct TextLine {
  /// From 1.
  var number: Int
  var text: String
  /// What stands between spaces and tabs.
  var words: [Substring]

  init(number: Int, text: String) {
    self.number = number
    self.text = text
    words = text.split { $0 == " " || $0 == "\t" }
  }

  /// The column that a word stands in, from 1.
  func column(of word: Substring) -> Int {
    text.distance(from: text.startIndex, to: word.startIndex) + 1
  }
}

/// The lines of a text, one after the other. Bytes that are no UTF-8 stay visible as `\xff`.
struct TextLines {
  private let bytes: [UInt8]
  private var at: Int
  private var number = 0

  init(_ file: ImportFile) {
    bytes = file.bytes
    at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func next() -> TextLine? {
    guard at < bytes.count else { return nil }
    var end = at
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    var line = bytes[at..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    at = end + 1
    number += 1
    return TextLine(number: number, text: line.lossless)
  }
}

/// What the command line says of an import.
package struct ImportOptions: Sendable {
  /// Nil guesses it from the content.
  package var kind: ImportKind?
  package var memory: Bytes?
  package var swap: Bytes?
  package var kernel: KernelRelease?
  package var cgroupVersion = 2
  /// Output of `free`, or /proc/meminfo.
  package var free: ImportFile?
  /// `kubectl get node NAME -o json`.
  package var node: ImportFile?
  /// Which machine's metrics, where there are those of several.
  package var instance: String?
  /// What usage is multiplied by, in thousandths.
  package var scale: Int64 = 1000
  /// How far a line through samples may be off them, in pages. Nil goes through all as long as that takes no more than
  /// `mostPieces`.
  package var tolerance: Int64?

  /// Straight pieces that a replay takes a few seconds for.
  package static let mostPieces = 500_000

  package init() {}
}
