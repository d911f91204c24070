/// Something that happens at an instant of a scenario.
public struct Event: Equatable, Sendable {
  /// When, since the start.
  public var at: Microseconds
  /// What happens.
  public var action: Action

  /// Something that happens at `at` after the start, 0 or more.
  public init(at: Microseconds, action: Action) {
    self.at = at
    self.action = action
  }

  /// Sizes that a process gains or gives back, in pages.
  public struct Sizes: Equatable, Sendable {
    package var anon: Int64 = 0
    package var file: Int64 = 0
    package var shmem: Int64 = 0
    /// Anonymous memory that is locked as it is touched, besides `anon`.
    package var locked: Int64 = 0

    /// Sizes in pages.
    ///
    /// - Parameters: as the properties of the same names.
    public init(
      anon: Int64 = 0, file: Int64 = 0, shmem: Int64 = 0, locked: Int64 = 0
    ) {
      self.anon = anon
      self.file = file
      self.shmem = shmem
      self.locked = locked
    }
  }

  /// The child of a fork. What is nil is as its parent has it; the pid is assigned when it is 0.
  public struct Child: Equatable, Sendable {
    package var name = ""
    package var pid: Int32 = 0
    package var oomScoreAdj: Int16?

    /// A child called `name`; what is nil is as its parent has it.
    ///
    /// - Parameters: as the properties of the same names; a `pid` of 0 is assigned.
    public init(
      name: String = "", pid: Int32 = 0, oomScoreAdj: Int16? = nil
    ) {
      self.name = name
      self.pid = pid
      self.oomScoreAdj = oomScoreAdj
    }
  }

  /// What a mapping without touched pages costs in committed memory.
  public enum MappingKind: String, CaseIterable, Sendable {
    /// Private and writable: committed in full. Kernel: `MAP_PRIVATE`, `PROT_WRITE`.
    case `private`
    /// Shared and anonymous: committed in full. Kernel: `MAP_SHARED`.
    case shared
    /// Read only: never committed.
    case readOnly = "read_only"
    /// Committed in mode 2 only. Kernel: `MAP_NORESERVE`.
    case noReserve = "noreserve"
  }

  /// What memory of no process is.
  public enum Unowned: String, CaseIterable, Sendable {
    /// Clean cache of files that nobody maps.
    case pageCache = "page_cache"
    /// Files of a tmpfs, which stay until they are deleted.
    case tmpfs
    /// Memory of the kernel itself that cannot be reclaimed. File: `SUnreclaim`, `KernelStack` in /proc/meminfo.
    case kernel
  }

  /// What of the machine can be changed while it runs; nil leaves it.
  package struct MachineChange: Equatable, Sendable {
    /// What the kernel manages. File: `MemTotal` in /proc/meminfo.
    package var memory: Int64?
    /// The pool of huge pages. File: `Hugetlb` in /proc/meminfo.
    package var hugetlb: Int64?

    package init(memory: Int64? = nil, hugetlb: Int64? = nil) {
      self.memory = memory
      self.hugetlb = hugetlb
    }
  }

