/// The command line of earlyoom.
///
/// Source: `main()`, main.c, and the manual of earlyoom.
package struct EarlyOOMOptions: Equatable, Sendable {
  /// What is wrong with the arguments.
  package struct Fault: Error, Equatable, Sendable {
    package var message: String
  }

  /// A threshold of memory or of swap; with both forms the lower one counts.
  struct Level: Equatable, Sendable {
    /// Of what there is. Option: `-m`, `-s`.
    var share: Share?
    /// Of MemTotal, or of SwapTotal. Option: `-M`, `-S`.
    var size: Kibibytes?
  }

  /// A signal is sent when both are reached.
  struct Levels: Equatable, Sendable {
    var memory: Level
    var swap: Level
  }

  /// SIGTERM, then SIGKILL.
  var term = Levels(memory: Level(), swap: Level())
  var kill = Levels(memory: Level(), swap: Level())
  var prefer: ExtendedRegex?
  var avoid: ExtendedRegex?
  var ignore: ExtendedRegex?
  var ignoresRoot = false
  var sortsByRSS = false
  /// `-g`: the victim's process group with it.
  var killsGroup = false
  var isDryRun = false

  /// - Parameter isAtLeast: whether the release is one or a later one.
  package init(_ args: String, isAtLeast: (Int, Int, Int) -> Bool) throws(Fault) {
    let words = try Self.words(args)
    var index = 0
    var given: [Character: (term: String, kill: String?)] = [:]
    func value(_ option: String, _ inline: Substring?) throws(Fault) -> String {
      if let inline { return String(inline) }
      index += 1
      guard index < words.count else { throw Fault(message: "\(option) wants a value") }
      return words[index]
    }
    func regex(_ option: String, _ inline: Substring?) throws(Fault) -> ExtendedRegex {
      let text = try value(option, inline)
      do throws(ExtendedRegex.Fault) {
        return try ExtendedRegex(text)
      } catch {
        throw Fault(message: "\(option) '\(text)': \(error.message), at byte \(error.offset)")
      }
    }
    while index < words.count {
      let word = words[index]
      let isLong = word.hasPrefix("--")
      let equals = isLong ? word.firstIndex(of: "=") : nil
      let name = equals.map { String(word[..<$0]) } ?? (isLong ? word : String(word.prefix(2)))
      let inline: Substring? =
        isLong
        ? equals.map { word[word.index(after: $0)...] } : (word.count > 2 ? word.dropFirst(2) : nil)
      switch name {
      case "-m", "-s", "-M", "-S":
        let text = try value(name, inline)
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 2 { throw Fault(message: "\(name) '\(text)': at most two values") }
        given[Character(String(name.dropFirst()))] = (parts[0], parts.count > 1 ? parts[1] : nil)
      case "--prefer": prefer = try regex(name, inline)
      case "--avoid": avoid = try regex(name, inline)
      case "--ignore": ignore = try regex(name, inline)
      case "--ignore-root-user": ignoresRoot = true
      case "--sort-by-rss":
        if !isAtLeast(1, 8, 0) { throw Fault(message: "--sort-by-rss came with 1.8") }
        sortsByRSS = true
      case "-g":
        if !isAtLeast(1, 7, 0) { throw Fault(message: "-g came with 1.7") }
        killsGroup = true
      case "--dryrun": isDryRun = true
      case "-r", "-N": _ = try value(name, inline)
      case "-n", "-d", "-p", "--syslog": break
      default:
        throw Fault(
          message: "'\(word)' is no argument of earlyoom that is modelled: known are "
            + Self.known.joined(separator: " "))
      }
      index += 1
    }
    let kills = isAtLeast(1, 2, 0)
    (term.memory, kill.memory) = try Self.levels(given, "m", "M", killsLater: kills)
    (term.swap, kill.swap) = try Self.levels(given, "s", "S", killsLater: kills)
  }

  private static let known = [
    "-m", "-s", "-M", "-S", "--prefer", "--avoid", "--ignore", "--ignore-root-user",
    "--sort-by-rss", "-g", "-n", "-N", "-r", "-p", "-d", "--dryrun", "--syslog",
  ]

  /// 10 % for SIGTERM where nothing is given; for SIGKILL half of it.
  ///
  /// - Parameter killsLater: whether there are two thresholds, which came with 1.2.
  private static func levels(
    _ given: [Character: (term: String, kill: String?)], _ share: Character, _ size: Character,
    killsLater: Bool
  ) throws(Fault) -> (term: Level, kill: Level) {
    var (term, kill) = (Level(), Level())
    if let pair = given[share] {
      let first = try millionths(pair.term, share)
      let second = try pair.kill.map { text throws(Fault) in
        text == "0" ? 0 : try millionths(text, share)
      }
      term.share = Share(millionths: first)
      kill.share = Share(millionths: min(second ?? first / 2, first))
    }
    if let pair = given[size] {
      let first = try kibibytes(pair.term, size)
      let second = try pair.kill.map { text throws(Fault) in try kibibytes(text, size) }
      term.size = Kibibytes(first)
      kill.size = Kibibytes(min(second ?? first / 2, first))
    }
    if term == Level() { (term.share, kill.share) = (.percent(10), .percent(5)) }
    return (term, killsLater ? kill : term)
  }

  private static func millionths(_ text: String, _ option: Character) throws(Fault) -> Int64 {
    if let value = Share.millionths(ofPercent: text), value <= 1_000_000, value > 0 || option == "s"
    {
      return value
    }
    throw Fault(
      message:
        "-\(option) '\(text)': expected per cent from \(option == "s" ? "0" : "more than 0") to 100"
    )
  }

  private static func kibibytes(_ text: String, _ option: Character) throws(Fault) -> Int64 {
    if let value = Int64(text), (0...Scenario.mostKibibytes.rawValue).contains(value) {
      return value
    }
    throw Fault(message: "-\(option) '\(text)': expected a size in KiB, without a unit")
  }

  /// Takes arguments apart as a shell does: blanks, quotes and `\`.
  private static func words(_ text: String) throws(Fault) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == " " || character == "\t" || character == "\n" {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if quote != nil || isEscaped { throw Fault(message: "a quote or a '\\' is not closed") }
    if let word { words.append(word) }
    return words
  }
}
