/// One promise of a scenario that its run does not keep.
public struct Difference: Equatable, Sendable {
  /// Which: `kills[1].points`.
  public var field: String
  /// What the scenario promises.
  package var expected: Value
  /// What the run has instead.
  package var actual: Value

  package init(field: String, expected: Value, actual: Value) {
    self.field = field
    self.expected = expected
    self.actual = actual
  }

  /// What was expected or found; times are since the start.
  package enum Value: Equatable, Sendable {
    /// A name, a path or a word of the format.
    case word(String)
    case number(Int128)
    case within(Expectation.Bounds)
    case process(ProcessIdentity)
    case names([String])
    /// The process of this name survives.
    case lives(String)
    /// How the process of this name ended; nil when there was none.
    case ended(String, Run.FinalProcess.State?)
    /// The machine panics for this reason; nil when it does not.
    case panic(Panic.Why?)
    case time(Microseconds)
    case notBefore(Microseconds)
    case notAfter(Microseconds)
    case kill(ProcessIdentity, at: Microseconds)
    /// The refusal of a request of this process, at any time where that is nil.
    case refusal(String, at: Microseconds?)
    case noKill
    case noRefusal
  }
}

extension Expectation {
  /// Every promise that the run does not keep, field by field.
  public func differences(from run: Run) -> [Difference] {
    var differences: [Difference] = []
    if let kills { compare(kills, run.kills, &differences) }
    let allFates = run.fates(of: Set(survivors ?? []))
    for name in survivors ?? [] {
      let fates = allFates[name] ?? []
      if fates.isEmpty || fates.contains(where: { $0 != .running }) {
        differences.append(
          Difference(
            field: "survivors", expected: .lives(name),
            actual: .ended(name, fates.last { $0 != .running })))
      }
    }
    if let stuck {
      let names = run.stuck.map { $0.process?.name ?? "tmpfs" }
      if names.sorted() != stuck.sorted() {
        differences.append(
          Difference(field: "stuck", expected: .names(stuck), actual: .names(names)))
      }
    }
    if let refused { compare(refused, run.refused, &differences) }
    if let panic, panic != (run.panic != nil) {
      differences.append(
        Difference(
          field: "panic", expected: .word("\(panic)"), actual: .panic(run.panic?.why)))
    }
    if let outcome, outcome != run.outcome {
      differences.append(
        Difference(
          field: "outcome", expected: .word(outcome.rawValue), actual: .word(run.outcome.rawValue)))
    }
    compare(groups ?? [], run.groups, &differences)
    return differences
  }

  private func compare(
    _ expected: [ExpectedKill], _ actual: [Kill], _ differences: inout [Difference]
  ) {
    for (index, expected) in expected.enumerated() {
      guard index < actual.count else {
        differences.append(
          Difference(
            field: "kills[\(index)]", expected: .word("\(expected.process)"), actual: .noKill))
        continue
      }
      compare(expected, actual[index], "kills[\(index)]", &differences)
    }
    for (index, kill) in actual.enumerated().dropFirst(expected.count) {
      differences.append(
        Difference(
          field: "kills[\(index)]", expected: .noKill, actual: .kill(kill.dyingFirst, at: kill.at)))
    }
  }

  private func compare(
    _ expected: ExpectedKill, _ kill: Kill, _ field: String, _ differences: inout [Difference]
  ) {
    func check(
      _ name: String, _ isRight: Bool, _ wanted: Difference.Value, _ found: Difference.Value
    ) {
      if isRight { return }
      differences.append(
        Difference(field: "\(field).\(name)", expected: wanted, actual: found))
    }
    let first = kill.dyingFirst
    switch expected.process {
    case .name(let name): check("name", name == first.name, .word(name), .word(first.name))
    case .pid(let pid): check("pid", pid == first.pid, .number(Int128(pid)), .process(first))
    }
    if let by = expected.by { check("by", by == kill.by, .word(by), .word(kill.by)) }
    if let constraint = expected.constraint {
      check(
        "constraint", constraint == kill.decision?.constraint, .word(constraint.rawValue),
        .word(kill.decision?.constraint.rawValue ?? kill.by))
    }
    if let cgroup = expected.cgroup {
      check(
        "cgroup", cgroup == kill.decision?.cgroup, .word(cgroup),
        .word(kill.decision?.cgroup ?? "none"))
    }
    if let points = expected.points {
      check(
        "points", Int128(points) == kill.victim.points, .number(Int128(points)),
        .number(kill.victim.points))
    }
    if let after = expected.after {
      check("after", kill.at >= after, .notBefore(after), .time(kill.at))
    }
    if let before = expected.before {
      check("before", kill.at <= before, .notAfter(before), .time(kill.at))
    }
    if let also = expected.also {
      let names = kill.killed.dropFirst().map { $0.process.name }
      check(
        "also", names.sorted() == also.sorted(), .names(also.sorted()), .names(names.sorted()))
    }
  }

  private func compare(
    _ expected: [ExpectedRefusal], _ actual: [Refusal], _ differences: inout [Difference]
  ) {
    for index in 0..<max(expected.count, actual.count) {
      let wanted = index < expected.count ? expected[index] : nil
      let found = index < actual.count ? actual[index] : nil
      let isSame: Bool
      if let wanted, let found {
        let isProcess =
          switch wanted.process {
          case .name(let name): name == found.process?.name ?? "tmpfs"
          case .pid(let pid): pid == found.process?.pid
          }
        isSame = isProcess && (wanted.at == nil || wanted.at == found.at)
      } else {
        isSame = false
      }
      if isSame { continue }
      differences.append(
        Difference(
          field: "refused[\(index)]",
          expected: wanted.map { .refusal("\($0.process)", at: $0.at) } ?? .noRefusal,
          actual: found.map { .refusal($0.process?.name ?? "tmpfs", at: $0.at) } ?? .noRefusal))
    }
  }
}

extension Kill {
  /// The process that dies first.
  package var dyingFirst: ProcessIdentity { killed.first?.process ?? victim.identity }
}

extension Run {
  /// How the processes of some names ended, in creation order; where one came back or another was started anew under
  /// its name, the last life.
  func fates(of names: Set<String>) -> [String: [FinalProcess.State]] {
    var fates: [String: [FinalProcess.State]] = [:]
    if names.isEmpty { return fates }
    for row in 0..<processCount where names.contains(tasks.names[row]) && !replaced.contains(row) {
      let before = tasks.rare.startedAt[row] == nil ? fates[tasks.names[row], default: []] : []
      fates[tasks.names[row]] = before + [process(row).state]
    }
    return fates
  }
}
