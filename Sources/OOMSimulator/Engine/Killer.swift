/// Something that kills, as a value with one question: when do you want to look next, and which process do you take?
///
/// The kernel's killer never looks by itself: an allocation that fails calls it with its OOM, and the rules of the
/// release, or a `Policy`, choose. Killers of user space poll.
///
/// A decision is made here, described by `State.describe` and applied by `Replay.apply`.
struct Killer: Sendable {
  /// The name that a kill by it carries.
  var name: String
  /// When it wants to look next by itself, nil for never. With `memory` it is all that a killer has from one look to the
  /// next, so that the proof of a loop knows it.
  var nextLook: Microseconds?
  var memory = KillerMemory()
  /// Looks at the state, which stays what it is, and says when it wants to look next.
  ///
  /// It is given the OOM that it is called for, nil where it looks by itself: then it has to settle the state before it
  /// reads sizes of processes.
  var decide: @Sendable (OOMControl?, inout State, inout Killer) -> Decision

  init(
    name: String, nextLook: Microseconds? = nil,
    decide: @escaping @Sendable (OOMControl?, inout State, inout Killer) -> Decision
  ) {
    self.name = name
    self.nextLook = nextLook
    self.decide = decide
  }
}

/// What a look of a killer comes to.
enum Decision {
  case kill(Choice)
  /// Nobody is taken, or nobody can be killed. In a memcg the allocation fails or waits.
  case noVictim
  case panic(Panic.Why)
  /// A victim is still on its way out: nobody else is killed until its memory is back.
  case waiting
  /// `oom_kill_disable` of the memcg: the process that asked waits, nobody is killed.
  case disabled
  /// The scenario's own badness has no value for a candidate: nobody can say which process is next.
  case fault(OwnBadnessFault)
}

/// Which processes are to die, and why.
struct Choice {
  /// The row that was chosen; a child may die for it.
  var victim: Int
  /// The processes that die, in order.
  var dead: [(row: Int, because: Because)]
  /// How the kernel's killer came to it; nil where another one chose.
  var selection: Selected?
  /// How a killer of user space came to it; nil where the kernel's chose.
  var ground: Ground?
  /// The group of a pod that is evicted: none of it comes back, and its volumes in memory go with it.
  var evictedPod: Int?
  /// What a killer of user space kills besides, after it and at the same look.
  var others: [Choice] = []

  struct Selected {
    var oc: OOMControl
    var why: Kill.Chosen
    /// The row that selection would take without the victim and the processes that use its memory.
    var runnerUp: Int?
  }
}

extension Replay {
  /// When the first killer wants to look.
  var nextLook: Microseconds? {
    var next: Microseconds?
    for index in killers.indices {
      if let at = killers[index].nextLook { next = min(next ?? at, at) }
    }
    return next
  }

  /// Lets all killers look that want to by now, in their order; each finds what the one before it has left.
  mutating func letKillersLook() {
    for index in killers.indices
    where (killers[index].nextLook ?? .max) <= now && !record.hasPanicked {
      catchUp()
      state.ledger.effort.add(50)
      killers[index].memory.changedAt = changedAt
      let wasTerm = killers[index].memory.wait?.signal == .term
      let decide = killers[index].decide
      let decision = decide(nil, &state, &killers[index])
      // Time goes on: a killer that wants to look again at once looks a microsecond later.
      killers[index].nextLook = killers[index].nextLook.map { max($0, now + 1) }
      if wasTerm, killers[index].memory.wait?.signal == .kill {
        noteEscalation(by: killers[index].name)
      }
      guard case .kill(let choice) = decision else { continue }
      carryOut(choice, by: killers[index].name)
      goOn()
      for other in choice.others where !record.hasPanicked {
        guard let living = state.living(of: other) else { continue }
        carryOut(living, by: killers[index].name)
        goOn()
      }
    }
    skipLooks()
  }

  /// While nothing grows, ends or stalls, every look finds what one found after the last change.
  private mutating func skipLooks() {
    guard state.growths.nextEnd == nil, state.exits.isEmpty, let other = nextBesideLooks,
      state.pressures.groups.keys.allSatisfy({ !state.pressures.isStalling($0, at: now) })
    else { return }
    for index in killers.indices where killers[index].nextLook != nil {
      for clock in killers[index].memory.clocks.indices
      where killers[index].memory.clocks[clock].last > changedAt
        && !killers[index].memory.waitsForTime
      {
        killers[index].memory.clocks[clock].skip(to: other)
      }
      let next = killers[index].memory.clocks.map { $0.next }.min() ?? 0
      if next > now { killers[index].nextLook = next }
    }
  }
}

extension State {
  /// What is left of a choice after another one was carried out; nil where nobody is.
  fileprivate func living(of choice: Choice) -> Choice? {
    var living = choice
    living.dead = choice.dead.filter { tasks.isAlive($0.row) }
    guard let first = living.dead.first else { return nil }
    if !tasks.isAlive(choice.victim) { living.victim = first.row }
    return living
  }
}
