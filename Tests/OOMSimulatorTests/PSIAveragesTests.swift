import Testing

@testable import OOMSimulator

/// The averages of memory.pressure: `calc_avgs()` and `calc_load()`, kernel/sched/psi.c.
@Suite struct PSIAveragesTests {
  /// Seconds of one stall until avg10 exceeds a limit, in periods of 2 s; nil for never.
  private func seconds(until limit: Int64, of stall: Int64) -> Int64? {
    var averages = PSIAverages()
    for second in stride(from: Int64(2), through: 600, by: 2) {
      averages.pass(from: .seconds(second - 2), to: .seconds(second), stall: .percent(stall))
      if averages.avg10 > limit * 100 { return second }
    }
    return nil
  }

  /// Worked out from the formula apart from this code. 55 % exceed 50 % after 24 s, but the file still shows 50.00 then.
  @Test(
    arguments: [
      (12, [4, 4, 2, 2, 2]), (50, [26, 16, 14, 10, 8]), (60, [nil, 26, 20, 14, 10]),
      (80, [nil, nil, nil, 30, 18]),
    ] as [(Int64, [Int64?])])
  func `how long a stall takes to exceed a limit`(limit: Int64, expected: [Int64?]) {
    #expect([55, 65, 70, 85, 100].map { seconds(until: limit, of: $0) } == expected)
  }

  @Test func `time passes alike in one step and in many`() {
    for stall in [Int64(0), 1, 333_333, 570_000, 999_999, 1_000_000] {
      let share = Share(millionths: stall)
      var (whole, parts) = (PSIAverages(), PSIAverages())
      whole.pass(from: 0, to: .seconds(4000), stall: share)
      var now = Microseconds(0)
      while now < .seconds(4000) {
        let next = min(now + 700_001, .seconds(4000))
        parts.pass(from: now, to: next, stall: share)
        now = next
      }
      #expect(whole == parts, "\(stall)")
      whole.pass(from: .seconds(4000), to: .seconds(8000), stall: Share(millionths: 0))
      #expect(whole.isCalm)
    }
  }

  @Test func `a full stall comes to 100 per cent, none to 0`() {
    var averages = PSIAverages()
    averages.pass(from: 0, to: .seconds(3000), stall: .percent(100))
    #expect([averages.avg10, averages.avg60, averages.avg300] == [10_000, 10_000, 10_000])
  }
}
