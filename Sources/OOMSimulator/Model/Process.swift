/// How a scenario names a process.
public enum ProcessReference: Hashable, Sendable {
  /// By its name. Of several with one name that come one after the other it is the one that lives.
  case name(String)
  /// By its pid, which is that of one process in a run.
  case pid(Int32)
}

extension ProcessReference {
  /// The pid that a text is, `812` or `pid:812`; nil when it is none.
  package static func pid(in text: String) -> Int32? {
    let digits = text.hasPrefix("pid:") ? text.dropFirst("pid:".count) : text[...]
    guard let pid = Int32(digits), pid > 0, digits == "\(pid)" else { return nil }
    return pid
  }
}

extension ProcessReference: CustomStringConvertible {
  /// The name, or `pid 7`.
  public var description: String {
    switch self {
    case .name(let name): name
    case .pid(let pid): "pid \(pid)"
    }
  }
}

extension Scenario {
  /// One process of a scenario, or `count` alike. Sizes are in pages.
  public struct Process: Equatable, Sendable {
    /// What `/proc/sys/kernel/pid_max` can be raised to on 64-bit kernels. Kernel: `PID_MAX_LIMIT`.
    package static let pidLimit: Int32 = 4_194_304

    /// What a process does when overcommit refuses it memory.
    public enum OnENOMEM: UInt8, CaseIterable, Sendable {
      /// Goes on as it was, without the memory.
      case `continue` = 0
      /// Exits.
      case exit = 1
    }

    /// File: /proc/PID/comm.
    public var name = ""
    /// 0 lets the simulator number it, from 1000 up. 1 is the global init.
    public var pid: Int32 = 0
    /// How many of these there are; they are named `name-1`, `name-2`, …
    public var count: Int32 = 1
    /// Pid of its parent, 0 for none; rules before 4.17 take a child in the place of the parent. File: `PPid` in
    /// /proc/PID/status.
    public var ppid: Int32 = 0
    /// Owner. 0 has all capabilities unless they are given. File: `Uid` in /proc/PID/status.
    public var uid: UInt32 = 0
    /// Path of its memory cgroup. File: /proc/PID/cgroup.
    public var cgroup = "/"
    /// -1000 to 1000. File: /proc/PID/oom_score_adj.
    public var oomScoreAdj: Int16 = 0
    /// What rules before 2.6.36 read besides.
    public var legacy = LegacyInputs()
    /// Resident anonymous memory. File: `RssAnon` in /proc/PID/status.
    public var anon: Int64 = 0
    /// Mapped file pages. File: `RssFile`.
    public var file: Int64 = 0
    /// Shared memory. File: `RssShmem`.
    public var shmem: Int64 = 0
    /// The segment that all of its `shmem` is part of: one in the machine, counted in each that maps it. With the
    /// name of a path it is a file of a tmpfs, which stays when its last user is gone.
    package var segment: String?
    /// The file that all of its `file` is part of, likewise.
    package var mappedFile: String?
    /// Anonymous memory in swap. File: `VmSwap`. Kernel: `MM_SWAPENTS`.
    public var swap: Int64 = 0
    /// Part of `anon` that cannot be swapped. File: `VmLck`.
    package var locked: Int64 = 0
    /// Address space; derived when nil. Kernel: `mm->total_vm`.
    public var totalVM: Int64?
    /// What it adds to `Committed_AS`; anon + swap + shmem when nil, without the shmem of a segment.
    package var committed: Int64?
    /// All levels together; derived when nil. Kernel: `mm_pgtables_bytes()`.
    public var pageTables: Int64?
    /// The same by level, since releases count different levels; `pageTables` is their sum. Without it, all of
    /// a size that is given counts in every release that counts tables at all.
    package var pageTableLevels: PageTableLevels?
    /// Kernel: `PF_KTHREAD`.
    package var isKernelThread = false
    /// The process whose address space this one uses. Kernel: `clone(CLONE_VM)` without `CLONE_THREAD`.
    public var sharesMMWith: ProcessReference?
    /// Nil means that uid 0 has all and others none.
    public var capabilities: Capabilities?
    /// What it does when overcommit refuses it memory.
    public var onENOMEM = OnENOMEM.continue
    /// It uses its parent's address space until it calls exec. Kernel: `in_vfork()`.
    package var isInVfork = false
    /// It was killed before the start, and its memory is not back: never, or after `Machine.exitDelay`.
    package var isDying = false
    /// It runs swapoff. Kernel: `oom_task_origin()`.
    package var isSwapoff = false
    /// Nodes that it may have memory on; nil is what its group says. File: `Mems_allowed_list` in
    /// /proc/PID/status.
    package var memsAllowed: NodeMask?
    /// Nodes of its memory policy. Kernel: `set_mempolicy()`.
    package var mempolicy: NodeMask?
    /// What these nodes are for it.
    package var mempolicyMode = Mempolicy.Mode.bind
    /// Its threads, where there is more to say than that it has one.
    package var threads: Threads?
    /// Pages that it touches again each second, anywhere in its memory.
    package var hot: Int64 = 0
    /// Whether it comes back after its death; nil means never.
    public var restart: RestartPolicy?

