internal import OOMFormats
package import OOMSimulator
internal import VictimSelection

/// A run for people: what was killed, when, by which limit, the sum of its points, and by how much the
/// next one lost.
package struct TextReport {
  let run: Run
  let style: Style
  let showsCandidates: Bool
  /// Columns of the window; nil leaves lines as long as they are.
  let width: Int?

  package init(_ run: Run, style: Style, showsCandidates: Bool = false, width: Int? = nil) {
    self.run = run
    self.width = width
    self.style = style
    self.showsCandidates = showsCandidates
  }

  package var text: String {
    var lines = [heading]
    for (index, kill) in run.kills.enumerated() {
      lines.append("")
      lines += self.kill(kill, number: index + 1)
    }
    for refusal in run.refused { lines += ["", self.refusal(refusal)] }
    for stuck in run.stuck { lines += ["", self.stuck(stuck)] }
    if let panic = run.panic { lines += ["", self.panic(panic)] }
    if let loop = run.loop { lines += [""] + loop.lines(style) }
    let notes = RunNotes(run: run).lines
    let groups = run.groups.compactMap { self.group($0) }
    if !groups.isEmpty { lines += [""] + groups }
    for stall in run.stalls {
      lines += ["", self.stall(stall)]
    }
    if !run.warnings.isEmpty || !notes.isEmpty { lines.append("") }
    for warning in run.warnings { lines.append("warning: \(plain(warning.text))") }
    for note in notes { lines.append("note: \(note)") }
    lines += ["", summary]
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: String {
    let title = run.title.isEmpty ? run.scenario : run.title
    let name = title.isEmpty ? "scenario" : title
    return style.bold(plain(name))
      + style.dim(
        "   " + kernelText(run.kernel, ruleSet: run.ruleSet)
          + (run.policy == .kernel ? "" : ", policy \(run.policy.rawValue): no kernel does this"))
  }

  private func stall(_ stall: Run.Stall) -> String {
    let who = stall.cgroup == "/" ? "the machine" : "group \(plain(stall.cgroup))"
    var share = stall.full.text
    if let least = stall.least {
      let (from, to) = (least.wholePercent, stall.full.wholePercent)
      share = "about " + (from == to ? "" : "\(from) to ") + "\(to)%"
    }
    return
      "\(who): alive, but stalled \(share) of the time since \(SizeFormat.time(stall.since))"
  }

  private var summary: String {
    var parts = [run.kills.isEmpty ? "nobody was killed" : count(run.kills.count, "kill")]
    if !run.refused.isEmpty { parts.append(count(run.refused.count, "request") + " refused") }
    if !run.stuck.isEmpty { parts.append("\(run.stuck.count) stuck") }
    if run.panic != nil { parts.append("panic") }
    if run.loop != nil { parts.append("then a loop") }
    return parts.joined(separator: ", ")
      + style.dim(" · end at \(SizeFormat.time(run.end)) · digest \(hexText(run.digest))")
  }

  private func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  // MARK: Kills

  private func kill(_ kill: Kill, number: Int) -> [String] {
    let reason =
      switch kill.decision?.constraint {
      case nil: plain(kill.by)
      case .memcg: "Memory cgroup out of memory"
      default: "Out of memory"
      }
    let dead = kill.dyingFirst
    let verb = kill.ground?.signal == .term ? "sent SIGTERM to" : "killed"
    var lines = [
      "#\(number) at \(SizeFormat.time(kill.at))  "
        + style.red("\(reason): \(verb) process \(dead.pid) (\(plain(dead.name)))")
    ]
    for (name, value) in fields(of: kill) {
      let head = "    \(name)\(String(repeating: " ", count: max(11 - name.count, 1)))"
      let space = String(repeating: " ", count: head.count)
      lines += broken(name, value, indent: head.count).enumerated().map {
        ($0.offset == 0 ? head : space) + $0.element
      }
    }
    if showsCandidates, let candidates = kill.decision?.candidates {
      lines += candidateLines(candidates)
    }
    return lines
  }

  /// A value in lines that fit the window: a sum before its signs, all else between words.
  private func broken(_ name: String, _ value: String, indent: Int) -> [String] {
    guard let width, value.count > width - indent else { return [value] }
    let room = max(width - indent, 30)
    return name == "points"
      ? Lesson.Sum.broken(value, width: room) : wrapped(value, width: room)
  }

  /// What is to be said of a kill, each with its label.
  func fields(of kill: Kill) -> [(String, String)] {
    let explanation = Explanation(of: kill)
    let victim = kill.victim
    let dead = kill.dyingFirst
    var lines: [(String, String)] = []
    if dead != victim.identity {
      lines += field(
        "chosen", "\(victim.pid) (\(plain(victim.name))), for which its child dies")
    }
    if let ground = kill.ground {
      lines += field("because", ground.text)
      if let rule = ground.rule {
        lines += field("ruleset", "\(plain(rule.ruleset)): \(plain(rule.detectorGroup))")
      }
      if let choice = ground.choice { lines += field("chosen by", choice) }
      if let cgroup = ground.cgroup { lines += field("group", "all of \(plain(cgroup))") }
      if let pod = ground.pod { lines += field("ranked by", pod.text) }
      if let escalated = ground.escalated {
        lines += field("then", "SIGKILL at \(SizeFormat.time(escalated))")
      }
    }
    if let decision = kill.decision {
      lines += field("limit", limit(decision))
      if let earliest = decision.earliest, earliest < kill.at {
        lines += field(
          "moment",
          "between \(SizeFormat.time(roughly(earliest))) and \(SizeFormat.time(kill.at)), as fewer or more free pages stay on lists of CPUs"
        )
      }
      if let invoker = decision.invoker, invoker != victim.identity {
        lines += field("asked by", "\(invoker.pid) (\(plain(invoker.name)))")
      }
      lines += field("points", points(victim, decision, explanation))
      lines += heldBack(victim)
    }
    lines += field(
      "oom_score", "\(victim.oomScore), as /proc/\(victim.pid)/oom_score showed it")
    if let decision = kill.decision {
      if let why = decision.chosen.reason { lines += field("chosen", why) }
      lines += rivals(victim, decision, explanation)
    }
    lines += died(kill)
    lines += field("freed", "\(pages(kill.freedPages))")
    return lines
  }

  /// What the counters of a process did not show, where that is known.
  private func heldBack(_ victim: Candidate) -> [(String, String)] {
    if victim.heldBack == 0 { return [] }
    let size = self.pages(abs(victim.heldBack))
    return field(
      "held back",
      victim.heldBack > 0
        ? "\(size) of it that the one CPU had not added up yet: in no points"
        : "\(size) that it had no more, which the one CPU had not taken off yet: in its points")
  }

  /// An estimate in whole seconds.
  private func roughly(_ time: Microseconds) -> Microseconds {
    let second = Microseconds.seconds(1).rawValue
    return Microseconds(time.rawValue / second * second)
  }

  private func limit(_ decision: Kill.Decision) -> String {
    let state = decision.limit
    if let nodes = decision.nodes {
      let why = decision.constraint == .cpuset ? "the cpuset of the invoker" : "a memory policy"
      return "\(nodes.inWords), by \(why): \(size(state.free)) of \(size(state.limit)) free, min "
        + "watermark \(size(state.minWatermark))"
    }
    guard let cgroup = decision.cgroup else {
      let swap =
        state.swapLimit == 0
        ? "no swap" : "swap \(size(state.swapUsage)) of \(size(state.swapLimit)) used"
      return "the machine: \(size(state.free)) of \(size(state.limit)) free, min watermark "
        + "\(size(state.minWatermark)), \(swap)"
    }
    let limit = state.limit == Cgroup.unlimited ? "not set" : size(state.limit)
    return "\(state.file) of \(plain(cgroup)): \(limit), \(size(state.usage)) used"
  }

  private func points(
    _ victim: Candidate, _ decision: Kill.Decision, _ explanation: Explanation
  ) -> String {
    let sum = Term.text(explanation.terms, number: { SizeFormat.grouped($0) })
    let points = "\(SizeFormat.grouped(victim.points)) = \(sum)"
    if let own = decision.arithmetic.ownBadness {
      return points + style.dim("   badness: \(plain(own))")
    }
    if decision.arithmetic.unit != .pages { return points }
    return points + "   " + style.dim("of totalpages \(SizeFormat.grouped(decision.totalpages))")
  }

  private func rivals(
    _ victim: Candidate, _ decision: Kill.Decision, _ explanation: Explanation
  ) -> [(String, String)] {
    guard let runnerUp = decision.runnerUp, let margin = explanation.margin else {
      return field("runner-up", "none: nobody else could be killed")
    }
    var text =
      "\(runnerUp.pid) (\(plain(runnerUp.name))), \(SizeFormat.grouped(runnerUp.points)) point\(runnerUp.points == 1 ? "" : "s"): "
    if margin > 0 {
      text += "lost by \(points(margin, decision))"
    } else if margin == 0 {
      text += "equal, the victim comes \(decision.equalsReplace ? "later" : "earlier") in the list"
    } else {
      text += "\(points(-margin, decision)) ahead, but \(whyNot(decision))"
    }
    var lines = field("runner-up", text)
    lines += heldBack(runnerUp)
    if let pages = explanation.nearTieWithin {
      lines += field(
        "near tie",
        decision.reckonsCPU
          ? "won by \(points(margin, decision)), and what the CPU held back at the start, \(self.pages(pages)) at most, "
            + "is not known: it may be \(plain(runnerUp.name))"
          : "won by \(points(margin, decision)), and counters of \(plain(run.kernel)) can be "
            + "\(self.pages(pages)) behind: it may be \(plain(runnerUp.name))")
    }
    if decision.chosen != .points { return lines }
    let then = "then \(plain(runnerUp.name)) is chosen"
    if let adj = explanation.sparedAtAdj {
      lines += field(
        "spared at", "oom_score_adj \(adj) or less (it had \(victim.oomScoreAdj)); \(then)")
    } else if let adj = explanation.sparedAtOOMAdj {
      lines += field(
        "spared at",
        "oom_adj \(adj) or less (it had \(victim.legacy?.oomAdj ?? 0)); \(then)")
    } else if decision.arithmetic.unit == .none {
      lines += field("spared at", "oom_adj -17 only")
    } else if decision.arithmetic.unit == .own {
      lines += field("spared at", "oom_score_adj -1000 only")
    } else if explanation.pointsPerAdj == 0 {
      lines += field(
        "spared at", "oom_score_adj -1000 only: under 1000 totalpages other values weigh nothing")
    } else {
      lines += field("spared at", "oom_score_adj -1000 only")
    }
    return lines
  }

  /// Why a runner-up with more points was not taken.
  private func whyNot(_ decision: Kill.Decision) -> String {
    switch decision.chosen {
    case .points: "not taken"
    case .allocatingTask, .onlyInvoker, .constrained: "did not ask"
    case .swapoff: "does not run swapoff"
    case .policy: "in a group that uses less"
    }
  }

  private func died(_ kill: Kill) -> [(String, String)] {
    let others = kill.killed.dropFirst()
    if others.isEmpty { return [] }
    let isOneReason = others.count > 1 && Set(others.map { $0.because }).count == 1
    let shown = others.prefix(8).map {
      "\($0.process.pid) (\(plain($0.process.name)))"
        + (isOneReason ? "" : " \(reason($0.because))")
    }
    let rest = others.count - shown.count
    var text = shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    if isOneReason, let because = others.first?.because { text += ": \(reason(because))" }
    return field("died too", text)
  }

  private func reason(_ because: Because) -> String {
    switch because {
    case .victim: "victim"
    case .child: "child"
    case .sharedMM: "shares its memory"
    case .oomGroup: "memory.oom.group"
    case .oomPolicy: "OOMPolicy=stop"
    case .userspace: "killed with it"
    }
  }

  /// A difference of points, with what it is in bytes where points are pages.
  private func points(_ difference: Int128, _ decision: Kill.Decision) -> String {
    guard decision.arithmetic.unit == .pages else {
      return "\(SizeFormat.grouped(difference)) points"
    }
    return pages(Int64(truncatingIfNeeded: difference))
  }

  private func candidateLines(_ candidates: [Candidate]) -> [String] {
    let head = "    candidates \(candidates.count), in the order in which the kernel visits them"
    return [head] + ScoreText.table(candidates).map { "    " + $0 }
  }

  // MARK: Others

  private func refusal(_ refusal: Refusal) -> String {
    let name = refusal.process.map { "\($0.pid) (\(plain($0.name)))" } ?? "a tmpfs write"
    let why =
      refusal.tmpfsSize.map { "the tmpfs is full, its size is \(pages($0))" }
      ?? (refusal.mode == .heuristic ? heuristic(refusal) : strict(refusal))
    return "at \(SizeFormat.time(refusal.at))  " + style.red("\(refusal.error): \(name)")
      + " asked for \(pages(refusal.pages)); \(why)"
  }

  private func strict(_ refusal: Refusal) -> String {
    "Committed_AS \(pages(refusal.committedAS)) + that is not below "
      + "\(pages(refusal.allowed)): CommitLimit \(pages(refusal.commitLimit)) less the reserves"
  }

  private func heuristic(_ refusal: Refusal) -> String {
    if refusal.asksForAvailable {
      let most = max(refusal.allowed, 0)
      return "mode 0 took \(pages(most)) for available"
    }
    return "more in one request than RAM + swap, \(pages(refusal.allowed))"
  }

  /// A group that slept or that lost more than the kills above say one by one; nil where there is nothing to say.
  private func group(_ group: Run.FinalGroup) -> String? {
    var facts: [String] = []
    if group.highSleep > 0 {
      facts.append("slept \(SizeFormat.time(group.highSleep)) above \(group.highFiles)")
    }
    if group.events.oomKill > 1 {
      facts.append("\(SizeFormat.grouped(group.events.oomKill)) kills counted (oom_kill)")
    }
    if facts.isEmpty { return nil }
    facts.append("peak \(size(group.peak))")
    return "group \(plain(group.path)): " + facts.joined(separator: ", ")
  }

  private func stuck(_ stuck: Stuck) -> String {
    let name = stuck.process.map { "\($0.pid) (\(plain($0.name)))" } ?? "a tmpfs write"
    return "at \(SizeFormat.time(stuck.at))  " + style.red("stuck: \(name)")
      + (stuck.cgroup.map { " in \(plain($0))" } ?? "") + ": \(stuck.whyText)"
  }

  private func panic(_ panic: Panic) -> String {
    return "at \(SizeFormat.time(panic.at))  " + style.red("Kernel panic") + ": \(panic.text)"
  }

  private func field(_ name: String, _ value: String) -> [(String, String)] { [(name, value)] }

  private func size(_ pages: Int64) -> String {
    SizeFormat.binary(pages: pages, pageSize: run.pageSize)
  }

  private func pages(_ pages: Int64) -> String {
    style.amount(pages: pages, pageSize: run.pageSize)
  }
}

extension Panic {
  /// What a reader of the console would see of it.
  var text: String {
    why == .deadlocked && saysDeadlocked
      ? "System is deadlocked on memory: no killable processes" : why.text
  }
}

extension Panic.Why {
  /// The same, as it is in all releases.
  var text: String {
    switch self {
    case .panicOnOOM: "vm.panic_on_oom is set"
    case .deadlocked: "Out of memory and no killable processes"
    }
  }
}

extension Share {
  /// In whole per cent, as much as an estimate is worth.
  fileprivate var wholePercent: Int64 { (millionths + 5000) / 10_000 }
}
