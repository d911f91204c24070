import OOMFormats
import Testing

@testable import OOMSimulator

/// Memory nodes, cpusets and memory policies: `constrained_alloc()` and `oom_cpuset_eligible()`, mm/oom_kill.c.
@Suite struct NodeTests {
  /// Two nodes of 1000 pages (1200 present, 1500 spanned) and 50 of swap; a is bound to node 0, b to node 1.
  private func run(
    _ kernel: KernelRelease, invoker: String, nodes: String?,
    panicOnOOM: Sysctl.PanicOnOOM = .never,
    swapoff: String? = nil
  ) -> Run {
    var scenario = Scenario()
    scenario.machine.nodes = [0, 1].map { _ in
      Machine.Node(memory: 1000, present: 1200, spanned: 1500)
    }
    scenario.machine.memory = 2000
    scenario.machine.swap = 50
    scenario.sysctl.panicOnOOM = panicOnOOM
    scenario.sysctl.minFreeKbytes = 0
    var group = Cgroup()
    group.cpusetMems = NodeMask("1")
    scenario.cgroups["/one"] = group
    for (name, anon, policy, cgroup) in [
      ("a", 400, "0", "/"), ("b", 300, "1", "/"), ("c", 10, "0-1", "/"), ("d", 20, "0-1", "/one"),
    ] {
      var process = Scenario.Process()
      process.name = name
      process.uid = 7
      process.anon = Int64(anon)
      process.pageTables = 0
      process.mempolicy = NodeMask(policy)
      process.cgroup = cgroup
      if name == "a" { process.memsAllowed = NodeMask("0") }
      process.isSwapoff = name == swapoff
      scenario.processes.append(process)
    }
    scenario.events = [
      Event(
        at: 0,
        action: .oom(cgroup: nil, invoker: .name(invoker), nodes: nodes.flatMap { NodeMask($0) }))
    ]
    return Simulator(kernel: kernel).run(scenario)
  }

  @Test func `constraint, totalpages and victim, release by release`() {
    for (kernel, invoker, nodes, constraint, totalpages, victim) in [
      ("6.12", "c", "1", Constraint.memoryPolicy, 1250, "b"),
      ("5.3", "c", "1", .memoryPolicy, 1550, "b"),
      ("6.12", "c", "0-1", .none, 2050, "a"), ("6.12", "d", nil, .cpuset, 1250, "b"),
      ("5.3", "d", nil, .cpuset, 1550, "b"), ("2.6.30", "c", "1", .memoryPolicy, 0, "c"),
      ("2.6.30", "d", nil, .cpuset, 0, "b"), ("2.6.20", "d", nil, .cpuset, 0, "d"),
      ("2.6.12", "c", "1", .memoryPolicy, 0, "a"),
    ] as [(String, String, String?, Constraint, Int64, String)] {
      let run = run(KernelRelease(stringLiteral: kernel), invoker: invoker, nodes: nodes)
      let kill = run.kills.first
      #expect(kill?.victim.name == victim, "\(kernel) \(invoker) \(nodes ?? "")")
      #expect(kill?.decision?.constraint == constraint, "\(kernel) \(invoker)")
      if totalpages > 0 {
        #expect(kill?.decision?.totalpages == totalpages, "\(kernel) \(invoker)")
      }
    }
  }

  /// 400 / 8 = 50 is less than 300.
  @Test func `tasks of other nodes count an eighth from 2-6-19`() throws {
    let kill = try #require(run("2.6.30", invoker: "d", nodes: nil).kills.first)
    #expect(kill.victim.points == 300 && kill.victim.name == "b")
    #expect(kill.decision?.runnerUp?.name == "a" && kill.decision?.runnerUp?.points == 50)
  }

  /// `select_bad_process()` of 2.6.14 and 2.6.16, mm/oom_kill.c, asks `cpuset_excl_nodes_overlap()` before it looks at
  /// `PF_SWAPOFF`.
  @Test func `a swapoff on other nodes is passed over in 2-6-14`() throws {
    let kill = try #require(run("2.6.14", invoker: "d", nodes: nil, swapoff: "a").kills.first)
    #expect(kill.victim.name != "a" && kill.decision?.runnerUp?.name != "a")
    let later = try #require(run("2.6.16", invoker: "d", nodes: nil, swapoff: "a").kills.first)
    #expect(later.victim.name == "d" && later.decision?.runnerUp?.name != "a")
    #expect(run("2.6.14", invoker: "d", nodes: nil, swapoff: "c").kills.first?.victim.name == "c")
  }

  @Test func `panic_on_oom 1 spares a constrained OOM`() {
    #expect(run("6.12", invoker: "d", nodes: nil, panicOnOOM: .unconstrained).panic == nil)
    #expect(run("6.12", invoker: "c", nodes: nil, panicOnOOM: .unconstrained).panic != nil)
    #expect(run("6.12", invoker: "d", nodes: nil, panicOnOOM: .always).panic != nil)
  }

  @Test func `lists of nodes are read and written as the kernel does`() {
    for text in ["0", "0-1", "0-1,3", "5-7,63"] { #expect(NodeMask(text)?.description == text) }
    #expect(NodeMask("1,0")?.description == "0-1")
    for text in ["", "-", "1-0", "64", "a", "0,", "1-", "0-1-2"] {
      #expect(NodeMask(text) == nil, "\(text)")
    }
  }
}
