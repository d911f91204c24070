import OOMSimulator
import VictimSelection

extension ReferenceWorld {
  /// A small world with many ties: sizes and settings come from a few values, among them the edges of the
  /// kernels' types.
  static func generated(_ release: KernelRelease, _ random: inout SplitMix) -> ReferenceWorld {
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    var world = ReferenceWorld(
      release: (release.version, release.patchlevel, release.sublevel), totalram: 1, totalSwap: 0,
      groups: [], processes: [])
    world.wordBits = chance(20) ? 32 : 64
    world.hz = [100, 250, 300, 1000].randomElement(using: &random) ?? 250
    world.totalram =
      [900, 25_600, 1_000_000, 4_194_304, 8_388_608].randomElement(using: &random) ?? 1
    world.totalSwap = chance(50) ? 0 : .random(in: 0...2_000_000, using: &random)
    if chance(20) { world.swappiness = 0 }
    if chance(8) { world.panicOnOOM = .random(in: 1...2, using: &random) }
    world.killAllocatingTask = chance(15)
    world.addGroups(&random)
    // What this world draws its sizes from: a scale, so that some worlds are all ties.
    let scale = [3, 200, 40_000, 5_000_000].randomElement(using: &random) ?? 200
    for index in 0..<Int.random(in: 1...9, using: &random) {
      world.processes.append(world.process(index, scale, &random))
    }
    world.shareMemory(&random)
    if world.since(2, 6, 25), chance(50) {
      world.domain = Int.random(in: 1..<world.groups.count, using: &random)
    }
    if world.killAllocatingTask || chance(70) { world.chooseInvoker(&random) }
    // The invoker has to be a process of the world, or it is not known which one this setting takes.
    if world.invoker == nil { world.killAllocatingTask = false }
    return world
  }

  /// Numbered parents first, children in the order of their creation, as the kernel walks them.
  private mutating func addGroups(_ random: inout SplitMix) {
    groups = [ReferenceGroup(parent: -1, max: .max, swapMax: .max, oomGroup: false)]
    for parent in [0, 1, 2, 1, 0] {
      let limits: [Int64] = [1, 999, 1000, 25_600, 4_000_000, .max]
      groups.append(
        ReferenceGroup(
          parent: parent, max: limits.randomElement(using: &random) ?? 1,
          swapMax: limits.randomElement(using: &random) ?? 1,
          oomGroup: Int.random(in: 0..<4, using: &random) == 0))
    }
  }

  private func process(
    _ index: Int, _ scale: Int, _ random: inout SplitMix
  ) -> ReferenceProcess {
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func pages(_ most: Int) -> Int64 { Int64(Int.random(in: 0...most, using: &random)) }
    var process = ReferenceProcess()
    process.pid = index == 0 && chance(60) ? 1 : Int32(100 + index)
    if index > 0, chance(40) { process.ppid = processes.randomElement(using: &random)?.pid ?? 0 }
    process.uid = chance(40) ? 0 : 1000
    (process.capSysAdmin, process.capSysResource) = (chance(30), chance(20))
    process.capSysRawIO = chance(20)
    process.group = chance(30) ? 0 : Int.random(in: 0..<groups.count, using: &random)
    process.mm = index
    process.isKernelThread = process.pid != 1 && chance(5)
    process.oomAdj =
      [0, 0, 0, -17, -16, 15, .random(in: -17...15, using: &random)].randomElement(using: &random)
      ?? 0
    process.oomScoreAdj =
      [0, 0, 0, -1000, -999, 1000, 500, .random(in: -1000...1000, using: &random)]
      .randomElement(using: &random) ?? 0
    process.nice = chance(20) ? .random(in: -20...19, using: &random) : 0
    process.cpuTimeUS = chance(40) ? .random(in: 0...1_000_000_000_000, using: &random) : 0
    process.runTimeUS = chance(40) ? .random(in: 0...100_000_000_000_000, using: &random) : 0
    process.isDying = process.pid != 1 && !process.isKernelThread && chance(3)
    process.isSwapoff = !process.isKernelThread && chance(4)
    process.inVfork = chance(5)
    if process.isKernelThread { return process }
    process.anon = pages(scale)
    process.file = chance(30) ? pages(scale) : 0
    process.shmem = chance(20) ? pages(scale) : 0
    process.swap = chance(30) ? pages(scale) : 0
    // 16 TiB and more wrap where points are held in 32 bits.
    if chance(2) { process.anon = (1 << 32) + pages(3) }
    if chance(70) { process.pte = pages(min(scale, 9)) }
    if chance(50) { process.pmd = pages(3) }
    if chance(50) { process.pud = pages(2) }
    process.totalVM = chance(20) ? 0 : pages(scale * 4)
    return process
  }

