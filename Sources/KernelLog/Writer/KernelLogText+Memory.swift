internal import OOMSimulator

// What a report says of memory: that of the group at its limit, or the machine's.

extension KernelLogText {
  /// Kernel: `mem_cgroup_print_oom_meminfo()`, before 5.0 `mem_cgroup_print_oom_info()`, mm/memcontrol.c.
  mutating func write(_ memcg: LoggedState.Memcg, _ cgroup: String, _ state: LoggedState) {
    let path = Self.plain(cgroup)
    if forms.namesLimit, let chosen = state.chosen {
      line("Task in \(Self.plain(chosen.cgroup)) killed as a result of limit of \(path)")
    } else if forms.namesLimitWithoutVictim {
      line("Memory limit reached of cgroup \(path)")
    }
    guard forms.hasMemcgUsage else { return }
    let none = unlimited(state)
    func limit(_ pages: Int64) -> String { pages == Cgroup.unlimited ? none : kB(pages) }
    line(
      "memory: usage \(kB(memcg.usage)), limit \(limit(memcg.limit)), "
        + "failcnt \(failures[cgroup, default: 0])")
    if memcg.version == 1 {
      let both = memcg.usage + memcg.swapUsage
      line("memory+swap: usage \(kB(both)), limit \(limit(memcg.bothLimit)), failcnt 0")
    } else if forms.hasSwapLine {
      line("swap: usage \(kB(memcg.swapUsage)), limit \(limit(memcg.swapLimit)), failcnt 0")
    } else {
      // Nothing is charged to this counter on version 2.
      line("memory+swap: usage 0kB, limit \(none), failcnt 0")
    }
    stats(of: memcg, path)
  }

  private func unlimited(_ state: LoggedState) -> String {
    if let constant = forms.unlimited { return "\(constant)kB" }
    let most = state.hasNarrowLong ? Int64(Int32.max) : run.pageSize.pages(Bytes(.max))
    return kB(most)
  }

  private mutating func stats(of memcg: LoggedState.Memcg, _ path: String) {
    switch forms.memcgStats {
    case .none: break
    case .lines:
      for group in memcg.groups {
        func item(_ name: String, _ pages: Int64) -> String { " \(name):\(kibibytes(pages))KB" }
        var text =
          "Memory cgroup stats for \(Self.plain(group.path)): cache:\(kibibytes(group.file))KB"
        text += item("rss", group.anon)
        if forms.statLineHasShmem { text += item("shmem", group.shmem) }
        text += item("mapped_file", group.mapped) + item("swap", group.swap)
        line(text)
      }
    case .file:
      line("Memory cgroup stats for \(path):")
      func item(_ name: String, _ size: (LoggedState.Stats) -> Int64) {
        let pages = memcg.groups.reduce(0) { $0 + size($1) }
        line("\(name) \((run.pageSize * pages).rawValue)")
      }
      item("anon") { $0.anon }
      item("file") { $0.file }
      if forms.statHasKernel { item("kernel") { $0.kernel } }
      if forms.statHasPageTables { item("pagetables") { $0.pageTables } }
      item("shmem") { $0.shmem }
      if memcg.groups.contains(where: { $0.zswapped > 0 }) {
        item("zswap") { $0.zswap }
        item("zswapped") { $0.zswapped }
      }
      item("file_mapped") { $0.mapped }
    }
  }

  /// Kernel: `show_mem()` and `show_free_areas()`, mm/show_mem.c, before 6.3 lib/show_mem.c and
  /// mm/page_alloc.c; a node is taken as one zone.
  mutating func write(_ memory: LoggedState.Memory) {
    line("Mem-Info:")
    let slab = "slab_reclaimable:\(memory.slabReclaimable)"
    let free = "free:\(memory.free)"
    if forms.memInfoHasShmem {
      line(" unevictable:\(memory.unevictable)")
      line(forms.memInfoEndsInFree ? " \(slab)" : " \(free) \(slab)")
      line(" mapped:\(memory.mapped) shmem:\(memory.shmem) pagetables:\(memory.pageTables)")
      if forms.memInfoEndsInFree { line(" \(free)") }
    } else {
      line("\(free) mapped:\(memory.mapped) pagetables:\(memory.pageTables)")
    }
    for (node, zone) in memory.zones.enumerated() {
      var text = "Node \(node) Normal free:\(kB(zone.free)) min:\(kB(zone.min))"
      text += " low:\(kB(zone.low)) high:\(kB(zone.high)) present:\(kB(zone.present))"
      if forms.zoneHasManaged { text += " managed:\(kB(zone.managed))" }
      line(text)
    }
    if forms.hasPagecacheTotal { line("\(memory.pagecache) total pagecache pages") }
    line("Free swap  = \(kB(memory.swapFree))")
    line("Total swap = \(kB(memory.swapTotal))")
    let present = memory.zones.reduce(0) { $0 + $1.present }
    let managed = memory.zones.reduce(0) { $0 + $1.managed }
    line("\(present) pages RAM")
    if forms.hasMovableOnly { line("0 pages HighMem/MovableOnly") }
    line("\(present - managed) pages reserved")
  }
}
