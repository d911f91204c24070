/// One process, as far as the kill looks at it: include/linux/sched.h, task_struct with its
/// signal_struct and mm_struct, all releases. Each process has one thread. Sizes are pages.
struct ReferenceProcess: Equatable {
  /// 1 is the global init.
  var pid: Int32 = 0
  /// 0: no parent in the world.
  var ppid: Int32 = 0
  /// The effective uid is the same.
  var uid: UInt32 = 1000
  var capSysAdmin = false
  var capSysResource = false
  var capSysRawIO = false
  /// Index into `ReferenceWorld.groups`.
  var group = 0
  /// Processes with the same number share one address space and have the same sizes.
  var mm = 0
  var totalVM: Int64 = 0
  var anon: Int64 = 0
  var file: Int64 = 0
  var shmem: Int64 = 0
  var swap: Int64 = 0
  var pte: Int64 = 0
  var pmd: Int64 = 0
  var pud: Int64 = 0
  /// -17...15, read before 2.6.36.
  var oomAdj: Int16 = 0
  /// -1000...1000, read since 2.6.36.
  var oomScoreAdj: Int16 = 0
  var nice = 0
  /// User and system time together.
  var cpuTimeUS: Int64 = 0
  /// Time since the start.
  var runTimeUS: Int64 = 0
  /// Has no address space; `mm` is then without meaning.
  var isKernelThread = false
  /// A vfork child that still uses its parent's mm.
  var inVfork = false
  /// An earlier victim whose memory is not back.
  var isDying = false
  /// Runs swapoff: PF_SWAPOFF, later PF_OOM_ORIGIN, later the origin flag.
  var isSwapoff = false
}

/// One memory cgroup: mm/memcontrol.c, mem_cgroup, since 2.6.25. Limits are pages; `Int64.max` is
/// none.
struct ReferenceGroup: Equatable {
  /// -1 for the root group.
  var parent: Int
  var max: Int64
  var swapMax: Int64
  var oomGroup: Bool
}

/// A machine at the moment of an OOM: what mm/oom_kill.c, out_of_memory() finds, all releases.
struct ReferenceWorld: Equatable {
  var release: (major: Int, minor: Int, sub: Int)
  var wordBits = 64
  var hz: Int64 = 250
  var totalram: Int64
  var totalSwap: Int64
  var swappiness: Int64 = 60
  var panicOnOOM = 0
  var killAllocatingTask = false
  var groups: [ReferenceGroup]
  /// In fork order, which is task list order.
  var processes: [ReferenceProcess]
  /// The group at its limit; nil: a global OOM without constraints.
  var domain: Int?
  /// The process whose allocation failed; nil: nobody of the world. It is never dying.
  var invoker: Int?

  static func == (a: ReferenceWorld, b: ReferenceWorld) -> Bool {
    a.release == b.release && a.wordBits == b.wordBits && a.hz == b.hz
      && a.totalram == b.totalram && a.totalSwap == b.totalSwap && a.swappiness == b.swappiness
      && a.panicOnOOM == b.panicOnOOM && a.killAllocatingTask == b.killAllocatingTask
      && a.groups == b.groups && a.processes == b.processes
      && a.domain == b.domain && a.invoker == b.invoker
  }
}

/// Why a process got SIGKILL: mm/oom_kill.c, oom_kill_process() and what it calls, all releases.
enum ReferenceBecause {
  /// Selected, and killed itself.
  case victim
  /// Uses the address space of a killed process.
  case sharedMM
  /// Swept up by memory.oom.group, 4.19 and later.
  case oomGroup
  /// Killed instead of its selected parent, up to 5.0.
  case child
}

/// One process that got SIGKILL: mm/oom_kill.c, oom_kill_process(), all releases.
struct ReferenceDeath: Equatable {
  var index: Int
  var because: ReferenceBecause
}

/// What one call of mm/oom_kill.c, out_of_memory() or mem_cgroup_out_of_memory() did, all releases.
enum ReferenceOutcome: Equatable {
  /// The victim is the process that selection chose; the dead are in the kernel's order.
  case killed(victim: Int, points: Int128, dead: [ReferenceDeath])
  /// An earlier victim was met that is not gone yet.
  case aborted
  case panicked
  /// Nothing to kill in a memory cgroup, or a chosen one that cannot be killed.
  case nobody
}

extension ReferenceWorld {
  /// Whether the release is this one or a later one; the rule book's section 0, all releases.
  func since(_ major: Int, _ minor: Int, _ sub: Int = 0) -> Bool {
    if release.major != major { return release.major > major }
    if release.minor != minor { return release.minor > minor }
    return release.sub >= sub
  }

  /// A value as an `unsigned long` of the kernel keeps it: arithmetic of mm/oom_kill.c,
  /// oom_badness(), since 2.6.36.
  func unsignedLong(_ value: Int64) -> UInt64 {
    wordBits == 32 ? UInt64(UInt32(truncatingIfNeeded: value)) : UInt64(bitPattern: value)
  }

  /// A value as a `long` of the kernel keeps it: arithmetic of mm/oom_kill.c, oom_badness(), since
  /// 3.2.
  func long(_ value: Int64) -> Int64 {
    wordBits == 32 ? Int64(Int32(truncatingIfNeeded: value)) : value
  }

  /// Whether two processes use one address space: mm/oom_kill.c, process_shares_mm() and the
  /// comparisons before it, all releases. A process shares with itself, a kernel thread with
  /// nobody.
  func shareMM(_ first: Int, _ second: Int) -> Bool {
    !processes[first].isKernelThread && !processes[second].isKernelThread
      && processes[first].mm == processes[second].mm
  }

  /// Whether a group is `ancestor` or below it: mm/memcontrol.c, mem_cgroup_is_descendant() and
  /// task_in_mem_cgroup(), since 2.6.25.
  func isGroup(_ group: Int, inside ancestor: Int) -> Bool {
    var current = group
    while current >= 0 {
      if current == ancestor { return true }
      current = groups[current].parent
    }
    return false
  }

  /// The children of a process, oldest first: include/linux/sched.h, task_struct.children,
  /// all releases.
  func children(of parent: Int) -> [Int] {
    let pid = processes[parent].pid
    return processes.indices.filter { $0 != parent && processes[$0].ppid == pid }
  }

  /// The effective oom_score_adj: mm/swapfile.c, sys_swapoff() with test_set_oom_score_adj(), which
  /// 3.0-3.7 use to put the value to its maximum meanwhile; the own value in all others.
  func scoreAdj(_ index: Int) -> Int64 {
    if processes[index].isSwapoff && since(3, 0) && !since(3, 8) { return 1000 }
    return Int64(processes[index].oomScoreAdj)
  }
}
