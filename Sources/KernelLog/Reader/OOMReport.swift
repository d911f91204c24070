package import OOMSimulator

/// One report of the OOM killer, as a kernel logged it: what the lines say, nothing computed. What the log
/// does not show is nil or empty. Memory is in the unit of the line, which the name tells.
package struct OOMReport: Equatable, Sendable {
  /// Line of the log that it begins in, from 1.
  package var line: Int
  /// When that line was written, in the log's own form, and by which host; empty where it does not say.
  package var time = ""
  /// Reports before it that the kernel did not print: more than ten in five seconds.
  package var suppressed: Int64 = 0
  package var host = ""
  /// The release that the log states, in the report itself or at the boot before it.
  package var release: KernelRelease?
  /// No line states the release: a form that only one distribution prints tells it.
  package var isReleaseByForm = false
  /// The place of the uid in its kill line, as only Enterprise Linux has it.
  var enterpriseForm: DeathLine.EnterpriseForm?
  /// What its forms allow.
  package var releases = ReleaseRange()

  /// The process whose allocation failed. Kernel: `current` of `dump_header()`, mm/oom_kill.c.
  package var invoker: Invoker?
  package var request = Request()
  package var scope = Scope()
  package var limits = MemcgLimits()
  package var memory = MemoryInfo()
  package var use = MemoryUse()
  package var table: TaskTable?
  /// Rows that look like those of the table and cannot be read.
  package var unreadableRows = 0
  /// The first of them.
  package var unreadable: UnreadableRow?
  /// The process that was selected: the pid of the `oom-kill:` line, or of the line with the score.
  package var chosen: Chosen?
  /// Kill lines in order; the first is that of the victim or of its child.
  package var kills: [KillLine] = []
  /// The group that died as a whole. File: `memory.oom.group`.
  package var oomGroup: String?
  package var reaped: [ReapedLine] = []
  /// What the stack of the invoker names, in the order of the lines: who called the killer.
  package var callers: [Caller] = []
  /// What the invoker was doing, by its stack.
  package var activity: Activity?
  /// The last frame of the stack that was read is `out_of_memory()`: what called it tells what ran out.
  var isBehindOutOfMemory = false
  /// The line of the panic that follows when init is killed.
  package var initPanic: Int?
  /// Processes that use a victim's memory and are not killed, or were killed for it: until they exit nothing of it
  /// is given back.
  package var sharers: [Sharer] = []
  /// Victims whose memory the reaper could not take, by the pid of its line.
  package var unreaped: [Sharer] = []
  /// Lines behind the last report of a log that say that others were not printed.
  package var suppressedBehind: [Suppressed] = []
  /// What the end says when nobody was killed: a panic, nobody to kill, a victim that exits already.
  package var ending: Ending?
  /// Selected because it asked. File: `vm.oom_kill_allocating_task`.
  package var isAllocatingTask = false

  init(line: Int) {
    self.line = line
  }

  /// A line that looks like a row, and what of it was not understood.
  package struct UnreadableRow: Equatable, Sendable {
    package var line: Int
    package var text: String
    package var problem: String

    /// The line and what is wrong with it.
    package var reason: String { "line \(line): \(problem)" }
  }

  /// A function of the stack that tells what ran out. Kernel: mm/oom_kill.c, mm/memcontrol.c.
  package enum Caller: String, Sendable {
    case memcg = "mem_cgroup_out_of_memory"
    case pageFault = "pagefault_out_of_memory"
    case outOfMemory = "out_of_memory"
  }

  /// What a process was doing that needed memory, as the innermost function tells that is of one purpose only.
  package enum Activity: String, Sendable {
    case pageFault = "page fault"
    case filePageFault = "page fault in a mapped file"
    case shmem = "page of shared memory or tmpfs"
    case fork, exec, read, write, mmap, open, ioctl, pipe, socket, swapoff
    case limit = "lower limit of its group"
    case guest = "page of a virtual machine"
    case sysrq = "SysRq f"
    case kernelThread = "kernel thread"

    /// What it was for, in a sentence.
    package var words: String {
      switch self {
      case .fork, .exec, .read, .write, .mmap, .open, .ioctl, .swapoff: "\(rawValue)()"
      case .pipe, .socket, .pageFault, .filePageFault, .shmem, .limit, .guest, .kernelThread:
        "a \(rawValue)"
      case .sysrq: rawValue
      }
    }
  }

  /// A process that a line after the kill names.
  package struct Sharer: Equatable, Sendable {
    package enum Kind: String, Sendable {
      /// `Kill process N (name) sharing same memory`, 2.6.37 to 4.3: it is killed, too.
      case killed
      /// `oom killer N (name) has mm pinned by N (name)`, since 4.8: it is not.
      case pinning
      /// `oom_reaper: unable to reap pid:N (name)`, since 4.6.
      case unreaped
    }

    package var line: Int
    package var kind: Kind
    package var pid: Int64
    package var name: String
  }

  package struct Invoker: Equatable, Sendable {
    package var name = ""
    /// That of the thread, which may be another than its process's.
    package var pid: Int64?
    package var oomScoreAdj: Int64?
  }

  /// The allocation that failed.
  package struct Request: Equatable, Sendable {
    package var gfpMask: UInt64?
    /// Names of the mask's bits, since 4.6.
    package var gfpFlags = ""
    /// Pages as a power of two; -1 for SysRq f, since 4.3.
    package var order: Int64?
  }

  /// What ran out.
  package struct Scope: Equatable, Sendable {
    /// `CONSTRAINT_…` of the `oom-kill:` line, since 5.0.
    package var constraint: String?
    package var nodemask: String?
    package var cpuset: String?
    package var memsAllowed: String?
    package var isGlobal = false
    /// The reason in front of the kill says that the machine, or a part of it, ran out.
    package var saysMachine = false
    /// The group at its limit.
    package var domain: String?
    /// The group of the victim.
    package var taskMemcg: String?
    /// The kill line or the summary says that it is a memory cgroup's OOM.
    package var isMemcg = false
  }

  package struct Chosen: Equatable, Sendable {
    package var pid: Int64
    package var name: String
    package var uid: Int64?
    /// As printed to 5.0; what it counts differs by release.
    package var score: Int64?
    package var line: Int
  }

  /// A line that says that others were not printed.
  package struct Suppressed: Equatable, Sendable {
    package var line: Int
    package var text: String
    /// How many OOM reports; nil where it is about other lines.
    package var reports: Int64?
  }

  package enum Ending: String, Sendable {
    case panicOnOOM = "the kernel panicked: panic_on_oom"
    case nobody = "there was nobody to kill"
    case deadlocked = "there was nobody to kill, and the kernel panicked"
    case exiting = "the chosen task was exiting already and was not killed"
  }
}

