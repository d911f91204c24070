internal import OOMFormats
internal import OOMSimulator

/// The marks of an axis at round values, a handful of them.
struct RoundAxis {
  struct Mark {
    var value: Int64
    var says: String
  }

  /// What the end of the axis stands for, at least what is to be shown.
  let top: Int64
  let marks: [Mark]

  /// An axis of memory: its top is round, too.
  init(pages: Int64, pageSize: Bytes) {
    let size = pageSize.rawValue
    let bytes = max(Int128(pages), 1) * Int128(size)
    var step: Int128 = 1
    var unit = "B"
    search: for (name, shift) in [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("PiB", 50)] {
      for factor in [1, 2, 5, 10, 20, 50, 100, 200, 500] as [Int128] {
        step = factor << shift
        unit = name
        if step >= Int128(size), bytes <= step * 5 { break search }
      }
    }
    let count = max((bytes + step - 1) / step, 1)
    let shift = ["KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40, "PiB": 50][unit] ?? 0
    top = Int64(clamping: count * step / Int128(size))
    marks = (0...Int64(clamping: count)).map { number in
      let value = Int128(number) * step
      let says = number == 0 ? "0" : "\(value >> Int128(shift)) \(unit)"
      return Mark(value: Int64(clamping: value / Int128(size)), says: says)
    }
  }

  /// An axis of time, which ends where the run ends.
  init(until end: Microseconds) {
    let (second, minute, hour) = (1_000_000 as Int64, 60_000_000 as Int64, 3_600_000_000 as Int64)
    var steps: [Int64] = [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap { [$0, $0 * 1000] }.sorted()
    steps += [1, 2, 5, 10, 15, 30].map { $0 * second }
    steps += [1, 2, 5, 10, 15, 30].map { $0 * minute }
    steps += [1, 2, 3, 6, 12, 24, 48, 120, 240, 720, 2400, 8760].map { $0 * hour }
    let most = max(end.rawValue, 0)
    let step = steps.first { most / $0 <= 6 } ?? max(most / 6, 1)
    top = most
    marks = (0...most / step).map { Mark(value: $0 * step, says: Self.short($0 * step)) }
  }

  /// `6h`, `1h30m`, `45s`: without the parts that are 0.
  private static func short(_ time: Int64) -> String {
    if time == 0 { return "0" }
    if time % 60_000_000 != 0 { return SizeFormat.time(Microseconds(time)) }
    let (hours, minutes) = (time / 3_600_000_000, time / 60_000_000 % 60)
    return (hours > 0 ? "\(hours)h" : "") + (minutes > 0 ? "\(minutes)m" : "")
  }
}
