/// YAML is told from JSON, and not read.
enum YAML {
  /// Lines that are looked at: comments may stand before the first key.
  private static let mostLines = 20

  /// Says how to make JSON of a text that begins like YAML; nil for one that does not.
  static func refusal(of bytes: [UInt8], file: String) -> ScenarioError? {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let lines = bytes[start...].split(
      separator: 0x0A, maxSplits: mostLines, omittingEmptySubsequences: false)
    for (index, line) in lines.prefix(mostLines).enumerated() {
      let first = line.first { $0 != 0x20 && $0 != 0x09 }
      if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return nil }
      var text = String(decoding: line.prefix(4096), as: UTF8.self)
      if text.hasSuffix("\r") { text.removeLast() }
      if let error = refusal(ofLine: text, number: index + 1, file: file) { return error }
    }
    return nil
  }

  /// The same for one line: a key with a colon and a blank, or nothing, behind it.
  static func refusal(ofLine line: String, number: Int, file: String) -> ScenarioError? {
    let text = line.drop { $0 == " " }
    if text.hasPrefix("#") || text == "---" || text.hasPrefix("%YAML") { return nil }
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let key = text[..<colon]
    let rest = text[colon...].dropFirst()
    let isKey = !key.isEmpty && key.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    guard isKey, rest.isEmpty || rest.first == " " else { return nil }
    let path = file == "standard input" ? "FILE" : file
    let command =
      switch key {
      case "apiVersion", "kind", "metadata", "spec", "items":
        "'kubectl get -o json', or 'kubectl create --dry-run=client -o json -f \(path)'"
      case "services", "version", "volumes", "networks", "name", "include":
        "'docker compose config --format json'"
      default:
        "'docker compose config --format json' or 'kubectl get -o json'"
      }
    let message = "this looks like YAML, which is not read: \(command) makes JSON of it"
    return ScenarioError(
      diagnostics: [Diagnostic(line: number, column: 1, path: "", message: message)], file: file)
  }
}

extension JSONReader {
  /// Keys without quotes are YAML in braces.
  func adviceForYAML(at offset: Int) -> String {
    guard bytes.indices.contains(offset), offset > 0 else { return "" }
    let isLetter = (bytes[offset] | 0x20) &- UInt8(ascii: "a") < 26
    let before = bytes[..<offset].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard isLetter, before == UInt8(ascii: "{") || before == UInt8(ascii: ",") else { return "" }
    return
      "; keys without quotes are YAML, which is not read: 'docker compose config --format json' or 'kubectl get -o json' makes JSON of it"
  }
}
