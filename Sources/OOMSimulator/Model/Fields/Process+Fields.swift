extension Scenario.Process {
  /// A million processes from one line is proportion enough; a machine cannot have many more.
  package static let maxCount: Int64 = 1_000_000

  /// The keys of a process, in the order in which they are written.
  package static let fields: [Field<Self>] =
    identityFields + memoryFields + stateFields + plainFields

  /// Keys that no column of `ProcessTable` holds and no replay reads. What is added here and in the structure is read,
  /// kept, written, compared and set like all others.
  static let plainFields: [Field<Self>] = []

  /// The values of these that the table need not keep.
  static let usualPlainValues = plainFields.map { $0.shown(Scenario.Process()) }

  /// Whether a field without a column has a value that the table has to keep.
  var hasPlainValues: Bool {
    for (index, field) in Self.plainFields.enumerated()
    where field.shown(self) != Self.usualPlainValues[index] {
      return true
    }
    return false
  }

  private static let identityFields: [Field<Self>] = [
    Field(
      "pid",
      .integer(
        1...Int64(pidLimit - 1), { $0.pid == 0 ? nil : Int64($0.pid) }, { $0.pid = Int32($1) }),
      "Numbered from 1000 up when left out. 1 is the global init, which is never killed.",
      example: "7"),
    Field(
      "name", .name(of: "a process", { $0.name }, { $0.name = $1 }), "What /proc/PID/comm shows.",
      example: "\"llm\"", isRequired: true),
    Field(
      "count", .integer(1...maxCount, { Int64($0.count) }, { $0.count = Int32($1) }),
      "How many of these: name-1, name-2 and so on.", example: "3"),
    Field(
      "ppid", .integer(0...Int64(pidLimit - 1), { Int64($0.ppid) }, { $0.ppid = Int32($1) }),
      "Pid of its parent.", example: "1"),
    Field(
      "uid", .integer(0...Int64(UInt32.max - 1), { Int64($0.uid) }, { $0.uid = UInt32($1) }),
      "Owner. 0, the default, has all capabilities unless they are given.", example: "1000"),
    Field(
      "capabilities", .capabilities({ $0.capabilities }, { $0.capabilities = $1 }),
      "Capabilities that a rule of some release reads.", example: "[\"sys_rawio\"]"),
    Field(
      "cgroup", .path({ $0.cgroup }, { $0.cgroup = $1 }),
      "Path of a memory cgroup below the root of the hierarchy.", example: "\"/a\""),
    Field(
      "oom_score_adj",
      .integer(-1000...1000, { Int64($0.oomScoreAdj) }, { $0.oomScoreAdj = Int16($1) }),
      "What is written to /proc/PID/oom_score_adj: each step is worth a thousandth of totalpages. "
        + "-1000 takes the process out of the choice.", example: "-500"),
    Field(
      "oom_adj",
      .integer(-17...15, { $0.legacy.oomAdj.map { Int64($0) } }, { $0.legacy.oomAdj = Int16($1) }),
      "What is written to /proc/PID/oom_adj: before 2.6.36 each step doubles or halves badness, -17 "
        + "takes the process out of the choice. Since then it sets oom_score_adj, unless that is "
        + "given, too. Default: as oom_score_adj reads in this file.", example: "4"),
    Field(
      "nice", .integer(-20...19, { Int64($0.legacy.nice) }, { $0.legacy.nice = Int16($1) }),
      "Before 2.6.36 a nice above 0 doubles badness. Default 0.", example: "5"),
    Field(
      "cpu_time", .duration({ $0.legacy.cpuTime }, { $0.legacy.cpuTime = $1 }),
      "CPU time used; a replay does not add to it. Before 2.6.36 it divides badness. Default 0.",
      example: "\"90s\""),
    Field(
      "run_time", .duration({ $0.legacy.runTime }, { $0.legacy.runTime = $1 }),
      "How long it has been running; a replay adds its own time. Before 2.6.36 it divides badness. "
        + "Default 0.", example: "\"2h\""),
  ]

  private static let memoryFields: [Field<Self>] = [
    Field(
      "total_vm", .size({ $0.totalVM }, { $0.totalVM = $1 }),
      "Address space: VmSize. Overcommit mode 2 looks at it. Derived when left out.",
      example: "\"1G\""),
    Field(
      "committed", .size({ $0.committed }, { $0.committed = $1 }),
      "What it adds to Committed_AS. Default: anon, swap and shmem that is no segment's.",
      example: "\"300M\""),
    Field(
      "anon", .size({ $0.anon }, { $0.anon = $1 }),
      "Resident anonymous memory: RssAnon of /proc/PID/status.", example: "\"200M\""),
    Field(
      "file", .size({ $0.file }, { $0.file = $1 }), "Resident file pages: RssFile.",
      example: "\"20M\""),
    Field(
      "mapped_file", .name(of: "a file", { $0.mappedFile }, { $0.mappedFile = $1 }),
      "The file that all its file pages are part of: counted in each process that maps it, once in "
        + "the machine.", example: "\"/opt/model.gguf\""),
    Field(
      "shmem", .size({ $0.shmem }, { $0.shmem = $1 }), "Resident shared memory: RssShmem.",
      example: "\"8M\""),
    Field(
      "segment", .name(of: "a segment", { $0.segment }, { $0.segment = $1 }),
      "The segment that all its shmem is part of: counted in each process that maps it, once "
        + "in the machine, freed with the last. A name like a path, such as /dev/shm/a, is a "
        + "file of a tmpfs, which stays.", example: "\"/dev/shm/a\""),
    Field(
      "swap", .size({ $0.swap }, { $0.swap = $1 }),
      "Anonymous memory that is swapped out already, besides anon: VmSwap.", example: "\"16M\""),
    Field(
      "locked", .size({ $0.locked }, { $0.locked = $1 }),
      "Part of anon that cannot be swapped: VmLck.", example: "\"4M\""),
    Field(
      "page_tables",
      .pageTables(
        { process in process.pageTables.map { (total: $0, levels: process.pageTableLevels) } },
        { ($0.pageTables, $0.pageTableLevels) = ($1.total, $1.levels) }),
      "Page tables that count as badness, or each level, since releases count different ones. "
        + "Derived from the size of the process when left out.",
      example: "{ \"pte\": \"400k\", \"pmd\": \"8k\" }"),
  ]

  private static let stateFields: [Field<Self>] = [
    Field(
      "kernel_thread", .bool({ $0.isKernelThread }, { $0.isKernelThread = $1 }),
      "A kernel thread is never a candidate.", example: "true"),
    Field(
      "shares_mm_with", .process({ $0.sharesMMWith }, { $0.sharesMMWith = $1 }),
      "The process whose address space this one uses; both die together.", example: "\"other\""),
    Field(
      "on_enomem",
      .word(
        OnENOMEM.allCases.map { $0.word }, { $0.onENOMEM.word },
        { $0.onENOMEM = OnENOMEM(word: $1) ?? $0.onENOMEM }),
      "What it does when overcommit refuses it memory: go on as it was (the default), or exit.",
      example: "\"exit\""),
    Field(
      "in_vfork", .bool({ $0.isInVfork }, { $0.isInVfork = $1 }),
      "A vfork child that uses its parent's memory until it calls exec: no candidate since 4.8.",
      example: "true"),
    Field(
      "dying", .bool({ $0.isDying }, { $0.isDying = $1 }),
      "Killed before the start, its memory not back: for ever, or for machine.exit_delay. Until then "
        + "nobody else is killed.", example: "true"),
    Field(
      "swapoff", .bool({ $0.isSwapoff }, { $0.isSwapoff = $1 }),
      "It runs swapoff, and is chosen before all others.", example: "true"),
    Field(
      "threads",
      .threads({ $0.threads }, { $0.threads = $1 }),
      "How many threads it has: up to 6.1 each counts by itself, so they say how close a near tie is; or those that live in a group of their own, "
        + "which version 1 allows.", example: "[ { \"cgroup\": \"/a\" } ]"),
    Field(
      "mems_allowed", .nodes({ $0.memsAllowed }, { $0.memsAllowed = $1 }),
      "Nodes that it may have memory on: Mems_allowed_list of /proc/PID/status. Default: as its "
        + "groups say.", example: "\"0-1\""),
    Field(
      "mempolicy", .nodes({ $0.mempolicy }, { $0.mempolicy = $1 }),
      "Nodes of its memory policy, which binds it to them unless mempolicy_mode says otherwise.",
      example: "\"1\""),
    Field(
      "mempolicy_mode",
      .word(
        Mempolicy.Mode.allCases.map { $0.rawValue }, { $0.mempolicyMode.rawValue },
        { $0.mempolicyMode = Mempolicy.Mode(rawValue: $1) ?? $0.mempolicyMode }),
      "What its policy does with the nodes: bind (the default), preferred, interleave, or "
        + "weighted_interleave, which a kernel has since 6.9.", example: "\"interleave\""),
    Field(
      "hot", .size({ $0.hot }, { $0.hot = $1 }),
      "How much it touches again each second, anywhere in its memory. What of that reclaim has taken it waits for, which "
        + "is its stall: an estimate by the latency of swap and files. Default 0.",
      example: "\"200M\""),
    Field("restart", .restart({ $0.restart }, { $0.restart = $1 }), nil, example: restartExample),
  ]

  private static let restartExample = "{ \"policy\": \"always\", \"delay\": \"5s\" }"
}

