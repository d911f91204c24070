internal import VictimSelection

/// One value that two scenarios have differently.
package struct ScenarioDifference: Equatable, Sendable {
  package typealias Value = ShownValue

  /// Where, in the words of the scenario format: `processes.llm.oom_score_adj`.
  package var path: String
  package var before: Value
  package var after: Value

  /// Every value that differs, in the order of the format; processes and groups by their names, events by
  /// their place. Names, titles and expectations of the scenarios are not compared.
  ///
  /// - Complexity: O(processes + events + groups).
  package static func all(from before: Scenario, to after: Scenario) -> [ScenarioDifference] {
    var list = DifferenceList()
    list.add(
      "kernel", .text((before.kernel ?? .standard).text), .text((after.kernel ?? .standard).text))
    list.add(
      "cgroup_version", .number(Int64(before.cgroupVersion)), .number(Int64(after.cgroupVersion)))
    list.add(
      "memory_recursiveprot", .flag(before.isRecursivelyProtected),
      .flag(after.isRecursivelyProtected))
    list.add(
      "memory_hugetlb_accounting", .flag(before.chargesHugetlb), .flag(after.chargesHugetlb))
    list.add("machine.", Machine.fields, before.machine, after.machine)
    list.add("sysctl.", Sysctl.fields, before.sysctl, after.sysctl)
    list.addCgroups(before, after)
    list.addProcesses(before.processes, after.processes)
    list.addEvents(before.events, after.events)
    list.add(
      "badness", .text(before.badness?.text ?? ""), .text(after.badness?.text ?? ""))
    list.addKillers(before.killers, after.killers)
    return list.found
  }
}

/// Collects what differs.
private struct DifferenceList {
  typealias Value = ScenarioDifference.Value
  var found: [ScenarioDifference] = []

  mutating func add(_ path: String, _ before: Value, _ after: Value) {
    if before == after { return }
    found.append(ScenarioDifference(path: path, before: before, after: after))
  }

  mutating func add<Root>(
    _ prefix: String, _ fields: [Field<Root>], _ before: Root, _ after: Root
  ) {
    for field in fields { add(prefix + field.key, field.shown(before), field.shown(after)) }
  }

  mutating func addCgroups(_ before: Scenario, _ after: Scenario) {
    let version = after.cgroupVersion
    for path in Set(before.cgroups.keys).union(after.cgroups.keys).sorted() {
      // A group that only one names has no limits in the other, which is all there is to say.
      add(
        "cgroups.\(path).", Cgroup.differing(version: version),
        before.cgroups[path] ?? Cgroup(), after.cgroups[path] ?? Cgroup())
    }
  }

  /// Processes of the same name are the same, in their order where several have it.
  mutating func addProcesses(_ before: ProcessTable, _ after: ProcessTable) {
    if before == after { return }
    var rows: [String: [Int]] = [:]
    for row in (0..<before.count).reversed() { rows[before.names[row], default: []].append(row) }
    var isMatched = [Bool](repeating: false, count: before.count)
    for row in 0..<after.count {
      let name = after.names[row]
      guard let other = rows[name]?.popLast() else {
        add("processes.\(name)", .absent, .pages(after[row].resident))
        continue
      }
      isMatched[other] = true
      let (old, new) = (before[other], after[row])
      if old != new { add("processes.\(name).", Scenario.Process.fields, old, new) }
    }
    for row in 0..<before.count where !isMatched[row] {
      add("processes.\(before.names[row])", .pages(before[row].resident), .absent)
    }
  }

  mutating func addEvents(_ before: [Event], _ after: [Event]) {
    for index in 0..<max(before.count, after.count) {
      let path = "events.\(index)"
      let old = index < before.count ? before[index] : nil
      let new = index < after.count ? after[index] : nil
      if old == new { continue }
      guard let old, let new, old.action.name == new.action.name else {
        add(path, old?.summary ?? .absent, new?.summary ?? .absent)
        continue
      }
      let known = found.count
      add(path + ".at", .microseconds(old.at), .microseconds(new.at))
      addMembers("\(path).\(new.action.name).", old.action, new.action)
      // What has no name of its own here, such as the members of a `set`.
      if found.count == known { add(path, .text("one \(old.action.name)"), .text("another")) }
    }
  }

  mutating func addKillers(_ before: [UserspaceKiller], _ after: [UserspaceKiller]) {
    for index in 0..<max(before.count, after.count) {
      let path = "killers.\(index)"
      let old = index < before.count ? before[index] : nil
      let new = index < after.count ? after[index] : nil
      guard let old, let new, old.kind == new.kind else {
        add(
          path, old.map { .text($0.kind.rawValue) } ?? .absent,
          new.map { .text($0.kind.rawValue) } ?? .absent)
        continue
      }
      add(
        path + ".version", old.version.map { .text($0.text) } ?? .absent,
        new.version.map { .text($0.text) } ?? .absent)
      add(path + ".", UserspaceKiller.fields, old, new)
    }
  }

  private mutating func addMembers(_ path: String, _ old: Event.Action, _ new: Event.Action) {
    if let old = old.startedProcess, let new = new.startedProcess {
      add(path, Scenario.Process.fields, old, new)
    } else {
      add(path, EventForm.of(new).fields, old.parts, new.parts)
    }
  }
}

extension Scenario.Process {
  fileprivate var resident: Int64 { anon &+ file &+ shmem }
}

extension Event {
  /// What it is, in a few words.
  fileprivate var summary: ScenarioDifference.Value {
    .text(action.name + (action.process.map { " of \($0)" } ?? ""))
  }
}
