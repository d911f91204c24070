internal import OOMFormats

/// A command to copy; nil when it has a word that cannot be shown, and so not be typed either.
func shellCommand(_ words: [String]) -> String? {
  if words.contains(where: { plain($0) != $0 }) { return nil }
  return words.map(shellWord).joined(separator: " ")
}

/// A file as an operand: one that is named like an option is named by its path.
package func operand(_ file: String) -> String {
  file != "-" && file.hasPrefix("-") ? "./" + file : file
}

/// A word as a shell takes it.
func shellWord(_ text: String) -> String {
  let isSafe = text.utf8.allSatisfy { byte in
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      || "-_./=,:@%+".utf8.contains(byte)
  }
  if isSafe, !text.isEmpty { return text }
  return "'" + replacing("'", with: "'\\''", in: plain(text)) + "'"
}
