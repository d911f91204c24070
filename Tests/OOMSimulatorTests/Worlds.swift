@testable import OOMSimulator

/// A small seeded generator: the same numbers on every machine. Steele, Lea and Flood, 2014.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Scenarios drawn from a seed. Each draws first which features it has at all, so that rare combinations
/// and plain worlds both come up.
struct Worlds {
  private var random: SplitMix
  let paths: [String]
  private var names: [String] = []
  private let usesSwap: Bool
  private let usesGroups: Bool
  private let usesProtection: Bool
  private let usesSharing: Bool
  private let usesShrink: Bool
  /// Segments, mapped files, forks.
  private let usesObjects: Bool
  private let usesForks: Bool
  var isVersionOne = false
  private var usesRestarts = false
  /// What draws memory nodes, so that the worlds without are the same.
  private var nodeRandom: SplitMix
  private var nodeCount = 0
  /// What draws touches of old pages and memory.swap.high, for the same reason.
  var touchRandom: SplitMix

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    nodeRandom = SplitMix(seed: seed ^ 0x6e6f_6465)
    touchRandom = SplitMix(seed: seed ^ 0x746f_7563)
    usesSwap = Bool.random(using: &random)
    usesGroups = Int.random(in: 0..<4, using: &random) > 0
    usesProtection = Bool.random(using: &random)
    usesSharing = Int.random(in: 0..<3, using: &random) == 0
    usesShrink = Bool.random(using: &random)
    usesObjects = Int.random(in: 0..<3, using: &random) == 0
    usesForks = Int.random(in: 0..<3, using: &random) == 0
    paths = usesGroups ? ["/", "/a", "/a/b", "/a/b/c", "/a/d", "/e"] : ["/"]
  }

  private mutating func pages(_ most: Int64) -> Int64 {
    Int64.random(in: 0...most, using: &random)
  }

  private mutating func path() -> String { paths.randomElement(using: &random) ?? "/" }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  /// - Parameters:
  ///   - usesVersionOne: some worlds have groups of version 1.
  ///   - usesRestarts: in some worlds processes come back.
  ///   - usesNodes: some worlds have memory nodes, and what binds memory to them.
  ///   - usesZswap: in some worlds swap is compressed in memory first.
  mutating func scenario(
    events count: Int = 12, usesVersionOne: Bool = false, usesRestarts: Bool = false,
    usesNodes: Bool = false, usesZswap: Bool = false
  ) -> Scenario {
    self.usesRestarts = usesRestarts && chance(30)
    var scenario = plain(events: count, usesVersionOne: usesVersionOne)
    if touchChance(usesSwap ? 50 : 25) { addTouches(to: &scenario) }
    if usesNodes, Int.random(in: 0..<2, using: &nodeRandom) == 0 { addNodes(to: &scenario) }
    if usesZswap, usesSwap, touchChance(40) { addZswap(to: &scenario) }
    return scenario
  }

  mutating func touchChance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &touchRandom) < percent
  }

  private mutating func addTouches(to scenario: inout Scenario) {
    func pages(_ most: Int64) -> Int64 { Int64.random(in: 0...most, using: &touchRandom) }
    let events = scenario.events
    for event in events where touchChance(50) {
      let process = ProcessReference.name(names.randomElement(using: &touchRandom) ?? "p0")
      let anon = touchChance(40) ? pages(8000) : nil
      let shmem = touchChance(20) ? pages(2000) : nil
      let over = Microseconds(touchChance(40) ? pages(5) * 600_000 : 0)
      scenario.events.append(
        Event(
          at: event.at + Microseconds(pages(400_000)),
          action: .touch(process, anon: anon, shmem: shmem, over: over)))
    }
    for event in events where touchChance(30) {
      let process = ProcessReference.name(names.randomElement(using: &touchRandom) ?? "p0")
      scenario.events.append(
        Event(
          at: event.at + Microseconds(pages(400_000)),
          action: .madvise(
            process, pages: touchChance(70) ? pages(6000) : nil,
            lazily: touchChance(70))))
    }
    if isVersionOne { return }
    for path in paths.dropFirst() where scenario.cgroups[path] != nil && touchChance(30) {
      scenario.cgroups[path]?.swapHigh = pages(3000)
    }
    for index in scenario.events.indices where touchChance(30) {
      guard case .setCgroup(let path, var change) = scenario.events[index].action else { continue }
      change.swapHigh = touchChance(30) ? Cgroup.unlimited : pages(3000)
      scenario.events[index].action = .setCgroup(path, change)
    }
  }

  private mutating func nodeChance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &nodeRandom) < percent
  }

  private mutating func nodes() -> NodeMask {
    var mask = NodeMask()
    while mask.isEmpty {
      for node in 0..<nodeCount where nodeChance(50) { mask.insert(node) }
    }
    return mask
  }

  private mutating func addNodes(to scenario: inout Scenario) {
    nodeCount = Int.random(in: 1...4, using: &nodeRandom)
    var left = scenario.machine.memory
    for node in 1...nodeCount {
      let part =
        node == nodeCount ? left : Int64.random(in: 0...(2 * left / 3), using: &nodeRandom)
      left -= part
      scenario.machine.nodes.append(Machine.Node(memory: part))
    }
    for path in paths.dropFirst() where nodeChance(30) {
      scenario.cgroups[path, default: Cgroup()].cpusetMems = nodes()
    }
    for row in 0..<scenario.processes.count {
      if nodeChance(20) { scenario.processes.memsAllowed[row] = nodes() }
      if nodeChance(30) { scenario.processes.mempolicy[row] = nodes() }
    }
    for index in scenario.events.indices {
      switch scenario.events[index].action {
      case .grow(let process, let sizes, let over, _) where nodeChance(40):
        scenario.events[index].action = .grow(process, sizes, over: over, nodes: nodes())
      case .setProcess(let process, var change) where nodeChance(60):
        if nodeChance(50) { change.memsAllowed = nodes() }
        if nodeChance(50) { change.mempolicy = nodes() }
        scenario.events[index].action = .setProcess(process, change)
      case .setCgroup(let path, var change) where nodeChance(40):
        change.cpusetMems = nodes()
        scenario.events[index].action = .setCgroup(path, change)
      case .start(var process) where nodeChance(40):
        process.mempolicy = nodes()
        scenario.events[index].action = .start(process)
      default: break
      }
    }
  }

  private mutating func plain(events count: Int, usesVersionOne: Bool) -> Scenario {
    var scenario = Scenario()
    scenario.isRecursivelyProtected = usesProtection && chance(40)
    if usesVersionOne, chance(30) {
      isVersionOne = true
      scenario.cgroupVersion = 1
    }
    scenario.name = "generated"
    scenario.machine.memory = 20_000 + pages(20_000)
    scenario.machine.swap = usesSwap ? pages(20_000) : 0
    if usesSwap, chance(30) {
      var device = SwapDevice(size: pages(scenario.machine.swap))
      device.kind = .zram
      device.ratio = 1000 + pages(4000)
      let rest = SwapDevice(size: scenario.machine.swap - device.size)
      scenario.machine.swapDevices = chance(50) ? [device, rest] : [rest, device]
    }
    scenario.machine.kernel = pages(2000)
    scenario.machine.pageCache = pages(3000)
    scenario.machine.slabReclaimable = pages(500)
    if chance(20) { scenario.machine.hugetlb = pages(2000) }
    if chance(15) { scenario.machine.exitDelay = Microseconds(pages(3_000_000)) }
    scenario.sysctl.minFreeKbytes = Kibibytes(pages(4000))
    scenario.sysctl.overcommitMemory =
      [.heuristic, .always, .always, .never].randomElement(using: &random)
    scenario.sysctl.overcommitRatio = 50 + pages(100)
    if chance(15) { scenario.sysctl.swappiness = 0 }
    if chance(10) { scenario.sysctl.oomKillAllocatingTask = true }
    if chance(5) { scenario.sysctl.panicOnOOM = .always }
    for path in paths.dropFirst() where chance(70) { scenario.cgroups[path] = cgroup() }
    addProcesses(to: &scenario)
    for _ in 0..<count {
      scenario.events.append(Event(at: Microseconds(pages(20) * 500_000), action: action()))
    }
    return scenario
  }

  private mutating func cgroup() -> Cgroup {
    var cgroup = Cgroup()
    if isVersionOne { return cgroupOfVersionOne() }
    if chance(60) { cgroup.max = 500 + pages(9000) }
    if chance(40) { cgroup.swapMax = pages(4000) }
    if chance(20) { cgroup.high = 500 + pages(9000) }
    if chance(30) { cgroup.oomGroup = true }
    if usesProtection {
      if chance(40) { cgroup.min = pages(3000) }
      if chance(40) { cgroup.low = pages(3000) }
    }
    if chance(30) { cgroup.pageCache = pages(400) }
    if chance(30) { cgroup.kernel = pages(200) }
    return cgroup
  }

  private mutating func cgroupOfVersionOne() -> Cgroup {
    var cgroup = Cgroup()
    if chance(60) {
      let limit = 500 + pages(9000)
      cgroup.max = limit
      if chance(50) { cgroup.memswLimit = limit + pages(4000) }
    }
    if chance(30) { cgroup.softLimit = pages(4000) }
    if chance(40) { cgroup.useHierarchy = true }
    if chance(20) { cgroup.swappiness = 0 }
    if chance(15) { cgroup.oomKillDisable = true }
    if chance(30) { cgroup.pageCache = pages(400) }
    if chance(30) { cgroup.kernel = pages(200) }
    return cgroup
  }

  private mutating func process(_ name: String) -> Scenario.Process {
    var process = Scenario.Process()
    process.name = name
    process.cgroup = path()
    process.uid = chance(50) ? 0 : 1000
    process.anon = pages(1500)
    process.file = chance(50) ? pages(500) : 0
    process.shmem = chance(30) ? pages(500) : 0
    process.locked = chance(20) ? pages(process.anon) : 0
    if chance(40) {
      process.oomScoreAdj =
        [-1000, -999, 1000, 0, Int16.random(in: -300...300, using: &random)]
        .randomElement(using: &random) ?? 0
    }
    if chance(20) { process.pageTables = pages(80) }
    if chance(20) { process.totalVM = pages(10_000) }
    if chance(20) { process.onENOMEM = .exit }
    if chance(15) { process.committed = pages(4000) }
    if usesObjects, chance(50) { process.segment = chance(50) ? "buffers" : "/dev/shm/x" }
    if usesObjects, chance(30) { process.mappedFile = "libc" }
    if usesRestarts, chance(50) { process.restart = restart() }
    return process
  }

  private mutating func restart() -> RestartPolicy {
    var policy = RestartPolicy(chance(60) ? .always : .onFailure)
    policy.delay = Microseconds(1000 + pages(3_000_000))
    if chance(40) {
      policy.backoff = .exponential
      policy.maxDelay = Microseconds(3_001_000 + pages(9_000_000))
    }
    if chance(40) {
      policy.burst = 1 + pages(5)
      policy.interval = Microseconds(1 + pages(20_000_000))
    }
    return policy
  }

  private mutating func addProcesses(to scenario: inout Scenario) {
    var initProcess = Scenario.Process()
    initProcess.name = "init"
    initProcess.pid = 1
    initProcess.anon = 10
    scenario.processes.append(initProcess)
    if chance(30) {
      var thread = Scenario.Process()
      thread.name = "kswapd0"
      thread.isKernelThread = true
      scenario.processes.append(thread)
    }
    for number in 0..<Int.random(in: 1...10, using: &random) {
      var process = process("p\(number)")
      if usesSwap { process.swap = pages(min(300, scenario.machine.swap / 20)) }
      if usesSharing, number > 0, chance(40) {
        var sharer = Scenario.Process()
        sharer.name = process.name
        sharer.cgroup = process.cgroup
        sharer.oomScoreAdj = process.oomScoreAdj
        sharer.sharesMMWith = .name(names.randomElement(using: &random) ?? "p0")
        process = sharer
      }
      names.append(process.name)
      scenario.processes.append(process)
    }
  }

  private mutating func sizes(_ most: Int64) -> Event.Sizes {
    var sizes = Event.Sizes()
    sizes.anon = pages(most)
    if chance(30) { sizes.file = pages(most) }
    if chance(20) { sizes.shmem = pages(most) }
    if chance(10) { sizes.locked = pages(most / 4) }
    return sizes
  }

  private mutating func action() -> Event.Action {
    let process = ProcessReference.name(names.randomElement(using: &random) ?? "p0")
    let over = Microseconds(chance(70) ? pages(5) * 700_000 : 0)
    if usesForks, chance(40) {
      if chance(50) { return .cow(process, pages: pages(3000), over: over) }
      var child = Event.Child()
      child.name = "f\(names.count)"
      if chance(30) { child.oomScoreAdj = chance(50) ? 1000 : -1000 }
      names.append(child.name)
      return .fork(process, child)
    }
    switch Int.random(in: 0..<(usesShrink ? 19 : 17), using: &random) {
    case 0...4: return .grow(process, sizes(20_000), over: over)
    case 5:
      return .map(
        process, pages: pages(30_000), .allCases.randomElement(using: &random) ?? .private)
    case 6:
      return .unmap(
        process, pages: pages(9000), .allCases.randomElement(using: &random) ?? .private)
    case 7:
      var started = self.process("s\(names.count)")
      if usesSharing, chance(40) {
        started.sharesMMWith = process
        (started.anon, started.file, started.shmem, started.locked) = (0, 0, 0, 0)
        (started.pageTables, started.totalVM) = (nil, nil)
        (started.segment, started.mappedFile) = (nil, nil)
        started.restart = nil
      } else if chance(20) {
        started.count = Int32.random(in: 2...3, using: &random)
      }
      names.append(started.count == 1 ? started.name : started.name + "-2")
      return .start(started)
    case 8: return .exit(process)
    case 9:
      if chance(10) {
        return .reclaim(pages: pages(6000), cgroup: chance(60) ? path() : nil)
      }
      return chance(60)
        ? .growUnowned(
          .pageCache, pages: pages(30_000), cgroup: path(), over: chance(50) ? over : 0)
        : .shrinkUnowned(.pageCache, pages: pages(3000), cgroup: path())
    case 10 where usesSwap && chance(50):
      return chance(50)
        ? .swapoff(pages: chance(50) ? nil : pages(8000), chance(70) ? process : nil)
        : .swapon(pages: pages(8000))
    case 10:
      return chance(60)
        ? .growUnowned(
          chance(80) ? .tmpfs : .kernel, pages: pages(6000), cgroup: path(),
          over: chance(50) ? over : 0)
        : .shrinkUnowned(
          chance(80) ? .tmpfs : .kernel, pages: pages(6000), cgroup: path(),
          over: chance(50) ? over : 0)
    case 11: return .move(process, cgroup: path())
    case 12:
      guard usesGroups else { return .oom(cgroup: nil, invoker: nil, nodes: nil) }
      var change = Cgroup()
      change.max = chance(30) ? Cgroup.unlimited : 200 + pages(6000)
      return .setCgroup(paths[1 + Int.random(in: 0..<5, using: &random)], change)
    case 13: return .oom(cgroup: chance(50) ? path() : nil, invoker: process, nodes: nil)
    case 14:
      var change = Event.ProcessChange()
      change.oomScoreAdj = [-1000, 0, 1000].randomElement(using: &random)
      return .setProcess(process, change)
    case 15:
      var change = Sysctl()
      change.overcommitMemory = [.heuristic, .always, .never].randomElement(using: &random)
      if chance(30) { change.swappiness = chance(50) ? 0 : 60 }
      if chance(30) { change.minFreeKbytes = Kibibytes(pages(8000)) }
      return .setSysctl(change)
    case 16:
      guard usesGroups else { return .exit(process) }
      let path = paths[1 + Int.random(in: 0..<5, using: &random)]
      var change = cgroup()
      // What a group holds at the start cannot be written.
      (change.pageCache, change.kernel) = (nil, nil)
      return .setCgroup(path, change)
    default: return .shrink(process, sizes(3000), over: over)
    }
  }
}
