public import OOMSimulator

/// A run for people: what was killed, when, by which limit, the sum of its points, and by how much the
/// next one lost.
public struct TextReport {
  let run: Run
  let style: Style
  let showsCandidates: Bool

  public init(_ run: Run, style: Style, showsCandidates: Bool = false) {
    self.run = run
    self.style = style
    self.showsCandidates = showsCandidates
  }

  public var text: String {
    var lines = [heading]
    for (index, kill) in run.kills.enumerated() {
      lines.append("")
      lines += self.kill(kill, number: index + 1)
    }
    for refusal in run.refused { lines += ["", self.refusal(refusal)] }
    for stuck in run.stuck { lines += ["", self.stuck(stuck)] }
    if let panic = run.panic { lines += ["", self.panic(panic)] }
    if !run.warnings.isEmpty { lines.append("") }
    for warning in run.warnings { lines.append("warning: \(plain(warning))") }
    lines += ["", summary]
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: String {
    let title = run.title.isEmpty ? run.scenario : run.title
    let name = title.isEmpty ? "scenario" : title
    return style.bold(plain(name))
      + style.dim("   Linux \(plain(run.kernel)), rules of \(run.ruleSet)")
  }

  private var summary: String {
    var parts = [run.kills.isEmpty ? "nobody was killed" : count(run.kills.count, "kill")]
    if !run.refused.isEmpty { parts.append(count(run.refused.count, "request") + " refused") }
    if !run.stuck.isEmpty { parts.append("\(run.stuck.count) stuck") }
    if run.panic != nil { parts.append("panic") }
    return parts.joined(separator: ", ")
      + style.dim(" · end at \(SizeFormat.time(run.end)) · digest \(hexText(run.digest))")
  }

  private func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  // MARK: Kills

  private func kill(_ kill: Kill, number: Int) -> [String] {
    let explanation = Explanation(of: kill)
    let victim = kill.victim
    let reason = kill.constraint == .memcg ? "Memory cgroup out of memory" : "Out of memory"
    var lines = [
      "#\(number) at \(SizeFormat.time(kill.at))  "
        + style.red("\(reason): killed process \(victim.pid) (\(plain(victim.name)))")
    ]
    lines += field("limit", limit(kill))
    if let invoker = kill.invoker, invoker != victim.identity {
      lines += field("asked by", "\(invoker.pid) (\(plain(invoker.name)))")
    }
    lines += field("points", points(kill, explanation))
    lines += field(
      "oom_score", "\(victim.oomScore), as /proc/\(victim.pid)/oom_score showed it")
    if kill.isAllocatingTask {
      lines += field("chosen", "because it asked: vm.oom_kill_allocating_task is 1")
    }
    lines += rivals(kill, explanation)
    lines += died(kill)
    lines += field("freed", "\(pages(kill.freedPages))")
    if showsCandidates, let candidates = kill.candidates {
      lines += candidateLines(candidates)
    }
    return lines
  }

  private func limit(_ kill: Kill) -> String {
    let state = kill.limit
    guard let cgroup = kill.cgroup else {
      let swap =
        state.swapLimit == 0
        ? "no swap" : "swap \(size(state.swapUsage)) of \(size(state.swapLimit)) used"
      return "the machine: \(size(state.free)) of \(size(state.limit)) free, min watermark "
        + "\(size(state.minWatermark)), \(swap)"
    }
    let limit = state.limit == Cgroup.unlimited ? "not set" : size(state.limit)
    return "memory.max of \(plain(cgroup)): \(limit), \(size(state.usage)) used"
  }

  private func points(_ kill: Kill, _ explanation: Explanation) -> String {
    let victim = kill.victim
    var terms: [String] = []
    for (name, pages) in [
      ("anon", victim.anon), ("file", victim.file), ("shmem", victim.shmem),
      ("swap", victim.swap), ("page tables", victim.pageTables),
    ] where pages != 0 {
      terms.append("\(name) \(SizeFormat.grouped(pages))")
    }
    var sum = terms.isEmpty ? "0" : terms.joined(separator: " + ")
    if victim.oomScoreAdj != 0 {
      sum += victim.oomScoreAdj < 0 ? " - " : " + "
      sum +=
        "oom_score_adj \(victim.oomScoreAdj.magnitude) × \(SizeFormat.grouped(explanation.pagesPerAdj))"
    }
    return "\(SizeFormat.grouped(victim.points)) = \(sum)   "
      + style.dim("of totalpages \(SizeFormat.grouped(kill.totalpages))")
  }

  private func rivals(_ kill: Kill, _ explanation: Explanation) -> [String] {
    guard let runnerUp = kill.runnerUp, let margin = explanation.margin else {
      return field("runner-up", "none: nobody else could be killed")
    }
    var text =
      "\(runnerUp.pid) (\(plain(runnerUp.name))), \(SizeFormat.grouped(runnerUp.points)) points: "
    if margin > 0 {
      text += "lost by \(pages(margin))"
    } else if margin == 0 {
      text += "equal, the victim comes later in the list"
    } else {
      text += "\(pages(-margin)) ahead, but did not ask"
    }
    var lines = field("runner-up", text)
    if kill.isAllocatingTask { return lines }
    if let adj = explanation.sparedAtAdj {
      let now = kill.victim.oomScoreAdj
      lines += field(
        "spared at",
        "oom_score_adj \(adj) or less (it had \(now)); then \(plain(runnerUp.name)) dies")
    } else if explanation.pagesPerAdj == 0 {
      lines += field(
        "spared at", "oom_score_adj -1000 only: under 1000 totalpages other values weigh nothing")
    } else {
      lines += field("spared at", "oom_score_adj -1000 only")
    }
    return lines
  }

  private func died(_ kill: Kill) -> [String] {
    let others = kill.killed.dropFirst()
    if others.isEmpty { return [] }
    let shown = others.prefix(8).map {
      "\($0.process.pid) (\(plain($0.process.name))) \($0.because == .sharedMM ? "shares its memory" : "memory.oom.group")"
    }
    let rest = others.count - shown.count
    return field(
      "died too", shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : ""))
  }

