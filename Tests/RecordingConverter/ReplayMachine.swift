/// The machine of a replay before its script began, worked back from a later dump.
struct ReplayMachine {
  let recording: Recording
  let machine: Recording.Machine

  /// The last dump before the first OOM: the kernel's own memory is as it will be at the kill.
  /// One after it would not do: what a victim gives back waits on per-CPU lists and is not MemFree.
  var reference: Recording.Dump? { referenceTag.flatMap { recording.dumps[$0] } }

  var referenceTag: String? {
    recording.dumpTag(before: recording.ooms.first.map(recording.moment) ?? recording.end)
  }

  /// Page tables as a simulator derives them, so that the remainder is the rest and nothing twice.
  static func pageTables(of pages: Int64) -> Int64 { (pages + 511) / 512 + 9 }

  /// What is neither free nor user memory: everything the kernel keeps to itself.
  ///
  /// - Parameters:
  ///   - tables: the page tables that a simulator derives, so that the remainder is the rest and nothing twice.
  ///   - program: what processes have locked of their program, each a copy of its own.
  func kernelPages(tables: Int64, program: Int64) -> Int64? {
    guard let dump = reference, let meminfo = dump.meminfo, let free = meminfo["MemFree"],
      let anon = meminfo["AnonPages"], let shmem = meminfo["Shmem"]
    else { return nil }
    let user = (anon + shmem) / 4 + (dump.cache ?? 0)
    let idle = listedPages(free: free / 4, user: user).map {
      reclaims ? max($0, 0) : growthTakes(ofListed: $0)
    }
    return kernelPages(free: free / 4 + (idle ?? 0), used: user + tables + program)
  }

  /// Whether there is something that reclaim can take, so that it makes progress before the kernel gives up.
  private var reclaims: Bool { machine.swapPages > 0 || (reference?.cache ?? 0) > 64 }

  /// Free pages on the per-CPU lists, which MemFree leaves out; nil where the recording does not tell. Reclaim that makes
  /// progress and is still short of memory hands them back; without any, growth takes those of its own kind only.
  ///
  /// Kernel: `drain_all_pages()` in `__alloc_pages_direct_reclaim()`, and `__rmqueue_pcplist()`, mm/page_alloc.c.
  private func listedPages(free: Int64, user: Int64) -> Int64? {
    if let zones = reference?.zones, zones.contains(where: { $0.pcp != nil }) {
      return zones.reduce(0) { $0 + ($1.pcp ?? 0) }
    }
    guard let booted = Self.bootPages[recording.kernel.id], recording.script?.memMib == 256,
      recording.nodes.isEmpty, let meminfo = reference?.meminfo, meminfo["Slab"] != nil
    else { return nil }
    let kinds = ["Slab", "KernelStack", "PageTables", "Percpu", "SwapCached"]
    let kernel = kinds.reduce(0) { $0 + (meminfo[$1] ?? 0) / 4 }
    return machine.ramPages - hugetlbPages - free - user - kernel - booted
  }

  /// What growth finds more on the lists than they have when memory ends, or less. Where a file that was read has been
  /// closed its pages are there besides, and three of four recorded kernels kept them.
  private func growthTakes(ofListed listed: Int64) -> Int64 {
    guard let kept = Self.keptPages[recording.kernel.id], listed - kept < 500 else { return 0 }
    return listed - kept
  }

  /// How many are on the lists when memory ends without reclaim: the middle of what the random worlds show.
  private static let keptPages: [String: Int64] = [
    "qemu-5.10": -50, "qemu-6.1": -70, "qemu-6.12": 510, "qemu-6.16": 1010, "qemu-6.17": 1010,
    "qemu-6.18": 1510, "qemu-7.2": 690, "qemu-7.3": 470,
  ]

