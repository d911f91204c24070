extension Simulator {
  /// Searches the smallest change of each setting that spares a process in the whole replay. Every answer is
  /// a replay: nothing is concluded from points.
  ///
  /// - Parameter process: a name or a pid.
  /// - Throws: why the text means no single process.
  /// - Complexity: some hundred replays; fewer samples where there are many processes.
  package func protection(
    of process: String, in scenario: Scenario
  ) throws(ScenarioSubjectError) -> Protection {
    let run = run(valid: scenario)
    let subject = try run.subject(process, in: scenario)
    var protection = Protection(
      scenario: run.scenario, title: run.title, kernel: run.kernel, ruleSet: run.ruleSet,
      pageSize: run.pageSize, process: subject.identity,
      cgroup: scenario.cgroup(of: subject), fate: run.fate(of: subject), run: run, options: [],
      warnings: [], world: scenario)
    let search = ProtectionSearch(simulator: self, scenario: scenario, run: run, subject: subject)
    if search.followsTooLittle {
      protection.warnings = [.notSearched(looks: run.effort)]
      return protection
    }
    switch protection.fate {
    case .survives, .stuck, .refused: break
    case .killed(let number, _, let because):
      let kill = run.kills[number]
      if subject.isMeant(by: kill.victim.identity) { protection.cgroup = kill.victim.cgroup }
      if let pod = kill.ground?.pod == nil ? nil : kill.ground?.cgroup {
        protection.options = search.request(of: pod) + search.priority(of: pod) + search.machine()
        break
      }
      protection.options =
        search.adj() + search.limit(of: kill) + search.reservations(for: protection.cgroup)
        + search.limitOfOther(kill)
      protection.warnings = search.warnings(of: kill, because, in: protection.cgroup)
    case .panic:
      if run.panic?.constraint == Constraint.none { protection.options = search.machine() }
    }
    if search.followsPart { protection.warnings.append(.followedInPart(looks: search.part)) }
    return protection
  }

  /// Whether a replay takes so long that a search for what spares a process would cut it off.
  package func protectionTakesLong(_ run: Run, of scenario: Scenario) -> Bool {
    run.effort > ProtectionSearch.part(of: scenario)
  }
}

/// The search for what spares one process.
private struct ProtectionSearch {
  private(set) var simulator: Simulator
  /// One whose runs are as long as those of any command.
  private let whole: Simulator
  /// A value at which so many die before it is no help to anybody, and is not followed further.
  static let mostKills = 100
  let scenario: Scenario
  let subject: Subject
  let run: Run
  /// How many values of one setting are tried before the exact one is searched.
  let most: Int
  /// What one replay of a search may take: what is usual for all replays together is for some hundred.
  let part: Int64
  /// Replays are cut off before they end.
  let followsPart: Bool
  /// The process is not yet killed where they are cut off, so that they say nothing.
  let followsTooLittle: Bool

  var isLegacy: Bool { simulator.rules.badness.isLegacy }

  init(simulator: Simulator, scenario: Scenario, run: Run, subject: Subject) {
    self.simulator = simulator
    self.simulator.mostKills = max(Self.mostKills, run.kills.count + 1)
    self.scenario = scenario
    self.subject = subject
    self.run = run
    let size = (run.processCount + scenario.events.count) * (run.kills.count + 1)
    most = min(max(400_000 / max(size, 1), 8), 200)
    whole = self.simulator
    part = Self.part(of: scenario)
    followsPart = run.effort > part
    self.simulator.mostEffort = part
    let fate = run.fate(of: subject)
    followsTooLittle =
      followsPart && fate != .survives
      && self.simulator.run(valid: scenario).fate(of: subject) != fate
  }

  static func part(of scenario: Scenario) -> Int64 { Effort.ofMany(scenario) / 128 }

  private func spares(_ scenario: Scenario) -> Bool {
    let run = simulator.run(valid: scenario)
    return run.fate(of: subject) == .survives && !isCutOff(run)
  }

  private func isCutOff(_ run: Run) -> Bool { run.kills.count >= simulator.mostKills ?? .max }

  /// Searches one setting by its distance from what it is.
  private func search(
    _ lever: Lever, from: Int64?, _ samples: [Int64], value: (Int64) -> Int64,
    with changed: (Int64) -> Scenario
  ) -> [Protection.Option] {
    let least = LeastChange(among: samples) { spares(changed(value($0))) }
    var to = least.amount.map(value)
    var changed = to.map(changed)
    var run = changed.map { whole.run(valid: $0) }
    // What spares it as far as the search follows need not spare it to the end.
    if let found = run, found.fate(of: subject) != .survives || isCutOff(found) {
      (to, changed, run) = (nil, nil, nil)
    }
    return [
      Protection.Option(
        lever: lever, from: from, to: to, tried: least.tried,
        exceptions: least.exceptions.map(value), isExhaustive: least.isExhaustive,
        changed: changed, run: run)
    ]
  }

