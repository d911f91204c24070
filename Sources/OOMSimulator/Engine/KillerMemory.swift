/// What a killer of user space remembers from one look to the next.
struct KillerMemory: Equatable, Sendable {
  /// A victim of earlyoom that has got its signal and is not gone yet.
  struct Wait: Equatable, Sendable {
    var rows: [Int]
    var signal: Ground.Signal
    var looks = 0
    /// How long it sleeps afterwards: by what it had read before the signal.
    var sleep: Microseconds
  }

  /// The group of a pod that is to be gone, and how long that is waited for.
  struct Cleanup: Equatable, Sendable {
    var group: Int
    var until: Microseconds
  }

  /// When one of its rules is looked at next, and how long after this look.
  struct Clock: Equatable, Sendable {
    var next: Microseconds = 0
    var interval: Microseconds = 1

    /// When it was looked at last.
    var last: Microseconds { next - interval }

    mutating func wind(_ now: Microseconds, _ interval: Microseconds) {
      (next, self.interval) = (now + interval, interval)
    }

    /// Leaves out the looks before an instant: they would find what the last one found.
    mutating func skip(to other: Microseconds) {
      if other > next { next = next + interval * ((other - next) / interval) }
    }
  }

  var wait: Wait?
  /// systemd-oomd has one for each of its two rules, earlyoom the first only.
  var clocks = [Clock(), Clock()]
  /// Since when the stall of a group is above its limit.
  var aboveSince: [Int: Microseconds] = [:]
  /// When a watched group was last seen to have had pages scanned.
  var lastReclaim: [Int: Microseconds] = [:]
  /// The pages scanned of watched groups at the last look.
  var scanned: [Int: Int64] = [:]
  /// The same of those that may be killed, at the last look at which they were looked at.
  var candidatesScanned: [Int: Int64] = [:]
  /// The last kill by a rule that makes a pause afterwards.
  var lastKill: Microseconds?
  /// The machine's stall at the last look of Talos.
  var lastAverage: Int64 = 0
  /// The totals of the stalls of groups at its last look, in microseconds.
  var stalled: [Int: Int64] = [:]
  /// What the kubelet has seen of its thresholds.
  var eviction = Kubernetes.EvictionManager()
  /// The pod that the kubelet has evicted and waits for.
  var cleanup: Cleanup?
  /// What Meta's oomd has seen.
  var oomd = OomdMemory()
  /// When anything last happened but looks that led to nothing; not compared, as what follows from it is.
  var changedAt: Microseconds = .zero - 1
  /// Until when it may act though nothing happens meanwhile: something it has seen has to last for so long.
  var actsUntil: Microseconds?

  /// Whether time alone may make it act after its last look.
  var waitsForTime: Bool {
    actsUntil.map { until in clocks.contains { $0.last < until } } ?? false
  }

  /// What decides of it: rows by new numbers, times from now on, counters by what they lack of those of now.
  func comparable(_ numbers: RowNumbers, _ state: State) -> KillerMemory {
    var memory = self
    let now = state.now
    memory.wait?.rows = numbers.kept(wait?.rows ?? [])
    for index in clocks.indices { memory.clocks[index].next -= now }
    memory.aboveSince = aboveSince.mapValues { $0 - now }
    memory.lastReclaim = lastReclaim.mapValues { $0 - now }
    for (group, pages) in scanned { memory.scanned[group] = pages - state.pgscan(group) }
    for (group, pages) in candidatesScanned {
      memory.candidatesScanned[group] = pages - state.pgscan(group)
    }
    for (group, total) in stalled {
      memory.stalled[group] = total - (state.pressures.groups[group]?.fullTotal ?? 0)
    }
    memory.lastKill? -= now
    // How long a grace period has been over does not matter, nor does the node's condition.
    memory.eviction.graceEnds = eviction.graceEnds.mapValues { max($0 - now, 0) }
    memory.eviction.pressureSeen = nil
    memory.cleanup?.until -= now
    memory.oomd = oomd.comparable(state)
    memory.changedAt = 0
    memory.actsUntil = actsUntil.flatMap { $0 > now ? $0 - now : nil }
    return memory
  }
}

extension State {
  /// The pages of a group and those below it that reclaim has scanned. File: `pgscan` in memory.stat.
  ///
  /// Modelled: the pages taken, as if none were looked at in vain. It serves to compare groups.
  func pgscan(_ group: Int) -> Int64 {
    var pages: Int64 = 0
    for one in groups.descendants(of: group) { pages += ledger.accounts[one].reclaimed }
    return pages
  }
}