  /// What a kernel keeps of the machine of 256 MiB from its boot on, besides what `/proc/meminfo` names: the least that
  /// the dumps of all recordings show, as then the per-CPU lists are next to empty.
  private static let bootPages: [String: Int64] = [
    "qemu-5.10": 2936, "qemu-6.1": 2413, "qemu-6.12": 2270, "qemu-6.16": 2984, "qemu-6.17": 2905,
    "qemu-6.18": 2968, "qemu-6.19": 3554, "qemu-7.0": 3530, "qemu-7.1": 3501, "qemu-7.2": 3862,
    "qemu-7.3": 3932,
  ]

  /// What is in swap and still in memory when memory ends: pages on their way to a disk that was not full before. In the
  /// random worlds 50 to 4300, half of them under 600.
  var swapCachePages: Int64 { min(400, (reference?.meminfo?["SwapFree"] ?? 0) / 4) }

  /// What the kernel kept for a group itself, besides page tables.
  func kernelPages(of group: String) -> Int64 {
    let groups = reference?.cgroups ?? [:]
    let below = groups.filter { Replay.parent(of: $0.key) == group }
    let own = (groups[group]?.kernel ?? 0) - below.reduce(0) { $0 + $1.value.kernel }
    return max(own, 0)
  }

  /// Anonymous pages that a process had in common with its parent when it was forked, what every process has from
  /// its start included; nil where the parent had not grown.
  func sharedByFork(with pid: Int64) -> Int64? {
    guard let process = recording.process(pid), process.mode == "fork",
      recording.hasGrown(process.by, before: process.t)
    else { return nil }
    let step = recording.steps.firstIndex { $0.t >= process.t } ?? recording.steps.count
    return Replay.growth(of: process.by, in: recording, size, before: step).anon + 16
  }

  func size(_ text: String) -> Int64? {
    SizeExpression(
      ramPages: machine.ramPages, swapPages: machine.swapPages,
      commitLimitPages: (machine.meminfo["CommitLimit"] ?? 0) / 4
    ).pages(text)
  }

  /// The same where the OOM came before any dump: the answer to a growth tells what was free then.
  func kernelPages(processes: [ProcessEntry], grown: (String, Moment) -> Growth) -> Int64? {
    guard machine.swapPages == 0, let oom = recording.ooms.first else { return nil }
    let end = recording.step(of: oom) ?? recording.steps.count
    guard let last = recording.steps[..<end].lastIndex(where: { $0.freePages != nil }),
      let free = recording.steps[last].freePages
    else { return nil }
    let moment = Moment(events: 0, steps: last + 1)
    var used: Int64 = 0
    for process in processes where process.sharesMMWith == nil {
      let pages = process.anon + grown(process.name, moment).anon
      used += pages + Self.pageTables(of: pages)
    }
    return kernelPages(free: free, used: used)
  }

  private func kernelPages(free: Int64, used: Int64) -> Int64? {
    let rest = machine.ramPages - free - used - hugetlbPages + reservedPages
    return rest > 0 ? rest : nil
  }

  var hugetlbPages: Int64 {
    (machine.meminfo["HugePages_Total"] ?? 0) * (machine.meminfo["Hugepagesize"] ?? 0) / 4
  }

  /// Free pages of the lower zones that ordinary allocations may never take.
  private var reservedPages: Int64 {
    let zones = recording.dumps.values.compactMap(\.zones).first { !$0.isEmpty } ?? []
    guard let highest = zones.lastIndex(where: { $0.managed > 0 }) else { return 0 }
    return zones[..<highest].reduce(0) { sum, zone in
      zone.managed > 0 && highest < zone.reserves.count ? sum + zone.reserves[highest] : sum
    }
  }
}

/// Pages that a process has been made to touch.
struct Growth {
  var anon: Int64 = 0
  var shmem: Int64 = 0
  /// Of a file of a tmpfs.
  var tmpfs: Int64 = 0
}

extension Recording.Dump {
  func state(of pid: Int64) -> Recording.ProcessState? { procs?.first { $0.pid == pid } }
}