/// Releases from the first to the last, both in it.
package struct ReleaseRange: Equatable, Sendable {
  package var first = KernelRelease.oldestKnown
  /// Nil for the newest.
  package var last: KernelRelease?
  /// A form contradicts the others: a distribution's kernel, which takes parts of later releases over.
  package var isContradictory = false

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

  package func contains(_ release: KernelRelease) -> Bool {
    release.upstream >= first && last.map { release.upstream <= $0 } ?? true
  }
}

/// A line that says who was killed and what it had.
package struct KillLine: Equatable, Sendable {
  package var line = 0
  package var pid: Int64 = 0
  package var name = ""
  package var uid: Int64?
  package var totalVM: Kibibytes?
  package var anon: Kibibytes?
  package var file: Kibibytes?
  package var shmem: Kibibytes?
  package var pageTables: Kibibytes?
  package var oomScoreAdj: Int64?

  /// What it had resident; nil where the line does not tell.
  package var resident: Kibibytes? {
    guard let anon, let file else { return nil }
    return anon &+ file &+ (shmem ?? 0)
  }
}

/// What the reaper had left of a victim.
package struct ReapedLine: Equatable, Sendable {
  package var line = 0
  package var pid: Int64 = 0
  package var name = ""
  package var anon: Kibibytes = 0
  package var file: Kibibytes = 0
  package var shmem: Kibibytes = 0
}
