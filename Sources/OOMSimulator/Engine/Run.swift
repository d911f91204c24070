package import VictimSelection

/// Which process: the pid is unique in a run, the name need not be.
public struct ProcessIdentity: Hashable, Sendable {
  /// Unique among all processes of a run.
  public var pid: Int32
  /// Several may have it, one after the other or at once.
  public var name: String
}

/// A process as an OOM found it. Sizes are in pages.
public struct Candidate: Equatable, Sendable {
  package var identity: ProcessIdentity
  /// Badness by the domain's totals, as the release's function returns it: pages since 3.5, thousandths
  /// from 2.6.36 to 3.4, before that a number without a unit, up to `ULONG_MAX`. `Int128.min` when it is no
  /// candidate. Kernel: `oom_badness()`.
  public var points = Int128.min
  /// Why it cannot be chosen; nil when it can.
  public var ineligible: Ineligible?
  /// By the machine's totals. File: /proc/PID/oom_score.
  public var oomScore: Int128 = 0
  /// -1000 to 1000. File: /proc/PID/oom_score_adj.
  public var oomScoreAdj: Int16 = 0
  package var uid: UInt32 = 0
  /// Path of its memory cgroup. File: /proc/PID/cgroup.
  public var cgroup = "/"
  /// Resident anonymous memory. Kernel: `MM_ANONPAGES`.
  public var anon: Int64 = 0
  /// Resident file pages. Kernel: `MM_FILEPAGES`.
  public var file: Int64 = 0
  /// Resident shared memory. Kernel: `MM_SHMEMPAGES`.
  public var shmem: Int64 = 0
  /// Swap entries. Kernel: `MM_SWAPENTS`.
  public var swap: Int64 = 0
  /// Page tables of all levels. Kernel: `mm_pgtables_bytes()`, in pages.
  public var pageTables: Int64 = 0
  /// Pages that the machine's one CPU holds back of the four counters above, which are what the killer reads; less than 0
  /// where it holds back what went. Kernel: `percpu_counter`, 6.2 to 6.19.
  package var heldBack: Int64 = 0
  /// The part of `pageTables` that the release counts as points.
  package var countedTables: Int64 = 0
  /// Effective `CAP_SYS_ADMIN`.
  package var isAdmin = false
  /// It runs swapoff.
  package var isSwapoff = false
  /// What the rules before 2.6.36 read of it; nil since then.
  package var legacy: LegacyTask?
  /// What the scenario's own badness may read of it; nil where the release's decides.
  @Indirect package var ownInputs: OwnBadnessInputs?

  init(identity: ProcessIdentity) {
    self.identity = identity
  }

  /// File: /proc/PID/comm.
  public var name: String { identity.name }
  /// Unique among all processes of a run.
  public var pid: Int32 { identity.pid }

  /// rss, swap entries and page tables, as far as the release counts them.
  public var pages: Int64 { anon + file + shmem + swap + countedTables }
}

/// One kill: a decision that processes die, and what came of it. Sizes are in pages.
public struct Kill: Equatable, Sendable {
  /// One process that died.
  public struct Casualty: Equatable, Sendable {
    /// The process that died.
    public var process: ProcessIdentity
    /// What made it die with the victim, or first of all.
    public var because: Because
  }

  /// When, since the start.
  public var at: Microseconds
  /// What decided: `kernel`, another `Policy`, or a killer of user space by its name.
  public var by: String
  /// The process that was chosen; where a child or an address space dies in its place, `killed` says so. Its points are by
  /// the totals of the machine where there is no `decision`.
  @Indirect public var victim: Candidate
  /// The processes that died, in order.
  public var killed: [Casualty] = []
  /// Memory and swap that came back; mapped file pages stay as clean cache and are not in it.
  public var freedPages: Int64 = 0
  /// What the kernel's killer went by; nil where another one decided, to which no limit, points or candidates belong.
  @Indirect public var decision: Decision?
  /// What a killer of user space went by; nil where the kernel's decided.
  @Indirect package var ground: Ground?

  init(at: Microseconds, by killer: String, victim: Candidate) {
    self.at = at
    by = killer
    self.victim = victim
  }
}

extension Kill {
  /// How the kernel's killer came to its victim. Sizes are in pages.
  public struct Decision: Equatable, Sendable {
    /// What ran out: the machine, a group, or some of the nodes. Kernel: `enum oom_constraint`.
    public var constraint: Constraint
    /// Path of the group at its limit; nil for a global OOM.
    public var cgroup: String?
    /// The nodes that memory was wanted of; nil when any would do.
    package var nodes: NodeMask?
    /// How points came about.
    package var arithmetic: BadnessArithmetic
    /// The process whose allocation failed; nil when it was none of the scenario's.
    public var invoker: ProcessIdentity?
    /// Why this one.
    public var chosen: Chosen
    /// The best of those that do not use the victim's memory.
    @Indirect public var runnerUp: Candidate?
    /// The kernel visits the runner-up after the victim, so equal points would have chosen it.
    package var runnerUpWinsTies = false
    /// Pages that the victim's counters may have been behind in a kernel: 0 where a release reads them exactly.
    package var counterError: Int64 = 0
    /// What the machine's one CPU holds back is left out of the counters, so that only what it held back at the start is
    /// not known.
    package var reckonsCPU = false
    /// When the machine can have been out of memory at the earliest, since free pages stay on lists of single CPUs; nil
    /// where nothing grew over a time.
    package var earliest: Microseconds?
    /// The limit that was hit, before anything was freed.
    public var limit: LimitState
    /// Everybody in the domain in iteration order; nil unless asked for.
    public var candidates: [Candidate]?
    /// What the decision read; nil unless candidates were asked for.
    @Indirect package var scene: OOMScene?
    /// What the kernel logs of it; nil unless asked for.
    @Indirect package var log: LoggedState?

