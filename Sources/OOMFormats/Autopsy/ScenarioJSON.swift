public import OOMSimulator
internal import VictimSelection

extension JSONWriter {
  /// `oomsim.scenario/1`: a scenario of one instant as a document that reads back to the same, with what a
  /// report or a host can fill: no growth, at most one `oom` or `sysrq` event, the kill that is expected.
  public mutating func scenario(_ scenario: Scenario) {
    object { writer in
      writer.field("schema", Scenario.schema)
      writer.field("name", scenario.name)
      if !scenario.title.isEmpty { writer.field("title", scenario.title) }
      if !scenario.description.isEmpty { writer.field("description", scenario.description) }
      if let kernel = scenario.kernel { writer.field("kernel", kernel.text) }
      writer.field("cgroup_version", Int64(scenario.cgroupVersion))
      writer.key("machine")
      writer.object { $0.machine(scenario.machine) }
      writer.sysctls(scenario.sysctl)
      if !scenario.cgroups.isEmpty {
        writer.key("cgroups")
        writer.object {
          for (path, cgroup) in scenario.cgroups.sorted(by: { $0.key < $1.key }) {
            $0.key(named: path)
            $0.object(inline: true) { $0.cgroup(cgroup, version: scenario.cgroupVersion) }
          }
        }
      }
      writer.key("processes")
      writer.array {
        for row in 0..<scenario.processes.count {
          let process = scenario.processes[row]
          $0.object(inline: true) { $0.process(process) }
        }
      }
      if !scenario.events.isEmpty {
        writer.key("events")
        writer.array { for event in scenario.events { $0.event(event) } }
      }
      if let expectation = scenario.expectation {
        writer.key("expect")
        writer.object { $0.expectation(expectation) }
      }
    }
  }

  private mutating func pages(_ key: StaticString, _ count: Int64) {
    self.key(key)
    count == 0 ? integer(0) : string("\(count) pages")
  }

  private mutating func machine(_ machine: Machine) {
    pages("memory", machine.memory)
    if machine.swapDevices.isEmpty {
      pages("swap", machine.swap)
    } else {
      key("swap")
      array { for device in machine.swapDevices { $0.swapDevice(device) } }
    }
    field("page_size", machine.pageSize)
    if machine.wordBits == .bits32 { field("word_bits", Int64(32)) }
    if machine.kernel != 0 { pages("kernel", machine.kernel) }
    if machine.slabReclaimable != 0 { pages("slab_reclaimable", machine.slabReclaimable) }
    if machine.pageCache != 0 { pages("page_cache", machine.pageCache) }
    if machine.hugetlb != 0 { pages("hugetlb", machine.hugetlb) }
    if machine.nodes.isEmpty { return }
    key("nodes")
    array { writer in
      for node in machine.nodes {
        writer.object(inline: true) {
          $0.pages("memory", node.memory)
          $0.pages("present", node.present)
          $0.pages("spanned", node.spanned)
        }
      }
    }
  }

  private mutating func swapDevice(_ device: SwapDevice) {
    object(inline: true) {
      $0.pages("size", device.size)
      $0.field("kind", device.kind.rawValue)
      if device.kind == .zram { $0.thousandths("ratio", device.ratio) }
    }
  }

  private mutating func sysctls(_ sysctl: Sysctl) {
    if sysctl == Sysctl() { return }
    let values: [(StaticString, Int64?)] = [
      ("vm.overcommit_memory", sysctl.overcommitMemory?.rawValue),
      ("vm.overcommit_ratio", sysctl.overcommitRatio),
      ("vm.overcommit_kbytes", sysctl.overcommitKbytes),
      ("vm.admin_reserve_kbytes", sysctl.adminReserveKbytes),
      ("vm.user_reserve_kbytes", sysctl.userReserveKbytes),
      ("vm.min_free_kbytes", sysctl.minFreeKbytes), ("vm.swappiness", sysctl.swappiness),
      ("vm.panic_on_oom", sysctl.panicOnOOM?.rawValue),
      ("vm.oom_kill_allocating_task", sysctl.oomKillAllocatingTask.map { $0 ? 1 : 0 }),
      ("vm.oom_dump_tasks", sysctl.oomDumpTasks.map { $0 ? 1 : 0 }),
    ]
    key("sysctl")
    object {
      for (name, value) in values {
        if let value { $0.field(name, value) }
      }
    }
  }

