/// Something that kills, as a value with one question: when do you want to look next, and which process do you take?
///
/// The kernel's killer never looks by itself: an allocation that fails calls it with its OOM, and the rules of the
/// release, or a `Policy`, choose. Killers of user space poll.
///
/// A decision is made here, described by `State.describe` and applied by `Replay.apply`.
struct Killer: Sendable {
  /// The name that a kill by it carries.
  var name: String
  /// When it wants to look next by itself, nil for never. It is all that a killer remembers from one
  /// look to the next, so that the proof of a loop knows it.
  var nextLook: Microseconds?
  /// Looks at the state, which stays what it is, and says when it wants to look next.
  ///
  /// It is given the OOM that it is called for, nil where it looks by itself.
  var decide: @Sendable (OOMControl?, inout State, inout Killer) -> Decision
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
}

/// Which processes are to die, and why.
struct Choice {
  /// The row that was chosen; a child may die for it.
  var victim: Int
  /// The processes that die, in order.
  var dead: [(row: Int, because: Because)]
  /// How the kernel's killer came to it; nil where another one chose.
  var selection: Selected?

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
    for killer in killers {
      if let at = killer.nextLook { next = min(next ?? at, at) }
    }
    return next
  }

  /// Lets all killers look that want to by now, in their order; each finds what the one before it has left.
  mutating func letKillersLook() {
    for index in killers.indices
    where (killers[index].nextLook ?? .max) <= now && record.panic == nil {
      catchUp()
      state.settle()
      var killer = killers[index]
      let decision = killer.decide(nil, &state, &killer)
      // Time goes on: a killer that wants to look again at once looks a microsecond later.
      killer.nextLook = killer.nextLook.map { max($0, now + 1) }
      killers[index] = killer
      if case .kill(let choice) = decision {
        carryOut(choice, by: killer.name)
        goOn()
      }
    }
  }
}
