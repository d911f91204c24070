internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// What a report says about what decides: releases, constraint, page size, `totalpages`.
struct ReportFacts {
  let report: OOMReport
  /// Releases whose selection differs, of those that the forms allow, oldest first; one when it is stated.
  let releases: [KernelRelease]
  /// Those of the newest of them.
  let rules: Rules
  let isMemcg: Bool
  let constraint: Constraint?
  let pageSize: Bytes
  let word: WordBits
  /// The row of the process that was chosen.
  let chosenRow: Int?
  var totalpages = TotalpagesEstimate()
  /// The printed score tells that uid 0 has no `CAP_SYS_ADMIN`, as in a container.
  var rootHasNoBonus = false

  init(_ report: OOMReport) {
    self.report = report
    releases = Self.releases(of: report)
    rules = RulesByRelease.rules(of: releases.last ?? .standard)
    isMemcg = report.scope.isMemcg
    constraint = Self.constraint(of: report)
    chosenRow = Self.row(of: report.chosen, in: report)
    pageSize = Self.pageSize(of: report)
    let text = report.release?.text ?? ""
    let is32 = report.memory.hasHighMem || text.mentions("i386") || text.mentions("i686")
    word = is32 ? .bits32 : .bits64
    totalpages = TotalpagesEstimate(of: report, self)
    fitScore()
  }

  /// Rounded down.
  func pages(_ size: Kibibytes) -> Int64 { pageSize.pages(size) }

  /// The release as given, or `FIRST..LAST`.
  var kernelText: String {
    if let release = report.release { return release.text }
    let range = report.releases
    guard let last = range.last else { return "\(range.first).." }
    return last == range.first ? range.first.text : "\(range.first)..\(last)"
  }

  private static func releases(of report: OOMReport) -> [KernelRelease] {
    if let release = report.release { return [release] }
    let range = report.releases
    let last = range.last ?? .newestKnown
    var releases = [range.first]
    var known = RulesByRelease.rules(of: range.first)
    for boundary in RulesByRelease.boundaries where boundary > range.first && boundary <= last {
      let rules = RulesByRelease.rules(of: boundary)
      if rules.choose(as: known) { continue }
      releases.append(boundary)
      known = rules
    }
    return releases
  }

  private static func constraint(of report: OOMReport) -> Constraint? {
    switch report.scope.constraint {
    case "CONSTRAINT_MEMCG": return .memcg
    case "CONSTRAINT_CPUSET": return .cpuset
    case "CONSTRAINT_MEMORY_POLICY": return .memoryPolicy
    // One tree prints NONE for a memcg, too: the group that it names tells better.
    case "CONSTRAINT_NONE", nil: break
    default: return nil
    }
    if report.scope.isMemcg { return .memcg }
    if report.scope.constraint == nil, !report.scope.isGlobal, !isOfMachine(report) { return nil }
    if report.scope.constraint == nil {
      // 4.9 and 4.10 print the nodes of the cpuset where there is no policy.
      if report.scope.nodemask != report.scope.memsAllowed,
        lacksNodes(report.scope.nodemask, report)
      {
        return .memoryPolicy
      }
      if lacksNodes(report.scope.memsAllowed, report) { return .cpuset }
    }
    return Constraint.none
  }

  /// Whether a line says that the machine ran out, or a part of it: the reason in front of a kill, a panic, and since
  /// 3.9 the memory of the machine, which a group's report has no more. Kernel: `dump_header()`, mm/oom_kill.c.
  private static func isOfMachine(_ report: OOMReport) -> Bool {
    // Nobody to kill is a panic where the machine ran out only.
    if report.scope.saysMachine || report.ending == .panicOnOOM || report.ending == .deadlocked {
      return true
    }
    let release = report.release?.upstream ?? report.releases.first
    return release >= "3.9" && (report.memory.ram != nil || !report.memory.zones.isEmpty)
  }

  /// Before 5.0 nothing names the constraint: a list of nodes is one where it lacks a node that has memory.
  private static func lacksNodes(_ list: String?, _ report: OOMReport) -> Bool {
    guard let nodes = list.flatMap({ NodeMask($0) }) else { return false }
    return report.memory.zones.contains { ($0.present ?? 0) > 0 && !nodes.contains($0.node) }
  }

