/// Memory that a process gains, or gives back, evenly over a time.
struct Growth: Equatable, Sendable {
  /// What becomes of the pages.
  enum Verb: Equatable, Sendable {
    case touch
    case giveBack
    /// A write to anonymous pages shared by copy-on-write: it takes new ones, and the counters stay.
    case copyOnWrite
  }

  /// Why it does not go on by itself.
  enum Stop: Equatable, Sendable {
    /// Nobody in this group can be killed.
    case noVictim(group: Int)
    /// The process that selection takes cannot be killed, and would be taken again.
    case unkillable
    /// `oom_kill_disable` of this group.
    case disabled(group: Int)
    /// `memory.high` of this group.
    case throttled(group: Int)
    /// A victim's memory is not back yet.
    case waiting
  }

  /// Position in the order in which growths of one instant act.
  var order = 0
  /// Nil for a tmpfs file, which no process has.
  var row: Int?
  /// The row that has the sizes of its address space.
  var owner: Int?
  /// The group that a tmpfs file is charged to.
  var tmpfsGroup = MemcgTree.root
  var verb = Verb.touch
  var total: Pages
  /// The memory nodes that this memory is bound to. Kernel: `mbind()`.
  var nodes: NodeMask?
  var start: Microseconds
  var duration: Microseconds
  var done = Pages()
  var stop: Stop?
  var stoppedAt: Microseconds = 0
  /// Since when it has not got a single page; retries in between do not count.
  var stuckSince: Microseconds?
  /// What it takes depends on what others do in the meantime, so it is looked at whenever anything happens.
  var isEntangled = false
  /// What it may still take at most, and the group that was told so.
  var promised: Int64 = 0
  var promisedGroup = MemcgTree.root
  var isGone = false

  var isShrink: Bool { verb == .giveBack }

  var end: Microseconds { start + duration }

  var isComplete: Bool { done == total }

  /// What is touched at an instant: `total × (t - start) / duration`, rounded down.
  func amount(_ kind: PageKind, at time: Microseconds) -> Int64 {
    let whole = total[kind]
    if time >= end { return whole }
    if time <= start { return 0 }
    return proportion(of: whole, (time - start).rawValue, duration.rawValue)
  }

  /// What is still to be touched at an instant.
  func due(_ kind: PageKind, at time: Microseconds) -> Int64 {
    max(amount(kind, at: time) - done[kind], 0)
  }
}

extension Pages {
  /// What an event asks for.
  init(_ sizes: Event.Sizes) {
    self.init(anon: sizes.anon, locked: sizes.locked, shmem: sizes.shmem, file: sizes.file)
  }
}
