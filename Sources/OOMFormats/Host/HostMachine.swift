package import OOMSimulator
internal import VictimSelection

/// What the kernel shows of the machine: /proc/meminfo, /proc/swaps, zram, memory nodes.
package struct HostMachine: Equatable, Sendable {
  package var pageSize: Bytes = 4096
  package var wordBits: Int = 64
  /// Sizes by their names, `HugePages_Total` a number. File: /proc/meminfo.
  package var meminfo: [String: Int64] = [:]
  /// Processors online; nil where that is not known.
  package var cpus: Int64?
  package var swaps: [Swap] = []
  /// By node number; empty for a machine without NUMA.
  package var nodes: [Int: Machine.Node] = [:]
  /// What of /proc/meminfo the kernel's own counters say, in KiB: a container may see a /proc/meminfo of its own.
  package var ownCounters: [String: Int64] = [:]

  /// One line of /proc/swaps.
  package struct Swap: Equatable, Sendable {
    /// As the file has it.
    package var name: String
    package var size: Kibibytes
    package var priority: Int64
    /// Of a zram: thousandths; nil for a disk or where it is not known.
    package var ratio: Int64?

    /// Kernel: drivers/block/zram.
    package var isZram: Bool { name.hasPrefix("/dev/zram") }

    /// `zram0` of `/dev/zram0`.
    package var device: String { String(name.dropFirst(5)) }
  }

  private var zswapIsEnabled = false
  private var zswapMaxPoolPercent: Int64?

  package init() {}

  /// Kernel: `meminfo_proc_show()`, fs/proc/meminfo.c.
  package mutating func read(meminfo bytes: [UInt8]) {
    bytes[...].forEachLine { line in
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
      let name = String(decoding: line[..<colon], as: UTF8.self)
      if let number = line[(colon + 1)...].number { meminfo[name] = Swift.max(number, 0) }
    }
    if let high = meminfo["HighTotal"], high > 0 { wordBits = 32 }
  }

  /// Kernel: `swap_show()`, mm/swapfile.c. The device with the highest priority is filled first.
  package mutating func read(swaps bytes: [UInt8]) {
    bytes[...].forEachLine { line in
      // A name cannot hold spaces: the kernel escapes them.
      let words = line.words
      guard words.count >= 5, let size = words[2].number, let priority = words[4].number else {
        return
      }
      swaps.append(
        Swap(name: words[0].lossless, size: max(Kibibytes(size), 0), priority: priority))
    }
    swaps = swaps.enumerated().sorted {
      ($1.element.priority, $0.offset) < ($0.element.priority, $1.offset)
    }.map { $0.element }
  }

  /// `Y` or `N`. File: /sys/module/zswap/parameters/enabled.
  package mutating func read(zswapEnabled bytes: [UInt8]) {
    zswapIsEnabled = bytes.first == UInt8(ascii: "Y") || bytes.first == UInt8(ascii: "1")
  }

  /// File: /sys/module/zswap/parameters/max_pool_percent.
  package mutating func read(zswapMaxPoolPercent bytes: [UInt8]) {
    zswapMaxPoolPercent = hostNumber(bytes).flatMap { 0...100 ~= $0 ? $0 : nil }
  }

  /// A list such as `0-3,8`. File: /sys/devices/system/cpu/online.
  package mutating func read(cpusOnline bytes: [UInt8]) {
    let line = String(decoding: bytes, as: UTF8.self)
    let text = line.split(whereSeparator: { $0.isWhitespace }).first ?? ""
    let counts = text.split(separator: ",").map { range -> Int64 in
      let ends = range.split(separator: "-").compactMap { Int64($0) }
      guard let first = ends.first, let last = ends.last, last < Machine.mostCPUs else { return 0 }
      return max(last - first + 1, 0)
    }
    cpus = min(max(counts.reduce(0, +), 1), Machine.mostCPUs)
  }

  /// How much smaller pages become in a zram, in thousandths; nil while nothing is stored.
  ///
  /// Kernel: `mm_stat_show()`, drivers/block/zram/zram_drv.c: original size, compressed size, memory used.
  package static func zramRatio(mmStat bytes: [UInt8]) -> Int64? {
    let words = bytes[...].words
    guard words.count >= 3, let original = words[0].number, let used = words[2].number,
      original > 0, used > 0, original < 1 << 52
    else { return nil }
    return min(max(original * 1000 / used, 1000), 100_000)
  }

  /// Kernel: `node_read_meminfo()`, drivers/base/node.c.
  package mutating func read(nodeMeminfo bytes: [UInt8], node: Int) {
    bytes[...].forEachLine { line in
      let words = line.words
      guard words.count >= 4, words[2].elementsEqual("MemTotal:".utf8) else { return }
      nodes[node] = Machine.Node(memory: pages(words[3].size))
    }
  }

  /// Adds what /proc/zoneinfo tells of the nodes: with the memory that the kernel kept at its start, and holes.
  ///
  /// Kernel: `zoneinfo_show_print()`, mm/vmstat.c.
  package mutating func read(zoneinfo bytes: [UInt8]) {
    var sums: [Int: (present: Int64, spanned: Int64)] = [:]
    var node: Int64 = 0
    bytes[...].forEachLine { line in
      if let rest = line.after("Node ") {
        node = rest.number ?? 0
        return
      }
      let part = line.stripped
      if let rest = part.after("present ") {
        sums[Int(node), default: (0, 0)].present += rest.pages
      } else if let rest = part.after("spanned ") {
        sums[Int(node), default: (0, 0)].spanned += rest.pages
      }
    }
    for (node, sum) in sums {
      guard let memory = nodes[node]?.memory, sum.present >= memory else { continue }
      nodes[node] = Machine.Node(
        memory: memory, present: sum.present, spanned: max(sum.spanned, sum.present))
    }
  }

  /// The page size that two counts of the same pages tell, which were taken shortly after one another.
  ///
  /// File: `nr_free_pages` in /proc/vmstat beside `MemFree` in /proc/meminfo.
  package mutating func inferPageSize(vmstat bytes: [UInt8], release: KernelRelease) {
    var free: Int64?
    bytes[...].forEachLine { line in
      if free == nil, let rest = line.after("nr_free_pages ") { free = rest.number }
    }
    guard let free, free > 0, let memFree = meminfo["MemFree"] else { return }
    let sizes: [Bytes] = [4096, 16384, 65536]
    func distance(_ size: Bytes) -> Int64 {
      abs(size.kibibytes(pages: free).rawValue - memFree)
    }
    let nearest = sizes.min { distance($0) < distance($1) } ?? 4096
    // Where none fits, the two do not count the same, and kernels with larger pages mostly say so in their names.
    if distance(nearest) <= max(memFree, 65536) / 4 {
      pageSize = nearest
    } else {
      let name = release.text.lowercased()
      pageSize = name.mentions("64k") ? 65536 : name.mentions("16k") ? 16384 : 4096
    }
  }

  /// Takes a page size that a scenario can have.
  package mutating func setPageSize(_ size: Int64) {
    if [4096, 16384, 65536].contains(size) { pageSize = Bytes(size) }
  }

  func pages(_ size: Kibibytes) -> Int64 { pageSize.pages(size) }

  func pages(_ name: String) -> Int64? { meminfo[name].map { pages(Kibibytes($0)) } }

  /// As far as it needs no processes.
  var machine: Machine {
    var machine = Machine()
    machine.pageSize = pageSize
    machine.cpus = cpus
    if wordBits == 32 { machine.wordBits = .bits32 }
    machine.memory = max(pages("MemTotal") ?? 0, 1)
    machine.swap = pages("SwapTotal") ?? 0
    if swaps.contains(where: { $0.isZram }), swaps.count <= 32 {
      machine.swapDevices = swaps.map {
        SwapDevice(
          size: pages($0.size), kind: $0.isZram ? .zram : .disk, ratio: $0.ratio ?? 3000)
      }
      machine.swap = machine.swapDevices.reduce(0) { $0 + $1.size }
    }
    machine.zswap = zswapIsEnabled
    if let percent = zswapMaxPoolPercent { machine.zswapMaxPoolPercent = percent }
    if zswapIsEnabled, let pool = meminfo["Zswap"], let stored = meminfo["Zswapped"], pool > 0,
      stored < 1 << 52
    {
      machine.zswapRatio = min(max(stored * 1000 / pool, 1000), 100_000)
    }
    machine.committed = pages("Committed_AS")
    machine.hugetlb =
      pages("Hugetlb")
      ?? pages(Kibibytes((meminfo["HugePages_Total"] ?? 0) * (meminfo["Hugepagesize"] ?? 0)))
    if nodes.count > 1, let last = nodes.keys.max(), last < NodeMask.most {
      machine.nodes = (0...last).map { nodes[$0] ?? Machine.Node(memory: 0) }
      machine.memory = machine.nodes.reduce(0) { $0 + $1.memory }
    }
    machine.hugetlb = min(machine.hugetlb, machine.memory)
    return machine
  }
}

