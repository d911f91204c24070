package import OOMSimulator

/// Where the memory was: what a report lists of the machine, or of the group that ran out, summed up, and what is in
/// none of its lists.
///
/// Kernel: `show_free_areas()`, mm/show_mem.c, and `memory_stat_format()`, mm/memcontrol.c.
package struct MemoryBreakdown: Equatable, Sendable {
  package struct Part: Equatable, Sendable {
    package var name: String
    package var size: Kibibytes
  }

  package var isOfGroup: Bool
  package var total: Kibibytes
  /// Without those that have nothing.
  package var parts: [Part] = []
  /// What is in none of them: memory of the kernel's that it does not list, a driver's, a balloon's.
  package var rest: Kibibytes
  /// What alone is more than there is: one of its numbers is damaged, and it counts nowhere.
  package var disbelieved: [Part] = []
  /// By how much the parts together are more than there is, where that is more than counters lag.
  package var excess: Kibibytes = 0

  /// Whether so much is in no list that something may have been leaked: a tenth of all or more.
  package var hasLargeRest: Bool { rest.rawValue >= max(total.rawValue / 10, 1024) }

  /// All releases have these; where one is lost with its line, what is in none of the lists is not known.
  private static let sums = [
    "active_anon", "inactive_anon", "active_file", "inactive_file", "slab_unreclaimable", "shmem",
    "pagetables", "free",
  ]

  /// - Returns: nil where the report does not have both a total and the lists.
  package init?(_ autopsy: Autopsy) {
    let report = autopsy.report
    let use = report.use
    if autopsy.constraint == .memcg, let memory = report.limits.memory, !use.stat.isEmpty {
      isOfGroup = true
      total = max(memory.usage, 0)
      rest = 0
      addGroup(use, report.limits)
    } else if autopsy.constraint != .memcg, let ram = report.memory.ram,
      let reserved = report.memory.reserved,
      ram > reserved, reserved >= 0, Self.sums.allSatisfy({ use.pages[$0] != nil })
    {
      isOfGroup = false
      let kilobytes = autopsy.pageSize.rawValue / 1024
      total = Kibibytes((ram - reserved) * kilobytes)
      rest = 0
      addMachine(use, kilobytes)
    } else {
      return nil
    }
    // Pages are counted on each CPU first: the sums lag behind. Kernel: `vm_stat_diff`, mm/vmstat.c.
    let lag = Kibibytes(max(total.rawValue / 16, 4096))
    disbelieved = parts.filter { $0.size > total &+ lag }
    parts = parts.filter { $0.size <= total &+ lag }
    rest = total &- parts.reduce(0) { $0 &+ $1.size }
    if rest < 0 &- lag { excess = 0 &- rest }
    rest = max(rest, 0)
  }

  private mutating func add(_ name: String, _ size: Kibibytes) {
    if size > 0 { parts.append(Part(name: name, size: size)) }
  }

  private mutating func addMachine(_ use: MemoryUse, _ kilobytes: Int64) {
    func sum(_ names: String...) -> Kibibytes {
      Kibibytes(names.reduce(0) { $0 + (use.pages[$1] ?? 0) } * kilobytes)
    }
    // Shared memory and tmpfs are on the lists of anonymous pages.
    let shmem = sum("shmem")
    add("anonymous memory", sum("active_anon", "inactive_anon", "isolated_anon") &- shmem)
    add("shared memory and tmpfs", shmem)
    add("file cache", sum("active_file", "inactive_file", "isolated_file"))
    add("locked memory", sum("unevictable"))
    add("slab", sum("slab_reclaimable", "slab_unreclaimable"))
    add("page tables", sum("pagetables", "sec_pagetables"))
    add("kernel stacks", use.kernelStack ?? 0)
    add("huge pages", use.hugePages)
    add("free", sum("free", "free_pcp"))
  }

  private mutating func addGroup(_ use: MemoryUse, _ limits: MemcgLimits) {
    func stat(_ name: String) -> Kibibytes { Kibibytes((use.stat[name] ?? 0) / 1024) }
    let shmem = stat("shmem")
    let isVersionOne = use.stat["rss"] != nil
    add("anonymous memory", stat(isVersionOne ? "rss" : "anon"))
    add("shared memory and tmpfs", shmem)
    add("file cache", stat(isVersionOne ? "cache" : "file") &- shmem)
    if isVersionOne {
      add("kernel memory", limits.kmem.map { max($0.usage, 0) } ?? 0)
    } else if use.stat["kernel"] != nil {
      add("kernel memory", stat("kernel"))
      add("sockets", stat("sock"))
    } else {
      add("slab", stat("slab"))
      add("kernel stacks", stat("kernel_stack"))
      add("page tables", stat("pagetables"))
      add("sockets", stat("sock"))
    }
  }
}
