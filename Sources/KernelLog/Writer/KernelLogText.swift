package import OOMSimulator

/// A run as the log of its kernel: a report for each kill, the kill lines, panics.
///
/// What the model does not have is left out, not made up: stacks and registers, the lists of free blocks, which
/// memory is active. Forms demand two numbers all the same: the processor of a task, 0, and `failcnt`, which counts
/// the OOMs of the group.
///
/// Kernel: `dump_header()` and what it calls, mm/oom_kill.c.
package struct KernelLogText {
  let forms: LogForms
  let run: Run
  private(set) var text = ""
  var now: Microseconds = 0
  /// Lines of the reaper, which come later than what stands behind them.
  private var late: [(at: Microseconds, line: String)] = []
  /// OOMs of each group so far.
  var failures: [String: Int] = [:]

  /// Writes a run whose kills have their `log`.
  package static func text(of run: Run) -> String {
    var writer = KernelLogText(run)
    writer.write()
    return writer.text
  }

  private init(_ run: Run) {
    self.run = run
    forms = LogForms(of: KernelRelease(run.kernel) ?? .standard)
  }

  private mutating func write() {
    line("Linux version \(run.kernel)")
    for kill in run.kills {
      guard let decision = kill.decision, let state = decision.log else { continue }
      advance(to: kill.at)
      if let group = decision.cgroup { failures[group, default: 0] += 1 }
      report(state, of: decision.cgroup)
      killLines(of: kill.victim, decision, state)
    }
    if let panic = run.panic, let state = panic.log {
      advance(to: panic.at)
      if let group = panic.cgroup { failures[group, default: 0] += 1 }
      if forms.reportsPanics { report(state, of: panic.cgroup) }
      write(panic, state)
      return
    }
    advance(to: .max)
  }

  // MARK: Lines

  /// A line with its time: seconds with five columns before the point. Kernel: `print_time()`,
  /// kernel/printk/printk.c.
  mutating func line(_ content: String) {
    let seconds = String(now / .seconds(1))
    let fraction = String((now % .seconds(1)).rawValue)
    text += "[" + String(repeating: " ", count: max(5 - seconds.utf8.count, 0)) + seconds + "."
    text += String(repeating: "0", count: 6 - fraction.utf8.count) + fraction + "] "
    text += content
    text += "\n"
  }

  /// A line that comes later than now.
  mutating func line(_ content: String, after delay: Microseconds) {
    late.append((now + delay, content))
  }

  private mutating func advance(to time: Microseconds) {
    while let first = late.first, first.at <= time {
      now = first.at
      line(first.line)
      late.removeFirst()
    }
    now = time
  }

  func kB(_ pages: Int64) -> String { "\(kibibytes(pages))kB" }

  func kibibytes(_ pages: Int64) -> Int64 { run.pageSize.kibibytes(pages: pages).rawValue }

  /// A name or a path as the log shows it: all but printable ASCII is spelt out, byte by byte, as /dev/kmsg does.
  ///
  /// Kernel: `append_char()` and `msg_print_ext_body()`, kernel/printk/printk.c.
  static func plain(_ text: String) -> String {
    func isSpelt(_ byte: UInt8) -> Bool { byte < 0x20 || byte >= 0x7F || byte == 0x5C }
    if !text.utf8.contains(where: isSpelt) { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isSpelt(byte) {
        let digits = String(byte, radix: 16)
        bytes += Array(("\\x" + (digits.utf8.count < 2 ? "0" : "") + digits).utf8)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func name(_ task: LoggedState.Task?) -> String {
    // An invoker outside of the scenario has no name in it.
    plain(task?.identity.name ?? "unknown")
  }

  // MARK: The report

  private mutating func report(_ state: LoggedState, of cgroup: String?) {
    switch state.report {
    case .suppressed, .leftOut: return
    case .printed(let suppressed):
      if suppressed > 0, forms.countsSuppressed {
        line("oom_kill_process: \(suppressed) callbacks suppressed")
      }
    }
    header(state)
    if forms.hasCpusetLine {
      line("\(Self.name(state.invoker)) cpuset=\(state.cpuset) mems_allowed=\(state.mems)")
    }
    if let cgroup, let memcg = state.memcg { write(memcg, cgroup, state) }
    if cgroup == nil || forms.showsMachineInMemcg { write(state.memory) }
    table(state)
    if forms.hasSummary, let chosen = state.chosen { summary(state, chosen, cgroup) }
  }

  private mutating func header(_ state: LoggedState) {
    let mask = state.constraint == .memcg || state.isSysrq ? forms.kernel : forms.anonymous
    let order = state.isSysrq && forms.marksSysrq ? -1 : 0
    let adj = state.invoker?.oomScoreAdj ?? 0
    let oldAdj = state.invoker?.oomAdj ?? 0
    let invoked = Self.name(state.invoker) + " invoked oom-killer: "
    let masked = "gfp_mask=0x" + mask.bits
    let named = invoked + masked + "(\(mask.names))"
    let nodes = state.nodemask?.description
    switch forms.header {
    case .mask: line("oom-killer: \(masked)")
    case .maskAndOrder: line("oom-killer: \(masked), order=\(order)")
    case .oomkilladj: line("\(invoked)\(masked), order=\(order), oomkilladj=\(oldAdj)")
    case .oomAdj: line("\(invoked)\(masked), order=\(order), oom_adj=\(oldAdj)")
    case .oomAdjAndScoreAdj:
      line("\(invoked)\(masked), order=\(order), oom_adj=\(oldAdj), oom_score_adj=\(adj)")
    case .scoreAdj: line("\(invoked)\(masked), order=\(order), oom_score_adj=\(adj)")
    case .flags: line("\(named), order=\(order), oom_score_adj=\(adj)")
    case .nodemask:
      line("\(named), nodemask=\(nodes ?? "(null)"), order=\(order), oom_score_adj=\(adj)")
    case .nodemaskAndBlank:
      line("\(named), nodemask=\(nodes ?? "(null)"),  order=\(order), oom_score_adj=\(adj)")
    case .allowedNodes:
      line(
        "\(named), nodemask=\(nodes ?? state.mems.description), order=\(order), oom_score_adj=\(adj)"
      )
    }
  }

  /// Kernel: `dump_oom_summary()`, mm/oom_kill.c, with `cpuset_print_current_mems_allowed()` and
  /// `mem_cgroup_print_oom_context()`.
  private mutating func summary(
    _ state: LoggedState, _ chosen: LoggedState.Task, _ cgroup: String?
  ) {
    let constraint =
      switch state.constraint {
      case .none: "NONE"
      case .cpuset: "CPUSET"
      case .memoryPolicy: "MEMORY_POLICY"
      case .memcg: "MEMCG"
      }
    let nodes = state.nodemask?.description ?? "(null)"
    let domain = cgroup.map { ",oom_memcg=" + Self.plain($0) } ?? ",global_oom"
    line(
      "oom-kill:constraint=CONSTRAINT_\(constraint),nodemask=\(nodes),cpuset=\(Self.plain(state.cpuset))"
        + ",mems_allowed=\(state.mems)\(domain),task_memcg=\(Self.plain(chosen.cgroup))"
        + ",task=\(Self.name(chosen)),pid=\(chosen.identity.pid),uid=\(chosen.uid)")
  }
}
