package import OOMSimulator

/// What the files of one memory cgroup say.
package struct HostGroup: Equatable, Sendable {
  /// Of it and all below it. File: `memory.current`, `memory.usage_in_bytes`.
  package var usage: Bytes?
  /// File cache, without shared memory, of it and all below it. File: memory.stat.
  var cache: Bytes?
  var slabReclaimable: Bytes = 0
  /// Its usage has what it has in the pool of zswap: since 5.19. File: `zswap` in memory.stat.
  var isChargedForZswap = false
  /// As the files have them, in bytes; nil where a file is not there or sets no limit.
  var values: [String: Int64] = [:]

  /// The files of a group below the root.
  package static func files(version: Int) -> [String] {
    version == 1
      ? [
        "memory.usage_in_bytes", "memory.stat", "memory.limit_in_bytes",
        "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes", "memory.use_hierarchy",
        "memory.swappiness", "memory.oom_control",
      ]
      : [
        "memory.current", "memory.stat", "memory.max", "memory.high", "memory.low", "memory.min",
        "memory.swap.max", "memory.swap.high", "memory.zswap.max", "memory.zswap.writeback",
        "memory.oom.group",
      ]
  }

  package init() {}

  /// Takes what a file says.
  package mutating func read(_ file: String, _ bytes: [UInt8]) {
    switch file {
    case "memory.current", "memory.usage_in_bytes":
      usage = hostNumber(bytes).map { Swift.min(Swift.max(Bytes($0), 0), SizeText.maxBytes) }
    case "memory.stat": readStat(bytes)
    case "memory.oom_control":
      bytes[...].forEachLine { line in
        if let rest = line.after("oom_kill_disable ") { values[file] = rest.number }
      }
    default:
      // `max`, and what version 1 writes for it, is no limit. Kernel: `PAGE_COUNTER_MAX`.
      if let number = hostNumber(bytes), 0...SizeText.maxBytes.rawValue ~= number {
        values[file] = number
      }
    }
  }

  /// Kernel: `memory_stat_show()` and, on version 1, `memcg_stat_show()`, mm/memcontrol.c. Those of version 1
  /// stand with `total_` for the group with all below it.
  private mutating func readStat(_ bytes: [UInt8]) {
    var (file, shmem): (Bytes?, Bytes) = (nil, 0)
    bytes[...].forEachLine { line in
      let words = line.words
      guard words.count == 2, let value = words[1].number.map({ Bytes($0) }),
        0...SizeText.maxBytes ~= value
      else { return }
      switch String(decoding: words[0], as: UTF8.self) {
      case "file", "total_cache": file = value
      case "shmem", "total_shmem": shmem = value
      case "slab_reclaimable": slabReclaimable = value
      case "zswap": isChargedForZswap = true
      default: break
      }
    }
    cache = file.map { Swift.max($0 - shmem, 0) }
  }

  /// Its settings as a scenario has them.
  ///
  /// - Parameter isAlwaysHierarchical: the release has no groups without hierarchy.
  func settings(
    version: Int, pageSize: Bytes, isAlwaysHierarchical: Bool, swappiness: Int64?
  ) -> Cgroup {
    func pages(_ file: String) -> Int64? { values[file].map { pageSize.pages(Bytes($0)) } }
    var group = Cgroup()
    if version == 1 {
      group.max = pages("memory.limit_in_bytes")
      group.memswLimit = pages("memory.memsw.limit_in_bytes")
      if let both = group.memswLimit, both < group.max ?? Cgroup.unlimited {
        // Read at two instants: the limit of both is never below the other.
        group.max = both
      }
      group.softLimit = pages("memory.soft_limit_in_bytes")
      if !isAlwaysHierarchical, values["memory.use_hierarchy"] == 1 { group.useHierarchy = true }
      if let own = values["memory.swappiness"], own != swappiness ?? 60, own <= 200 {
        group.swappiness = own
      }
      if values["memory.oom_control"] == 1 { group.oomKillDisable = true }
      return group
    }
    group.max = pages("memory.max")
    group.high = pages("memory.high")
    // 0 is what no protection reads as.
    group.low = pages("memory.low").flatMap { $0 == 0 ? nil : $0 }
    group.min = pages("memory.min").flatMap { $0 == 0 ? nil : $0 }
    group.swapMax = pages("memory.swap.max")
    group.swapHigh = pages("memory.swap.high")
    group.zswapMax = pages("memory.zswap.max")
    if values["memory.zswap.writeback"] == 0 { group.zswapWriteback = false }
    if values["memory.oom.group"] == 1 { group.oomGroup = true }
    return group
  }
}
