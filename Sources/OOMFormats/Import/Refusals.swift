// What looks like something that is not read, with the command that makes of it what is.

extension ImportFile {
  /// YAML is not read: what wrote or checked it prints JSON, too, with everything filled in.
  func refusalOfYAML(_ line: TextLine) -> ScenarioError? {
    let text = line.text.drop { $0 == " " }
    if text.hasPrefix("#") || text == "---" || text.hasPrefix("%YAML") { return nil }
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let key = text[..<colon]
    let rest = text[colon...].dropFirst()
    let isKey = !key.isEmpty && key.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    guard isKey, rest.isEmpty || rest.first == " " else { return nil }
    let path = name == "standard input" ? "FILE" : name
    let command =
      switch key {
      case "apiVersion", "kind", "metadata", "spec", "items":
        "'kubectl get -o json', or 'kubectl create --dry-run=client -o json -f \(path)'"
      case "services", "version", "volumes", "networks", "name", "include":
        "'docker compose config --format json'"
      default:
        "'docker compose config --format json' or 'kubectl get -o json'"
      }
    return error(
      "this looks like YAML, which is not read: \(command) makes JSON of it", line: line.number)
  }

  /// Says how to make JSON of a text that begins like YAML.
  func refuseYAML() throws(ScenarioError) {
    var lines = TextLines(self)
    for _ in 0..<20 {
      guard let line = lines.next() else { return }
      if let first = line.words.first?.first, first == "{" || first == "[" { return }
      if let error = refusalOfYAML(line) { throw error }
    }
  }

  /// Text of the programs whose names one thinks of first, which print too little.
  func refusalOfOther(_ line: TextLine) -> ScenarioError? {
    let words = line.words
    let text = line.text.drop { $0 == " " }
    let advice: String
    if words.first == "Loaded:" || words.first == "Active:" || text.hasPrefix("\u{25CF} ") {
      advice =
        "this is systemctl status, which has no limits: 'systemctl show UNIT…' prints what is read"
    } else if text == "[Unit]" || text == "[Service]" || text == "[Slice]" || text == "[Install]" {
      advice =
        "this is a file of a unit: 'systemctl show UNIT…' prints what systemd makes of it, and what the unit uses"
    } else if text.hasPrefix("top - ") {
      advice = "this is top, which rounds sizes: 'ps aux' and 'free' print what is read"
    } else if words.first == "total", words.contains("used"), words.contains("free") {
      advice =
        "this is free alone, without processes: give what 'ps aux' prints, and this with --free"
    } else {
      return nil
    }
    return error(advice, line: line.number)
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
