internal import OOMFormats
package import OOMSimulator
internal import VictimSelection

/// A story on one page: what happens, how many points each process has, which one dies, what people believe of it.
///
/// `Lesson` has every step with every number; this has what a reader needs who meets it for the first time.
package struct StoryLesson {
  /// Processes, reasons, beliefs and kills after these are counted.
  private static let (mostSums, mostReasons, mostMyths, mostKills) = (5, 3, 2, 2)

  let run: Run
  let scenario: Scenario
  let simulator: Simulator
  let lesson: Lesson
  let style: Style
  let width: Int

  private var numbers: LessonNumbers { LessonNumbers(pageSize: run.pageSize) }
  private let rules: RulesInForce

  /// - Parameters:
  ///   - run: with candidates, by the same simulator.
  ///   - lesson: of its first kill.
  package init(
    of run: Run, in scenario: Scenario, simulator: Simulator, lesson: Lesson, style: Style,
    width: Int
  ) {
    self.run = run
    self.scenario = scenario
    self.simulator = simulator
    rules = RulesInForce(in: simulator.kernel)
    self.lesson = lesson
    self.style = style
    self.width = width
  }

  private struct Part {
    var title: String
    var lines: [String]
  }

  /// All parts, each after an empty line.
  package var text: String {
    parts.filter { !$0.lines.isEmpty }.map { part in
      "\n\(style.bold(part.title))\n" + part.lines.map { "    \($0)\n" }.joined()
    }.joined()
  }

  /// The rules that the story goes by, and where each stands in the kernel.
  package var sources: String {
    var known: [RuleChange] = []
    var lines: [String] = []
    for case .rule(let says, let change) in lesson.steps.flatMap(\.parts) {
      if known.contains(change) { continue }
      known.append(change)
      lines += block(says) + block(LessonText.source(change)).map { style.dim("  " + $0) }
    }
    return lines.isEmpty
      ? "" : "\n\(style.bold("Where it stands"))\n" + lines.map { "    \($0)\n" }.joined()
  }

  private var parts: [Part] {
    if let kill = run.kills.first {
      guard let decision = kill.decision, let scene = decision.scene else {
        return lesson.steps.map(part) + [others]
      }
      return [
        happens(scene, at: kill.at, isRanked: decision.chosen == .points),
        points(kill, decision, scene), deaths(kill, decision), others,
        beliefs,
      ]
    }
    if let panic = run.panic, let scene = panic.scene {
      return [happens(scene, at: panic.at, isRanked: false)]
        + lesson.steps.filter { $0.name == .panic }.map(part)
    }
    // One refusal, or one growth that stands still, tells what the others are about.
    var steps = lesson.steps
    if run.loop != nil, let first = steps.first { steps = [first] }
    return steps.map(part) + [others, last]
  }

  private func block(_ text: String) -> [String] { wrapped(text, width: max(width - 4, 30)) }

  /// A step of the whole lesson, without its rules.
  private func part(_ step: Lesson.Step) -> Part {
    let text = LessonText(lesson, style: style, width: width, citations: .none)
    return Part(title: step.title, lines: text.lines(of: step).map { String($0.dropFirst(4)) })
  }

  // MARK: What happens

  private func happens(_ scene: OOMScene, at time: Microseconds, isRanked: Bool) -> Part {
    let opening = LessonOpening(scene: scene, at: time, rules: rules, numbers: numbers)
    var lines = block("At \(SizeFormat.time(Self.roughly(time))): \(opening.whatFailed)")
    if !opening.filling.isEmpty { lines += block("In use: \(opening.filling).") }
    lines += block(opening.whatIsLeft)
    lines += block(limit(scene, opening, isRanked: isRanked))
    return Part(title: "What happens", lines: lines)
  }

  /// From a minute on in whole seconds.
  private static func roughly(_ time: Microseconds) -> Microseconds {
    let second = Microseconds.seconds(1).rawValue
    return time.rawValue < 60 * second ? time : Microseconds(time.rawValue / second * second)
  }

  private func limit(_ scene: OOMScene, _ opening: LessonOpening, isRanked: Bool) -> String {
    let limit = scene.limit
    switch scene.constraint {
    case .memcg:
      return "The limit is that of the group \(opening.domain): \(limit.file) is "
        + "\(limit.limit == Cgroup.unlimited ? "not set" : numbers.size(limit.limit)), "
        + "\(numbers.size(limit.usage)) are in use."
        + (isRanked ? " Only processes in this group and below it are looked at." : "")
    case .none where scene.trigger != .declared && scene.trigger != .sysrq:
      return "It is the machine that is out of memory: \(numbers.size(limit.free)) of "
        + "\(numbers.size(limit.limit)) are free, and the kernel keeps "
        + "\(numbers.size(limit.minWatermark)), the min watermark."
        + (isRanked ? " Every process is looked at." : "")
    default: return opening.whyDomain
    }
  }

  // MARK: Points

  private func points(_ kill: Kill, _ decision: Kill.Decision, _ scene: OOMScene) -> Part {
    guard decision.chosen == .points || decision.chosen == .swapoff else {
      return Part(
        title: "Points do not decide here",
        lines: block(
          "\(numbers.name(kill.victim.identity)) is taken \(decision.chosen.reason ?? "")."))
    }
    let eligible = scene.candidates.enumerated().filter { $0.element.ineligible == nil }
    // Of equals the one that wins comes first.
    let ranking = eligible.sorted { a, b in
      let isVictim = (a.element.pid == kill.victim.pid, b.element.pid == kill.victim.pid)
      if isVictim.0 != isVictim.1 { return isVictim.0 }
      if a.element.points != b.element.points { return a.element.points > b.element.points }
      return decision.equalsReplace ? a.offset > b.offset : a.offset < b.offset
    }.map(\.element)
    let sums = ranking.prefix(Self.mostSums).map { candidate in
      Lesson.Sum(
        name: numbers.name(candidate.identity), points: SizeFormat.grouped(candidate.points),
        terms: Term.text(
          scene.arithmetic.terms(of: candidate), number: { SizeFormat.grouped($0) }), mark: "")
    }
    var lines = Lesson.Sum.lines(sums, width: max(width - 4, 30))
    let rest = ranking.count - sums.count
    if rest > 0 { lines.append("… and \(rest) more, each with as many as the last or fewer") }
    let candidates = LessonCandidates(scene: scene, rules: rules, numbers: numbers)
    let others = candidates.ineligible.prefix(Self.mostReasons).map { reason, processes in
      let names = processes.prefix(3).map { plain($0.name) }.joined(separator: ", ")
      let more = processes.count > 3 ? " and \(processes.count - 3) more" : ""
      return "\(names)\(more) (\(reason.rawValue))"
    }
    if !others.isEmpty { lines += block("No candidate: " + others.joined(separator: "; ")) }
    return Part(title: "How many points each has; in brackets is its pid", lines: lines)
  }

  // MARK: Deaths

  private func deaths(_ kill: Kill, _ decision: Kill.Decision) -> Part {
    let explanation = Explanation(of: kill)
    var text = chosen(kill, decision, explanation)
    let others = kill.killed.dropFirst()
    if !others.isEmpty {
      let names = others.prefix(4).map { plain($0.process.name) }.joined(separator: ", ")
      let more = others.count > 4 ? " and \(others.count - 4) more" : ""
      let reasons = Set(others.map { $0.because.inWords }).sorted().joined(separator: "; ")
      text += " With it \(others.count == 1 ? "dies" : "die") \(names)\(more): \(reasons)."
    }
    let delay = scenario.machine.exitDelay
    text +=
      " \(numbers.pages(kill.freedPages)) come back"
      + (delay > 0
        ? ", \(SizeFormat.time(delay)) after the kill; until then whoever asks for a page waits."
        : ".")
    return Part(
      title: "Which process dies", lines: block(text) + setting(kill, decision, explanation))
  }

  private func chosen(
    _ kill: Kill, _ decision: Kill.Decision, _ explanation: Explanation
  ) -> String {
    let name = numbers.name(kill.victim.identity)
    if kill.dyingFirst != kill.victim.identity {
      return "\(name) is chosen, and its child \(numbers.name(kill.dyingFirst)) dies in its place."
    }
    guard decision.chosen == .points, let runnerUp = decision.runnerUp,
      let margin = explanation.margin
    else { return "\(name) dies." }
    let other = numbers.name(runnerUp.identity)
    if margin == 0 {
      return "\(name) dies. \(other) has as many points: of equals the "
        + "\(decision.equalsReplace ? "last" : "first") in the kernel's list of processes is taken."
    }
    let size =
      decision.arithmetic.unit == .pages
      ? numbers.pages(Int64(clamping: margin)) : "\(SizeFormat.grouped(margin)) points"
    return "\(name) dies: it has \(size) more than \(other)."
  }

  /// From which adjustment on another process would have died, and what one of it counts.
  private func setting(
    _ kill: Kill, _ decision: Kill.Decision, _ explanation: Explanation
  ) -> [String] {
    guard decision.chosen == .points, let runnerUp = decision.runnerUp else { return [] }
    let name = plain(kill.victim.name)
    let other = "\(plain(runnerUp.name)) would have died at this OOM instead"
    if let adj = explanation.sparedAtOOMAdj {
      return block("With an oom_adj of \(adj) or less for \(name), \(other).")
    }
    guard let adj = explanation.sparedAtAdj else { return [] }
    let had = kill.victim.oomScoreAdj
    var text = "With an oom_score_adj of \(adj) or less for \(name), which has \(had), \(other)."
    switch decision.arithmetic.unit {
    case .pages:
      text +=
        " A point of it counts \(numbers.pages(explanation.pointsPerAdj)): a thousandth of totalpages, "
        + "\(SizeFormat.grouped(decision.totalpages))."
      let worth = Int128(explanation.pointsPerAdj)
      if let margin = explanation.margin, margin > 0, worth > 0 {
        let tenths = margin * 10 / worth
        text +=
          " \(SizeFormat.grouped(margin)) / \(SizeFormat.grouped(worth)) is \(tenths / 10).\(tenths % 10)."
      }
    case .thousandths:
      text +=
        " A point of it is one of these points: a thousandth of totalpages, "
        + "\(SizeFormat.grouped(decision.totalpages))."
    case .none, .own: break
    }
    return block(text)
  }

  // MARK: The rest

  private var others: Part {
    if run.kills.count < 2, run.panic == nil, run.loop == nil, run.stuck.isEmpty {
      return Part(title: "", lines: [])
    }
    let outcome = OutcomeText(style: style, width: width, mostKills: Self.mostKills)
    return Part(
      title: "What it comes to",
      lines: outcome.lines(of: run).map { String($0.dropFirst(4)) }.flatMap {
        $0.count > width - 4 && !style.isColored ? block($0) : [$0]
      })
  }

  /// What this kill disproves; what every kill disproves is left to lessons of its own.
  private var beliefs: Part {
    guard let step = lesson.steps.first(where: { $0.name == .myths }) else {
      return Part(title: "", lines: [])
    }
    var texts: [String] = []
    for case .text(let text) in step.parts { texts.append(text) }
    let shown = zip(step.facts, texts).filter { fact, _ in
      switch Myth(rawValue: fact.name) {
      case .rootBonus: fact.value == .text("true here")
      case .upTo1000: false
      default: true
      }
    }
    return Part(
      title: "What people believe",
      lines: shown.prefix(Self.mostMyths).flatMap { block($0.1) })
  }

  /// The processes with most points, of a story in which nobody dies.
  private var last: Part {
    let table = simulator.score(valid: scenario, at: run.end)
    let ranking = table.ranking.map { table.processes[$0] }
    let shown = ranking.prefix(8)
    var rows = [["points", "oom_score_adj", "oom_score", "process"]]
    for candidate in shown {
      let reason = candidate.ineligible.map { "   (\($0.rawValue))" } ?? ""
      rows.append([
        candidate.ineligible == nil ? SizeFormat.grouped(candidate.points) : "-",
        "\(candidate.oomScoreAdj)", "\(candidate.oomScore)",
        numbers.name(candidate.identity) + reason,
      ])
    }
    var lines = TextTable.lines(ofNumbers: rows)
    if ranking.count > shown.count { lines.append("… \(ranking.count - shown.count) more") }
    if let first = shown.first(where: { $0.ineligible == nil }),
      table.arithmetic.rules.proc.oomScore == .centred
    {
      lines += block(
        "oom_score of \(plain(first.name)) = (1000 + \(SizeFormat.grouped(first.points)) × 1000 / "
          + "\(SizeFormat.grouped(table.totalpages))) × 2 / 3, each division rounded down: \(first.oomScore)."
      )
    }
    return Part(title: "Who has most points at the end", lines: lines)
  }
}

extension Because {
  /// Why a process dies with the one that was chosen.
  fileprivate var inWords: String {
    switch self {
    case .victim: "chosen"
    case .child: "a child"
    case .sharedMM: "the same address space"
    case .oomGroup: "memory.oom.group of their group is set"
    case .oomPolicy: "systemd stops the rest of the unit, OOMPolicy=stop"
    case .userspace: "killed with it"
    }
  }
}
