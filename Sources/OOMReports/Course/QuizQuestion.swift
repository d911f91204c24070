internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// Makes a question of a world, if the world has a clear answer to it. Every answer is that of a replay.
struct QuizQuestion {
  let name: String
  let world: QuizWorld
  let level: Quiz.Level

  /// A choice that comes closer, in hundredths of memory and swap, is not asked for.
  var clearance: Int64 { level == .easy ? 5 : 2 }

  func question(_ kind: Quiz.Kind, _ wishes: inout QuizDraws) -> Quiz.Question? {
    switch kind {
    case .tie: return tie(&wishes)
    case .swap: return swap(&wishes)
    case .oomScore: return oomScore(&wishes)
    default: break
    }
    let end = world.end()
    if !isClear(end) { return nil }
    switch kind {
    case .victim: return victim(end, &wishes)
    case .oomScoreAdj: return oomScoreAdj(end, &wishes)
    case .memory: return memory(end, &wishes)
    case .tie, .swap, .oomScore: return nil
    }
  }

  func isClear(_ end: QuizEnd) -> Bool {
    end.isPlain && end.isClear(by: Int128(clearance))
  }

  func question(
    _ kind: Quiz.Kind, _ text: String, _ choices: [Quiz.Choice], right: Int, hint: String? = nil
  ) -> Quiz.Question {
    Quiz.Question(
      kind: kind, setting: world.lines() + (hint.map { [$0] } ?? []), text: text, choices: choices,
      right: right,
      scenario: world.scenario(name: name))
  }

  /// The same world with so many hundredths more memory and limit.
  func with(hundredths: Int64) -> QuizWorld {
    var other = world
    if let limit = other.limit { other.limit = limit + limit * hundredths / 100 }
    other.memory += other.memory * hundredths / 100
    return other
  }

  // MARK: Who dies

  private func victim(_ end: QuizEnd, _ wishes: inout QuizDraws) -> Quiz.Question? {
    let wish = wishes.number(0...4)
    switch (wish, end.victim) {
    case (0, nil): break
    case (1...2, world.growing.name?): break
    case (3...4, let name?): if name == world.growing.name { return nil }
    default: return nil
    }
    return whoDies(.victim, end)
  }

  /// The question who dies first, where a little more or less memory does not change the answer.
  func whoDies(_ kind: Quiz.Kind, _ end: QuizEnd, hint: String? = nil) -> Quiz.Question? {
    for hundredths in [-clearance, clearance] {
      if with(hundredths: hundredths).end().victim != end.victim { return nil }
    }
    var choices = world.processes.map { process in
      Quiz.Choice(text: process.name, outcome: outcome(of: process.name, end))
    }
    choices.append(Quiz.Choice(text: "nobody", outcome: outcome(end)))
    guard let right = choices.firstIndex(where: { $0.text == end.victim ?? "nobody" }) else {
      return nil
    }
    return question(kind, "Which process is killed first?", choices, right: right, hint: hint)
  }

  /// What a replay made of one process.
  private func outcome(of process: String, _ end: QuizEnd) -> String {
    guard let kill = end.run.kills.first, let scene = kill.decision?.scene else {
      return outcome(end)
    }
    return Guess.sums(of: process, in: kill, scene, pageSize: end.run.pageSize)
  }

  /// What a replay came to.
  private func outcome(_ end: QuizEnd) -> String {
    guard let kill = end.run.kills.first, let scene = kill.decision?.scene else {
      return "The memory is enough: nobody is killed."
    }
    return Guess.sums(of: kill.victim.name, in: kill, scene, pageSize: end.run.pageSize)
  }

  // MARK: Which oom_score_adj

  private static let ladder: [Int16] = [
    200, 150, 100, 50, 0, -50, -100, -150, -200, -300, -400, -500, -600, -700, -800, -900,
  ]

  private func oomScoreAdj(_ end: QuizEnd, _ wishes: inout QuizDraws) -> Quiz.Question? {
    guard let victim = end.victim,
      let row = world.processes.firstIndex(where: { $0.name == victim })
    else { return nil }
    var values: [(value: Int16, end: QuizEnd)] = []
    for value in Self.ladder where value < world.processes[row].oomScoreAdj {
      var other = world
      other.processes[row].oomScoreAdj = value
      let end = other.end()
      // Steps of 50 leave no room for more.
      if !end.isPlain || !end.isClear(by: 2) { return nil }
      values.append((value, end))
    }
    guard let first = values.firstIndex(where: { !$0.end.kills(victim) }),
      values[first...].allSatisfy({ !$0.end.kills(victim) })
    else { return nil }
    let shown = window(around: first, of: values.count, &wishes)
    let choices = values[shown].map { value, end in
      Quiz.Choice(
        text: "\(value)",
        outcome: "At \(value): " + outcome(of: victim, end)
          + (end.victim == victim ? "" : later(victim, end)))
    }
    return question(
      .oomScoreAdj,
      "\(victim) is killed. Which is the highest of these values of its oom_score_adj that saves it, "
        + "to the end of the run?",
      choices, right: first - shown.lowerBound)
  }