  // MARK: Settings

  /// The setting as it is, and the lowest that it can be.
  private var ownAdj: (own: Int64, lowest: Int64) {
    let row = run.tasks.pids.firstIndex(of: subject.identity.pid)
    if isLegacy {
      return (
        Int64(row.map(run.tasks.oomAdj) ?? 0), simulator.rules.selection.hasOOMDisable ? -17 : -16
      )
    }
    return (Int64(row.map { run.tasks.oomScoreAdj[$0] } ?? 0), -1000)
  }

  func adj() -> [Protection.Option] {
    let (own, lowest) = ownAdj
    return search(
      isLegacy ? .oomAdj : .oomScoreAdj, from: own, Samples.even(to: own - lowest, most: most)
    ) {
      own - $0
    } with: {
      scenario.setting(Int16(clamping: $0), of: subject, isLegacy: isLegacy)
    }
  }

  /// The limit that was hit: that of the group, or the machine's memory.
  func limit(of kill: Kill) -> [Protection.Option] {
    guard let limit = kill.decision?.limit, let cgroup = kill.decision?.cgroup else {
      return machine()
    }
    if limit.limit == Cgroup.unlimited { return [] }
    let isBoth = limit.file == "memory.memsw.limit_in_bytes"
    let file: Cgroup.Limit = isBoth ? .memsw : .max
    let from = limit.limit
    // Beyond what the machine has, a limit is none.
    let most = max(scenario.machine.memory, from) + max(scenario.machine.swap, 0)
    return search(
      .limit(cgroup: cgroup, file: limit.file), from: from,
      Samples.growing(from: from, to: max(most - from, 1), most: min(self.most, 48))
    ) {
      from + $0
    } with: {
      scenario.limiting(cgroup, file, to: $0)
    }
  }

  func machine() -> [Protection.Option] {
    if scenario.machine.nodes.count > 1 { return [] }
    let mebibyte = scenario.machine.pageSize.pages(1 << 20)
    let from = scenario.machine.memory / mebibyte
    // More than 64 times as much is no plan for anybody, and 1 PiB no machine.
    let last = min(from > 1 << 24 ? 1 << 30 : max(from, 1) * 63, 1 << 30)
    return search(
      .machineMemory, from: from, Samples.growing(from: from, to: last, most: min(most, 48))
    ) {
      from + $0
    } with: {
      var scenario = scenario
      scenario.machine.memory = $0 * mebibyte
      return scenario
    }
  }

  func reservations(for cgroup: String) -> [Protection.Option] {
    let rule = simulator.rules.memcg.protection
    if rule == .none || scenario.cgroupVersion != 2 || cgroup == "/" { return [] }
    let files: [(Lever, Cgroup.Limit)] =
      rule == .whileBelowLow
      ? [(.memoryLow(cgroup: cgroup), .low)]
      : [(.memoryMin(cgroup: cgroup), .min), (.memoryLow(cgroup: cgroup), .low)]
    return files.flatMap { lever, file in
      let from = scenario.cgroups[cgroup]?[file] ?? 0
      return search(
        lever, from: from,
        Samples.even(to: scenario.machine.memory - from, most: min(most, 16))
      ) {
        from + $0
      } with: {
        scenario.reserving(cgroup, file, pages: $0)
      }
    }
  }

  /// A limit for the invoker, when that is another process: it then dies of it alone.
  func limitOfOther(_ kill: Kill) -> [Protection.Option] {
    guard let invoker = kill.decision?.invoker, !subject.isMeant(by: invoker),
      simulator.rules.memcg.support != .none,
      let other = try? run.subject("\(invoker.pid)", in: scenario)
    else { return [] }
    let parent = scenario.cgroup(of: other)
    let cgroup = (parent == "/" ? "" : parent) + "/" + Self.groupName(of: other.identity)
    let moved = scenario.moving(other, to: cgroup)
    let file = scenario.cgroupVersion == 1 ? "memory.limit_in_bytes" : "memory.max"
    let whole = scenario.machine.memory
    return search(
      .limitOfOther(other.identity, cgroup: cgroup, file: file), from: nil,
      Samples.even(to: whole - 1, most: min(most, 48))
    ) {
      whole - $0
    } with: {
      moved.limiting(cgroup, .max, to: $0)
    }
  }

