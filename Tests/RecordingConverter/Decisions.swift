/// Every OOM of a recording as a scenario: the state that the kernel's own table shows, an `oom`
/// event, and the kill that followed. Growth and reclaim play no part, so each must match exactly.
public func decisions(of recording: Recording) -> [Converted] {
  recording.ooms.indices.map { index in
    let name = "\(recording.name)-\(recording.kernel.id)-\(index + 1)"
    let oom = recording.ooms[index]
    if let reason = recording.reasonToSkip(oom) { return .skipped(name: name, reason: reason) }
    guard let machine = recording.machine else {
      return .skipped(name: name, reason: "the machine's size was not recorded")
    }
    let decision = Decision(
      recording: recording, machine: machine, oom: oom, moment: recording.moment(of: oom),
      name: name)
    return .scenario(
      RecordedScenario(
        name: name, kind: .decision, kernel: recording.release, document: decision.document))
  }
}

private struct Decision {
  let recording: Recording
  let machine: Recording.Machine
  let oom: Recording.OOM
  let moment: Moment
  let name: String

  var memcg: String? { oom.memcg }

  var document: JSONValue {
    let listed = oom.rows.map { entry(of: $0) }
    let unlisted = bystanders
    let entries = unlisted.filter { $0.pid == 1 } + listed + unlisted.filter { $0.pid != 1 }
    var document = recording.head(
      name: name, title: recording.title, description: description(bystanders: unlisted))
    let groups = recording.cgroups(at: moment)
    if !groups.isEmpty {
      document.append(.init(key: "cgroup_version", value: .int(recording.cgroupVersion)))
    }
    var size = ObjectBuilder()
    size.addPages("memory", machine.ramPages)
    if !recording.hasLostSwap(before: moment) { size.addPages("swap", machine.swapPages) }
    if !recording.nodes.isEmpty { size.add("nodes", .array(recording.nodes.map(\.value))) }
    document.append(.init(key: "machine", value: size.value))
    let sysctl = SysctlDefaults.differing(recording.sysctls(at: moment))
    if !sysctl.isEmpty { document.append(.init(key: "sysctl", value: sysctl.value)) }
    if !groups.isEmpty {
      let members = groups.map { JSONValue.Member(key: $0.path, value: $0.value) }
      document.append(.init(key: "cgroups", value: .object(members)))
    }
    document.append(.init(key: "processes", value: .array(entries.map(\.value))))
    let pids = Set(entries.compactMap(\.pid))
    let event: JSONValue =
      oom.isManual ? ["at": 0, "sysrq": "f"] : ["at": 0, "oom": declaration(among: pids)]
    document.append(.init(key: "events", value: [event]))
    document.append(.init(key: "expect", value: expectation))
    return .object(document)
  }

  private func declaration(among pids: Set<Int64>) -> JSONValue {
    var declaration = ObjectBuilder()
    if let memcg { declaration.add("cgroup", .string(memcg)) }
    if let thread = oom.invokerPid {
      let invoker = oom.process(of: thread)
      if pids.contains(invoker) { declaration.add("process", .int(invoker)) }
    }
    if let nodes = oom.summary?.nodemask?.text { declaration.add("nodes", .string(nodes)) }
    return declaration.value
  }

  private func entry(of row: Recording.TableRow) -> ProcessEntry {
    var entry = ProcessEntry(pid: row.pid, name: row.name)
    entry.uid = row.uid
    entry.oomScoreAdj = row.oomScoreAdj
    entry.anon = row.rssAnon ?? row.rss
    entry.file = row.rssFile ?? 0
    entry.shmem = row.rssShmem ?? 0
    entry.swap = row.swapents
    entry.totalVM = row.totalVm
    entry.pageTables = row.pgtablesBytes / 4096
    place(&entry)
    return entry
  }

  /// Puts a process in its group, and next to the process whose memory it shares.
  private func place(_ entry: inout ProcessEntry) {
    guard let pid = entry.pid, let process = recording.process(pid) else { return }
    entry.cgroup = recording.cgroup(of: process, at: moment)
    entry.isInVfork = process.mode == "vfork"
    entry.isInSwapoff = recording.isInSwapoff(process.name, at: oom)
    entry.threads = recording.threads(of: process, at: moment)
    entry.segment = recording.segment(of: process.name)
    entry.mempolicy = recording.mempolicy(of: process, at: moment)
    let owner = recording.addressSpaceOwner(of: process)
    if owner != process.name { entry.sharesMMWith = owner }
  }