extension Scenario.Process.OnENOMEM {
  /// The word of the scenario format.
  var word: String {
    switch self {
    case .continue: "continue"
    case .exit: "exit"
    }
  }

  init?(word: String) {
    for one in Self.allCases where one.word == word {
      self = one
      return
    }
    return nil
  }
}

extension Event.ProcessChange {
  /// What of a process can be changed while it runs.
  package static let fields: [Field<Self>] = [
    Field(
      "oom_score_adj",
      .integer(
        -1000...1000, { $0.oomScoreAdj.map { Int64($0) } }, { $0.oomScoreAdj = Int16($1) }),
      "What is written to /proc/PID/oom_score_adj.", example: "-500"),
    Field(
      "uid",
      .integer(
        0...Int64(UInt32.max - 1), { $0.uid.map { Int64($0) } }, { $0.uid = UInt32($1) }),
      "Owner.", example: "1000"),
    Field(
      "capabilities", .capabilities({ $0.capabilities }, { $0.capabilities = $1 }),
      "Capabilities that a rule of some release reads.", example: "[\"sys_admin\"]"),
    Field(
      "on_enomem",
      .word(
        Scenario.Process.OnENOMEM.allCases.map { $0.word }, { $0.onENOMEM?.word },
        { $0.onENOMEM = Scenario.Process.OnENOMEM(word: $1) }),
      "What it does when overcommit refuses it memory.", example: "\"continue\""),
    Field(
      "oom_adj", .integer(-17...15, { $0.oomAdj.map { Int64($0) } }, { $0.oomAdj = Int16($1) }),
      "What is written to /proc/PID/oom_adj.", example: "0"),
    Field(
      "nice", .integer(-20...19, { $0.nice.map { Int64($0) } }, { $0.nice = Int16($1) }),
      "Before 2.6.36 a nice above 0 doubles badness.", example: "0"),
    Field(
      "cpu_time", .duration({ $0.cpuTime }, { $0.cpuTime = $1 }),
      "CPU time used: before 2.6.36 it divides badness.", example: "\"1s\""),
    Field(
      "hot", .size({ $0.hot }, { $0.hot = $1 }),
      "How much it touches again each second from now on.", example: "\"50M\""),
    Field(
      "in_vfork", .bool({ $0.isInVfork }, { $0.isInVfork = $1 }),
      "It uses its parent's memory until it calls exec.", example: "false"),
    Field(
      "swapoff", .bool({ $0.isSwapoff }, { $0.isSwapoff = $1 }), "It runs swapoff.",
      example: "false"),
    Field(
      "mems_allowed", .nodes({ $0.memsAllowed }, { $0.memsAllowed = $1 }),
      "Nodes that its further memory may lie on; what it has stays where it is.", example: "\"0\""),
    Field(
      "mempolicy", .nodes({ $0.mempolicy }, { $0.mempolicy = $1 }),
      "Nodes of its memory policy for further memory: it binds unless mempolicy_mode is given, too.",
      example: "\"0,1\""),
    Field(
      "mempolicy_mode",
      .word(
        Mempolicy.Mode.allCases.map { $0.rawValue }, { $0.mempolicyMode?.rawValue },
        { $0.mempolicyMode = Mempolicy.Mode(rawValue: $1) }),
      "What its policy does with the nodes.", example: "\"preferred\""),
  ]
}

