public import OOMSimulator

/// One report of the OOM killer, as a kernel logged it: what the lines say, nothing computed. What the log
/// does not show is nil or empty. Memory is in the unit of the line, which the name tells.
public struct OOMReport: Equatable, Sendable {
  /// Line of the log that it begins in, from 1.
  public var line: Int
  /// The release that the log states, in the report itself or at the boot before it.
  public var release: KernelRelease?
  /// No line states the release: a form that only one distribution prints tells it.
  public var isReleaseByForm = false
  /// What its forms allow.
  public var releases = ReleaseRange()

  /// The process whose allocation failed. Kernel: `current` of `dump_header()`, mm/oom_kill.c.
  public var invoker: Invoker?
  public var request = Request()
  public var scope = Scope()
  public var limits = MemcgLimits()
  public var memory = MemoryInfo()
  public var table: TaskTable?
  /// Rows that look like those of the table and cannot be read.
  public var unreadableRows = 0
  /// The process that was selected: the pid of the `oom-kill:` line, or of the line with the score.
  public var chosen: Chosen?
  /// Kill lines in order; the first is that of the victim or of its child.
  public var kills: [KillLine] = []
  /// The group that died as a whole. File: `memory.oom.group`.
  public var oomGroup: String?
  public var reaped: [ReapedLine] = []
  /// What the end says when nobody was killed: a panic, nobody to kill, a victim that exits already.
  public var ending: Ending?
  /// Selected because it asked. File: `vm.oom_kill_allocating_task`.
  public var isAllocatingTask = false

  init(line: Int) {
    self.line = line
  }

  public struct Invoker: Equatable, Sendable {
    public var name = ""
    /// That of the thread, which may be another than its process's.
    public var pid: Int64?
    public var oomScoreAdj: Int64?
  }

  /// The allocation that failed.
  public struct Request: Equatable, Sendable {
    public var gfpMask: UInt64?
    /// Names of the mask's bits, since 4.6.
    public var gfpFlags = ""
    /// Pages as a power of two; -1 for SysRq f, since 4.3.
    public var order: Int64?
  }

  /// What ran out.
  public struct Scope: Equatable, Sendable {
    /// `CONSTRAINT_…` of the `oom-kill:` line, since 5.0.
    public var constraint: String?
    public var nodemask: String?
    public var cpuset: String?
    public var memsAllowed: String?
    public var isGlobal = false
    /// The group at its limit.
    public var domain: String?
    /// The group of the victim.
    public var taskMemcg: String?
    /// The kill line or the summary says that it is a memory cgroup's OOM.
    public var isMemcg = false
  }

  public struct Chosen: Equatable, Sendable {
    public var pid: Int64
    public var name: String
    public var uid: Int64?
    /// As printed to 5.0; what it counts differs by release.
    public var score: Int64?
    public var line: Int
  }

  public enum Ending: String, Sendable {
    case panicOnOOM = "the kernel panicked: panic_on_oom"
    case nobody = "there was nobody to kill"
    case deadlocked = "there was nobody to kill, and the kernel panicked"
    case exiting = "the chosen task was exiting already and was not killed"
  }
}

/// Releases from the first to the last, both in it.
public struct ReleaseRange: Equatable, Sendable {
  public var first = KernelRelease.oldestKnown
  /// Nil for the newest.
  public var last: KernelRelease?
  /// A form contradicts the others: a distribution's kernel, which takes parts of later releases over.
  public var isContradictory = false

  /// Leaves what another form allows, too; a form that contradicts the others says nothing.
  mutating func narrow(from: KernelRelease? = nil, to: KernelRelease? = nil) {
    var narrowed = self
    if let from { narrowed.first = max(first, from) }
    if let to { narrowed.last = last.map { min($0, to) } ?? to }
    if let last = narrowed.last, last < narrowed.first {
      isContradictory = true
      return
    }
    self = narrowed
  }

  public func contains(_ release: KernelRelease) -> Bool {
    release.upstream >= first && last.map { release.upstream <= $0 } ?? true
  }
}

/// A line that says who was killed and what it had. Sizes are in kB.
public struct KillLine: Equatable, Sendable {
  public var line = 0
  public var pid: Int64 = 0
  public var name = ""
  public var uid: Int64?
  public var totalVM: Int64?
  public var anon: Int64?
  public var file: Int64?
  public var shmem: Int64?
  public var pageTables: Int64?
  public var oomScoreAdj: Int64?

  /// What it had resident, in kB; nil where the line does not tell.
  public var resident: Int64? {
    guard let anon, let file else { return nil }
    return anon &+ file &+ (shmem ?? 0)
  }
}

/// What the reaper had left of a victim. Sizes are in kB.
public struct ReapedLine: Equatable, Sendable {
  public var line = 0
  public var pid: Int64 = 0
  public var name = ""
  public var anon: Int64 = 0
  public var file: Int64 = 0
  public var shmem: Int64 = 0
}
