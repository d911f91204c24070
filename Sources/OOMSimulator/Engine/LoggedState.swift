/// What the kernel's log shows of the state in which memory ran out. Sizes are in pages.
///
/// Kernel: `dump_header()`, mm/oom_kill.c.
package struct LoggedState: Equatable, Sendable {
  /// A process as the task table and the kill lines have it.
  package struct Task: Equatable, Sendable {
    package var identity: ProcessIdentity
    package var uid: UInt32 = 0
    package var cgroup = "/"
    package var oomAdj: Int16 = 0
    package var oomScoreAdj: Int16 = 0
    package var totalVM: Int64 = 0
    package var anon: Int64 = 0
    package var file: Int64 = 0
    package var shmem: Int64 = 0
    package var swap: Int64 = 0
    /// By level; all of it is `pte` where the levels are not known.
    package var tables = PageTableLevels()

    package var rss: Int64 { anon + file + shmem }
  }

  /// A memory node taken as one zone. Kernel: `show_free_areas()`, mm/page_alloc.c.
  package struct Zone: Equatable, Sendable {
    package var free: Int64
    package var min: Int64
    package var low: Int64
    package var high: Int64
    package var present: Int64
    package var managed: Int64
  }

  /// The machine's memory. Kernel: `show_mem()`.
  package struct Memory: Equatable, Sendable {
    package var zones: [Zone] = []
    package var free: Int64 = 0
    package var unevictable: Int64 = 0
    package var slabReclaimable: Int64 = 0
    package var mapped: Int64 = 0
    package var shmem: Int64 = 0
    package var pageTables: Int64 = 0
    /// All of the page cache, shared memory included.
    package var pagecache: Int64 = 0
    package var swapTotal: Int64 = 0
    package var swapFree: Int64 = 0
  }

  /// The group at its limit. Kernel: `mem_cgroup_print_oom_meminfo()`, mm/memcontrol.c.
  package struct Memcg: Equatable, Sendable {
    package var version = 2
    package var usage: Int64 = 0
    /// `Cgroup.unlimited` for none, as in all limits here.
    package var limit = Cgroup.unlimited
    package var swapUsage: Int64 = 0
    package var swapLimit = Cgroup.unlimited
    /// Memory and swap together.
    package var bothLimit = Cgroup.unlimited
    /// The group itself and those below it, each without what is below it.
    package var groups: [Stats] = []
  }

  /// What one group has been charged for.
  package struct Stats: Equatable, Sendable {
    package var path: String
    package var anon: Int64 = 0
    /// The page cache, shared memory included.
    package var file: Int64 = 0
    package var shmem: Int64 = 0
    package var mapped: Int64 = 0
    package var pageTables: Int64 = 0
    /// All kernel memory, page tables included.
    package var kernel: Int64 = 0
    package var swap: Int64 = 0
    /// What it has in the pool of zswap, which `kernel` has, too, and what that was before.
    package var zswap: Int64 = 0
    package var zswapped: Int64 = 0
  }

  package var isSysrq = false
  /// `vm.panic_on_oom` is 2.
  package var isPanicCompulsory = false
  /// A `long` of the kernel has 32 bits.
  package var hasNarrowLong = false
  /// Time until the memory of the killed processes is back.
  package var exitDelay: Microseconds = 0
  /// Nil when it was none of the scenario's processes.
  package var invoker: Task?
  package var constraint: Constraint
  /// Nodes that the allocation was limited to by a memory policy.
  package var nodemask: NodeMask?
  /// Name of the invoker's cpuset, and its nodes.
  package var cpuset = "/"
  package var mems = NodeMask(below: 1)
  package var memory = Memory()
  package var memcg: Memcg?
  /// The task table; nil where none is printed.
  package var table: [Task]?
  /// The process that the selection took.
  package var chosen: Task?
  /// The process that was killed first: the chosen one or its child.
  package var victim: Task?
  /// The processes that died because they use the victim's memory.
  package var sharers: [Task] = []
  /// The group that dies as a whole, and its members that are killed, in order.
  package var oomGroup: String?
  package var members: [Task] = []

  /// What becomes of the report that stands before the lines of the kill.
  package enum Report: Equatable, Sendable {
    /// It is printed, and so many before it were not.
    case printed(suppressed: Int)
    /// There were too many within five seconds.
    case suppressed
    /// A kernel would print it, but there are so many rows of task tables already that nobody could read them.
    case leftOut
  }

  package var report: Report

  init(constraint: Constraint, report: Report) {
    self.constraint = constraint
    self.report = report
  }
}
