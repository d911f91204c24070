internal import OOMReports
import OOMSimulator

/// A walk through a lesson at a terminal: one step after the other, and a guess before the end is told.
struct Walk {
  /// Kills after these are told, not asked.
  private static let mostKills = 10

  let run: Run
  let scenario: Scenario
  let lesson: Lesson
  let text: LessonText
  let terminal: Terminal

  /// - Parameter asksEnd: whether to begin with the setting, ask what comes of it, and go on with the other kills.
  /// - Returns: false when the reader has gone away before the end.
  @discardableResult
  func go(asksEnd: Bool) -> Bool {
    if asksEnd {
      terminal.out(text.plainHeading + "\n")
      for line in StorySetting(scenario).lines { terminal.out(wrapped(line)) }
      let isAnswered = ask(GuessedEnd.question) { GuessedEnd.reply(to: $0, run) }
      if !isAnswered { return false }
    } else {
      terminal.out(text.blindHeading)
    }
    for index in text.told {
      terminal.out("\n" + text.step(index))
      if index == text.told.last { break }
      if lesson.steps[index].name == .candidates, let guess = Guess(of: lesson.number, in: run) {
        if !ask(Guess.question, { guess.reply(to: $0) }) { return false }
      } else {
        terminal.out("\n[Enter] ")
        if readLine() == nil { return false }
      }
    }
    return asksEnd ? otherKills() : true
  }

  private func otherKills() -> Bool {
    if run.kills.count < 2 { return true }
    for number in 2...min(run.kills.count, Self.mostKills) {
      guard let guess = Guess(of: number, in: run) else { continue }
      let question = "Kill \(number) of \(run.kills.count): \(guess.setting). \(Guess.question)"
      if !ask(question, { guess.reply(to: $0) }) { return false }
    }
    return true
  }

  /// Asks until the answer is one.
  ///
  /// - Returns: false when the reader has gone away.
  private func ask(_ question: String, _ reply: (String) -> GuessReply) -> Bool {
    terminal.out("\n" + wrapped(question))
    while true {
      terminal.out("> ")
      guard let line = readLine() else { return false }
      let reply = reply(line)
      terminal.out(wrapped(reply.text))
      if reply.isFinal { return true }
    }
  }

  private func wrapped(_ line: String) -> String {
    if line.hasPrefix(" ") { return line + "\n" }
    return OOMReports.wrapped(line, width: max(terminal.width, 30)).map { $0 + "\n" }.joined()
  }
}
