internal import OOMFormats

/// What a chart is drawn with.
struct ChartGlyphs {
  let isUnicode: Bool

  var side: String { isUnicode ? "│" : "|" }
  var floor: String { isUnicode ? "─" : "-" }
  var corner: String { isUnicode ? "└" : "+" }
  var kill: String { isUnicode ? "▲" : "^" }
  var refusal: String { "!" }
  var cache: String { isUnicode ? "░" : "~" }

  /// A cell that is so many eighths full.
  func cell(_ eighths: Int64) -> String {
    if eighths <= 0 { return " " }
    if isUnicode { return Self.blocks[Int(min(eighths, 8)) - 1] }
    return eighths >= 8 ? "#" : eighths >= 4 ? ":" : "."
  }

  private static let blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// A cell of a line of its own, where any part has to be seen.
  func spark(_ value: Int64, of top: Int64) -> String {
    if value <= 0 { return " " }
    return cell(max(Int64(Int128(value) * 8 / Int128(max(top, 1))), 1))
  }

  /// Text that takes at most so many columns, without what the terminal's locale does not have.
  func text(_ text: String, columns most: Int) -> String {
    var result = ""
    var used = 0
    let shown = isUnicode ? plain(text) : String(plain(text).map { $0.isASCII ? $0 : "?" })
    let isWhole = columns(shown) <= most
    for character in shown {
      let width = columns(String(character))
      if used + width > (isWhole ? most : most - 1) { break }
      used += width
      result.append(character)
    }
    return isWhole ? result : result + (isUnicode ? "…" : "~")
  }

  func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(width - columns(text), 0))
  }

  func padded(left text: String, to width: Int) -> String {
    String(repeating: " ", count: max(width - columns(text), 0)) + text
  }

  /// East Asian letters and pictures take two columns.
  func columns(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      let value = character.unicodeScalars.first?.value ?? 0
      let isWide =
        (0x1100...0x115F).contains(value) || (0x2E80...0xA4CF).contains(value)
        || (0xAC00...0xD7A3).contains(value) || (0xF900...0xFAFF).contains(value)
        || (0xFE30...0xFE6F).contains(value) || (0xFF00...0xFF60).contains(value)
        || (0x1F300...0x1FAFF).contains(value) || (0x20000...0x3FFFD).contains(value)
      return sum + (isWide ? 2 : 1)
    }
  }
}
