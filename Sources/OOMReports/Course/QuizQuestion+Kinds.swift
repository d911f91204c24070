internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

// Questions about one thing each that a lesson has taught: equals, swap, oom_score.

extension QuizQuestion {
  // MARK: Equals

  /// Two that do not grow are as large as each other, and larger than the others.
  func tie(_ wishes: inout QuizDraws) -> Quiz.Question? {
    let still = world.processes.indices.filter { $0 != world.grower }
    let later = Int(wishes.number(1...2))
    guard still.count > later, !world.processes.contains(where: { $0.oomScoreAdj != 0 }) else {
      return nil
    }
    var equal = world
    let pair = (still[Int(wishes.number(0...Int64(later - 1)))], still[later])
    equal.processes[pair.0].size = max(world.processes[pair.0].size, world.processes[pair.1].size)
    equal.processes[pair.1].size = equal.processes[pair.0].size
    let end = equal.end()
    guard end.isPlain, let kill = end.run.kills.first, let decision = kill.decision,
      decision.chosen == .points, Explanation(of: kill).margin == 0,
      kill.victim.name == equal.processes[pair.1].name,
      decision.runnerUp?.name == equal.processes[pair.0].name, let scene = decision.scene
    else { return nil }
    let least = kill.victim.points - Int128(decision.totalpages) * Int128(clearance) / 100
    let others = scene.candidates.filter {
      $0.name != kill.victim.name && $0.name != decision.runnerUp?.name
    }
    if others.contains(where: { $0.ineligible == nil && $0.points > least }) { return nil }
    return QuizQuestion(name: name, world: equal, level: level).whoDies(
      .tie, end, hint: "They were started in the order of the table.")
  }

  // MARK: Swap

  /// What is in swap decides: the one that dies has less in memory than another one.
  func swap(_ wishes: inout QuizDraws) -> Quiz.Question? {
    // Of one much, of the others a little.
    let heavy = Int(wishes.number(0...2))
    let share = wishes.number(8...15)
    guard heavy < world.processes.count, heavy != world.grower,
      !world.processes.contains(where: { $0.oomScoreAdj != 0 })
    else { return nil }
    var swapping = world
    for index in swapping.processes.indices where index != world.grower {
      let part = index == heavy ? share : 1
      swapping.processes[index].swapped = max(world.processes[index].size * part / 100, 1) * 10
    }
    swapping.swap = swapping.processes.reduce(0) { $0 + $1.swapped }
    let end = swapping.end()
    guard isClear(end), let kill = end.run.kills.first, let scene = kill.decision?.scene,
      kill.victim.name == world.processes[heavy].name,
      scene.candidates.contains(where: { $0.ineligible == nil && $0.anon > kill.victim.anon })
    else { return nil }
    return QuizQuestion(name: name, world: swapping, level: level).whoDies(.swap, end)
  }

  // MARK: oom_score

  /// Scores that are nearer to one another are not told apart.
  private static let apart = 8

  func oomScore(_ wishes: inout QuizDraws) -> Quiz.Question? {
    let scenario = world.scenario(name: name)
    let table = Simulator(for: scenario).score(valid: scenario, at: 0)
    let place = Int(wishes.number(0...2))
    guard table.processes.count > place, table.totalpages > 0 else { return nil }
    let asked = table.processes[place]
    let total = Int128(table.totalpages)
    let thousandths = asked.points * 1000 / total
    let formula = "(1000 + points × 1000 / totalpages) × 2 / 3, each division rounded down"
    func sum(_ candidate: Candidate) -> String {
      "\(candidate.oomScore) is that of \(candidate.name): (1000 + "
        + "\(SizeFormat.grouped(candidate.points)) × 1000 / \(SizeFormat.grouped(table.totalpages))) × 2 / 3."
    }
    var values = table.processes.map { candidate in
      (value: Int(clamping: candidate.oomScore), outcome: sum(candidate))
    }
    values.append(
      (
        Int(clamping: thousandths),
        "\(thousandths) is points × 1000 / totalpages alone. Since 5.9 oom_score is \(formula)."
      ))
    values.sort { $0.value < $1.value }
    for (one, next) in zip(values, values.dropFirst()) where next.value - one.value < Self.apart {
      return nil
    }
    guard let right = values.firstIndex(where: { $0.value == Int(clamping: asked.oomScore) }) else {
      return nil
    }
    let choices = values.map { Quiz.Choice(text: "\($0.value)", outcome: $0.outcome) }
    return question(
      .oomScore, "What does /proc/PID/oom_score of \(asked.name) show before anything grows?",
      choices, right: right)
  }
}
