import OOMFormats
import OOMReports
import OOMSimulator
import Testing

/// The questions of a quiz: what is asked follows from the seed, and the key from replays.
@Suite struct QuizTests {
  static let quizzes = Quiz.Level.allCases.flatMap { level in
    [1, 2, UInt64.max].map { Quiz(seed: $0, level: level, count: 12) }
  }

  /// The run of a question's world after it was written to a file and read again, with some settings.
  private func run(_ question: Quiz.Question, _ settings: [ScenarioSetting] = []) throws -> Run {
    var notes: [Diagnostic] = []
    let scenario = try Scenario(
      json: question.scenario.json(), file: "quiz.json", settings: settings, notes: &notes)
    return Simulator(for: scenario).run(scenario)
  }

  private func dead(_ run: Run) -> [String] { run.kills.flatMap { $0.killed.map(\.process.name) } }

  /// What each choice comes to, in a run of its own: exactly one is right.
  @Test(arguments: quizzes) func `exactly one answer is right`(quiz: Quiz) throws {
    for question in quiz.questions {
      let texts = question.choices.map(\.text)
      #expect(Set(texts).count == texts.count)
      let first = try run(question).kills.first?.dyingFirst.name
      switch question.kind {
      case .oomScore:
        let simulator = Simulator(for: question.scenario)
        let scores = simulator.score(valid: question.scenario, at: 0).processes
        let asked = scores.filter { question.text.contains(" of \($0.name) show") }
        #expect(asked.map { "\($0.oomScore)" } == [texts[question.right]])
      case .victim, .tie, .swap:
        #expect(texts[question.right] == first ?? "nobody")
        #expect(
          texts == (0..<question.scenario.processes.count).map {
            question.scenario.processes[$0].name
          }
            + ["nobody"])
      case .oomScoreAdj:
        let victim = try #require(first)
        let saved = try texts.map { value in
          let setting = ScenarioSetting(path: "processes.\(victim).oom_score_adj", value: value)
          return try !dead(run(question, [setting])).contains(victim)
        }
        #expect(saved.firstIndex(of: true) == question.right)
        let values = texts.compactMap { Int($0) }
        #expect(values == values.sorted(by: >))
      case .memory:
        let kill = try #require(try run(question).kills.first)
        let group = kill.decision?.constraint == .memcg
        let path = group ? "cgroups./app.memory.max" : "machine.memory"
        let now =
          group ? question.scenario.cgroups["/app"]?.max ?? 0 : question.scenario.machine.memory
        let enough = try texts.map { text in
          let more = try #require(Int64(text.filter { $0.isNumber }))
          let setting = ScenarioSetting(path: path, value: "\(now + more * 256) pages")
          return try run(question, [setting]).kills.isEmpty
        }
        #expect(enough.firstIndex(of: true) == question.right)
      }
    }
  }

  @Test func `a seed asks the same questions, however many`() {
    let few = Quiz(seed: 7, level: .hard, count: 3).questions
    let many = Quiz(seed: 7, level: .hard, count: 9).questions
    #expect(many.count == 9)
    for (one, other) in zip(few, many) {
      #expect(one.scenario == other.scenario && one.choices == other.choices)
    }
    #expect(Quiz(seed: 8, level: .hard, count: 1).questions[0].scenario != few[0].scenario)
  }

  /// All kinds are asked, all ends come, and the place of an answer does not tell it.
  @Test func `the answers differ`() {
    let all = (1...12).flatMap { Quiz(seed: $0, level: .easy, count: 12).questions }
    for kind in Quiz.Kind.allCases {
      let places = Set(all.filter { $0.kind == kind }.map(\.right))
      #expect(places.count >= 3, "\(kind): \(places)")
    }
    let victims = all.filter { $0.kind == .victim }
    let nobody = victims.count { $0.choices[$0.right].text == "nobody" }
    #expect(nobody > 0 && nobody * 2 < victims.count)
  }

  /// What each of the single questions is about decides it.
  @Test func `equals are equal, and swap decides`() throws {
    var ties = 0
    var swaps = 0
    for question in (1...6).flatMap({ Quiz(seed: $0, level: .easy, count: 8).questions }) {
      var simulator = Simulator(for: question.scenario)
      simulator.recordsCandidates = true
      guard let kill = simulator.run(question.scenario).kills.first else { continue }
      switch question.kind {
      case .tie:
        ties += 1
        #expect(Explanation(of: kill).margin == 0)
      case .swap:
        swaps += 1
        // Whoever reads only what is in memory answers another one.
        let largest = kill.decision?.candidates?.max { $0.anon < $1.anon }
        #expect(kill.victim.swap > 0 && largest?.name != kill.victim.name)
      default: break
      }
    }
    #expect(ties == 6 && swaps == 6)
  }

  @Test func `an answer is a letter or the words of it`() {
    let question = Quiz(seed: 1, level: .easy, count: 2).questions
    for (index, choice) in question[0].choices.enumerated() {
      #expect(question[0].choice(choice.text.uppercased()) == index)
      let letter = String(UnicodeScalar(UInt8(97 + index)))
      #expect(question[0].choice(letter) == index && question[0].choice(letter + ")") == index)
    }
    #expect(question[0].choice("z") == nil && question[0].choice("") == nil)
    #expect(question[1].choice(question[1].choices[2].text.filter { $0 != " " }) == 2)
  }

  /// What is said to a wrong answer has its own sum; what is said to a typo has nothing of the answer.
  @Test func `a wrong answer is told its own sum`() throws {
    let quiz = Quiz(seed: 1, level: .easy, count: 3)
    let text = QuizText(quiz, style: Style(isColored: false), width: 200)
    for (index, question) in quiz.questions.enumerated() where question.kind == .victim {
      let right = question.choices[question.right].text
      for (choice, answer) in question.choices.enumerated() {
        let verdict = text.verdict(choice, on: index)
        #expect(verdict.hasPrefix(choice == question.right ? "Right." : "No. It is "))
        if answer.text != "nobody", right != "nobody" {
          #expect(verdict.contains("\(answer.text) ("), "\(verdict)")
        }
      }
      let retry = text.retry("nginxx", on: index)
      #expect(!retry.contains("It is") && retry.contains("a letter from a to "))
    }
  }
}
