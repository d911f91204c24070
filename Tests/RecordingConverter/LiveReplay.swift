/// A run on a live host as a scenario: the groups and processes as they were, then what the log
/// tells, a growth and writes to the groups' files, one a second.
struct LiveReplay {
  let recording: Recording
  let run: LiveRun

  func document(name: String) -> JSONValue {
    var document = recording.head(
      name: name, title: recording.title + " (replay)",
      description: [
        "Shows: \(recording.rule).",
        "Replays what was done on kernel \(recording.kernel.release), in its order; a second apart"
          + " is this file's choice.",
        "The file pages of the program, which were charged to another group, are left out.",
      ])
    var machine = ObjectBuilder()
    machine.addPages("memory", recording.machine?.ramPages ?? 0)
    document.append(.init(key: "cgroup_version", value: .int(recording.cgroupVersion)))
    document.append(.init(key: "machine", value: machine.value))
    document.append(.init(key: "cgroups", value: .object(groups)))
    document.append(.init(key: "processes", value: .array(processes)))
    document.append(.init(key: "events", value: .array(events)))
    document.append(.init(key: "expect", value: expectation))
    return .object(document)
  }

  private var groups: [JSONValue.Member] {
    (run.start?.cgroups ?? []).map { group in
      let writes = run.startWrites.filter { $0.path == group.path && $0.errno == 0 }
      let files = writes.map { (key: $0.key, value: String($0.value)) }
      let path = LiveRun.group(group.path)
      return JSONValue.Member(key: path, value: Memcg(path: path, files: files).value)
    }
  }

  private var processes: [JSONValue] {
    (run.start?.procs ?? []).map { process in
      var entry = ProcessEntry(pid: process.pid, name: process.name)
      entry.cgroup = recording.process(process.pid)?.cg ?? "/"
      entry.oomScoreAdj = process.oomScoreAdj ?? 0
      entry.anon = (process.anon ?? 0) / 4
      entry.shmem = (process.shmem ?? 0) / 4
      return entry.value
    }
  }

  private var events: [JSONValue] {
    var writes = run.loggedWrites
    var events: [JSONValue] = []
    for line in run.log {
      let at = JSONValue.string("\(events.count + 1)s")
      if line.isWrite {
        events.append(["at": at, "set": setting(writes.removeFirst())])
      } else if line.what == "grow", let growth {
        let grow: JSONValue = [
          "process": .string(growth.name), "anon": pages(growth.pages),
        ]
        events.append(["at": at, "grow": grow])
      }
    }
    return events
  }

  private func setting(_ write: LiveRun.Write) -> JSONValue {
    let value = Memcg.value(of: String(write.value), for: write.key)
    return [
      "cgroup": .string(write.group), "to": .object([.init(key: write.key, value: value)]),
    ]
  }

  /// The process that grew and how far it meant to: it maps all of it before it touches any.
  private var growth: (name: String, pages: Int64)? {
    for process in run.start?.procs ?? [] {
      let before = (process.size ?? 0) / 4
      let seen = run.dumps.values.flatMap(\.procs).filter { $0.pid == process.pid }
      let listed = recording.ooms.flatMap(\.rows).filter { $0.pid == process.pid }
      let sizes = seen.compactMap(\.size).map { $0 / 4 } + listed.map(\.totalVm)
      if let size = sizes.max(), size > before { return (process.name, size - before) }
    }
    return nil
  }

  /// Without the file pages, which the replay leaves out.
  var grower: RecordedScenario.Grower? {
    guard let name = growth?.name,
      let row = recording.ooms.first?.rows.first(where: { $0.name == name })
    else { return nil }
    return .init(pid: row.pid, pages: (row.rssAnon ?? 0) + row.swapents)
  }

  private var expectation: JSONValue {
    // A kill that waited for a write came no earlier than that.
    let waitedFor = run.log.firstIndex { $0.what == "grow" }.flatMap { growth in
      run.log[growth...].contains(where: \.isWrite) ? events.count : nil
    }
    let kills = recording.ooms.compactMap { oom -> JSONValue? in
      guard let victim = oom.killed.first else { return nil }
      var kill = ObjectBuilder()
      kill.add("name", .string(victim.name))
      kill.add("constraint", "memcg")
      if let memcg = oom.memcg { kill.add("cgroup", .string(memcg)) }
      if let waitedFor { kill.add("after", .string("\(waitedFor)s")) }
      kill.add("also", [])
      return kill.value
    }
    let dead = Set(recording.ooms.flatMap(\.killed).map(\.pid))
    let survivors = (run.start?.procs ?? []).filter { !dead.contains($0.pid) }.map(\.name)
    return [
      "kills": .array(kills), "survivors": .array(survivors.map { .string($0) }), "stuck": [],
      "panic": false,
    ]
  }
}
