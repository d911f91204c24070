/// One promise of a scenario that its run does not keep.
public struct Difference: Equatable, Sendable {
  /// Which: `kills[1].points`.
  public var field: String
  /// What the scenario promises.
  public var expected: String
  /// What the run has instead.
  public var actual: String
}

extension Expectation {
  /// Every promise that the run does not keep, field by field.
  public func differences(from run: Run) -> [Difference] {
    var differences: [Difference] = []
    if let kills { compare(kills, run.kills, &differences) }
    let allFates = run.fates(of: Set(survivors ?? []))
    for name in survivors ?? [] {
      let fates = allFates[name] ?? []
      if fates.isEmpty || fates.contains(where: { $0 != "running" }) {
        differences.append(
          Difference(
            field: "survivors", expected: "\(name) lives",
            actual: "\(name) was \(fates.last { $0 != "running" } ?? "never there")"))
      }
    }
    if let stuck {
      let names = run.stuck.map { $0.process?.name ?? "tmpfs" }
      if names.sorted() != stuck.sorted() {
        differences.append(
          Difference(field: "stuck", expected: list(stuck), actual: list(names)))
      }
    }
    if let refused { compare(refused, run.refused, &differences) }
    if let panic, panic != (run.panic != nil) {
      differences.append(
        Difference(
          field: "panic", expected: "\(panic)",
          actual: run.panic.map { "true (\($0.why.rawValue))" } ?? "false"))
    }
    if let outcome, outcome != run.outcome {
      differences.append(
        Difference(
          field: "outcome", expected: outcome.rawValue, actual: run.outcome.rawValue))
    }
    return differences
  }

  private func compare(
    _ expected: [ExpectedKill], _ actual: [Kill], _ differences: inout [Difference]
  ) {
    for (index, expected) in expected.enumerated() {
      guard index < actual.count else {
        differences.append(
          Difference(field: "kills[\(index)]", expected: "\(expected.process)", actual: "no kill"))
        continue
      }
      compare(expected, actual[index], "kills[\(index)]", &differences)
    }
    for (index, kill) in actual.enumerated().dropFirst(expected.count) {
      differences.append(
        Difference(
          field: "kills[\(index)]", expected: "no kill",
          actual: "\(kill.dyingFirst.name) (pid \(kill.dyingFirst.pid)) at \(kill.at) us"))
    }
  }

  private func compare(
    _ expected: ExpectedKill, _ kill: Kill, _ field: String, _ differences: inout [Difference]
  ) {
    func check(_ name: String, _ isRight: Bool, _ wanted: String, _ found: String) {
      if isRight { return }
      differences.append(
        Difference(field: "\(field).\(name)", expected: wanted, actual: found))
    }
    let first = kill.dyingFirst
    switch expected.process {
    case .name(let name): check("name", name == first.name, name, first.name)
    case .pid(let pid): check("pid", pid == first.pid, "\(pid)", "\(first.pid) (\(first.name))")
    }
    if let constraint = expected.constraint {
      check(
        "constraint", constraint == kill.constraint, constraint.rawValue, kill.constraint.rawValue)
    }
    if let cgroup = expected.cgroup {
      check("cgroup", cgroup == kill.cgroup, cgroup, kill.cgroup ?? "none")
    }
    if let points = expected.points {
      check("points", Int128(points) == kill.victim.points, "\(points)", "\(kill.victim.points)")
    }
    if let after = expected.after {
      check("after", kill.at >= after, "at \(after) us or later", "at \(kill.at) us")
    }
    if let before = expected.before {
      check("before", kill.at <= before, "at \(before) us or earlier", "at \(kill.at) us")
    }
    if let also = expected.also {
      let names = kill.killed.dropFirst().map { $0.process.name }
      check("also", names.sorted() == also.sorted(), list(also.sorted()), list(names.sorted()))
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
          expected: wanted.map { "\($0.process)" + ($0.at.map { " at \($0) us" } ?? "") }
            ?? "no refusal",
          actual: found.map { "\($0.process?.name ?? "tmpfs") at \($0.at) us" } ?? "no refusal"))
    }
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "nobody" : names.joined(separator: ", ")
  }
}

extension Kill {
  /// The process that dies first.
  package var dyingFirst: ProcessIdentity { killed.first?.process ?? victim.identity }
}

extension Run {
  /// How the processes of some names ended, in creation order; where one came back or another was started anew under
  /// its name, the last life.
  func fates(of names: Set<String>) -> [String: [String]] {
    var fates: [String: [String]] = [:]
    if names.isEmpty { return fates }
    for row in 0..<processCount where names.contains(tasks.names[row]) && !replaced.contains(row) {
      let before = tasks.startedAt[row] == nil ? fates[tasks.names[row], default: []] : []
      fates[tasks.names[row]] = before + [process(row).state]
    }
    return fates
  }
}