  static func row(of chosen: OOMReport.Chosen?, in report: OOMReport) -> Int? {
    guard let chosen, let rows = report.table?.rows else { return nil }
    return rows.firstIndex { $0.pid == chosen.pid } ?? rows.firstIndex { $0.tgid == chosen.pid }
      // The decision may name a thread; the kill names the process.
      ?? report.kills.first.flatMap { kill in
        kill.name == chosen.name
          ? rows.firstIndex { $0.pid == kill.pid || $0.tgid == kill.pid } : nil
      }
  }

  /// Whether a process is in the table, by its pid or, a thread, by its name.
  func hasRow(_ invoker: OOMReport.Invoker) -> Bool {
    report.table?.rows.contains {
      $0.pid == invoker.pid || $0.tgid == invoker.pid || $0.name == invoker.name
    } == true
  }

  /// What the architecture in the release leaves to choose from, by what the log shows of it.
  private static func pageSize(of report: OOMReport) -> Bytes {
    let architecture = report.release.flatMap { Architecture($0.text) }
    if let architecture, architecture.pageSizes.count == 1 {
      return Bytes(architecture.pageSizes[0] * 1024)
    }
    let evidence = PageSizeEvidence(report)
    let sizes = architecture?.pageSizes ?? Architecture.allPageSizes
    let usual = architecture?.usualPageSize ?? 4
    let size =
      evidence.printed?.kibibytes ?? evidence.counted(among: sizes)
      ?? (evidence.mayBe(usual) ? usual : 4)
    return Bytes(size * 1024)
  }

  /// Thousandths of `totalpages`, as the kill line shows them to 5.0.
  static func score(points: Int128, _ arithmetic: BadnessArithmetic) -> Int128 {
    switch arithmetic.unit {
    case .pages:
      Int128(
        UInt32(
          truncatingIfNeeded: max(points, 0) * 1000 / Int128(max(arithmetic.totalpages, 1))))
    case .thousandths, .none, .own: points
    }
  }

  /// Whether the kill line's score is one of points: the allocating task has none.
  var printsPoints: Bool {
    report.chosen?.score != nil && !report.isAllocatingTask && chosenRow != nil
      && !rules.badness.isLegacy
  }

  /// Whether that score can be worked out from the table.
  var hasScore: Bool { printsPoints && isTableComplete }

  /// All that badness reads of a process is in the table.
  var isTableComplete: Bool {
    guard let table = report.table, !rules.badness.isLegacy else { return false }
    return missingColumns.isEmpty && table.unknownColumns.isEmpty
  }

  /// What badness reads and the table does not have.
  var missingColumns: [String] {
    guard let table = report.table else { return [] }
    var missing: [String] = []
    if rules.badness.isLegacy {
      return ["CPU time, run time and nice value of the processes, which badness() reads"]
    }
    if table.lacks(.swapents) { missing.append("swap entries") }
    let hasTables = !table.lacks(.pgtablesBytes) || !table.lacks(.nrPTEs)
    if rules.badness.pageTables != .none, !hasTables { missing.append("page tables") }
    if table.lacks(.oomScoreAdj) { missing.append("oom_score_adj") }
    return missing
  }

  /// What the report cannot tell about what happened.
  var unknowns: [String] {
    var unknowns: [String] = []
    if report.suppressed > 0 {
      let reports = report.suppressed == 1 ? "1 report" : "\(report.suppressed) reports"
      unknowns.append(
        "\(reports) before this one, which the kernel did not print: callbacks suppressed")
    }
    if report.releases.isContradictory, report.release == nil {
      unknowns.append(
        "the release: its forms are those of several, as a distribution's kernel prints them")
    }
    if rules.badness.rootBonus != .none, report.table?.rows.contains(where: { $0.uid == 0 }) == true
    {
      unknowns.append(
        rootHasNoBonus
          ? "capabilities: the score shows that uid 0 has no CAP_SYS_ADMIN here"
          : "capabilities: uid 0 is taken for CAP_SYS_ADMIN")
    }
    if rules.kill.child != .none, report.chosen != nil {
      unknowns.append("parents: which children the chosen process had")
    }
    if isMemcg, !RulesByRelease.rules(of: releases[0]).selection.memcgEqualsReplace {
      unknowns.append("the groups of the tasks: the order in which a memcg's tasks are visited")
    }
    return unknowns
  }
}