  private func candidateLines(_ candidates: [Candidate]) -> [String] {
    var lines = field(
      "candidates", "\(candidates.count), in the order in which the kernel visits them")
    lines += ScoreText.table(candidates).map { "    " + $0 }
    return lines
  }

  // MARK: Others

  private func refusal(_ refusal: Refusal) -> String {
    let who = refusal.process.map { "\($0.pid) (\(plain($0.name)))" } ?? "a tmpfs write"
    let why =
      refusal.mode == .heuristic
      ? "more in one request than RAM + swap, \(pages(refusal.allowed))"
      : "Committed_AS \(SizeFormat.grouped(refusal.committedAS)) + that is not below "
        + "\(SizeFormat.grouped(refusal.allowed)): CommitLimit "
        + "\(SizeFormat.grouped(refusal.commitLimit)) less the reserves"
    return "at \(SizeFormat.time(refusal.at))  " + style.red("ENOMEM: \(who)")
      + " asked for \(pages(refusal.pages)); \(why)"
  }

  private func stuck(_ stuck: Stuck) -> String {
    let who = stuck.process.map { "\($0.pid) (\(plain($0.name)))" } ?? "a tmpfs write"
    return "at \(SizeFormat.time(stuck.at))  " + style.red("stuck: \(who)")
      + " in \(plain(stuck.cgroup ?? "/")): \(stuck.why)"
  }

  private func panic(_ panic: Panic) -> String {
    let why =
      switch panic.why {
      case .panicOnOOM: "vm.panic_on_oom is set"
      case .deadlocked: "System is deadlocked on memory: no killable processes"
      }
    return "at \(SizeFormat.time(panic.at))  " + style.red("Kernel panic") + ": \(why)"
  }

  private func field(_ name: String, _ value: String) -> [String] {
    ["    \(name)\(String(repeating: " ", count: max(11 - name.count, 1)))\(value)"]
  }

  private func size(_ pages: Int64) -> String {
    SizeFormat.binary(pages: pages, pageSize: run.pageSize)
  }

  private func pages(_ pages: Int64) -> String {
    "\(SizeFormat.grouped(pages)) pages (\(size(pages)))"
  }
}
