// What a log goes through on its way: quoted-printable mail, escapes of rsyslog.

enum TransportForms {
  /// A line of a mail in quoted-printable: `=3D` is `=`. What is no escape stays.
  static func unquoted(_ line: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(line.count)
    var index = 0
    while index < line.count {
      if line[index] == UInt8(ascii: "="), index + 2 < line.count,
        let high = hex(line[index + 1]), let low = hex(line[index + 2])
      {
        result.append(high << 4 | low)
        index += 3
      } else {
        result.append(line[index])
        index += 1
      }
    }
    return result
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    default: nil
    }
  }

  /// Whether a line can only be quoted-printable: an escaped `=` behind a word of the kernel's.
  static func isQuotedPrintable(_ line: [UInt8]) -> Bool {
    line[...].contains("gfp_mask=3D") || line[...].contains("constraint=3DCONSTRAINT")
      || line[...].contains("quoted-printable") || isSoft(line)
  }

  /// A line that ends in the mark of one that goes on in the next, behind a blank or a number: no name of a value.
  private static func isSoft(_ line: [UInt8]) -> Bool {
    let text = line[...].trimmed
    guard text.last == UInt8(ascii: "="), line.count > 60, let before = text.dropLast().last else {
      return false
    }
    return before == 0x20 || decimal(before) != nil
  }

  /// The lines of what has stood between two line feeds: consoles end lines with a carriage return alone, too, and
  /// records in bytes with a zero.
  static func parts(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    let isEnd: (UInt8) -> Bool = { $0 == 0x0D || $0 == 0x00 }
    guard let first = line.firstIndex(where: isEnd),
      line[first...].contains(where: { !isEnd($0) })
    else { return [line] }
    let parts = line.split(whereSeparator: isEnd)
    return parts.isEmpty ? [line] : parts
  }

  /// The lines of a message: rsyslog writes a line break as `#012`, a journal record has it as it is.
  static func lines(of message: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    guard message.contains(UInt8(ascii: "\n")) || message.contains("#012") else { return [message] }
    var lines: [ArraySlice<UInt8>] = []
    var start = message.startIndex
    var index = start
    while index < message.endIndex {
      let length =
        message[index] == UInt8(ascii: "\n") ? 1 : message[index...].begins(with: "#012") ? 4 : 0
      if length > 0 {
        lines.append(message[start..<index])
        start = index + length
        index = start
      } else {
        index += 1
      }
    }
    lines.append(message[start...])
    return lines
  }
}
