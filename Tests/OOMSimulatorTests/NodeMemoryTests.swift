import OOMFormats
import Testing

@testable import OOMSimulator

/// Where memory lies on a machine with nodes, and what happens when those that an allocation may use run out.
@Suite struct NodeMemoryTests {
  /// Two nodes of 1000 pages without reserves; a, b and c have a page and a page table each.
  private static func scenario(swap: Int64 = 0) -> Scenario {
    var scenario = Scenario()
    scenario.machine.nodes = [Machine.Node(memory: 1000), Machine.Node(memory: 1000)]
    scenario.machine.memory = 2000
    scenario.machine.swap = swap
    scenario.sysctl.minFreeKbytes = 0
    scenario.sysctl.overcommitMemory = .always
    for name in ["a", "b", "c"] {
      var process = Scenario.Process()
      process.name = name
      process.uid = 7
      process.anon = 1
      process.pageTables = 1
      scenario.processes.append(process)
    }
    return scenario
  }

  private static func grow(
    _ name: String, _ pages: Int64, _ nodes: String? = nil,
    _ kind: WritableKeyPath<Event.Sizes, Int64> = \.anon
  ) -> Event.Action {
    var sizes = Event.Sizes()
    sizes[keyPath: kind] = pages
    return .grow(.name(name), sizes, over: 0, nodes: nodes.flatMap { NodeMask($0) })
  }

  private static func replay(_ scenario: Scenario, _ actions: [Event.Action]) -> Replay {
    var scenario = scenario
    scenario.events = actions.enumerated().map {
      Event(at: Microseconds(Int64($0.offset)), action: $0.element)
    }
    var replay = Replay(scenario, recordsCandidates: true)
    replay.run()
    #expect(replay.state.brokenInvariant() == nil)
    return replay
  }

  private static func used(_ replay: Replay) -> [Int64] {
    Array(replay.state.ledger.nodes?.used.prefix(2) ?? [])
  }

  @Test func `unbound memory begins at node 0 and spills to the next`() {
    let replay = Self.replay(Self.scenario(), [Self.grow("a", 1500)])
    #expect(replay.record.kills.isEmpty)
    #expect(Self.used(replay)[0] == 1000)
    // Six of the start state, 1500, and two more page tables.
    #expect(Self.used(replay)[1] == 508)
  }

