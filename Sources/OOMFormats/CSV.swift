// Comma-separated values after RFC 4180, but for lines that end as lines end here.

func csvLine(_ values: [String]) -> String {
  values.map(csvField).joined(separator: ",") + "\n"
}

private func csvField(_ text: String) -> String {
  guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
  return "\"" + replacing("\"", with: "\"\"", in: text) + "\""
}

/// A name as a spreadsheet shows it: none is taken for a formula, or for control characters.
func csvName(_ name: String) -> String {
  let startsFormula = name.utf8.first.map { Array("=+-@".utf8).contains($0) } ?? false
  return (startsFormula ? "'" : "") + plain(name)
}

/// A value that a scenario was tried with: numbers, sizes and times as they stand, all else as a name.
func csvValue(_ value: String) -> String {
  let digits = value.hasPrefix("-") ? value.dropFirst() : value[...]
  let isNumber = digits.utf8.allSatisfy { byte in
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
  }
  return isNumber ? value : csvName(value)
}