/// The sysctls that a scenario has, by the names of their files below /proc/sys/vm.
package enum HostSysctls {
  package static let names = [
    "overcommit_memory", "overcommit_ratio", "overcommit_kbytes", "admin_reserve_kbytes",
    "user_reserve_kbytes", "min_free_kbytes", "swappiness", "panic_on_oom",
    "oom_kill_allocating_task", "oom_dump_tasks",
  ]

  /// - Parameter values: what the files say; a file that does not exist is left out.
  package static func sysctl(_ values: [String: Int64]) -> Sysctl {
    func size(_ name: String) -> Kibibytes? {
      values[name].flatMap { 0...Scenario.mostKibibytes.rawValue ~= $0 ? Kibibytes($0) : nil }
    }
    var sysctl = Sysctl()
    sysctl.overcommitMemory = values["overcommit_memory"].flatMap(Sysctl.OvercommitMemory.init)
    // One of the two is 0.
    if let kbytes = size("overcommit_kbytes"), kbytes != 0 {
      sysctl.overcommitKbytes = kbytes
    } else {
      sysctl.overcommitRatio = values["overcommit_ratio"].flatMap { 0...1000 ~= $0 ? $0 : nil }
    }
    sysctl.adminReserveKbytes = size("admin_reserve_kbytes")
    sysctl.userReserveKbytes = size("user_reserve_kbytes")
    sysctl.minFreeKbytes = size("min_free_kbytes")
    sysctl.swappiness = values["swappiness"].flatMap { 0...200 ~= $0 ? $0 : nil }
    sysctl.panicOnOOM = values["panic_on_oom"].flatMap(Sysctl.PanicOnOOM.init)
    sysctl.oomKillAllocatingTask = values["oom_kill_allocating_task"].map { $0 != 0 }
    sysctl.oomDumpTasks = values["oom_dump_tasks"].map { $0 != 0 }
    return sysctl
  }
}