    /// What `oom_score_adj` is scaled with. Kernel: `oc->totalpages`.
    package var totalpages: Int64 { arithmetic.totalpages }

    /// Of equals the kernel takes the last that it visits, else the first.
    package var equalsReplace: Bool { arithmetic.rules.equalsReplace(in: constraint) }

    init(
      constraint: Constraint, arithmetic: BadnessArithmetic, chosen: Chosen, limit: LimitState
    ) {
      self.constraint = constraint
      self.arithmetic = arithmetic
      self.chosen = chosen
      self.limit = limit
    }
  }

  /// The limit that was hit, as it stood.
  public struct LimitState: Equatable, Sendable {
    /// The file of the limit, `MemTotal` for the machine's memory.
    public var file: String
    /// What the file says, in pages.
    public var limit: Int64
    /// What the domain used, in pages.
    public var usage: Int64
    /// Free pages of the machine.
    package var free: Int64
    package var minWatermark: Int64
    /// Swap that the domain may use, `Cgroup.unlimited` when it has no limit of its own.
    package var swapLimit: Int64
    package var swapUsage: Int64
  }

  /// Why selection took the victim.
  public enum Chosen: String, Sendable {
    /// It had the most points.
    case points
    /// It is the invoker. File: `vm.oom_kill_allocating_task`.
    case allocatingTask = "allocating_task"
    /// It is the invoker, which asked for memory of some nodes only: 2.6.16 to 2.6.35.
    case constrained
    /// It runs swapoff.
    case swapoff
    /// It is the invoker, and nobody in the memcg could be chosen: 2.6.25 to 2.6.34.
    case onlyInvoker = "only_asker"
    /// A policy that is no kernel's.
    case policy
  }
}

/// A request that overcommit refused. Sizes are in pages.
public struct Refusal: Equatable, Sendable {
  /// When, since the start.
  public var at: Microseconds
  /// Nil for a tmpfs write, which no process of the scenario makes.
  public var process: ProcessIdentity?
  /// How much was asked for.
  public var pages: Int64
  /// File: `CommitLimit` in /proc/meminfo.
  public var commitLimit: Int64
  /// File: `Committed_AS` in /proc/meminfo, before the request.
  public var committedAS: Int64
  /// File: `vm.overcommit_memory`.
  package var mode: Sysctl.OvercommitMemory
  /// What the request was held against: `OvercommitState.allowed`.
  package var allowed: Int64
  /// Mode 0 of a release that asks for what is free and can be freed, before 5.2.
  package var asksForAvailable = false
  /// The size of the tmpfs that is full, so that the error is ENOSPC; nil where it is ENOMEM.
  package var tmpfsSize: Int64?

  /// The name of the error: ENOMEM of overcommit, ENOSPC of a full tmpfs.
  package var error: String { tmpfsSize == nil ? "ENOMEM" : "ENOSPC" }
}

/// Growth that can never go on without a change from outside.
public struct Stuck: Equatable, Sendable {
  /// When, since the start.
  public var at: Microseconds
  /// Whose growth it is; nil for a tmpfs write.
  public var process: ProcessIdentity?
  /// Path of the group at its limit; nil for the machine.
  public var cgroup: String?
  /// What keeps the growth from going on.
  public var why: Why
  /// The file of the limit that is reached, where `why` is about one.
  package var limitFile: String?

  /// What keeps growth from going on.
  public enum Why: Equatable, Sendable {
    /// A limit is reached and no process of the group can be killed.
    case noKillableProcess
    /// A limit is reached and `oom_kill_disable` is 1: the group is under OOM, and what allocates in it waits.
    case oomKillDisabled
    /// The process that is chosen has `oom_adj` -17, cannot be killed, and is chosen again.
    case chosenUnkillable
    /// A killed process is still dying, and no other is killed until its memory is back.
    case victimStillDying
  }
}

/// The end of the machine.
public struct Panic: Equatable, Sendable {
  /// What made the kernel panic.
  public enum Why: String, Sendable {
    /// `vm.panic_on_oom`. Kernel: `check_panic_on_oom()`.
    case panicOnOOM = "panic_on_oom"
    /// Nobody is left to kill. Kernel: `out_of_memory()`, "Out of memory and no killable processes...", since 4.19
    /// "System is deadlocked on memory".
    case deadlocked = "no_killable_process"
  }

