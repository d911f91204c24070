/// A text for a terminal: what a name or a title may hold is not obeyed by it.
package func plain(_ text: String) -> String {
  if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
  if !text.unicodeScalars.contains(where: isInvisible) { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    if isInvisible(scalar) {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Control characters, what turns the direction of writing, line separators, and what takes no room.
package func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E,
    0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xFFFE...0xFFFF, 0xE0000...0xE007F:
    true
  default: false
  }
}

extension StringProtocol {
  /// Whether a text stands somewhere in this one. The library's own search is not there without an operating system.
  package func mentions(_ part: some StringProtocol) -> Bool {
    let (bytes, wanted) = (Array(utf8), Array(part.utf8))
    guard bytes.count >= wanted.count else { return false }
    return (0...(bytes.count - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
  }
}

/// A text with one character spelt otherwise, whatever marks stand on it: a quote with an accent is a quote for a shell
/// and for CSV.
package func replacing(_ scalar: Unicode.Scalar, with spelling: String, in text: String) -> String {
  var result = String.UnicodeScalarView()
  for one in text.unicodeScalars {
    if one == scalar {
      result.append(contentsOf: spelling.unicodeScalars)
    } else {
      result.append(one)
    }
  }
  return String(result)
}