  /// The processes that the table leaves out: init, for a group's OOM all that are not in it, and
  /// for one of some nodes all that have no memory there. They must not be chosen, which only a
  /// scenario that has them can show.
  private var bystanders: [ProcessEntry] {
    let listed = Set(oom.rows.map(\.pid))
    let states = recording.dump(before: moment)?.procs ?? []
    return states.compactMap { state in
      guard !state.isKernelThread, !listed.contains(state.pid) else { return nil }
      let isSelective = memcg != nil || oom.isLimitedToNodes
      guard isSelective || state.pid == 1, recording.isAlive(state.pid, at: moment) else {
        return nil
      }
      var entry = ProcessEntry(pid: state.pid, name: state.name)
      entry.uid = state.uid
      entry.oomScoreAdj = state.oomScoreAdj
      entry.anon = max(state.rssAnon, 0) / 4
      entry.file = max(state.rssFile, 0) / 4
      entry.shmem = max(state.rssShmem, 0) / 4
      entry.swap = max(state.swap, 0) / 4
      entry.totalVM = state.totalVm
      entry.pageTables = max(state.pageTables, 0) / 4
      place(&entry)
      return entry
    }
  }

  private var expectation: JSONValue {
    guard let victim = oom.killed.first else {
      return ["kills": [], "panic": .bool(recording.panic != nil)]
    }
    var kill = ObjectBuilder()
    kill.add("pid", .int(victim.pid))
    kill.add("constraint", .string(oom.constraint))
    if let memcg { kill.add("cgroup", .string(memcg)) }
    if oom.formula?.special == nil, let points = oom.points(of: victim) {
      kill.add("points", .int(points))
    }
    // Empty says that nobody else dies, which is the point of several of these runs.
    let others = recording.alsoKilled(by: oom)
    kill.add("also", .array(others.map { .string($0) }))
    return ["kills": [kill.value], "panic": false]
  }

  private func description(bystanders: [ProcessEntry]) -> [String] {
    let isOldTable = oom.rows.contains { $0.rssAnon == nil }
    let isThread = (oom.tasks ?? []).contains { $0.pid != $0.tgid }
    let example = bystanders.contains { $0.pid == 1 } ? ", such as init," : ""
    return [
      "Shows: \(recording.rule).",
      "The processes are the task table as kernel \(recording.kernel.release) printed it at this"
        + " OOM, in its order, and the kill is the one it made.",
      isOldTable ? "This kernel prints one rss of all kinds; all of it is given as anon." : "",
      bystanders.isEmpty
        ? "" : "Who is not in the table\(example) is given as /proc showed it shortly before.",
      isThread ? "Where the table has the pid of a thread, this has its process's." : "",
      oom.isManual ? "The OOM was asked for by hand (SysRq f), which selects alike." : "",
      suspended.map { "\($0) was suspended, which plays no part in the selection." } ?? "",
    ]
  }

  /// A process that was stopped or whose group was frozen.
  private var suspended: String? {
    for step in recording.steps[..<moment.steps] {
      if step.words.count > 2, step.words[0] == "sig", step.words[2] == "19" {
        return step.words[1]
      }
    }
    let frozen = recording.cgroups(at: moment).first { group in
      group.files.contains { $0.key == "cgroup.freeze" && $0.value == "1" }
    }
    return frozen.map { "Group \($0.path)" }
  }
}

extension Recording {
  /// The names of all that died with the first victim: its group's members, as the kernel logged
  /// them, and processes of the same address spaces, whose death it does not log.
  func alsoKilled(by oom: OOM) -> [String] {
    let killed = oom.killed
    let moment = moment(of: oom)
    var names: [String] = []
    for kill in killed {
      if kill.pid != killed.first?.pid, !names.contains(kill.name) { names.append(kill.name) }
      for sharer in sharers(of: kill.pid, at: moment) where !names.contains(sharer.name) {
        if sharer.pid != killed.first?.pid { names.append(sharer.name) }
      }
    }
    return names
  }
}
