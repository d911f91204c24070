import Glibc
import OOMFormats
internal import OOMReports
import OOMSimulator

/// The options of `learn --quiz`.
let quizOptions = [
  OptionSpec(
    name: "--quiz",
    help:
      "Questions about new small worlds, graded by replays; without a terminal they are only printed."
  ),
  OptionSpec(
    name: "--seed", value: "N", help: "With --quiz: which questions, 1 (default) or another number."
  ),
  OptionSpec(name: "--count", value: "N", help: "With --quiz: how many questions, 10 by default."),
  OptionSpec(
    name: "--level", value: "LEVEL", words: Quiz.Level.allCases.map(\.rawValue),
    help: "With --quiz: easy (default), or hard, with swap, groups and more adjustments."),
  OptionSpec(
    name: "--answers", help: "With --quiz: print the key to the questions, each with its reason."),
]

extension Arguments {
  /// Asks or prints a quiz.
  func quiz(_ terminal: Terminal) throws -> ExitCode {
    let others = ["--scenarios", "--step", "--markdown", "-o"].filter(has)
    if let other = others.first {
      throw UsageError("--quiz makes worlds of its own: no \(other) with it.")
    }
    if let story = operands.first {
      throw UsageError("--quiz makes worlds of its own: no story with it, found '\(story)'.")
    }
    let seed: UInt64 = try number("--seed", in: 0...UInt64.max) ?? 1
    let count = try number("--count", in: 1...500) ?? 10
    let level = value("--level").flatMap(Quiz.Level.init) ?? .easy
    let quiz = Quiz(seed: seed, level: level, count: count)
    if has("--json") {
      var writer = JSONWriter { terminal.out($0) }
      writer.quiz(quiz, withAnswers: has("--answers"))
      writer.finish()
      return .done
    }
    let text = QuizText(quiz, style: terminal.style(self), width: terminal.width)
    if has("--answers") {
      terminal.out(text.key)
    } else if terminal.isTerminal, isatty(STDIN_FILENO) == 1 {
      ask(quiz, text, terminal)
    } else {
      terminal.out(text.sheet)
    }
    return .done
  }

  /// An option of the quiz without it is a mistake.
  func checkQuizOptions() throws(UsageError) {
    for option in quizOptions where has(option.name) && !has("--quiz") {
      throw UsageError("\(option.name) goes with --quiz.")
    }
  }
}

/// One question after the other, until the reader has had enough.
private func ask(_ quiz: Quiz, _ text: QuizText, _ terminal: Terminal) {
  terminal.out(text.heading + "Write a letter or an answer; nothing to be told, Ctrl-D to end.\n")
  var right = 0
  var asked = 0
  questions: for index in quiz.questions.indices {
    terminal.out("\n" + text.question(index))
    while true {
      terminal.out("\nYour answer: ")
      guard let line = readLine() else { break questions }
      let word = trimmed(line)
      let choice = quiz.questions[index].choice(word)
      if !word.isEmpty, choice == nil {
        terminal.out(text.retry(word, on: index) + "\n")
        continue
      }
      asked += 1
      if choice == quiz.questions[index].right { right += 1 }
      terminal.out(text.verdict(choice, on: index))
      break
    }
  }
  terminal.out("\n" + text.result(right: right, of: asked))
}

/// A line of a terminal without the blanks around it.
func trimmed(_ line: String) -> String {
  let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
  return String(line.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
}