  private mutating func cgroup(_ cgroup: Cgroup, version: Int) {
    if let max = cgroup.max {
      version == 1 ? pages("memory.limit_in_bytes", max) : pages("memory.max", max)
    }
    if let both = cgroup.memswLimit { pages("memory.memsw.limit_in_bytes", both) }
    if let soft = cgroup.softLimit { pages("memory.soft_limit_in_bytes", soft) }
    if cgroup.useHierarchy == true { field("memory.use_hierarchy", Int64(1)) }
    if let swappiness = cgroup.swappiness { field("memory.swappiness", swappiness) }
    if cgroup.oomKillDisable == true {
      key("memory.oom_control")
      object(inline: true) { $0.field("oom_kill_disable", Int64(1)) }
    }
    if let high = cgroup.high { pages("memory.high", high) }
    if let low = cgroup.low { pages("memory.low", low) }
    if let min = cgroup.min { pages("memory.min", min) }
    if let swap = cgroup.swapMax { pages("memory.swap.max", swap) }
    if cgroup.oomGroup == true { field("memory.oom.group", Int64(1)) }
    if let mems = cgroup.cpusetMems { field("cpuset.mems", mems.description) }
    if let cache = cgroup.pageCache { pages("page_cache", cache) }
    if let kernel = cgroup.kernel { pages("kernel", kernel) }
  }

  private mutating func process(_ process: Scenario.Process) {
    field("pid", Int64(process.pid))
    field("name", process.name)
    if process.ppid != 0 { field("ppid", Int64(process.ppid)) }
    if process.uid != 0 { field("uid", Int64(process.uid)) }
    if let capabilities = process.capabilities {
      key("capabilities")
      array(inline: true) {
        if capabilities.contains(.sysAdmin) { $0.string("sys_admin") }
        if capabilities.contains(.sysResource) { $0.string("sys_resource") }
        if capabilities.contains(.sysRawIO) { $0.string("sys_rawio") }
      }
    }
    if process.cgroup != "/" { field("cgroup", process.cgroup) }
    if process.oomScoreAdj != 0 { field("oom_score_adj", Int64(process.oomScoreAdj)) }
    if let adj = process.legacy.oomAdj { field("oom_adj", Int64(adj)) }
    if process.legacy.nice != 0 { field("nice", Int64(process.legacy.nice)) }
    if process.legacy.cpuTime != 0 { field("cpu_time", "\(process.legacy.cpuTime)us") }
    if process.isKernelThread { field("kernel_thread", true) }
    if process.isInVfork { field("in_vfork", true) }
    if process.isSwapoff { field("swapoff", true) }
    if let nodes = process.memsAllowed { field("mems_allowed", nodes.description) }
    if process.isKernelThread { return }
    if let totalVM = process.totalVM { pages("total_vm", totalVM) }
    pages("anon", process.anon)
    if process.file != 0 { pages("file", process.file) }
    if let file = process.mappedFile { field("mapped_file", file) }
    if process.shmem != 0 { pages("shmem", process.shmem) }
    if let segment = process.segment { field("segment", segment) }
    if process.swap != 0 { pages("swap", process.swap) }
    if process.locked != 0 { pages("locked", process.locked) }
    if let levels = process.pageTableLevels {
      key("page_tables")
      object(inline: true) {
        $0.pages("pte", levels.pte)
        if levels.pmd != 0 { $0.pages("pmd", levels.pmd) }
        if levels.pud != 0 { $0.pages("pud", levels.pud) }
      }
    } else if let tables = process.pageTables {
      pages("page_tables", tables)
    }
  }

  private mutating func event(_ event: Event) {
    object(inline: true) { writer in
      writer.field("at", Int64(0))
      switch event.action {
      case .sysrq: writer.field("sysrq", "f")
      case .oom(let cgroup, let invoker, let nodes):
        writer.key("oom")
        writer.object(inline: true) {
          if let cgroup { $0.field("cgroup", cgroup) }
          if case .pid(let pid)? = invoker { $0.field("process", Int64(pid)) }
          if let nodes { $0.field("nodes", nodes.description) }
        }
      default: break
      }
    }
  }

  private mutating func expectation(_ expectation: Expectation) {
    if let kills = expectation.kills {
      key("kills")
      array { for kill in kills { $0.expectedKill(kill) } }
    }
    if let panic = expectation.panic { field("panic", panic) }
  }

  private mutating func expectedKill(_ kill: Expectation.ExpectedKill) {
    object(inline: true) {
      if case .pid(let pid) = kill.process { $0.field("pid", Int64(pid)) }
      if let constraint = kill.constraint { $0.field("constraint", constraint.rawValue) }
      if let cgroup = kill.cgroup { $0.field("cgroup", cgroup) }
      if let points = kill.points { $0.field("points", points) }
      if let also = kill.also { $0.field("also", also) }
    }
  }
}
