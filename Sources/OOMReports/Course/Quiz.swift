package import OOMSimulator

/// Questions about worlds that a seed makes: the same seed asks the same questions, and any question can be made without
/// those before it.
package struct Quiz: Sendable {
  package enum Level: String, CaseIterable, Sendable {
    /// No group, no swap but in questions about it, and one process at most with an `oom_score_adj`.
    case easy
    case hard
  }

  /// What a question asks for; the word of the JSON document.
  package enum Kind: String, CaseIterable, Sendable {
    case victim
    case oomScoreAdj = "oom_score_adj"
    case memory
    /// The victim of two that have as many points.
    case tie
    /// The victim where some have memory in swap.
    case swap
    /// What /proc/PID/oom_score shows.
    case oomScore = "oom_score"
  }

  /// One answer to choose from.
  package struct Choice: Equatable, Sendable {
    package var text: String
    /// What a replay makes of it, in sentences.
    package var outcome: String
  }

  package struct Question: Sendable {
    package var kind: Kind
    /// The world: sentences, and lines of a table that begin with spaces.
    package var setting: [String]
    package var text: String
    package var choices: [Choice]
    /// The index of the one choice that is right.
    package var right: Int
    package var scenario: Scenario
  }

  package let seed: UInt64
  package let level: Level
  package let questions: [Question]

  /// - Complexity: some tens of replays of worlds with few processes for each question.
  package init(seed: UInt64, level: Level, count: Int) {
    self.seed = seed
    self.level = level
    questions = (1...max(count, 1)).map { number in
      Self.question(number, seed: seed, level: level)
    }
  }

  /// Worlds are made until one has a clear answer.
  private static func question(_ number: Int, seed: UInt64, level: Level) -> Question {
    let kinds: [Kind] =
      level == .easy
      ? [.victim, .memory, .oomScore, .victim, .swap, .oomScoreAdj, .victim, .tie]
      : [.victim, .oomScoreAdj, .memory]
    let kind = kinds[(number - 1) % kinds.count]
    var attempt = 0
    while true {
      attempt += 1
      var draws = QuizDraws(
        Draws(seed: seed, name: "quiz \(level.rawValue) \(number) \(attempt)"))
      // What the question is to teach stays while worlds are tried, so that rare ends are not lost.
      var wishes = QuizDraws(Draws(seed: seed, name: "quiz \(level.rawValue) \(number)"))
      let world = QuizWorld(level: level, &draws)
      let maker = QuizQuestion(
        name: "quiz-\(level.rawValue)-\(seed)-\(number)", world: world, level: level)
      if let question = maker.question(kind, &wishes) { return question }
    }
  }
}

/// Draws one after the other.
struct QuizDraws {
  private let draws: Draws
  private var index = 0

  init(_ draws: Draws) { self.draws = draws }

  mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    index += 1
    return draws.number(index, in: range)
  }

  mutating func one<Value>(of values: [Value]) -> Value {
    values[Int(number(0...Int64(values.count - 1)))]
  }

  /// Whether it is one of so many.
  mutating func isOne(of count: Int64) -> Bool { number(1...count) == 1 }
}

extension QuizWorld {
  private static let names = [
    "mysqld", "java", "nginx", "redis-server", "postgres", "node", "python", "chrome", "backup",
    "prometheus", "ffmpeg", "clamd",
  ]

  init(level: Quiz.Level, _ draws: inout QuizDraws) {
    let memory = draws.one(of: [1024, 2048, 4096, 8192] as [Int64])
    let kernelMemory = memory / 16
    var names = Self.names
    let count = draws.number(level == .easy ? 3...4 : 4...6)
    var processes: [Process] = []
    // Between 40 and 80 hundredths of what there is are in use at the start.
    let room = memory - kernelMemory
    let used = room * draws.number(40...80) / 100
    let weights = (0..<count).map { _ in draws.number(1...8) }
    let all = weights.reduce(0, +)
    for weight in weights {
      let name = names.remove(at: Int(draws.number(0...Int64(names.count - 1))))
      processes.append(Process(name: name, size: max(used * weight / all / 10, 1) * 10))
    }
    let adjusted = level == .easy ? draws.number(0...1) : draws.number(1...3)
    for _ in 0..<adjusted {
      let index = Int(draws.number(0...count - 1))
      processes[index].oomScoreAdj = draws.one(of: [-500, -300, -200, -100, 100, 200, 300])
    }
    let grower = Int(draws.number(0...count - 1))
    let left = room - processes.reduce(0) { $0 + $1.size }
    self.init(
      memory: memory, kernelMemory: kernelMemory, processes: processes, grower: grower,
      growth: max(left * draws.number(50...220) / 1000, 1) * 10, minutes: draws.number(2...20))
    if level == .easy { return }
    if draws.isOne(of: 2) { swap = memory / draws.one(of: [2, 4, 8] as [Int64]) }
    if draws.isOne(of: 2) { addGroup(&draws) }
  }

  /// A limit for the process that grows and for some of the others.
  private mutating func addGroup(_ draws: inout QuizDraws) {
    processes[grower].isInGroup = true
    for index in processes.indices where index != grower && draws.isOne(of: 2) {
      processes[index].isInGroup = true
    }
    let used = processes.reduce(0) { $0 + ($1.isInGroup ? $1.size : 0) }
    limit = (used + growth * draws.number(20...120) / 100 + 20) / 10 * 10
  }
}
