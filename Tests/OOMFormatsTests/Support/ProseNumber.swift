/// A number in a text, without its sign, and what it may be a number of.
struct ProseNumber: CustomStringConvertible {
  enum Unit {
    case gibibytes, mebibytes, kibibytes, days, hours, minutes, seconds, none

    init?(_ word: some StringProtocol) {
      switch word {
      case "GiB": self = .gibibytes
      case "MiB": self = .mebibytes
      case "KiB": self = .kibibytes
      case "day", "days": self = .days
      case "h", "hour", "hours": self = .hours
      case "minute", "minutes": self = .minutes
      case "second", "seconds", "s": self = .seconds
      default: return nil
      }
    }
  }

  var text: String
  /// Its own unit; where it has none, none or one that another number of the same sentence has: `517 MiB in 172`.
  var units: [Unit]
  /// Minutes since the start, of a time such as 03:41.
  var clock: Int?

  var description: String { text }

  /// Groups of three digits are one number. What is part of a name, such as `2048m` or `memory-1`, is none.
  static func all(in text: String) -> [ProseNumber] {
    text.split(separator: #/[.?] /#).flatMap { sentence -> [ProseNumber] in
      var numbers: [ProseNumber] = sentence.matches(of: #/\b(\d\d):(\d\d)\b/#).map {
        let minutes = (Int($0.1) ?? 0) * 60 + (Int($0.2) ?? 0)
        return ProseNumber(text: String($0.0), units: [.none], clock: minutes)
      }
      let sentence = sentence.replacing(#/\b\d\d:\d\d\b/#, with: "")
      let matches = sentence.matches(
        of:
          #/(?:^|[^\w.\-\/])[+\-]?([0-9]{1,3}(?: [0-9]{3})+|[0-9]+(?:\.[0-9]+)*)(?![\w\-])\s*(\w*)/#
      )
      let units = matches.compactMap { Unit($0.2) }
      for match in matches {
        let own = Unit(match.2)
        let all = own.map { [$0] } ?? [.none] + units
        numbers.append(ProseNumber(text: match.1.filter { $0 != " " }, units: all))
      }
      return numbers
    }
  }
}
