internal import OOMSimulator

/// What of a host's memory belongs to no process, and what its processes have in common. Sizes are in pages.
///
/// The kernel counts a page that several processes map in each of them. Where their sums are more than the machine
/// maps at all, the processes of a group are taken to map the same file, and the same segment: the least that they
/// can have, the rest being cache. So a group's and the machine's usage come out as the kernel says they are.
struct HostShares {
  /// What a group itself has in its processes.
  private struct Own {
    var anon: Int64 = 0
    var file: Int64 = 0
    var shmem: Int64 = 0
    var tables: Int64 = 0
    var swap: Int64 = 0

    var sum: Int64 { anon + file + shmem + tables }
  }

  private let host: Host
  private let sharesFiles: Bool
  private let sharesShmem: Bool
  private var own: [String: Own] = [:]
  /// Pages that the processes have beyond what the machine uses.
  private(set) var excess: Int64 = 0

  init(_ host: Host, _ scenario: Scenario) {
    self.host = host
    var (files, shmems): (Int64, Int64) = (0, 0)
    let processes = scenario.processes
    for row in 0..<processes.count {
      let process = processes[row]
      files += process.file
      shmems += process.shmem
    }
    sharesFiles = host.machine.pages("Mapped").map { files + shmems > $0 } ?? false
    sharesShmem = host.machine.pages("Shmem").map { shmems > $0 } ?? false
  }

  /// Fills in what nobody's is, and marks what is shared.
  mutating func settle(_ scenario: inout Scenario) {
    for row in 0..<scenario.processes.count {
      var process = scenario.processes[row]
      if process.isKernelThread { continue }
      var own = own[process.cgroup] ?? Own()
      own.anon += process.anon
      own.swap += process.swap
      own.tables += process.pageTables ?? 0
      own.file = sharesFiles ? max(own.file, process.file) : own.file + process.file
      own.shmem = sharesShmem ? max(own.shmem, process.shmem) : own.shmem + process.shmem
      self.own[process.cgroup] = own
      let mapsFile = sharesFiles && process.file > 0
      let mapsSegment = sharesShmem && process.shmem > 0
      if !mapsFile, !mapsSegment { continue }
      if mapsFile { process.mappedFile = "files of \(process.cgroup)" }
      if mapsSegment { process.segment = "shmem of \(process.cgroup)" }
      scenario.processes[row] = process
    }
    settleGroups(&scenario)
    settleMachine(&scenario)
  }

  private func pages(_ size: Bytes) -> Int64 { host.machine.pageSize.pages(size) }

  private mutating func settleGroups(_ scenario: inout Scenario) {
    // The files count all that is below a group, too.
    var below: [String: (usage: Int64, cache: Int64)] = [:]
    for (path, group) in host.groups {
      let parent = Self.parent(of: path)
      below[parent, default: (0, 0)].usage += pages(group.usage ?? 0)
      below[parent, default: (0, 0)].cache += pages((group.cache ?? 0) + group.slabReclaimable)
    }
    for (path, group) in host.groups {
      let inside = own[path] ?? Own()
      let (usageBelow, cacheBelow) = below[path] ?? (0, 0)
      var left = group.usage.map { max(pages($0) - usageBelow - inside.sum, 0) }
      if let cache = group.cache {
        let unmapped = max(pages(cache + group.slabReclaimable) - cacheBelow - inside.file, 0)
        let pageCache = min(unmapped, left ?? unmapped)
        if pageCache > 0 { scenario.cgroups[path, default: Cgroup()].pageCache = pageCache }
        left? -= pageCache
      }
      if scenario.machine.zswap, group.isChargedForZswap, let pages = left {
        left = max(pages - pool(inside.swap, scenario.machine), 0)
      }
      if let left, left > 0 { scenario.cgroups[path, default: Cgroup()].kernel = left }
    }
  }

