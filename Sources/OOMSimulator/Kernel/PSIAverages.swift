/// The stall averages of a group, as memory.pressure shows them, reckoned in the kernel's fixed point.
///
/// A period has two seconds, from the start of the scenario on: a kernel's is longer by one or two ticks, and begins when
/// the group does. The stall of a period counts in whole per cent.
///
/// Kernel: `collect_percpu_times()`, `calc_avgs()` and `update_averages()`, kernel/sched/psi.c, and `calc_load()`,
/// include/linux/sched/loadavg.h, since 4.20.
struct PSIAverages: Equatable, Sendable {
  /// The averages over 10, 60 and 300 seconds, with 11 bits after the point. Kernel: `FSHIFT`.
  private(set) var avg: [UInt64] = [0, 0, 0]
  /// Stall of the period that is not over, in microseconds, each of a million parts.
  private var stalled: Int64 = 0

  /// Kernel: `PSI_FREQ`.
  static let period = Microseconds.seconds(2)
  /// Kernel: `EXP_10s`, `EXP_60s`, `EXP_300s`.
  private static let weights: [UInt64] = [1677, 1981, 2034]
  /// Kernel: `FIXED_1`.
  private static let one: UInt64 = 2048

  /// In hundredths of a per cent, as the file shows it.
  var avg10: Int64 { hundredths(avg[0]) }
  var avg60: Int64 { hundredths(avg[1]) }
  var avg300: Int64 { hundredths(avg[2]) }

  /// Kernel: `LOAD_INT()`, `LOAD_FRAC()`.
  private func hundredths(_ value: UInt64) -> Int64 {
    Int64(value / Self.one * 100 + value % Self.one * 100 / Self.one)
  }

  /// Whether no stall is left in it.
  var isCalm: Bool { stalled == 0 && avg == [0, 0, 0] }

  /// Lets time pass with one stall.
  ///
  /// - Complexity: O(periods), no more than it takes until the averages do not change any more.
  mutating func pass(from start: Microseconds, to end: Microseconds, stall: Share) {
    var now = start.rawValue
    let period = Self.period.rawValue
    while now < end.rawValue {
      let boundary = (now / period + 1) * period
      let next = min(boundary, end.rawValue)
      stalled += (next - now) * stall.millionths
      now = next
      if now < boundary { break }
      let before = avg
      let wasWhole = stalled == period * stall.millionths
      update()
      if wasWhole, avg == before {
        // Whole periods of the same stall change nothing.
        now = max(now, end.rawValue / period * period)
      }
    }
  }

  private mutating func update() {
    let percent = UInt64(stalled * 100 / (Self.period.rawValue * 1_000_000))
    let active = percent * Self.one
    for index in avg.indices {
      let weight = Self.weights[index]
      var sum = avg[index] * weight + active * (Self.one - weight)
      if active >= avg[index] { sum += Self.one - 1 }
      avg[index] = sum / Self.one
    }
    stalled = 0
  }
}
