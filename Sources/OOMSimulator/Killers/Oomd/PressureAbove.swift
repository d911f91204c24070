extension OomdTick {
  /// The stall of the group that stalls most is above a threshold, and has been for some time.
  ///
  /// Source: `PressureAbove::run()`, src/oomd/plugins/PressureAbove.cpp.
  mutating func pressureAbove(
    _ step: OomdEngine.Step, _ threshold: Int64, _ duration: Int64
  ) -> Verdict {
    let most = mostPressed(groups(of: step))
    let avg10 = most?.full.avg10 ?? 0
    guard let since = hold(step, if: avg10 > threshold * 100, duration) else { return .stop }
    return Verdict(
      isContinue: true,
      checks: [
        most.map {
          state.fullAvg10Check(
            "memory.pressure full avg10", $0.group, limit: .percent(threshold))
        } ?? .pressure("memory.pressure full avg10", avg10, above: threshold)
      ],
      watched: most?.group, held: now - since)
  }
}

extension Ground.Check {
  /// - Parameter hundredths: of a per cent.
  static func pressure(_ what: String, _ hundredths: Int64, above threshold: Int64) -> Self {
    Self(
      what: what, value: Share(millionths: hundredths * 100), limit: .percent(threshold),
      relation: ">")
  }
}
