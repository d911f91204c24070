extension OomdTick {
  /// The stall over 60 s is above a threshold, and has been for some time, while that over 10 s is above it, too, and
  /// does not fall fast.
  ///
  /// Source: `PressureRisingBeyond::run()`, src/oomd/plugins/PressureRisingBeyond.cpp.
  mutating func pressureRisingBeyond(
    _ step: OomdEngine.Step, _ threshold: Int64, _ duration: Int64, _ fastFallRatio: BinaryReal
  ) -> Verdict {
    let most = mostPressed(groups(of: step))
    let (avg10, avg60) = (most?.full.avg10 ?? 0, most?.full.avg60 ?? 0)
    let last = memory.plugins[step.number].lastAvg10
    memory.plugins[step.number].lastAvg10 = avg10
    let since = hold(step, if: avg60 > threshold * 100, duration)
    let fast = BinaryReal(last, over: 100, as: .float).times(fastFallRatio, as: .float)
    let isFallingFast = BinaryReal(avg10, over: 100, as: .float) < fast
    guard let since, avg10 > threshold * 100, !isFallingFast else { return .stop }
    return Verdict(
      isContinue: true,
      checks: [
        .pressure("memory.pressure full avg60", avg60, above: threshold),
        .pressure("full avg10", avg10, above: threshold),
      ], watched: most?.group, held: now - since)
  }
}