  /// A name that a directory may have.
  private static func groupName(of process: ProcessIdentity) -> String {
    let isPlain = process.name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    return isPlain && !process.name.isEmpty && process.name.first != "."
      ? process.name : "pid-\(process.pid)"
  }

  // MARK: What the kubelet ranks by

  func request(of pod: String) -> [Protection.Option] {
    let mebibyte: Int64 = 1 << 20
    let from = (scenario.cgroups[pod]?.pod.request?.bytes.rawValue ?? 0) / mebibyte
    let most = scenario.machine.memory / max(scenario.machine.pageSize.pages(1 << 20), 1)
    if most <= from { return [] }
    return search(
      .podRequest(pod: pod), from: from, Samples.even(to: most - from, most: min(self.most, 48))
    ) {
      from + $0
    } with: { value in
      scenario.changing(pod: pod) {
        $0.request = Kubernetes.Quantity(bytes: Bytes(value * mebibyte))
      }
    }
  }

  /// Up to one more than the highest that is not critical: more does not help more.
  func priority(of pod: String) -> [Protection.Option] {
    let from = scenario.cgroups[pod]?.pod.priority ?? 0
    let others = scenario.cgroups.filter { $0.key != pod && Kubernetes.isPod(cgroup: $0.key) }
      .map { $0.value.pod.priority ?? 0 }.filter { $0 < Kubernetes.systemCriticalPriority - 1 }
    let most = Int64(others.max() ?? from) + 1
    if most <= Int64(from) { return [] }
    return search(
      .podPriority(pod: pod), from: Int64(from),
      Samples.even(to: most - Int64(from), most: min(self.most, 48))
    ) {
      Int64(from) + $0
    } with: { value in
      scenario.changing(pod: pod) { $0.priority = Int32(clamping: value) }
    }
  }

  // MARK: Warnings

  func warnings(of kill: Kill, _ because: Because, in cgroup: String) -> [Protection.Warning] {
    var warnings: [Protection.Warning] = []
    if growsMost > 0 { warnings.append(.growsItself(pages: growsMost)) }
    switch because {
    case .victim: warnings += warningsOfVictim(kill)
    case .child: warnings.append(.diesWith(kill.victim.identity, .child))
    case .userspace: break
    case .sharedMM, .oomGroup, .oomPolicy:
      warnings.append(.diesWith(kill.dyingFirst, because))
    }
    warnings += warningsOfDisabling()
    if kill.decision?.cgroup == nil, scenario.machine.nodes.count > 1 {
      warnings.append(.nodesNotSearched)
    }
    if cgroup == "/", scenario.cgroupVersion == 2, simulator.rules.memcg.protection != .none {
      warnings.append(.noGroup)
    }
    return warnings
  }

  private func warningsOfVictim(_ kill: Kill) -> [Protection.Warning] {
    var warnings: [Protection.Warning] = []
    guard let decision = kill.decision else { return warnings }
    if decision.chosen != .points { warnings.append(.notByPoints(decision.chosen)) }
    if decision.runnerUp == nil {
      warnings.append(decision.cgroup.map { .aloneInGroup(cgroup: $0) } ?? .aloneInMachine)
    }
    if decision.arithmetic.unit == .pages, decision.arithmetic.pointsPerAdj == 0 {
      warnings.append(
        .adjWeighsNothing(cgroup: decision.cgroup, totalpages: decision.totalpages))
    }
    return warnings
  }

  /// What comes of taking it out of the choice altogether.
  private func warningsOfDisabling() -> [Protection.Warning] {
    let (own, lowest) = ownAdj
    guard own > lowest, lowest != -16 else { return [] }
    let disabled = whole.run(
      valid:
        scenario.setting(Int16(clamping: lowest), of: subject, isLegacy: isLegacy))
    var warnings: [Protection.Warning] = []
    if isCutOff(disabled) {
      warnings.append(.disabledSacrificesMany(kills: disabled.kills.count))
    }
    if let panic = disabled.panic, run.panic == nil {
      warnings.append(.disabledPanics(at: panic.at, kills: disabled.kills.count))
    }
    if let stuck = disabled.stuck.first, run.stuck.isEmpty {
      warnings.append(.disabledSticks(stuck))
    }
    return warnings
  }

  /// Pages by which it grows, when nobody grows more; 0 otherwise.
  private var growsMost: Int64 {
    var own: Int64 = 0
    var others: [ProcessReference: Int64] = [:]
    for event in scenario.events {
      guard let (process, pages) = event.action.pagesTaken else { continue }
      if subject.isMeant(by: process) {
        own &+= pages
      } else {
        others[process, default: 0] &+= pages
      }
    }
    return others.values.allSatisfy { $0 <= own } ? own : 0
  }
}
