// What is asked of an action, whoever asks. Every switch names every action, so that the compiler asks here for
// what a new one is.

extension Event.Action {
  /// The key of the action in the scenario format.
  package var name: String {
    switch self {
    case .grow: "grow"
    case .shrink: "shrink"
    case .map: "map"
    case .unmap: "unmap"
    case .start: "start"
    case .exit: "exit"
    case .fork: "fork"
    case .cow: "cow"
    case .touch: "touch"
    case .madvise: "madvise"
    case .growUnowned(let what, _, _, _, _), .shrinkUnowned(let what, _, _, _): what.rawValue
    case .reclaim: "reclaim"
    case .pressure: "pressure"
    case .setProcess, .setCgroup, .setSysctl, .setMachine: "set"
    case .move: "move"
    case .oom: "oom"
    case .sysrq: "sysrq"
    case .swapoff: "swapoff"
    case .swapon: "swapon"
    }
  }

  /// Whether swap comes or goes.
  var changesSwap: Bool {
    switch self {
    case .swapon, .swapoff: true
    case .grow, .shrink, .map, .unmap, .start, .exit, .fork, .cow, .touch, .madvise, .growUnowned,
      .shrinkUnowned,
      .reclaim, .pressure, .setProcess, .setCgroup, .setSysctl, .setMachine, .move, .oom, .sysrq:
      false
    }
  }

  /// The process that the action is about.
  package var process: ProcessReference? {
    switch self {
    case .grow(let process, _, _, _), .shrink(let process, _, _), .map(let process, _, _),
      .unmap(let process, _, _), .exit(let process), .setProcess(let process, _),
      .move(let process, _), .fork(let process, _), .cow(let process, _, _),
      .touch(let process, _, _, _), .madvise(let process, _, _):
      process
    case .oom(_, let invoker, _): invoker
    case .swapoff(_, let process): process
    case .start, .growUnowned, .shrinkUnowned, .reclaim, .pressure, .setCgroup, .setSysctl,
      .setMachine, .swapon, .sysrq:
      nil
    }
  }

  /// The group that the action is about.
  package var cgroup: String? {
    switch self {
    case .growUnowned(_, _, let path, _, _), .shrinkUnowned(_, _, let path, _),
      .setCgroup(let path, _), .move(_, let path):
      path
    case .reclaim(_, let path): path
    case .pressure(let path, _, _, _): path
    case .start(let process): process.cgroup
    case .oom(let path, _, _): path
    case .grow, .shrink, .map, .unmap, .exit, .fork, .cow, .touch, .madvise, .setProcess,
      .setSysctl,
      .setMachine, .swapoff, .swapon, .sysrq:
      nil
    }
  }

  /// What the action brings into the machine.
  enum Newcomer {
    /// A process, or several alike.
    case process(Scenario.Process)
    case child(Event.Child, of: ProcessReference)
  }

  var newcomer: Newcomer? {
    switch self {
    case .start(let process): .process(process)
    case .fork(let parent, let child): .child(child, of: parent)
    case .grow, .shrink, .map, .unmap, .exit, .cow, .touch, .madvise, .growUnowned, .shrinkUnowned,
      .reclaim, .pressure,
      .setProcess, .setCgroup, .setSysctl, .setMachine, .move, .swapoff, .swapon, .sysrq, .oom:
      nil
    }
  }

  /// What the action writes while everything runs, and where.
  package enum Setting {
    case process(ProcessReference, Event.ProcessChange)
    case cgroup(String, Cgroup)
    case sysctl(Sysctl)
    case machine(Event.MachineChange)
  }

  package var setting: Setting? {
    switch self {
    case .setProcess(let process, let change): .process(process, change)
    case .setCgroup(let path, let change): .cgroup(path, change)
    case .setSysctl(let change): .sysctl(change)
    case .setMachine(let memory, let hugetlb):
      .machine(Event.MachineChange(memory: memory, hugetlb: hugetlb))
    case .start, .fork, .grow, .shrink, .map, .unmap, .exit, .cow, .touch, .madvise, .growUnowned,
      .shrinkUnowned,
      .reclaim, .pressure, .move, .swapoff, .swapon, .sysrq, .oom:
      nil
    }
  }

  /// Pages of the machine that a process takes by touching them; nil where no process takes any.
  var pagesTaken: (process: ProcessReference, pages: Int64)? {
    switch self {
    case .grow(let process, let sizes, _, _):
      (process, sizes.anon &+ sizes.file &+ sizes.shmem &+ sizes.locked)
    case .cow(let process, let pages, _): (process, pages)
    case .shrink, .map, .unmap, .start, .exit, .fork, .touch, .madvise, .growUnowned,
      .shrinkUnowned,
      .reclaim, .pressure,
      .setProcess, .setCgroup, .setSysctl, .setMachine, .move, .swapoff, .swapon, .sysrq, .oom:
      nil
    }
  }

  /// Whether it says how much a group stalls.
  var isPressure: Bool {
    if case .pressure = self { true } else { false }
  }

  /// Whether a process touches its memory again each second from then on.
  var makesHot: Bool {
    switch self {
    case .start(let process): process.hot != 0
    case .setProcess(_, let change): change.hot ?? 0 != 0
    default: false
    }
  }

  /// Whether it is memory that a process touches, which `nodes` binds as it comes.
  var isGrowth: Bool {
    if case .grow = self { true } else { false }
  }

  /// The lists of memory nodes in the action, and where below its key they stand.
  var boundNodes: [(path: [PathStep], nodes: NodeMask?)] {
    switch self {
    case .grow(_, _, _, let nodes), .oom(_, _, let nodes):
      nodes == nil ? [] : [([.key("nodes")], nodes)]
    case .setProcess(_, let change):
      [
        ([.key("to"), .key("mems_allowed")], change.memsAllowed),
        ([.key("to"), .key("mempolicy")], change.mempolicy),
      ]
    case .setCgroup(_, let change): [([.key("to")], change.cpusetMems)]
    case .start(let process):
      [
        ([.key("mems_allowed")], process.memsAllowed), ([.key("mempolicy")], process.mempolicy),
      ]
    case .shrink, .map, .unmap, .exit, .fork, .cow, .touch, .madvise, .growUnowned, .shrinkUnowned,
      .reclaim, .pressure,
      .setSysctl, .setMachine, .move, .swapoff, .swapon, .sysrq:
      []
    }
  }
}

// What follows from these.

extension Event.Action {
  /// What the action changes of a process that runs already.
  var processChange: (process: ProcessReference, change: Event.ProcessChange)? {
    if case .process(let process, let change)? = setting { (process, change) } else { nil }
  }

  /// The process that a start brings, or several alike.
  package var startedProcess: Scenario.Process? {
    if case .process(let process)? = newcomer { process } else { nil }
  }

  /// The pid of a process that the action brings, 0 when it is to be assigned; nil when it brings none.
  var startedPid: Int32? {
    switch newcomer {
    case .process(let process): process.pid
    case .child(let child, _): child.pid
    case nil: nil
    }
  }

  /// The name of a process that the action brings; nil for several with names of their own.
  package var startedName: String? {
    switch newcomer {
    case .process(let process): process.count == 1 ? process.name : nil
    case .child(let child, _): child.name
    case nil: nil
    }
  }
}
