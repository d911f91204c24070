package import OOMFormats
internal import OOMSimulator

/// A quiz for people: as an exercise sheet, its key, or question by question.
package struct QuizText {
  let quiz: Quiz
  let style: Style
  let width: Int

  package init(_ quiz: Quiz, style: Style, width: Int) {
    self.quiz = quiz
    self.style = style
    self.width = width
  }

  /// What makes the same quiz again.
  package var heading: String {
    let count = quiz.questions.count
    return style.bold("A quiz of \(count) question\(count == 1 ? "" : "s")")
      + style.dim("   level \(quiz.level.rawValue), seed \(quiz.seed)") + "\n"
  }

  /// All questions, without answers.
  package var sheet: String {
    heading + quiz.questions.indices.map { "\n" + question($0) }.joined()
  }

  /// The answers of all questions, each with its reason.
  package var key: String {
    var text = heading
    for (index, question) in quiz.questions.enumerated() {
      let right = question.choices[question.right]
      text +=
        "\n" + style.bold("\(index + 1)  \(Self.letter(question.right))) \(right.text)") + "\n"
      text += block(right.outcome)
    }
    return text
  }

  /// One question with its choices.
  package func question(_ index: Int) -> String {
    let question = quiz.questions[index]
    var text = style.bold("Question \(index + 1) of \(quiz.questions.count)") + "\n"
    for line in question.setting {
      text += line.hasPrefix(" ") ? line + "\n" : block(line, indent: 0)
    }
    text += "\n" + block(question.text, indent: 0)
    for (index, choice) in question.choices.enumerated() {
      text += "    \(Self.letter(index))) \(choice.text)\n"
    }
    return text
  }

  /// What is said to an answer.
  ///
  /// - Parameter choice: nil for a reader who does not know.
  package func verdict(_ choice: Int?, on index: Int) -> String {
    let question = quiz.questions[index]
    let right = question.choices[question.right]
    if choice == question.right { return style.green("Right.") + "\n" + block(right.outcome) }
    let answer = "It is \(Self.letter(question.right))) \(right.text)."
    guard let choice else { return answer + "\n" + block(right.outcome) }
    let own = question.choices[choice].outcome
    return style.red("No.") + " " + answer + "\n" + block(own)
      + (own == right.outcome ? "" : block(right.outcome))
  }

  /// What is said to a line that is none of the choices: it tells nothing of the answer.
  package func retry(_ line: String, on index: Int) -> String {
    let texts = quiz.questions[index].choices.map { $0.text }
    let letters = texts.indices.map { Self.letter($0) }
    let near = nearestWord(to: line, among: texts).map { " Did you mean '\($0)'?" } ?? ""
    return "'\(plain(line))' is none of the answers.\(near) "
      + "Write a letter from \(letters.first ?? "a") to \(letters.last ?? "a")."
  }

  /// The result, and how to get other questions.
  package func result(right: Int, of asked: Int) -> String {
    let next =
      "oomsim learn --quiz --level \(quiz.level.rawValue) --seed \(quiz.seed &+ 1)"
    return style.bold("\(right) of \(asked) right.") + " New questions: \(next)\n"
  }

  static func letter(_ index: Int) -> String {
    String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index)))
  }

  private func block(_ text: String, indent: Int = 4) -> String {
    wrapped(text, width: max(width - indent, 30))
      .map { String(repeating: " ", count: indent) + $0 + "\n" }.joined()
  }
}

extension Quiz.Question {
  /// The choice that a line means: by its letter, or as it is written; nil when it is none.
  package func choice(_ line: String) -> Int? {
    var word = line.lowercased()
    while word.hasSuffix(")") || word.hasSuffix(".") { word.removeLast() }
    if let index = choices.indices.first(where: { QuizText.letter($0) == word }) { return index }
    return choices.firstIndex { choice in
      choice.text.lowercased() == word
        || choice.text.filter { $0 != " " }.lowercased() == word.filter { $0 != " " }
    }
  }
}

extension JSONWriter {
  /// `oomsim.quiz/1`: the questions with their worlds; the answers where they are wanted, else null.
  package mutating func quiz(_ quiz: Quiz, withAnswers: Bool) {
    object { writer in
      writer.field("schema", "oomsim.quiz/1")
      writer.key("seed")
      writer.integer(wide: Int128(quiz.seed))
      writer.field("level", quiz.level.rawValue)
      writer.key("questions")
      writer.array {
        for (index, question) in quiz.questions.enumerated() {
          $0.object {
            $0.field("number", Int64(index + 1))
            $0.field("kind", question.kind.rawValue)
            $0.key("scenario")
            $0.scenario(question.scenario)
            $0.field("setting", question.setting)
            $0.field("question", question.text)
            $0.field("choices", question.choices.map { $0.text })
            $0.field("answer", withAnswers ? question.choices[question.right].text : nil)
            $0.field("why", withAnswers ? question.choices[question.right].outcome : nil)
          }
        }
      }
    }
  }
}
