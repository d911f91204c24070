/// Something that kills, as a value with one question: when do you want to look next, and which process do you take?
///
/// The kernel's killer never looks by itself: an allocation that fails calls it (`Replay.outOfMemory`), and the rules of
/// the release, or `Policy`, choose. Killers of user space poll.
struct Killer: Sendable {
  /// The name that a kill by it carries.
  var name: String
  /// When it wants to look next, nil for never.
  var nextLook: Microseconds?
  /// Looks at the state; says when it wants to look next.
  ///
  /// - Returns: the process that it takes; nil for none.
  var look: @Sendable (inout State, inout Killer) -> Choice?
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
      let choice = killer.look(&state, &killer)
      // Time goes on: a killer that wants to look again at once looks a microsecond later.
      killer.nextLook = killer.nextLook.map { max($0, now + 1) }
      killers[index] = killer
      if let choice {
        carryOut(choice, state.oomControl(domain: nil, invoker: nil, nodes: nil), by: killer.name)
        goOn()
      }
    }
  }
}
