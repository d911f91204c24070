internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// The steps of one kill.
struct KillLesson {
  let run: Run
  /// From 1.
  let number: Int
  let scenario: Scenario
  let decision: Kill.Decision
  let scene: OOMScene
  let rules: RulesInForce

  var kill: Kill { run.kills[number - 1] }
  var numbers: LessonNumbers { LessonNumbers(pageSize: run.pageSize) }

  func steps(why: String?) -> [Lesson.Step] {
    let opening = LessonOpening(scene: scene, at: kill.at, rules: rules, numbers: numbers)
    let candidates = LessonCandidates(scene: scene, rules: rules, numbers: numbers)
    let points = LessonPoints(
      kill: kill, decision: decision, scene: scene, rules: rules, numbers: numbers)
    var totalpages = opening.totalpages()
    // Where nobody has a setting its worth explains nothing, and where points do not decide neither does it.
    totalpages.applies = hasSettings && decision.chosen == .points
    var steps = [
      opening.allocation(), opening.domainStep(), totalpages, candidates.step(),
      points.step(), victim(), deaths(), freed(), afterwards(),
    ]
    let myths = myths()
    if !myths.parts.isEmpty { steps.append(myths) }
    if let why { steps.append(self.why(why)) }
    return steps
  }

  /// Whether any candidate has an oom_score_adj, or the scenario a badness of its own.
  private var hasSettings: Bool {
    scene.arithmetic.unit == .own
      || scene.candidates.contains {
        $0.ineligible == nil && ($0.oomScoreAdj != 0 || $0.legacy?.oomAdj ?? 0 != 0)
      }
  }

  // MARK: The victim

  private func victim() -> Lesson.Step {
    let victim = kill.victim
    var step = Lesson.Step(name: .victim, title: "The victim")
    let explanation = Explanation(of: kill)
    step.field("victim", numbers.name(victim.identity))
    step.field(
      "points",
      "\(SizeFormat.grouped(victim.points)) = "
        + Term.text(explanation.terms, number: { SizeFormat.grouped($0) }))
    if let reason = decision.chosen.reason { step.field("chosen", reason) }
    sizes(of: victim, into: &step)
    step.field("oom_score", "\(victim.oomScore), in /proc/\(victim.pid)/oom_score")
    step.parts += rules.main(.oomScore)
    rivals(explanation, into: &step)
    step.facts += [
      Lesson.Fact("pid", victim.pid), Lesson.Fact("name", victim.name),
      Lesson.Fact("points", victim.points), Lesson.Fact("oom_score", victim.oomScore),
      Lesson.Fact("oom_score_adj", victim.oomScoreAdj),
    ]
    return step
  }

  private func sizes(of victim: Candidate, into step: inout Lesson.Step) {
    if let oomAdj = victim.legacy?.oomAdj { step.field("oom_adj", "\(oomAdj)") }
    step.field("oom_score_adj", "\(victim.oomScoreAdj)")
    for (label, key, pages) in [
      ("anon", "anon", victim.anon), ("file", "file", victim.file),
      ("shmem", "shmem", victim.shmem), ("swap", "swap", victim.swap),
      ("page tables", "page_tables", victim.pageTables),
    ] {
      step.field(label, numbers.pages(pages))
      step.facts.append(Lesson.Fact(key, pages))
    }
  }

  private func rivals(_ explanation: Explanation, into step: inout Lesson.Step) {
    guard let runnerUp = decision.runnerUp, let margin = explanation.margin else {
      step.field("runner-up", "none: nobody else could be killed")
      step.facts.append(Lesson.Fact("runner_up", nil as String?))
      return
    }
    step.field(
      "runner-up",
      "\(numbers.name(runnerUp.identity)), \(SizeFormat.grouped(runnerUp.points)) points: "
        + distance(margin))
    step.facts += [
      Lesson.Fact("runner_up", runnerUp.name), Lesson.Fact("margin", margin),
    ]
    if let pages = explanation.nearTieWithin {
      step.field(
        "near tie",
        decision.reckonsCPU
          ? "won by \(size(margin)), and what the CPU held back at the start, \(numbers.pages(pages)) at most, is not "
            + "known: a kernel may take \(plain(runnerUp.name))"
          : "won by \(size(margin)), and the counters of \(plain(run.kernel)) can be "
            + "\(numbers.pages(pages)) behind: a kernel may take \(plain(runnerUp.name))")
      step.parts += rules.main(.rss)
      step.facts.append(Lesson.Fact("near_tie_within", pages))
    }
    if decision.chosen != .points { return }
    let setting = scene.arithmetic.unit == .none ? "oom_adj" : "oom_score_adj"
    if let adj = explanation.sparedAtAdj ?? explanation.sparedAtOOMAdj {
      step.field(
        "spared at", "\(setting) \(adj) or less: \(plain(runnerUp.name)) would have been chosen")
      if !hasSettings, scene.arithmetic.unit == .pages {
        step.say(
          "1 of it counts \(numbers.pages(explanation.pointsPerAdj)), a thousandth of totalpages, "
            + "\(numbers.pages(decision.totalpages)).")
      }
      step.facts.append(Lesson.Fact("spared_at", adj))
    } else {
      let lowest = scene.arithmetic.unit == .none ? -17 : -1000
      step.field("spared at", "\(setting) \(lowest) only")
    }
    if let adj = explanation.runnerUpChosenAtAdj {
      step.say(
        "With an oom_score_adj of \(adj) or more \(plain(runnerUp.name)) would have died at this OOM instead."
      )
    }
  }

