/// When a line was written, as what stands before the kernel's text says it, in the log's own form.
enum LogTime {
  /// `2026-02-18T15:00:54+01:00`, `Feb 18 15:00:54`, `Wed Feb 18 15:00:54 2026`, `123.456789`; empty where nothing does.
  static func text(in head: ArraySlice<UInt8>) -> String {
    let words = head.prefix(400).split { byte in
      [0x20, UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: ",")]
        .contains(byte)
    }
    if let clock = words.firstIndex(where: hasClock) { return date(around: clock, words) }
    return words.first(where: isUptime)?.text ?? ""
  }

  /// A time and no more than two words, as containers' logs have them before each line: no sentence.
  static func isTimeAndFew(_ head: ArraySlice<UInt8>) -> Bool {
    let words = head.split(separator: 0x20)
    return words.count <= 3 && words.contains(where: hasClock)
  }

  /// The words of a date before a time of day, and the year behind it.
  private static func date(around clock: Int, _ words: [ArraySlice<UInt8>]) -> String {
    var text = [words[clock].text]
    // A date and a time in one word.
    if words[clock].count > 15 { return text[0] }
    var at = clock - 1
    while at >= 0, text.count < 4, isOfDate(words[at]) {
      text.insert(words[at].text, at: 0)
      at -= 1
    }
    if clock + 1 < words.count, words[clock + 1].count == 4,
      words[clock + 1].allSatisfy({ decimal($0) != nil })
    {
      text.append(words[clock + 1].text)
    }
    return text.joined(separator: " ")
  }

  /// Two digits, a colon, two digits.
  private static func hasClock(_ word: ArraySlice<UInt8>) -> Bool {
    guard word.count >= 5, word.count <= 40 else { return false }
    for index in word.indices.dropFirst(2).dropLast(2) where word[index] == UInt8(ascii: ":") {
      if [index - 2, index - 1, index + 1, index + 2].allSatisfy({ decimal(word[$0]) != nil }) {
        return true
      }
    }
    return false
  }

  /// A day, `2026-02-18`, or the name of a month or a day of the week.
  private static func isOfDate(_ word: ArraySlice<UInt8>) -> Bool {
    if word.allSatisfy({ decimal($0) != nil }) { return word.count <= 2 }
    if word.count == 10, word.first.flatMap(decimal) != nil {
      return word.allSatisfy {
        decimal($0) != nil || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/")
      }
    }
    return word.count == 3 && word.allSatisfy { 0x61...0x7A ~= $0 | 0x20 }
  }

  /// Seconds since the boot, with a fraction.
  private static func isUptime(_ word: ArraySlice<UInt8>) -> Bool {
    guard let dot = word.firstIndex(of: UInt8(ascii: ".")), dot > word.startIndex,
      word.endIndex - dot >= 4
    else { return false }
    return word.allSatisfy { decimal($0) != nil || $0 == UInt8(ascii: ".") }
      && word.lastIndex(of: UInt8(ascii: ".")) == dot
  }
}