  /// When, since the start.
  public var at: Microseconds
  /// What made the kernel panic.
  public var why: Why
  /// Whether the kernel says that it is deadlocked where nobody is left to kill: since 4.19.
  package var saysDeadlocked = true
  /// What ran out.
  public var constraint: Constraint
  /// Path of the group at its limit; nil for an OOM of the machine.
  public var cgroup: String?
  /// The nodes that memory was wanted of; nil when any would do.
  package var nodes: NodeMask?
  /// What the decision read; nil unless candidates were asked for.
  @Indirect package var scene: OOMScene?
  /// What the kernel logs of it; nil unless asked for.
  @Indirect package var log: LoggedState?
}

/// All that happened in a replay.
public struct Run: Equatable, Sendable {
  package typealias Outcome = Expectation.Outcome

  /// What repeats itself without end from some time on.
  public struct Loop: Equatable, Sendable {
    /// Time after which everything comes again.
    public var period: Microseconds
    /// OOM kills in a period; 0 where processes end because they do not get their memory.
    public var kills: Int
    /// Rounded down.
    package var killsPerHour: Int64
    /// Names of those that die and come back, in the order of their deaths.
    public var processes: [String]
    /// Names of those that die in the loop because another process asks for memory, and of those that were killed
    /// before and do not come back.
    package var hurtBesides: [String]
  }

  /// A group that is alive at the end, but in which all that have work wait for memory.
  package struct Stall: Equatable, Sendable {
    /// Path of the group; `/` is the machine.
    package var cgroup: String
    /// How much of the time they wait.
    package var full: Share
    /// What that is at least, where it is an estimate; nil where it is none.
    package var least: Share?
    package var since: Microseconds
  }

  /// How one process ended, in pages.
  public struct FinalProcess: Equatable, Sendable {
    /// What became of a process.
    public enum State: String, Sendable {
      /// It lives.
      case running
      /// An OOM kill ended it, or it was killed before the start.
      case killed
      /// It ended by itself, or because it was refused memory.
      case exited
    }

    /// Unique among all processes of the run.
    public var pid: Int32
    /// A process that came back has the name of its last life.
    public var name: String
    /// What became of it.
    public var state: State
    /// Resident anonymous memory at the end; 0 of those that are gone.
    package var anon: Int64
    /// Memory in swap at the end; 0 of those that are gone.
    package var swap: Int64
  }

  package var scenario: String
  package var title: String
  /// The release as given.
  package var kernel: String
  /// Key of the rules that decided.
  package var ruleSet: String
  package var policy: Policy
  /// The scenario's own badness, which decided in the place of the release's; nil without one.
  package var badness: String?
  /// How it ended.
  public var outcome: Expectation.Outcome
  /// When it ended, since the start.
  public var end: Microseconds
  package var pageSize: Bytes
  package var totalpages: Int64
  /// Every kill, by time.
  public var kills: [Kill]
  /// Every request that overcommit refused, by time.
  public var refused: [Refusal]
  /// Every growth that can never go on, by the time at which that was certain.
  public var stuck: [Stuck]
  /// Why and when the machine stopped; nil unless the outcome is `panic`.
  @Indirect public var panic: Panic?
  /// Nil unless the outcome is `loop`; `kills` has those up to the proof.
  @Indirect public var loop: Loop?
  /// What has to be said of the rules and of the start state, then what is to be said of events, in their order.
  public var warnings: [Warning]
  /// Why nothing was replayed; empty unless the outcome is `invalid`.
  public package(set) var problems: [ScenarioProblem] = []
  /// Groups that stall at the end, as far as anybody watches or the scenario says so; not part of the digest.
  package var stalls: [Stall] = []
  /// Every group but the root, parents first; not part of the digest.
  package var groups: [FinalGroup] = []
  /// Whether an OOM has called the killer of the kernel, or a policy in its place; not part of the digest.
  package var callsKiller = false
  /// What the replay took, in looks at groups, processes and growths; not part of the digest.
  package var effort: Int64 { spent.looks }
  var spent = Spent()

  @Indirect var tasks: Tasks
  /// Rows whose process came back in a later row.
  let replaced: Set<Int>

  /// How every process ended, in creation order: those of the start, then those that came later.
  ///
  /// - Complexity: O(processes).
  public var processes: [FinalProcess] {
    let tasks = tasks
    return (0..<tasks.count).map { tasks.final($0) }
  }

  /// Hash of everything that happened, the same on every machine.
  ///
  /// - Complexity: O(processes + kills).
  public var digest: UInt64 { OOMSimulator.digest(of: self) }

  package var processCount: Int { tasks.count }

  /// The processes in creation order.
  package func process(_ row: Int) -> FinalProcess { tasks.final(row) }
}

extension Tasks {
  /// How a process ended.
  func final(_ row: Int) -> Run.FinalProcess {
    let state: Run.FinalProcess.State =
      switch states[row] {
      case .running: .running
      case .dying, .killed: .killed
      case .exited: .exited
      }
    let owner = owner(row)
    let isGone = state != .running
    return Run.FinalProcess(
      pid: pids[row], name: names[row], state: state, anon: isGone ? 0 : mms[owner].anon,
      swap: isGone ? 0 : mms[owner].swap)
  }
}
