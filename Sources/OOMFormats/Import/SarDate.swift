/// A day, as the line `Linux 6.1.0 (host) 11/29/26 …` has it.
///
/// Format: sar(1): `%x` of the locale, or ISO 8601 with `S_TIME_FORMAT=ISO`. Of two numbers that both could be the month
/// the first is, as in the C locale.
struct SarDate {
  /// Microseconds since 1970.
  var midnight: Int64

  init?(_ word: Substring) {
    for separator: Character in ["-", "/", "."] {
      let parts = word.split(separator: separator, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let numbers = parts.compactMap { part in
        part.utf8.count <= 4 && part.allSatisfy { $0.isASCII && $0.isNumber } ? Int64(part) : nil
      }
      guard numbers.count == 3 else { return nil }
      var (year, month, day) = (numbers[2], numbers[0], numbers[1])
      if parts[0].utf8.count == 4 {
        (year, month, day) = (numbers[0], numbers[1], numbers[2])
      } else if month > 12 || separator == "." {
        (month, day) = (day, month)
      }
      if year < 100 { year += 2000 }
      guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
        return nil
      }
      midnight = Self.days(year, month, day) * 86_400_000_000
      return
    }
    return nil
  }

  /// Days since 1970 in the Gregorian calendar, counted in years that begin with March.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let leaps = year / 4 - year / 100 + year / 400
    return year * 365 + leaps + (month * 306 + 5) / 10 + day - 1 - 719_468
  }
}