  /// What can happen. Sizes are in pages, groups are given by path. An action on a process that has died by then is
  /// passed over.
  public enum Action: Equatable, Sendable {
    /// Touches memory evenly over `over`; `nodes` binds it to memory nodes, as `mbind()` does.
    case grow(ProcessReference, Sizes, over: Microseconds, nodes: NodeMask? = nil)
    /// Gives memory back evenly over `over`, at most what the process has.
    case shrink(ProcessReference, Sizes, over: Microseconds)
    /// Maps address space without touching it: overcommit sees it, nobody else.
    case map(ProcessReference, pages: Int64, MappingKind)
    /// Gives such address space back.
    case unmap(ProcessReference, pages: Int64, MappingKind)
    /// A new process. It may have the name of one that has died.
    indirect case start(Scenario.Process)
    /// The process ends by itself, and its memory is free at once.
    case exit(ProcessReference)
    /// A child with its own address space, whose pages are its parent's until one of the two writes to them.
    case fork(ProcessReference, Child)
    /// Writes to pages that are shared by copy-on-write, evenly over `over`.
    case cow(ProcessReference, pages: Int64, over: Microseconds)
    /// Touches again what was touched longest ago of its anonymous and its shared memory, evenly over `over`: it becomes
    /// the youngest, and what of it is in swap is read back. All that the process has when no size is given.
    case touch(ProcessReference, anon: Int64?, shmem: Int64?, over: Microseconds = 0)
    /// Gives anonymous memory back whose address space stays mapped, `lazily` once reclaim discards it; all that the
    /// process has when `pages` is nil. Kernel: `MADV_FREE`, `MADV_DONTNEED`.
    case madvise(ProcessReference, pages: Int64?, lazily: Bool)
    /// Memory of no process grows evenly over `over`, charged to the group, `/` for none. `size` is that of the tmpfs
    /// which is written to, nil for one without a bound.
    case growUnowned(
      Unowned, pages: Int64, cgroup: String, over: Microseconds = 0, size: Int64? = nil)
    /// Such memory goes evenly over `over`, at most what the group has of it.
    case shrinkUnowned(Unowned, pages: Int64, cgroup: String, over: Microseconds = 0)
    /// Reclaims pages of the group and of those below it. File: memory.reclaim. With no group clean cache and
    /// reclaimable slab, whoever is charged for it. File: /proc/sys/vm/drop_caches.
    case reclaim(pages: Int64, cgroup: String?)
    /// Changes what can be changed of a running process.
    case setProcess(ProcessReference, ProcessChange)
    /// Writes the files of a group; what is nil is left.
    indirect case setCgroup(String, Cgroup)
    /// Writes sysctls; what is nil is left.
    indirect case setSysctl(Sysctl)
    /// The stall of a group, `/` for the machine: how much of the time some of its processes wait for memory, and all that
    /// have work. It holds for `over`, or until the next such event where that is nil. Without one it is derived.
    case pressure(cgroup: String, some: Share, full: Share, over: Microseconds?)
    /// Gives the machine memory or takes it away, and changes its pool of huge pages; what is nil is left.
    case setMachine(memory: Int64?, hugetlb: Int64?)
    /// Moves the process to another group; what it was charged for stays behind. File: cgroup.procs.
    case move(ProcessReference, cgroup: String)
    /// Takes swap away, all of it when `pages` is nil; the process does it.
    case swapoff(pages: Int64?, ProcessReference?)
    /// Adds swap on a disk. Kernel: `swapon()`.
    case swapon(pages: Int64)
    /// The manual OOM kill. File: /proc/sysrq-trigger, `f`.
    case sysrq
    /// Declares the OOM here and now, in the group or in the machine.
    case oom(cgroup: String?, invoker: ProcessReference?, nodes: NodeMask?)
  }

  /// What of a process can be changed while it runs; nil leaves it.
  public struct ProcessChange: Equatable, Sendable {
    package var oomScoreAdj: Int16?
    /// A write to /proc/PID/oom_adj; since 2.6.36 it sets `oom_score_adj`, too.
    package var oomAdj: Int16?
    package var nice: Int16?
    package var cpuTime: Microseconds?
    package var isInVfork: Bool?
    package var isSwapoff: Bool?
    package var uid: UInt32?
    package var capabilities: Capabilities?
    package var onENOMEM: Scenario.Process.OnENOMEM?
    /// Its pages stay where they are; only further growth goes by it.
    package var memsAllowed: NodeMask?
    package var mempolicy: NodeMask?
    package var mempolicyMode: Mempolicy.Mode?
    /// Pages that it touches again each second.
    package var hot: Int64?

    /// What is to be changed; nil leaves it.
    ///
    /// - Parameters: as the properties of the same names.
    public init(
      oomScoreAdj: Int16? = nil, oomAdj: Int16? = nil, nice: Int16? = nil,
      cpuTime: Microseconds? = nil, isInVfork: Bool? = nil, isSwapoff: Bool? = nil,
      uid: UInt32? = nil, capabilities: Capabilities? = nil,
      onENOMEM: Scenario.Process.OnENOMEM? = nil, memsAllowed: NodeMask? = nil,
      mempolicy: NodeMask? = nil
    ) {
      self.oomScoreAdj = oomScoreAdj
      self.oomAdj = oomAdj
      self.nice = nice
      self.cpuTime = cpuTime
      self.isInVfork = isInVfork
      self.isSwapoff = isSwapoff
      self.uid = uid
      self.capabilities = capabilities
      self.onENOMEM = onENOMEM
      self.memsAllowed = memsAllowed
      self.mempolicy = mempolicy
    }
  }
}