    /// What is known of the threads of a process.
    package enum Threads: Equatable, Sendable {
      /// How many it has.
      case count(Int64)
      /// The groups of those beside the main one, on version 1.
      case inGroups([String])

      package var count: Int64 {
        switch self {
        case .count(let count): count
        case .inGroups(let paths): 1 + Int64(paths.count)
        }
      }

      var text: String {
        switch self {
        case .count(let count): "\(count)"
        case .inGroups(let paths): paths.joined(separator: ", ")
        }
      }
    }

    /// A process without a name yet, with all that is usual.
    package init() {}

    /// A process called `name`, or `count` alike; for the rest what is usual.
    ///
    /// - Parameters: as the properties of the same names; sizes in pages. `pageTables` is the sum of the levels where
    ///   only these are given.
    public init(
      name: String, pid: Int32 = 0, count: Int32 = 1, ppid: Int32 = 0, uid: UInt32 = 0,
      cgroup: String = "/", oomScoreAdj: Int16 = 0, legacy: LegacyInputs = LegacyInputs(),
      anon: Int64 = 0, file: Int64 = 0, shmem: Int64 = 0, segment: String? = nil,
      mappedFile: String? = nil, swap: Int64 = 0, locked: Int64 = 0, totalVM: Int64? = nil,
      committed: Int64? = nil, pageTables: Int64? = nil,
      isKernelThread: Bool = false,
      sharesMMWith: ProcessReference? = nil, capabilities: Capabilities? = nil,
      onENOMEM: OnENOMEM = .continue, isInVfork: Bool = false, isDying: Bool = false,
      isSwapoff: Bool = false, memsAllowed: NodeMask? = nil, mempolicy: NodeMask? = nil,
      threadCgroups: [String] = [], restart: RestartPolicy? = nil
    ) {
      self.name = name
      self.pid = pid
      self.count = count
      self.ppid = ppid
      self.uid = uid
      self.cgroup = cgroup
      self.oomScoreAdj = oomScoreAdj
      self.legacy = legacy
      self.anon = anon
      self.file = file
      self.shmem = shmem
      self.segment = segment
      self.mappedFile = mappedFile
      self.swap = swap
      self.locked = locked
      self.totalVM = totalVM
      self.committed = committed
      self.pageTables = pageTables
      self.isKernelThread = isKernelThread
      self.sharesMMWith = sharesMMWith
      self.capabilities = capabilities
      self.onENOMEM = onENOMEM
      self.isInVfork = isInVfork
      self.isDying = isDying
      self.isSwapoff = isSwapoff
      self.memsAllowed = memsAllowed
      self.mempolicy = mempolicy
      threads = threadCgroups.isEmpty ? nil : .inGroups(threadCgroups)
      self.restart = restart
    }

    /// What only the rules before 2.6.36 read.
    public struct LegacyInputs: Equatable, Sendable {
      /// -17 to 15; nil is what `oom_score_adj` reads as in this file. File: /proc/PID/oom_adj.
      package var oomAdj: Int16?
      /// -20 to 19. File: `nice` in /proc/PID/stat.
      package var nice: Int16 = 0
      /// CPU time used; a replay does not add to it. File: `utime + stime` in /proc/PID/stat.
      package var cpuTime: Microseconds = 0
      /// How long it has been running at the start, or when it starts.
      package var runTime: Microseconds = 0

      /// What the rules before 2.6.36 read of a process, besides its memory.
      ///
      /// - Parameters: as the properties of the same names.
      public init(
        oomAdj: Int16? = nil, nice: Int16 = 0, cpuTime: Microseconds = 0, runTime: Microseconds = 0
      ) {
        self.oomAdj = oomAdj
        self.nice = nice
        self.cpuTime = cpuTime
        self.runTime = runTime
      }
    }

    /// Whether it gives any size of its own.
    var statesMemory: Bool {
      anon != 0 || file != 0 || shmem != 0 || swap != 0 || locked != 0 || totalVM != nil
        || pageTables != nil || committed != nil
    }
  }
}
