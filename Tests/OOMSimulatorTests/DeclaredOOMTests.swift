import OOMFormats
import Testing

@testable import OOMSimulator

/// SysRq f, release by release: drivers/tty/sysrq.c, mm/oom_kill.c, `is_sysrq_oom()` since 4.3.
@Suite struct SysrqTests {
  private func run(_ kernel: KernelRelease, panicOnOOM: Bool, adj: Int16, isDying: Bool) -> Run {
    var scenario = Scenario()
    scenario.machine.memory = 100_000
    scenario.sysctl.panicOnOOM = panicOnOOM ? .unconstrained : .never
    for name in ["a", "b"] {
      var process = Scenario.Process()
      process.name = name
      process.anon = 100
      process.oomScoreAdj = adj
      process.isDying = isDying && name == "b"
      scenario.processes.append(process)
    }
    scenario.events = [Event(at: 0, action: .sysrq)]
    return Simulator(kernel: kernel).run(scenario)
  }

  @Test func `it never panics since 4-3`() {
    #expect(run("4.2", panicOnOOM: true, adj: 0, isDying: false).panic?.why == .panicOnOOM)
    #expect(run("4.3", panicOnOOM: true, adj: 0, isDying: false).kills.count == 1)
    #expect(run("4.2", panicOnOOM: false, adj: -1000, isDying: false).panic?.why == .deadlocked)
    let none = run("6.12", panicOnOOM: false, adj: -1000, isDying: false)
    #expect(none.panic == nil && none.kills.isEmpty && none.warnings.count == 1)
  }

  @Test func `it passes over victims that are dying since 3-4`() {
    #expect(run("3.3", panicOnOOM: false, adj: 0, isDying: true).kills.isEmpty)
    #expect(run("3.4", panicOnOOM: false, adj: 0, isDying: true).kills.map(\.victim.name) == ["a"])
    #expect(run("6.12", panicOnOOM: false, adj: 0, isDying: true).kills.map(\.victim.name) == ["a"])
  }
}

/// The invoker is killed although its badness would spare it: mm/oom_kill.c, `out_of_memory()`.
@Suite struct InvokerTests {
  private func run(_ kernel: KernelRelease, _ body: (inout Scenario.Process) -> Void) -> Run {
    var scenario = Scenario()
    scenario.machine.memory = 100_000
    scenario.sysctl.oomKillAllocatingTask = true
    var invoker = Scenario.Process()
    invoker.name = "invoker"
    invoker.uid = 7
    invoker.anon = 100
    invoker.pageTables = 0
    body(&invoker)
    var other = invoker
    other.name = "other"
    other.isInVfork = false
    other.oomScoreAdj = 0
    scenario.processes.append(invoker)
    scenario.processes.append(other)
    scenario.events = [
      Event(at: 0, action: .oom(cgroup: nil, invoker: .name("invoker"), nodes: nil))
    ]
    return Simulator(kernel: kernel).run(scenario)
  }

  @Test(arguments: ["4.9", "6.12"] as [KernelRelease])
  func `a vfork child that asks has no points of its own`(kernel: KernelRelease) throws {
    let kill = try #require(run(kernel) { $0.isInVfork = true }.kills.first)
    #expect(kill.victim.name == "invoker" && kill.decision?.chosen == .allocatingTask)
    #expect(kill.victim.points == 0 && Explanation(of: kill).margin == -100)
  }

  @Test func `-1000 does not protect the invoker from 3-2 to 3-5`() throws {
    for (kernel, victim) in [
      ("3.1", "other"), ("3.2", "invoker"), ("3.5", "invoker"), ("3.6", "other"),
    ] {
      let run = run(KernelRelease(stringLiteral: kernel)) { $0.oomScoreAdj = -1000 }
      #expect(run.kills.first?.victim.name == victim, "\(kernel)")
      _ = run.kills.map { Explanation(of: $0).description }
    }
  }

  /// Kernel: `__set_oom_adj()`, fs/proc/base.c: not while a vfork is pending on either side.
  @Test func `a vfork child's write stays its own`() {
    var scenario = Scenario()
    scenario.machine.memory = 100_000
    for (name, isInVfork) in [("parent", false), ("child", true)] {
      var process = Scenario.Process()
      process.name = name
      process.isInVfork = isInVfork
      if isInVfork { process.sharesMMWith = .name("parent") } else { process.anon = 1000 }
      scenario.processes.append(process)
    }
    var change = Event.ProcessChange()
    change.oomScoreAdj = -1000
    scenario.events = [
      Event(at: 0, action: .setProcess(.name("child"), change)),
      Event(at: 1, action: .oom(cgroup: nil, invoker: nil, nodes: nil)),
    ]
    #expect(Simulator().run(scenario).kills.first?.victim.name == "parent")
  }
}
