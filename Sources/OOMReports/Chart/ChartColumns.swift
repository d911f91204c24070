internal import OOMSimulator

/// Samples of a run as columns of a picture: of each stretch of time the most.
struct ChartColumns {
  let times: [Microseconds]
  let end: Microseconds
  let count: Int

  /// - Parameter values: one a sample.
  func largest(_ values: [Int64]) -> [Int64] {
    if values.isEmpty { return Array(repeating: 0, count: count) }
    if end <= 0 {
      // All at one instant: the samples stand side by side.
      return (0..<count).map { values[min($0 * values.count / count, values.count - 1)] }
    }
    var columns: [Int64] = []
    var sample = 0
    for column in 0..<count {
      let (from, to) = (time(column), time(column + 1))
      while sample < times.count, times[sample] < from { sample += 1 }
      var most = value(values, at: from, before: sample)
      var inside = sample
      while inside < times.count, times[inside] < to || (column == count - 1 && times[inside] <= to)
      {
        most = max(most, values[inside])
        inside += 1
      }
      columns.append(most)
    }
    return columns
  }

  /// The column of an instant.
  func column(of time: Microseconds) -> Int {
    if end <= 0 { return count - 1 }
    return min(max(Int(time.part(of: end, in: Int64(count))), 0), count - 1)
  }

  private func time(_ column: Int) -> Microseconds {
    Microseconds(Int64(Int128(end.rawValue) * Int128(column) / Int128(count)))
  }

  /// On the line between the samples before and at `next`.
  private func value(_ values: [Int64], at time: Microseconds, before next: Int) -> Int64 {
    guard next < times.count else { return values.last ?? 0 }
    guard next > 0, times[next] > time else { return values[next] }
    let (from, to) = (values[next - 1], values[next])
    let (done, whole) = (time - times[next - 1], times[next] - times[next - 1])
    return from + done.part(of: whole, in: to - from)
  }
}
