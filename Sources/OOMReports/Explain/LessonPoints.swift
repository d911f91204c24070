internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// Each candidate's sum in the order of the visit, and the lead changing hands.
struct LessonPoints {
  let kill: Kill
  let decision: Kill.Decision
  let scene: OOMScene
  let rules: RulesInForce
  let numbers: LessonNumbers

  func step() -> Lesson.Step {
    var step = Lesson.Step(name: .points, title: "The sums, and the lead changing hands")
    guard decision.chosen == .points || decision.chosen == .swapoff else {
      step.title = "Nobody's points decide"
      step.say("\(numbers.name(kill.victim.identity)) is taken \(decision.chosen.reason ?? "").")
      step.parts += chosenRule
      return step
    }
    let trace = LeadTrace(
      over: scene.candidates, constraint: scene.constraint, rules: scene.arithmetic.rules)
    step.parts += sumRules
    step.say(walkText(trace))
    step.parts.append(.sums(sums(trace)))
    if let held = heldBack { step.say(held) }
    step.rows = rows(trace)
    step.parts += rules.main(scene.constraint == .memcg ? .memcgTies : .ties)
    if decision.chosen == .swapoff { step.parts += rules.main(.swapoff) }
    step.facts = [
      Lesson.Fact("lead_changes", trace.changes.count),
      Lesson.Fact("ties", trace.changes.count { $0.isTie }),
    ]
    return step
  }

  private var chosenRule: [Lesson.Part] {
    switch decision.chosen {
    case .allocatingTask: rules.main(.allocatingTask)
    case .constrained: rules.main(.constraint)
    case .onlyInvoker: rules.main(.nobody)
    case .swapoff: rules.main(.swapoff)
    case .points, .policy: []
    }
  }

  private var sumRules: [Lesson.Part] {
    if scene.arithmetic.unit == .own { return [] }
    var parts = rules.main(.badness)
    let eligible = scene.candidates.filter { $0.ineligible == nil }
    if scene.arithmetic.unit == .none {
      parts += rules.main(.children) + rules.main(.superuser)
    } else {
      if eligible.contains(where: { $0.countedTables > 0 }) { parts += rules.main(.pageTables) }
      if eligible.contains(where: { scene.arithmetic.rootBonus(of: $0) > 0 }) {
        parts += rules.main(.rootBonus)
      }
    }
    if eligible.contains(where: { $0.points > Int128(UInt32.max) }) {
      parts += rules.main(.scanWidth)
    }
    return parts
  }

  private func walkText(_ trace: LeadTrace) -> String {
    let count = trace.changes.count
    return "The walk keeps one choice and compares each process with it: \(count) "
      + "time\(count == 1 ? "" : "s") somebody takes the lead, and the last one is the victim."
  }

  /// What the one CPU of the machine has not added to the counters, of the two that matter most.
  private var heldBack: String? {
    let held = ([kill.victim] + (decision.runnerUp.map { [$0] } ?? [])).filter { $0.heldBack != 0 }
    if held.isEmpty { return nil }
    let parts = held.map { candidate in
      let pages = numbers.pages(abs(candidate.heldBack))
      return candidate.heldBack > 0
        ? "\(numbers.name(candidate.identity)) has \(pages) more than it shows"
        : "\(numbers.name(candidate.identity)) shows \(pages) more than it has"
    }
    return
      "The one CPU adds to a counter when 32 pages have come together, and the killer reads what is added up: "
      + parts.joined(separator: ", ") + "."
  }

  private func sums(_ trace: LeadTrace) -> [Lesson.Sum] {
    var changes: [Int: LeadTrace.Change] = [:]
    for change in trace.changes { changes[change.index] = change }
    let (shown, isWhole) = shown(trace)
    let leaders = trace.changes.map { $0.index }
    var rows: [Lesson.Sum] = []
    var leader: Int?
    var isCut = false
    for index in shown {
      if !isWhole, !isCut, leaders.count > 16, index == leaders[leaders.count - 8] {
        rows.append(
          Lesson.Sum(
            name: "… the lead changes hands \(leaders.count - 16) times more", points: nil))
        isCut = true
      }
      rows.append(
        Lesson.Sum(
          name: name(index), points: points(index), terms: terms(index),
          mark: mark(index, changes[index], leader), leads: changes[index] != nil))
      if changes[index] != nil { leader = index }
    }
    if !isWhole {
      let others = scene.candidates.count { $0.ineligible == nil } - leaders.count
      rows.append(
        Lesson.Sum(name: "\(others) others never had more than the lead of the moment", points: nil)
      )
    }
    return rows
  }

  /// All that can be chosen, or of very many those that took the lead, the first and the last of them.
  private func shown(_ trace: LeadTrace) -> (indices: [Int], isWhole: Bool) {
    let eligible = scene.candidates.indices.filter { scene.candidates[$0].ineligible == nil }
    if eligible.count <= LessonCandidates.most { return (eligible, true) }
    let leaders = trace.changes.map { $0.index }
    return (Array(leaders.prefix(8)) + leaders.dropFirst(8).suffix(8), false)
  }

  private func rows(_ trace: LeadTrace) -> [[Lesson.Fact]] {
    let leaders = Set(trace.changes.map { $0.index })
    return shown(trace).indices.map { index in
      let candidate = scene.candidates[index]
      return [
        Lesson.Fact("pid", candidate.pid), Lesson.Fact("name", candidate.name),
        Lesson.Fact("points", candidate.points),
        Lesson.Fact(
          "terms", Term.text(scene.arithmetic.terms(of: candidate), number: { "\($0)" })),
        Lesson.Fact("leads", leaders.contains(index) ? 1 : 0),
      ]
    }
  }

  private func name(_ index: Int) -> String { numbers.name(scene.candidates[index].identity) }

  private func points(_ index: Int) -> String {
    SizeFormat.grouped(scene.candidates[index].points)
  }

  private func terms(_ index: Int) -> String {
    Term.text(
      scene.arithmetic.terms(of: scene.candidates[index]), number: { SizeFormat.grouped($0) })
  }

  private func mark(_ index: Int, _ change: LeadTrace.Change?, _ leader: Int?) -> String {
    if let change {
      if change.over == nil { return "◀ leads" }
      if scene.candidates[index].isSwapoff, decision.chosen == .swapoff {
        return "◀ taken: swapoff"
      }
      return change.isTie ? "◀ leads: equal, and visited later" : "◀ leads"
    }
    guard let leader else { return "passed over" }
    let behind = scene.candidates[leader].points - scene.candidates[index].points
    if behind == 0 { return "equal, and visited later: passed over" }
    return behind < 0 ? "passed over" : "\(SizeFormat.grouped(behind)) behind"
  }
}
