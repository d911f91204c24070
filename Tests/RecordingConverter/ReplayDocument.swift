extension Replay {
  func document(name: String) throws -> JSONValue {
    let estimate = { origin.kernelPages(processes: initial, grown: recordedGrowth) }
    let measured = atReference.flatMap {
      origin.kernelPages(tables: $0.tables, program: $0.program)
    }
    guard let kernel = measured ?? estimate() else {
      throw NotExpressible(reason: "no dump to work the kernel's own memory out from")
    }
    var document = recording.head(
      name: name, title: recording.title + " (replay)", description: description)
    let groups = recording.cgroups(at: recording.end).map { group in
      var group = group
      group.files = startFiles[group.path] ?? []
      return JSONValue.Member(
        key: group.path, value: group.value(kernel: origin.kernelPages(of: group.path)))
    }
    if !groups.isEmpty { document.append(.init(key: "cgroup_version", value: 2)) }
    var machine = ObjectBuilder()
    machine.addPages("memory", origin.machine.ramPages)
    machine.addPages("swap", origin.machine.swapPages)
    if recording.nodes.isEmpty {
      machine.addPages("kernel", kernel)
    } else {
      let moment = recording.ooms.first.map(recording.moment) ?? recording.end
      guard let nodes = origin.nodes(grown: { recordedGrowth(of: $0, before: moment) }) else {
        throw NotExpressible(reason: "no dump to work out what the kernel has on each node")
      }
      machine.add("nodes", .array(nodes.map(\.value)))
    }
    machine.addPages("page_cache", cacheAtStart)
    machine.addPages("hugetlb", origin.hugetlbPages)
    machine.addPages("swap_cache", origin.swapCachePages)
    machine.add("cpus", 1)
    document.append(.init(key: "machine", value: machine.value))
    document.append(.init(key: "sysctl", value: sysctl))
    if !groups.isEmpty { document.append(.init(key: "cgroups", value: .object(groups))) }
    document.append(.init(key: "processes", value: .array(initial.map(\.value))))
    document.append(.init(key: "events", value: .array(events)))
    document.append(.init(key: "expect", value: expectation))
    return .object(document)
  }

  private var sysctl: JSONValue {
    let values = recording.sysctls.last?.values ?? [:]
    var object = SysctlDefaults.differing(values)
    if let free = values["min_free_kbytes"] { object.add("vm.min_free_kbytes", .int(free)) }
    if refused == nil { return object.value }
    for name in ["admin_reserve_kbytes", "user_reserve_kbytes"] {
      if let value = values[name] { object.add("vm." + name, .int(value)) }
    }
    return object.value
  }

  private var expectation: JSONValue {
    var kills: [JSONValue] = []
    var dead: Set<String> = []
    for oom in recording.ooms {
      guard let victim = oom.killed.first else { continue }
      let others = recording.alsoKilled(by: oom)
      dead.formUnion([victim.name] + others)
      var kill = ObjectBuilder()
      kill.add("name", .string(victim.name))
      let isMemcg = victim.reason?.hasPrefix("Memory cgroup") ?? (oom.memcg != nil)
      let constraint = oom.isLimitedToNodes ? oom.constraint : "none"
      kill.add("constraint", .string(isMemcg ? "memcg" : constraint))
      if let memcg = oom.memcg { kill.add("cgroup", .string(memcg)) }
      kill.add("also", .array(others.map { .string($0) }))
      kills.append(kill.value)
    }
    var expectation = ObjectBuilder()
    expectation.add("kills", .array(kills))
    let exited = recording.steps.filter { $0.words.first == "kill" }.map { $0.words[1] }
    dead.formUnion(exited)
    let survivors = recording.processes.map(\.name).filter { !dead.contains($0) }
    if recording.panic == nil {
      expectation.add("survivors", .array(survivors.map { .string($0) }))
    }
    if let refused { expectation.add("refused", .array(refused)) }
    expectation.add("panic", .bool(recording.panic != nil))
    return expectation.value
  }

  private var description: [String] {
    let ignoresTouch = recording.steps.contains {
      $0.words.count == 3 && $0.words[0] == "do" && $0.words[2] == "retouch"
    }
    return [
      "Shows: \(recording.rule).",
      "Replays the script that kernel \(recording.kernel.release) was recorded with, from the"
        + " processes' start to the kills; what each growth touched is as recorded.",
      "The kernel's own memory is what the processes and MemFree left over shortly before the OOM,"
        + " with the pages that the lowest zone never gives away.",
      isCutShort
        ? "The recorder stopped at the kill; here the growth ends half a victim's size later." : "",
      ignoresTouch ? "Touching pages again, which changes no score, is left out." : "",
    ]
  }
}
