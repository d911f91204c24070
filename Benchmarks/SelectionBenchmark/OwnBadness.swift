internal import OOMSimulator
import VictimSelection

/// The same rule as an expression of one's own, over a column for each counter.
struct OwnBadness {
  /// What 6.12 does: `oomsim rules 6.12 --expression`.
  static let text =
    "oom_score_adj == -1000 ? never : rss + swap + page_tables + oom_score_adj * (totalpages / 1000)"

  private var columns: CounterColumns
  private var scratch: BadnessScratch

  init(_ tasks: [BenchmarkTask], weights: [Int16]) {
    columns = CounterColumns(
      rss: tasks.map { $0.pages - $0.pages / 16 }, swap: tasks.map { _ in 0 },
      pageTables: tasks.map { $0.pages / 16 }, adj: tasks.map(\.adj), weights: weights)
    do throws(BadnessTextFault) {
      scratch = BadnessScratch(for: try BadnessExpression(Self.text))
    } catch {
      fatal(error.description)
    }
  }

  @inline(never)
  mutating func select(_ totalpages: Int64) -> Int {
    columns.totalpages = totalpages
    do throws(BadnessFailure) {
      return try selectBadProcess(columns, by: &scratch, equalsReplace: true)?.row ?? -1
    } catch {
      fatal("the expression has no value")
    }
  }

}

/// What the expression reads, a column each.
private struct CounterColumns: BadnessRows {
  let rss: [Int64]
  let swap: [Int64]
  let pageTables: [Int64]
  let adj: [Int16]
  let weights: [Int16]
  var totalpages: Int64 = 0

  var count: Int { weights.count }

  func isCandidate(_ position: Int) -> Bool { weights[position] != neverChosen }

  func value(_ column: BadnessColumn, at position: Int) -> Int64 {
    switch column {
    case .rss: rss[position]
    case .swap: swap[position]
    case .pageTables: pageTables[position]
    case .oomScoreAdj: Int64(adj[position])
    case .totalpages: totalpages
    default: 0
    }
  }

  func load(
    _ column: BadnessColumn, from begin: Int, into block: UnsafeMutableBufferPointer<Int64>
  ) {
    switch column {
    case .rss: unsafe copy(rss, from: begin, into: block)
    case .swap: unsafe copy(swap, from: begin, into: block)
    case .pageTables: unsafe copy(pageTables, from: begin, into: block)
    case .oomScoreAdj: unsafe copy(adj, from: begin, into: block)
    case .totalpages: unsafe block.update(repeating: totalpages)
    default: unsafe block.update(repeating: 0)
    }
  }

  @inline(__always)
  private func copy(
    _ column: [some FixedWidthInteger], from begin: Int,
    into block: UnsafeMutableBufferPointer<Int64>
  ) {
    unsafe column.withUnsafeBufferPointer { column in
      guard let from = column.baseAddress, let into = block.baseAddress else { return }
      let first = unsafe from + begin
      for index in 0..<block.count {
        unsafe into[index] = Int64(truncatingIfNeeded: first[index])
      }
    }
  }
}