  /// What is used and not explained by anything else is the kernel's, so that what is free comes out.
  private mutating func settleMachine(_ scenario: inout Scenario) {
    let machine = host.machine
    guard let free = machine.pages("MemFree") else { return }
    var (inProcesses, files): (Int64, Int64) = (0, 0)
    for own in own.values {
      inProcesses += own.sum
      files += own.file
    }
    var (groupCache, groupKernel): (Int64, Int64) = (0, 0)
    for group in scenario.cgroups.values {
      groupCache += group.pageCache ?? 0
      groupKernel += group.kernel ?? 0
    }
    let slab = machine.pages("SReclaimable") ?? 0
    let cached =
      (machine.pages("Cached") ?? 0) + (machine.pages("Buffers") ?? 0)
      - (machine.pages("Shmem") ?? 0)
    // Reclaimable slab of the groups stands in their caches.
    let groupSlab = host.groups.filter { Self.parent(of: $0.key) == "/" }
      .reduce(0) { $0 + pages($1.value.slabReclaimable) }
    scenario.machine.slabReclaimable = max(slab - groupSlab, 0)
    scenario.machine.pageCache = max(cached - files - max(groupCache - groupSlab, 0), 0)
    let used = scenario.machine.memory - min(free, scenario.machine.memory)
    let stored = scenario.machine.zswap ? zswapPages(scenario) : zramPages(scenario)
    var rest =
      used - scenario.machine.hugetlb - inProcesses - groupCache - groupKernel - stored
      - scenario.machine.slabReclaimable - scenario.machine.pageCache
    if rest < 0 { rest += shareSlab(-rest, groupKernel, &scenario) }
    if rest < 0 {
      let fromCache = min(-rest, scenario.machine.pageCache)
      scenario.machine.pageCache -= fromCache
      rest += fromCache
    }
    scenario.machine.kernel = max(rest, 0)
    excess = max(-rest, 0)
  }

  /// Makes reclaimable slab that counts twice, in the machine and in what groups have besides their processes, a
  /// part of the latter alone: files of version 1 do not tell how much of a group is slab.
  ///
  /// - Returns: the pages that counted twice.
  private func shareSlab(
    _ wanted: Int64, _ groupKernel: Int64, _ scenario: inout Scenario
  ) -> Int64 {
    let pages = min(wanted, scenario.machine.slabReclaimable, groupKernel)
    var (left, whole) = (pages, groupKernel)
    for (path, group) in scenario.cgroups.sorted(by: { $0.key < $1.key }) {
      guard let kernel = group.kernel, kernel > 0, left > 0 else { continue }
      let part = whole.dividingFullWidth(left.multipliedFullWidth(by: kernel)).quotient
      left -= part
      whole -= kernel
      scenario.cgroups[path]?.kernel = kernel == part ? nil : kernel - part
      if part > 0 { scenario.cgroups[path]?.pageCache = (group.pageCache ?? 0) + part }
    }
    scenario.machine.slabReclaimable -= pages
    return pages
  }

  /// What the pool of zswap takes for what the processes have in swap.
  private func zswapPages(_ scenario: Scenario) -> Int64 {
    let swap = own.values.reduce(0) { $0 + $1.swap }
    let most = scenario.machine.memory / 100 * scenario.machine.zswapMaxPoolPercent
    return min(pool(swap, scenario.machine), most)
  }

  /// What so many pages take in the pool of zswap, in which those that do not become smaller are not.
  private func pool(_ pages: Int64, _ machine: Machine) -> Int64 {
    machine.zswapRatio <= 1000 ? 0 : compressedPages(pages, ratio: machine.zswapRatio)
  }

  /// What zram devices take for what the processes have in swap, by their ratios.
  private func zramPages(_ scenario: Scenario) -> Int64 {
    var left: Int64 = 0
    for row in 0..<scenario.processes.count { left += scenario.processes[row].swap }
    var pages: Int64 = 0
    for device in scenario.machine.swapDevices where left > 0 {
      let here = min(left, device.size)
      left -= here
      if device.kind == .zram { pages += compressedPages(here, ratio: device.ratio) }
    }
    return pages
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
