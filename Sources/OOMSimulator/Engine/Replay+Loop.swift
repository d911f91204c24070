// What there is to say of a loop that was proved.

extension Replay {
  func loop(since mark: LoopProof.Mark) -> Run.Loop {
    let repeated = Array(record.kills[mark.kills...])
    let names = state.restarts.deaths[mark.deaths...].map {
      state.restarts.services[$0].process.name
    }
    .uniqued()
    var loop = Run.Loop(
      period: now - mark.at, kills: repeated.count, killsPerHour: 0, processes: names,
      hurtBesides: [])
    // What decides may take several rounds of kills to come again, as the window of a start limit does.
    if let rounds = Self.rounds(of: repeated, period: loop.period) {
      loop.period = loop.period / Int64(rounds)
      loop.kills /= rounds
    }
    if loop.period > 0 {
      loop.killsPerHour = Microseconds.seconds(3600) * Int64(loop.kills) / loop.period
    }
    loop.hurtBesides = hurtBesides(names, in: repeated)
    return loop
  }

  /// How often kills of the same names at the same distances come in a period; nil without kills.
  private static func rounds(of kills: [Kill], period: Microseconds) -> Int? {
    if kills.isEmpty { return nil }
    let count = kills.count
    func distance(_ index: Int) -> Microseconds {
      index + 1 < count
        ? kills[index + 1].at - kills[index].at : kills[0].at + period - kills[index].at
    }
    for length in 1...count
    where count % length == 0 && period.isMultiple(of: Int64(count / length)) {
      let isSame = (0..<count).allSatisfy { index in
        let (one, other) = (kills[index], kills[index % length])
        return distance(index) == distance(index % length)
          && one.decision?.cgroup == other.decision?.cgroup
          && one.killed.elementsEqual(other.killed) {
            $0.process.name == $1.process.name && $0.because == $1.because
          }
      }
      if isSame { return count / length }
    }
    return 1
  }

  /// The processes that die in the loop because another one asks for memory, and those that died before and do not come
  /// back.
  private func hurtBesides(_ names: [String], in repeated: [Kill]) -> [String] {
    var hurt: [String] = []
    for kill in repeated {
      hurt += kill.killed.map { $0.process.name }.filter { $0 != kill.decision?.invoker?.name }
    }
    let tasks = state.tasks
    var present = Set(names)
    for row in 0..<tasks.count where tasks.isAlive(row) { present.insert(tasks.names[row]) }
    for service in state.restarts.pending.map({ $0.service }) {
      present.insert(state.restarts.services[service].process.name)
    }
    for kill in record.kills {
      hurt += kill.killed.map { $0.process.name }.filter { !present.contains($0) }
    }
    return hurt.uniqued()
  }
}
