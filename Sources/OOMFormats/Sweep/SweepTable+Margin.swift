internal import OOMSimulator

extension SweepTable {
  /// How far what the scenario has is from the one change of an outcome: `the scenario has 1G, where it holds, 203 MiB
  /// (19.8 %) from the change`.
  ///
  /// - Parameter standing: the value of the varied path as the scenario has it; nil where it has none.
  /// - Returns: nil where the outcome changes more than once, or not at all, or numbers of another kind stand there.
  package func margin(of finding: Finding, standing: String?) -> String? {
    guard let standing, rows.isRange, finding.intervals.count == 2,
      let now = try? Quantity(standing, pageSize: 4096)
    else { return nil }
    let (low, high) = (finding.intervals[0], finding.intervals[1])
    guard let lowEnd = try? Quantity(low.to, pageSize: 4096),
      let highStart = try? Quantity(high.from, pageSize: 4096),
      let scale = highStart.scale ?? lowEnd.scale, now.scale == nil || now.scale == scale
    else { return nil }
    let isHigh = now.amount >= highStart.amount
    if !isHigh, now.amount > lowEnd.amount { return nil }
    let holds = isHigh ? high.holds : low.holds
    let change = isHigh ? highStart.amount : lowEnd.amount
    let distance = (now.amount - change).magnitude
    let place =
      "the scenario has \(plain(standing)), where it \(holds ? "holds" : "does not hold"), "
    if distance == 0 { return place + "right at the change" }
    var text = place + scale.shown(distance)
    if scale != .integers, now.amount > 0 {
      let perMille = UInt64(Int128(distance) * 1000 / Int128(now.amount))
      text += " (\(perMille / 10)\(perMille % 10 == 0 ? "" : ".\(perMille % 10)") %)"
    }
    return text + " from the change"
  }

  /// A value with what it is in MiB or GiB where it is spelled in KiB.
  package func shown(_ value: String) -> String {
    guard rows.isRange, value.hasSuffix("k"), let size = try? Quantity(value, pageSize: 4096),
      size.scale == .bytes, size.amount >= 1 << 20
    else { return plain(value) }
    return "\(plain(value)) (\(SizeFormat.binary(Bytes(size.amount))))"
  }
}

extension Scale {
  fileprivate func shown(_ amount: UInt64) -> String {
    let amount = Int64(clamping: amount)
    switch self {
    case .integers: return "\(amount)"
    case .microseconds: return SizeFormat.time(Microseconds(amount))
    case .bytes: return SizeFormat.binary(Bytes(amount))
    }
  }
}