extension RestartPolicy {
  package static let fields: [Field<Self>] = [
    Field(
      "policy",
      .word(
        Condition.allCases.map { $0.rawValue }, { $0.policy.rawValue },
        { $0.policy = Condition(rawValue: $1) ?? $0.policy }),
      "After which ends: any; a kill, or an exit because of ENOMEM; none.", example: "\"always\"",
      isRequired: true),
    Field(
      "delay", .pause({ $0.delay }, { $0.delay = $1 }),
      "The first pause: RestartSec. Default 100ms, or 10s with exponential backoff.",
      example: "\"5s\""),
    Field(
      "burst", .integer(1...Scenario.Process.maxCount, { $0.burst }, { $0.burst = $1 }),
      "Starts in an interval, the first one included: StartLimitBurst. One more, and it stays down. "
        + "Default: no limit; systemd has 5.", example: "5"),
    Field(
      "interval", .pause({ $0.interval }, { $0.interval = $1 }),
      "Length of the window of burst, which begins with a start: StartLimitIntervalSec. Default 10s.",
      example: "\"30s\""),
    Field(
      "backoff",
      .word(
        Backoff.allCases.map { $0.rawValue }, { $0.backoff.rawValue },
        { $0.backoff = Backoff(rawValue: $1) ?? $0.backoff }),
      "Whether each pause is as long as the first or twice the one before, until it has lived ten "
        + "minutes. Default constant.", example: "\"exponential\""),
    Field(
      "max_delay", .pause({ $0.maxDelay }, { $0.maxDelay = $1 }),
      "The longest pause, with exponential backoff. Default 5m.", example: "\"10m\""),
  ]
}