  /// Why a process is killed, or not, when memory ends again; empty where it does not.
  private func later(_ process: String, _ end: QuizEnd) -> String {
    let kills = end.run.kills.dropFirst()
    let own = kills.first { kill in kill.killed.contains { $0.process.name == process } }
    guard let kill = own ?? kills.first, let scene = kill.decision?.scene else { return "" }
    let sums = Guess.sums(of: process, in: kill, scene, pageSize: end.run.pageSize)
    return " Memory ends again at \(SizeFormat.shortTime(kill.at)): \(sums)"
  }

  /// At most four of a ladder, the right one among them at a place that does not tell it.
  private func window(around right: Int, of count: Int, _ wishes: inout QuizDraws) -> Range<Int> {
    let most = min(count, 4)
    let before = Int(wishes.number(0...Int64(most - 1)))
    let start = min(max(right - before, 0), count - most)
    return start..<start + most
  }

  // MARK: How much more memory

  private func memory(_ end: QuizEnd, _ wishes: inout QuizDraws) -> Quiz.Question? {
    guard let victim = end.victim else { return nil }
    let limit = end.run.kills.first?.decision?.constraint == .memcg ? world.limit : nil
    let base = limit ?? world.memory
    let step = max(base / 16 / 10, 1) * 10
    func ending(_ more: Int64) -> QuizEnd {
      var other = world
      if limit == nil { other.memory += more } else { other.limit = base + more }
      return other.end()
    }
    var values: [(more: Int64, end: QuizEnd)] = []
    for steps: Int64 in [1, 2, 3, 4, 6, 8, 12, 16] {
      let end = ending(step * steps)
      if !end.isPlain { return nil }
      values.append((step * steps, end))
    }
    guard let first = values.firstIndex(where: { $0.end.isQuiet }),
      values[first...].allSatisfy({ $0.end.isQuiet })
    else { return nil }
    // Neither is the right one only just enough nor the one before it almost.
    let gap = max(base * clearance / 100 / 2, 10)
    if !ending(values[first].more - gap).isQuiet { return nil }
    if ending((first > 0 ? values[first - 1].more : 0) + gap).isQuiet { return nil }
    let shown = window(around: first, of: values.count, &wishes)
    let choices = values[shown].enumerated().map { index, value in
      let text = QuizWorld.size(value.more)
      var outcome = "With \(text) more " + Self.fate(value.end)
      if shown.lowerBound + index == first {
        let less = first > 0 ? values[first - 1] : (more: 0, end: end)
        outcome += " With \(QuizWorld.size(less.more)) more " + Self.fate(less.end)
        outcome += " " + wanted(limit: limit)
      }
      return Quiz.Choice(text: text, outcome: outcome)
    }
    let what =
      limit == nil
      ? "How much more memory does the machine need so that nobody is killed"
      : "By how much is memory.max of \(QuizWorld.group) to be raised so that nobody is killed"
    return question(
      .memory, "\(victim) is killed. \(what)? The least of these that is enough:",
      choices, right: first - shown.lowerBound)
  }

  /// What all want together, beside what there is.
  private func wanted(limit: Int64?) -> String {
    let wanted = world.processes.filter { limit == nil || $0.isInGroup }.reduce(world.growth) {
      $0 + $1.size
    }
    let total = wanted + (limit == nil ? world.kernelMemory : 0)
    let what = limit == nil ? "The processes and the kernel" : "The processes in the group"
    let room = limit ?? world.memory + world.swap
    let beside =
      limit == nil
      ? "page tables and the min watermark come on top" : "page tables come on top"
    return "\(what) want \(QuizWorld.size(total)) in the end, and there are "
      + "\(QuizWorld.size(room)); \(beside)."
  }

  /// The end of a sentence about a replay.
  private static func fate(_ end: QuizEnd) -> String {
    guard let kill = end.run.kills.first else { return "nobody is killed." }
    return "\(plain(kill.dyingFirst.name)) is killed at \(SizeFormat.shortTime(kill.at))."
  }
}
