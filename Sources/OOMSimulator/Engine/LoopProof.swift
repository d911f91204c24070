/// Finds out that a run repeats itself for ever.
///
/// What a replay does is a function of its state when no events are left, so a state that comes again comes without end.
/// After each death of a process that comes back, the state is compared with one that was kept before; the one kept is
/// replaced after 1, 2, 4, 8 … comparisons, so that memory stays constant, and a loop of *n* deaths is found within
/// three times those before it and *n*.
///
/// R. P. Brent, An improved Monte Carlo factorization algorithm, BIT 20, 1980. The states are compared in
/// full: no hash decides.
struct LoopProof: Sendable {
  /// A comparable state, and how much had happened by then.
  struct Mark: Sendable {
    var state: State
    /// How far the next looks of killers are, and what they remember.
    var looks: [Microseconds?]
    var memories: [KillerMemory]
    var at: Microseconds
    var kills: Int
    var deaths: Int
  }

  private var kept: Mark?
  private var comparisons = 0
  private var most = 1

  /// - Parameters:
  ///   - ledger: that of the state: mostly it differs already, and the state need not be made comparable.
  ///   - mark: makes the state comparable.
  /// - Returns: the mark of an equal state.
  mutating func earlier(_ ledger: Ledger, _ mark: () -> Mark) -> Mark? {
    comparisons += 1
    let isKept = kept == nil || comparisons == most
    guard isKept || kept?.state.ledger == ledger else { return nil }
    let mark = mark()
    if let kept, kept.state == mark.state, kept.looks == mark.looks,
      kept.memories == mark.memories
    {
      return kept
    }
    if isKept {
      if kept != nil { most *= 2 }
      kept = mark
      comparisons = 0
    }
    return nil
  }
}

extension Replay {
  /// Ends the run when its state is one that it had before.
  mutating func proveLoop() {
    guard state.restarts.deaths.count > provenDeaths else { return }
    provenDeaths = state.restarts.deaths.count
    catchUp()
    var proof = self.proof
    let earlier = proof.earlier(state.ledger) {
      state.ledger.effort.add(32 * state.tasks.count)
      state.ledger.effort.add(8 * (state.groups.count + state.growths.count))
      return LoopProof.Mark(
        state: state.comparable(),
        looks: killers.map { killer in killer.nextLook.map { $0 - now } },
        memories: killers.isEmpty
          ? [] : killers.map { $0.memory.comparable(RowNumbers(of: state.tasks), state) },
        at: now, kills: record.kills.count, deaths: state.restarts.deaths.count)
    }
    self.proof = proof
    if let earlier { record.loop = loop(since: earlier) }
  }
}
