import Foundation

/// A Swift file of the repository, as far as its words go.
struct SourceFile {
  /// From the root of the repository on.
  let path: String
  let text: String
  let lines: [Substring]
  /// The names in its code, each once: comments and texts are left out.
  let words: Set<String>
  /// The types that it declares on the outside, extensions not among them.
  let types: Set<String>
  /// The types that it declares within others.
  let nestedTypes: Set<String>
  let imports: Set<String>

  /// `Sources`.
  var top: String { part(0) }
  /// The module: `OOMSimulator`.
  var folder: String { part(1) }
  /// The folder in the module: `Engine`.
  var part: String { part(2) }
  /// The file's name without its end.
  var name: String { String(path.split(separator: "/").last?.dropLast(6) ?? "") }

  /// Lines as editors count them: the last one ends with a line feed.
  var lineCount: Int { lines.last == "" ? lines.count - 1 : lines.count }

  private func part(_ index: Int) -> String {
    let parts = path.split(separator: "/")
    return index < parts.count ? String(parts[index]) : ""
  }

  /// The words of its name up to a plus, in lower case and without an end of the plural: `OOMKillTask` has `oom`, `kill`
  /// and `task`.
  var wordsOfName: [String] {
    var words: [String] = []
    var word = ""
    let letters = Array(name.prefix { $0 != "+" })
    for (index, letter) in letters.enumerated() {
      let endsRun =
        letter.isUppercase
        && (index == 0 || letters[index - 1].isLowercase
          || (index + 1 < letters.count && letters[index + 1].isLowercase))
      if endsRun, !word.isEmpty {
        words.append(word)
        word = ""
      }
      word.append(contentsOf: letter.lowercased())
    }
    if !word.isEmpty { words.append(word) }
    return words.map { $0.count > 3 && $0.hasSuffix("s") ? String($0.dropLast()) : $0 }
  }

  /// The Swift files below some directories; empty where the sources are not there.
  static func all(below directories: [String]) -> [SourceFile] {
    var files: [SourceFile] = []
    for directory in directories {
      let root = Program.packageRoot.appending(path: directory)
      let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
      for path in paths.sorted() where path.hasSuffix(".swift") {
        guard let data = try? Data(contentsOf: root.appending(path: path)) else { continue }
        files.append(SourceFile("\(directory)/\(path)", Array(data)))
      }
    }
    return files
  }

  private init(_ path: String, _ bytes: [UInt8]) {
    self.path = path
    text = String(decoding: bytes, as: UTF8.self)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var words: Set<String> = []
    var types: Set<String> = []
    var nestedTypes: Set<String> = []
    var imports: Set<String> = []
    var before = ""
    var scanner = CodeScanner(bytes)
    while let word = scanner.next() {
      words.insert(word)
      if ["struct", "enum", "class", "protocol", "typealias"].contains(before) {
        // The formatter sees to it that what is declared within something is indented.
        if scanner.isIndented { nestedTypes.insert(word) } else { types.insert(word) }
      }
      if before == "import" { imports.insert(word) }
      before = word
    }
    self.words = words
    self.types = types
    self.nestedTypes = nestedTypes
    self.imports = imports
  }
}

/// Goes through the code of a Swift file, past comments and texts.
private struct CodeScanner {
  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next name, keyword or number.
  mutating func next() -> String? {
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "/") where follows("//"): skip(past: "\n")
      case UInt8(ascii: "/") where follows("/*"): skip(past: "*/")
      case UInt8(ascii: "\""): skipText()
      case _ where Self.isLetter(byte):
        let start = at
        while at < bytes.count, Self.isLetter(bytes[at]) { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self)
      default: at += 1
      }
    }
    return nil
  }

  /// Whether the line of the last word begins with a space.
  var isIndented: Bool {
    let start = bytes[..<at].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return bytes[start] == UInt8(ascii: " ")
  }

  /// A text ends where it began: `"`, `"""`, each behind as many `#` as stand before it.
  private mutating func skipText() {
    var hashes = 0
    while at - hashes > 0, bytes[at - hashes - 1] == UInt8(ascii: "#") { hashes += 1 }
    let quote = (follows("\"\"\"") ? "\"\"\"" : "\"")
    let end = quote + String(repeating: "#", count: hashes)
    at += quote.utf8.count
    while at < bytes.count, !follows(end) {
      at += hashes == 0 && bytes[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    at += end.utf8.count
  }

  private mutating func skip(past end: String) {
    while at < bytes.count, !follows(end) { at += 1 }
    at += end.utf8.count
  }

  private func follows(_ text: String) -> Bool {
    let end = at + text.utf8.count
    return end <= bytes.count && bytes[at..<end].elementsEqual(text.utf8)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    let letter = byte | 0x20
    return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
  }
}
