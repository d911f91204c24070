/// Memory that a process gains, or gives back, evenly over a time.
struct Growth: Equatable, Sendable {
  /// What becomes of the pages.
  enum Verb: Equatable, Sendable {
    case touch
    case giveBack
    /// A write to anonymous pages shared by copy-on-write: it takes new ones, and the counters stay.
    case copyOnWrite
    /// Pages that the process has had: they become the youngest, and what is in swap is read back.
    case retouch
  }

  /// Why it does not go on by itself.
  enum Stop: Equatable, Sendable {
    /// Nobody in this group can be killed.
    case noVictim(group: Int)
    /// The process that selection takes cannot be killed, and would be taken again.
    case unkillable
    /// `oom_kill_disable` of this group.
    case disabled(group: Int)
    /// A victim's memory is not back yet.
    case waiting
  }

  /// How many growths had begun before.
  var number = 0
  /// Position in the order in which growths of one instant act.
  var order = 0
  /// Nil for memory that no process has: tmpfs files, page cache, the kernel's own.
  var row: Int?
  /// The row that has the sizes of its address space.
  var owner: Int?
  /// The group that memory of no process is charged to.
  var unownedGroup = MemcgTree.root
  /// The size of the tmpfs that is written to; nil for one without a bound.
  var tmpfsSize: Int64?
  var verb = Verb.touch
  var total: Pages
  /// The memory nodes that this memory is bound to. Kernel: `mbind()`.
  var nodes: NodeMask?
  var start: Microseconds
  var duration: Microseconds
  var done = Pages()
  /// Of the private and of the shared pages that it touches, how many overcommit has admitted beforehand: all of what
  /// is asked for at once, else what its process had mapped. The others are asked for one by one as they are touched.
  var admittedPrivate = Int64.max
  var admittedShared = Int64.max
  var stop: Stop?
  var stoppedAt: Microseconds = 0
  /// Since when it has not got a single page; retries in between do not count.
  var stuckSince: Microseconds?
  /// What it takes depends on what others do in the meantime, so it is looked at whenever anything happens.
  var isEntangled = false
  /// Whether it goes on by itself or on a `stretch`.
  var pace = Pace.own
  /// What it may still take at most, and the group that was told so.
  var promised: Int64 = 0
  var promisedGroup = MemcgTree.root
  /// What it is still going to ask overcommit for.
  var promisedRequests: Int64 = 0
  var isGone = false

  var isShrink: Bool { verb == .giveBack }

  /// Whether more than the limits decides what it takes, so that a promise says too little.
  var isBounded: Bool { tmpfsSize != nil || verb == .retouch }

  /// When its stretch ends, or all of it.
  var end: Microseconds { stretch.map { $0.start + $0.duration } ?? start + duration }

  var isComplete: Bool { done == total }

  /// The kinds of pages that it may be about.
  var kinds: [PageKind] { row == nil ? PageKind.unowned : PageKind.touched }

  /// Whether it is the kernel that asks, for itself.
  var isOfKernel: Bool { total.kernel > 0 }

  /// What is touched at an instant: `total × (t - start) / duration`, rounded down.
  func amount(_ kind: PageKind, at time: Microseconds) -> Int64 {
    if let stretch { return stretch.amount(kind, at: time) }
    return evenly(total[kind], at: time, start: start, duration: duration)
  }

  /// How many of its next pages of one kind overcommit has not been asked for.
  func unadmitted(_ pages: Int64, _ kind: PageKind) -> Int64 {
    switch kind {
    case .anon, .locked:
      let before = done.anon + done.locked
      return max(before + pages - max(admittedPrivate, before), 0)
    case .shmem, .tmpfs: return max(done[kind] + pages - max(admittedShared, done[kind]), 0)
    default: return 0
    }
  }

  /// The same of all that it has still to touch.
  var unadmitted: Int64 {
    let (anon, locked) = (total.anon - done.anon, total.locked - done.locked)
    return unadmitted(anon + locked, .anon) + unadmitted(total.shmem - done.shmem, .shmem)
      + unadmitted(total.tmpfs - done.tmpfs, .tmpfs)
  }

  /// What is still to be touched at an instant.
  func due(_ kind: PageKind, at time: Microseconds) -> Int64 {
    max(amount(kind, at: time) - done[kind], 0)
  }
}

extension Growth {
  enum Pace: Equatable, Sendable {
    /// Evenly from its start to its end.
    case own
    /// Most growths have no other, so that it costs them no room.
    indirect case stretch(Stretch)
  }

  /// The stretch that it is on, where it does not go on evenly from its start to its end.
  var stretch: Stretch? {
    get {
      guard case .stretch(let stretch) = pace else { return nil }
      return stretch
    }
    set { pace = newValue.map { .stretch($0) } ?? .own }
  }

  /// A part of a growth that goes on evenly, at another pace than its own.
  struct Stretch: Equatable, Sendable {
    var from: Pages
    var to: Pages
    var start: Microseconds
    var duration: Microseconds
    /// The group above whose `memory.high` it goes on; nil where it goes on at its own pace again.
    var highGroup: Int?
    /// How much of its duration its process sleeps.
    var sleep = Microseconds.zero

    func amount(_ kind: PageKind, at time: Microseconds) -> Int64 {
      from[kind] + evenly(to[kind] - from[kind], at: time, start: start, duration: duration)
    }

    /// How long its process has slept by an instant.
    func slept(by time: Microseconds) -> Microseconds {
      Microseconds(evenly(sleep.rawValue, at: time, start: start, duration: duration))
    }
  }

  /// The pages of one kind that it touches evenly now, and how many of them it has touched.
  func line(_ kind: PageKind) -> (line: Ages.Line, touched: Int64) {
    let (start, duration) = stretch.map { ($0.start, $0.duration) } ?? (start, duration)
    let from = stretch?.from[kind] ?? 0
    let whole = (stretch?.to[kind] ?? total[kind]) - from
    return (
      Ages.Line(start: start, duration: duration, whole: whole, number: number), done[kind] - from
    )
  }

  /// Whether it is slowed above `memory.high`, which stops it no more.
  var isAboveHigh: Bool { stretch?.highGroup != nil }

  /// What is left of its own duration where it has done what it has.
  var ownDurationLeft: Microseconds {
    for kind in kinds where total[kind] > 0 {
      return duration - duration.part(done[kind], of: total[kind])
    }
    return .zero
  }
}

/// What is there at an instant of a whole that comes evenly, rounded down.
func evenly(
  _ whole: Int64, at time: Microseconds, start: Microseconds, duration: Microseconds
) -> Int64 {
  if time >= start + duration { return whole }
  if time <= start { return 0 }
  return proportion(of: whole, (time - start).rawValue, duration.rawValue)
}

extension Microseconds {
  /// As much of a time as one number is of another, rounded down.
  fileprivate func part(_ part: Int64, of whole: Int64) -> Microseconds {
    Microseconds(proportion(of: rawValue, part, whole))
  }
}

extension Pages {
  /// What an event asks for.
  init(_ sizes: Event.Sizes) {
    self.init(anon: sizes.anon, locked: sizes.locked, shmem: sizes.shmem, file: sizes.file)
  }
}