  private func distance(_ margin: Int128) -> String {
    if margin == 0 {
      return "equal, and the victim is visited \(decision.equalsReplace ? "later" : "earlier")"
    }
    return margin > 0 ? "\(size(margin)) behind" : "\(size(-margin)) ahead, which did not decide"
  }

  /// A difference of points.
  private func size(_ difference: Int128) -> String {
    scene.arithmetic.unit == .pages
      ? numbers.pages(Int64(clamping: difference)) : "\(SizeFormat.grouped(difference)) points"
  }

  // MARK: The end

  private func deaths() -> Lesson.Step {
    var step = Lesson.Step(name: .deaths, title: "Who dies")
    step.applies = !isAlone
    let reasons = Set(kill.killed.map { $0.because })
    if reasons.contains(.child) {
      step.say(
        "\(numbers.name(kill.victim.identity)) is chosen, and a child of it, "
          + "\(numbers.name(kill.dyingFirst)), dies in its place.")
    } else if kill.killed.count == 1 {
      step.say("Only \(numbers.name(kill.dyingFirst)), with all its threads.")
    }
    for casualty in kill.killed.prefix(20) {
      step.field("killed", "\(numbers.name(casualty.process)): \(casualty.because.rawValue)")
    }
    if kill.killed.count > 20 { step.field("killed", "\(kill.killed.count - 20) more") }
    step.parts += rules.main(.child)
    if reasons.contains(.sharedMM) { step.parts += rules.main(.sharers) }
    if reasons.contains(.oomGroup) { step.parts += rules.main(.oomGroup) }
    step.facts = [Lesson.Fact("killed", kill.killed.count)]
    step.rows = kill.killed.prefix(20).map {
      [
        Lesson.Fact("pid", $0.process.pid), Lesson.Fact("name", $0.process.name),
        Lesson.Fact("because", $0.because.rawValue),
      ]
    }
    return step
  }

  private func freed() -> Lesson.Step {
    var step = Lesson.Step(name: .freed, title: "What comes back")
    if isAlone { step.say("Only \(numbers.name(kill.dyingFirst)) dies, with all its threads.") }
    step.field("freed", numbers.pages(kill.freedPages))
    let victim = kill.victim
    let own = victim.anon &+ victim.swap &+ victim.pageTables
    if isAlone, hasForks, kill.freedPages < own {
      step.say(
        "Of \(numbers.size(own)) of anonymous memory, swap and page tables. "
          + "\(numbers.size(own &- kill.freedPages)) are still shared since a fork: they stay with those that live."
      )
    } else if isAlone, victim.file &+ victim.shmem > 0 {
      let stays = victim.file &+ victim.shmem
      step.say(
        "Of \(numbers.size(own &+ stays)) that it had: anonymous memory, swap and page tables. Mapped files "
          + "stay as cache, and shared memory as long as anybody uses it.")
    } else {
      step.say("Anonymous memory, swap and page tables of the processes that die.")
    }
    if scenario.machine.exitDelay > 0 {
      step.say("It takes \(SizeFormat.time(scenario.machine.exitDelay)) until all of it is there.")
    }
    step.parts += rules.main(.reaper)
    step.facts = [Lesson.Fact("freed_pages", kill.freedPages)]
    return step
  }

  /// The victim dies, and nobody else.
  private var isAlone: Bool {
    kill.dyingFirst == kill.victim.identity && kill.killed.count == 1
  }

  private var hasForks: Bool {
    scenario.events.contains { event in
      if case .fork = event.action { return true }
      return false
    }
  }

  private func afterwards() -> Lesson.Step {
    var step = Lesson.Step(name: .afterwards, title: "And then")
    if number < run.kills.count {
      let next = run.kills[number]
      step.say(
        "Kill \(number + 1) of \(run.kills.count) follows at \(SizeFormat.time(next.at)): "
          + "\(numbers.name(next.dyingFirst)).")
      step.parts += rules.main(.dying)
    } else if let panic = run.panic {
      step.say("The machine panics at \(SizeFormat.time(panic.at)): \(panic.text).")
    } else if run.loop != nil {
      step.say("It goes on like this for ever: the run is a loop.")
    } else {
      step.say("It was the last kill. The run ends at \(SizeFormat.time(run.end)).")
      step.applies = number > 1 || !run.stuck.isEmpty
    }
    for stuck in run.stuck.prefix(3) {
      step.say(
        "\(stuck.process.map(numbers.name) ?? "A tmpfs write") stands still from "
          + "\(SizeFormat.time(stuck.at)) on: \(stuck.whyText).")
    }
    step.facts = [Lesson.Fact("end_us", run.end)]
    return step
  }
}