  /// MPOL_PREFERRED, MPOL_INTERLEAVE and MPOL_WEIGHTED_INTERLEAVE, mm/mempolicy.c: none of them keeps memory off the
  /// other nodes. At the start a has a page and a page table, b and c have theirs on node 0.
  @Test(
    "what a policy does with its nodes",
    arguments: [
      (Mempolicy.Mode.preferred, "1", 500, [4, 502]), (.preferred, "1", 1500, [508, 1000]),
      (.interleave, "0-1", 600, [306, 301]), (.interleave, "0-1", 1900, [957, 952]),
      (.weightedInterleave, "0-1", 800, [606, 201]), (.bind, "1", 500, [4, 502]),
    ])
  func modes(
    mode: Mempolicy.Mode, nodes: String, pages: Int64, used: [Int64]
  ) {
    var scenario = Self.scenario()
    scenario.machine.nodes[0].weight = 3
    var a = scenario.processes[0]
    (a.mempolicy, a.mempolicyMode) = (NodeMask(nodes), mode)
    scenario.processes = ProcessTable([a, scenario.processes[1], scenario.processes[2]])
    let replay = Self.replay(scenario, [Self.grow("a", pages)])
    #expect(replay.record.kills.isEmpty)
    for (found, said) in zip(Self.used(replay), used) { #expect(abs(found - said) <= 1) }
    // Little by little it is the same, but for what there was at the start.
    var change = Event.ProcessChange()
    (change.mempolicy, change.mempolicyMode) = (NodeMask(nodes), mode)
    var slow = Self.scenario()
    slow.machine.nodes[0].weight = 3
    var sizes = Event.Sizes()
    sizes.anon = pages
    slow.events = [
      Event(at: 0, action: .setProcess(.name("a"), change)),
      Event(at: 0, action: .grow(.name("a"), sizes, over: .seconds(10))),
    ]
    for at in 1..<100 {
      slow.events.append(
        Event(
          at: Microseconds(Int64(at) * 99_991), action: .shrink(.name("c"), Event.Sizes(), over: 0))
      )
    }
    var growth = Replay(slow, recordsCandidates: true)
    growth.run()
    for (found, said) in zip(Self.used(growth), used) { #expect(abs(found - said) <= 3) }
  }

  @Test func `a bound growth meets an OOM of its nodes while the others are free`() throws {
    let replay = Self.replay(
      Self.scenario(), [Self.grow("b", 300, "1"), Self.grow("a", 1500, "1")])
    let kill = try #require(replay.record.kills.first)
    #expect(kill.decision?.constraint == .memoryPolicy && kill.decision?.nodes == NodeMask("1"))
    #expect(kill.decision?.totalpages == 1000 && kill.victim.name == "a")
    let limit = try #require(kill.decision?.limit)
    #expect(limit.limit == 1000 && limit.usage == 1000 && limit.free == 0)
    #expect(replay.record.kills.count == 1)
    #expect(Self.used(replay)[1] == 300)
  }

  @Test func `a kill frees on the node where the victim's pages lie, and the growth goes on`() {
    var scenario = Self.scenario()
    scenario.processes.oomScoreAdj[0] = -1000
    let replay = Self.replay(
      scenario,
      // b has more memory, but none of it on node 1: its death helps nobody there.
      [Self.grow("b", 600, "0"), Self.grow("c", 500, "1"), Self.grow("a", 900, "1")])
    #expect(replay.record.kills.map(\.victim.name) == ["b", "c"])
    #expect(replay.record.kills.allSatisfy { $0.decision?.constraint == .memoryPolicy })
    #expect(replay.state.tasks.mms[0].anon == 901)
  }

  @Test func `a process bound to other nodes is no candidate`() {
    var scenario = Self.scenario()
    scenario.processes.mempolicy[1] = NodeMask("0")
    let replay = Self.replay(
      scenario, [Self.grow("b", 990), Self.grow("a", 500, "1"), Self.grow("c", 501, "1")])
    #expect(replay.record.kills.map(\.victim.name) == ["c"])
    let candidates = replay.record.kills.first?.decision?.candidates
    #expect(candidates?.map(\.ineligible) == [nil, .otherNodes, nil])
  }

  @Test func `mempolicy, mems_allowed and cpuset bind all growth`() {
    for (constraint, bind) in [
      (Constraint.memoryPolicy, { $0.processes.mempolicy[0] = NodeMask("1") }),
      (.cpuset, { $0.processes.memsAllowed[0] = NodeMask("1") }),
      (
        .cpuset,
        {
          var group = Cgroup()
          group.cpusetMems = NodeMask("1")
          $0.cgroups["/"] = group
        }
      ),
    ] as [(Constraint, (inout Scenario) -> Void)] {
      var scenario = Self.scenario()
      bind(&scenario)
      for kind in [\Event.Sizes.anon, \.shmem, \.locked] {
        let replay = Self.replay(scenario, [Self.grow("a", 1200, nil, kind)])
        #expect(replay.record.kills.map(\.decision?.constraint) == [constraint])
        #expect(replay.record.kills.first?.victim.name == "a")
      }
    }
  }

  /// `get_vma_policy()`: the policy of the memory replaces that of the process, within the cpuset.
  @Test func `the nodes of a growth replace the policy of its process`() {
    var scenario = Self.scenario()
    scenario.processes.mempolicy[0] = NodeMask("1")
    #expect(Self.replay(scenario, [Self.grow("a", 1500, "0-1")]).record.kills.isEmpty)
    scenario.processes.memsAllowed[0] = NodeMask("1")
    #expect(Self.replay(scenario, [Self.grow("a", 1500, "0-1")]).record.kills.count == 1)
    let refused = Self.replay(scenario, [Self.grow("a", 100, "0")])
    #expect(refused.state.tasks.mms[0].anon == 1)
    #expect(refused.record.warnings.contains { $0.text.contains("EINVAL") })
  }

  @Test func `reclaim for a node takes its cache and swaps its memory, nothing of others`() {
    var scenario = Self.scenario(swap: 400)
    scenario.machine.pageCache = 400
    let replay = Self.replay(scenario, [Self.grow("b", 500, "1"), Self.grow("a", 700, "1")])
    #expect(replay.record.kills.isEmpty)
    #expect(Self.used(replay)[1] == 1000)
    #expect(replay.state.ledger.accounts[0].pages.cache == 200)
    #expect(replay.state.ledger.accounts[0].swapUsage > 0)
    #expect(replay.state.tasks.mms[2].swap == 0, "c lies on node 0")
  }

  @Test func `file pages of a bound process make room for each other on its nodes`() {
    let replay = Self.replay(Self.scenario(), [Self.grow("a", 5000, "1", \.file)])
    #expect(replay.record.kills.isEmpty)
    #expect(Self.used(replay)[0] < 10 && Self.used(replay)[1] == 1000)
  }

  @Test func `tmpfs and page cache of a group go by its cpuset`() {
    var scenario = Self.scenario()
    var group = Cgroup()
    group.cpusetMems = NodeMask("1")
    scenario.cgroups["/one"] = group
    let read = Self.replay(scenario, [.growUnowned(.pageCache, pages: 5000, cgroup: "/one")])
    #expect(read.record.kills.isEmpty && Self.used(read)[0] < 10 && Self.used(read)[1] == 1000)
    // Nobody's death helps, and then nobody is left: the kernel panics.
    let written = Self.replay(scenario, [.growUnowned(.tmpfs, pages: 5000, cgroup: "/one")])
    #expect(
      written.record.kills.first?.decision?.constraint == .cpuset
        && written.record.kills.first?.decision?.invoker == nil)
    #expect(written.record.panic?.constraint == .cpuset)
  }

  @Test func `a change of what binds leaves pages where they are`() {
    var change = Event.ProcessChange()
    change.mempolicy = NodeMask("1")
    let replay = Self.replay(
      Self.scenario(),
      [Self.grow("a", 500), .setProcess(.name("a"), change), Self.grow("a", 200)])
    // With the page table that they take.
    #expect(Self.used(replay) == [506, 201])
  }

  @Test func `kernel memory lies as the nodes say, else in proportion`() {
    var scenario = Self.scenario()
    scenario.machine.kernel = 300
    #expect(Self.used(Self.replay(scenario, []))[1] == 150)
    scenario.machine.nodes = [
      Machine.Node(memory: 1000, kernel: 100), Machine.Node(memory: 1000, kernel: 200),
    ]
    #expect(Self.used(Self.replay(scenario, []))[1] == 200)
  }

  @Test func `each node keeps its share of the min watermark`() {
    var scenario = Self.scenario()
    scenario.sysctl.minFreeKbytes = 800
    let replay = Self.replay(scenario, [Self.grow("a", 1500, "1")])
    #expect(replay.record.kills.first?.decision?.limit.usage == 900)
    #expect(replay.record.kills.first?.decision?.limit.minWatermark == 100)
  }

  @Test func `a machine without nodes has none to pay for`() {
    var scenario = Self.scenario()
    scenario.machine.nodes = []
    let replay = Self.replay(scenario, [Self.grow("a", 500)])
    #expect(replay.state.ledger.nodes == nil && replay.state.tasks.rare.nodes.isEmpty)
  }
}
