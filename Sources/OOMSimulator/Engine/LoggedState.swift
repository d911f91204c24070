/// What the kernel's log shows of the state in which memory ran out. Sizes are in pages.
///
/// Kernel: `dump_header()`, mm/oom_kill.c.
public struct LoggedState: Equatable, Sendable {
  /// A process as the task table and the kill lines have it.
  public struct Task: Equatable, Sendable {
    public var identity: ProcessIdentity
    public var uid: UInt32 = 0
    public var cgroup = "/"
    public var oomAdj: Int16 = 0
    public var oomScoreAdj: Int16 = 0
    public var totalVM: Int64 = 0
    public var anon: Int64 = 0
    public var file: Int64 = 0
    public var shmem: Int64 = 0
    public var swap: Int64 = 0
    /// By level; all of it is `pte` where the levels are not known.
    public var tables = PageTableLevels()

    public var rss: Int64 { anon + file + shmem }
  }

  /// A memory node taken as one zone. Kernel: `show_free_areas()`, mm/page_alloc.c.
  public struct Zone: Equatable, Sendable {
    public var free: Int64
    public var min: Int64
    public var low: Int64
    public var high: Int64
    public var present: Int64
    public var managed: Int64
  }

  /// The machine's memory. Kernel: `show_mem()`.
  public struct Memory: Equatable, Sendable {
    public var zones: [Zone] = []
    public var free: Int64 = 0
    public var unevictable: Int64 = 0
    public var slabReclaimable: Int64 = 0
    public var mapped: Int64 = 0
    public var shmem: Int64 = 0
    public var pageTables: Int64 = 0
    /// All of the page cache, shared memory included.
    public var pagecache: Int64 = 0
    public var swapTotal: Int64 = 0
    public var swapFree: Int64 = 0
  }

  /// The group at its limit. Kernel: `mem_cgroup_print_oom_meminfo()`, mm/memcontrol.c.
  public struct Memcg: Equatable, Sendable {
    public var version = 2
    public var usage: Int64 = 0
    /// `Cgroup.unlimited` for none, as in all limits here.
    public var limit = Cgroup.unlimited
    public var swapUsage: Int64 = 0
    public var swapLimit = Cgroup.unlimited
    /// Memory and swap together.
    public var bothLimit = Cgroup.unlimited
    /// The group itself and those below it, each without what is below it.
    public var groups: [Stats] = []
  }

  /// What one group has been charged for.
  public struct Stats: Equatable, Sendable {
    public var path: String
    public var anon: Int64 = 0
    /// The page cache, shared memory included.
    public var file: Int64 = 0
    public var shmem: Int64 = 0
    public var mapped: Int64 = 0
    public var pageTables: Int64 = 0
    /// All kernel memory, page tables included.
    public var kernel: Int64 = 0
    public var swap: Int64 = 0
  }

  public var isSysrq = false
  /// `vm.panic_on_oom` is 2.
  public var isPanicCompulsory = false
  /// A `long` of the kernel has 32 bits.
  public var hasNarrowLong = false
  /// Microseconds until the memory of the killed processes is back.
  public var exitDelay: Int64 = 0
  /// Nil when it was none of the scenario's processes.
  public var invoker: Task?
  public var constraint: Constraint
  /// Nodes that the allocation was limited to by a memory policy.
  public var nodemask: NodeMask?
  /// Name of the invoker's cpuset, and its nodes.
  public var cpuset = "/"
  public var mems = NodeMask(below: 1)
  public var memory = Memory()
  public var memcg: Memcg?
  /// The task table; nil where none is printed.
  public var table: [Task]?
  /// The process that the selection took.
  public var chosen: Task?
  /// The process that was killed first: the chosen one or its child.
  public var victim: Task?
  /// The processes that died because they use the victim's memory.
  public var sharers: [Task] = []
  /// The group that dies as a whole, and its members that are killed, in order.
  public var oomGroup: String?
  public var members: [Task] = []

  init(constraint: Constraint) {
    self.constraint = constraint
  }
}
