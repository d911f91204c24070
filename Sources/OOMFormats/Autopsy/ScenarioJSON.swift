public import OOMSimulator
internal import VictimSelection

extension JSONWriter {
  /// `oomsim.scenario/1`: a scenario of one instant as a document that reads back to the same, with what a
  /// report can fill: no growth, one `oom` or `sysrq` event, the kill that is expected.
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
      writer.key("events")
      writer.array { for event in scenario.events { $0.event(event) } }
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
    pages("swap", machine.swap)
    field("page_size", machine.pageSize)
    if machine.wordBits == .bits32 { field("word_bits", Int64(32)) }
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

  /// Those that a report tells of.
  private mutating func sysctls(_ sysctl: Sysctl) {
    if sysctl == Sysctl() { return }
    key("sysctl")
    object(inline: true) {
      if sysctl.oomKillAllocatingTask == true {
        $0.field("vm.oom_kill_allocating_task", Int64(1))
      }
      if let panic = sysctl.panicOnOOM { $0.field("vm.panic_on_oom", Int64(panic.rawValue)) }
    }
  }

  private mutating func cgroup(_ cgroup: Cgroup, version: Int) {
    if let max = cgroup.max {
      version == 1 ? pages("memory.limit_in_bytes", max) : pages("memory.max", max)
    }
    if let both = cgroup.memswLimit { pages("memory.memsw.limit_in_bytes", both) }
    if let swap = cgroup.swapMax { pages("memory.swap.max", swap) }
    if cgroup.oomGroup == true { field("memory.oom.group", Int64(1)) }
  }

  private mutating func process(_ process: Scenario.Process) {
    field("pid", Int64(process.pid))
    field("name", process.name)
    if process.ppid != 0 { field("ppid", Int64(process.ppid)) }
    if process.uid != 0 { field("uid", Int64(process.uid)) }
    if process.capabilities == [] {
      key("capabilities")
      array(inline: true) { _ in }
    }
    if process.cgroup != "/" { field("cgroup", process.cgroup) }
    if process.oomScoreAdj != 0 { field("oom_score_adj", Int64(process.oomScoreAdj)) }
    if let adj = process.legacy.oomAdj { field("oom_adj", Int64(adj)) }
    if process.isKernelThread { field("kernel_thread", true) }
    if process.isInVfork { field("in_vfork", true) }
    if process.isSwapoff { field("swapoff", true) }
    if let nodes = process.memsAllowed { field("mems_allowed", nodes.description) }
    if process.isKernelThread { return }
    if let totalVM = process.totalVM { pages("total_vm", totalVM) }
    pages("anon", process.anon)
    if process.file != 0 { pages("file", process.file) }
    if process.shmem != 0 { pages("shmem", process.shmem) }
    if process.swap != 0 { pages("swap", process.swap) }
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