  /// Some processes use the memory of an earlier one.
  private mutating func shareMemory(_ random: inout SplitMix) {
    for index in processes.indices.dropFirst()
    where !processes[index].isKernelThread && Int.random(in: 0..<100, using: &random) < 25 {
      let other = Int.random(in: 0..<index, using: &random)
      if processes[other].isKernelThread { continue }
      let owner = processes[other]
      processes[index].mm = owner.mm
      processes[index].totalVM = owner.totalVM
      (processes[index].anon, processes[index].file) = (owner.anon, owner.file)
      (processes[index].shmem, processes[index].swap) = (owner.shmem, owner.swap)
      (processes[index].pte, processes[index].pmd) = (owner.pte, owner.pmd)
      processes[index].pud = owner.pud
    }
  }

  /// Somebody alive with memory of its own. Not the global init before 2.6.36: what its sharers suffer there
  /// is no matter of the rules.
  private mutating func chooseInvoker(_ random: inout SplitMix) {
    invoker =
      processes.indices.filter {
        !processes[$0].isDying && !processes[$0].isKernelThread
          && (processes[$0].pid != 1 || since(2, 6, 36))
      }.randomElement(using: &random)
  }

  /// Path of a group.
  func path(_ group: Int) -> String {
    group == 0 ? "/" : (groups[group].parent == 0 ? "" : path(groups[group].parent)) + "/g\(group)"
  }

  /// Rows that stand before the world's own in `scenario`: kernel threads, one for each group but the root,
  /// because a scenario's groups are made in the order in which its processes name them.
  var leadingRows: Int { since(2, 6, 25) ? groups.count - 1 : 0 }

  /// The world as a scenario.
  var scenario: Scenario {
    var scenario = Scenario()
    scenario.machine.memory = totalram
    scenario.machine.swap = totalSwap
    scenario.machine.hz = hz
    scenario.machine.wordBits = wordBits == 32 ? .bits32 : .bits64
    scenario.sysctl.swappiness = swappiness
    scenario.sysctl.minFreeKbytes = 0
    scenario.sysctl.panicOnOOM = Sysctl.PanicOnOOM(rawValue: Int64(panicOnOOM))
    scenario.sysctl.oomKillAllocatingTask = killAllocatingTask
    for index in groups.indices.dropFirst() {
      var group = Cgroup()
      group.max = groups[index].max
      group.swapMax = groups[index].swapMax
      group.oomGroup = groups[index].oomGroup
      scenario.cgroups[path(index)] = group
      var thread = Scenario.Process()
      thread.name = "k\(index)"
      thread.pid = Int32(1000 + index)
      thread.isKernelThread = true
      thread.cgroup = path(index)
      if leadingRows > 0 { scenario.processes.append(thread) }
    }
    for index in processes.indices { scenario.processes.append(process(index)) }
    return scenario
  }

  private func process(_ index: Int) -> Scenario.Process {
    let model = processes[index]
    var process = Scenario.Process()
    process.name = "p\(index)"
    process.pid = model.pid
    process.ppid = model.ppid
    process.uid = model.uid
    process.cgroup = path(model.group)
    process.oomScoreAdj = model.oomScoreAdj
    process.legacy.oomAdj = model.oomAdj
    process.legacy.nice = Int16(model.nice)
    process.legacy.cpuTime = Microseconds(model.cpuTimeUS)
    process.legacy.runTime = Microseconds(model.runTimeUS)
    process.isKernelThread = model.isKernelThread
    process.isInVfork = model.inVfork
    process.isDying = model.isDying
    process.isSwapoff = model.isSwapoff
    var capabilities: Capabilities = []
    if model.capSysAdmin { capabilities.insert(.sysAdmin) }
    if model.capSysResource { capabilities.insert(.sysResource) }
    if model.capSysRawIO { capabilities.insert(.sysRawIO) }
    process.capabilities = capabilities
    if model.isKernelThread { return process }
    if let first = processes.firstIndex(where: { $0.mm == model.mm && !$0.isKernelThread }),
      first != index
    {
      process.sharesMMWith = .pid(processes[first].pid)
      return process
    }
    (process.anon, process.file, process.shmem) = (model.anon, model.file, model.shmem)
    process.swap = model.swap
    process.totalVM = model.totalVM
    let levels = PageTableLevels(pte: model.pte, pmd: model.pmd, pud: model.pud)
    process.pageTableLevels = levels
    process.pageTables = levels.total
    return process
  }
}
