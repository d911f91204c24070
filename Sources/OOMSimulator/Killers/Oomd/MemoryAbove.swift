extension OomdTick {
  /// The group that uses most uses more than a threshold, and has done so for some time.
  ///
  /// Source: `MemoryAbove::run()`, src/oomd/plugins/MemoryAbove.cpp.
  mutating func memoryAbove(
    _ step: OomdEngine.Step, _ threshold: Oomd.Size, isAnon: Bool, _ duration: Int64
  ) -> Verdict {
    let limit = threshold.bytes(of: bytes(state.machine.memory))
    var (most, group): (Int64, Int?) = (0, nil)
    for one in groups(of: step) {
      let usage = isAnon ? anonUsage(one) : currentUsage(one)
      if usage > most { (most, group) = (usage, one) }
    }
    guard let since = hold(step, if: most > limit, duration) else { return .stop }
    return Verdict(
      isContinue: true,
      checks: [
        Ground.Check(
          what: isAnon ? "anon of memory.stat" : "memory.current", value: .size(Bytes(most)),
          limit: .size(Bytes(limit)), relation: ">")
      ], watched: group, held: now - since)
  }
}
