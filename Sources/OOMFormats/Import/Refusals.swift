// Refusals of what looks like something that is not read, with the command that makes of it what is.

extension ImportFile {
  /// YAML is not read: what wrote or checked it prints JSON, too, with everything filled in.
  func refusalOfYAML(_ line: TextLine) -> ScenarioError? {
    YAML.refusal(ofLine: line.text, number: line.number, file: name)
  }

  /// Says how to make JSON of a text that begins like YAML.
  func refuseYAML() throws(ScenarioError) {
    if let error = YAML.refusal(of: bytes, file: name) { throw error }
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
