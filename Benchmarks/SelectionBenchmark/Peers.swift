internal import KernelPeers
import VictimSelection

/// The same tasks in every form that selects from them.
@safe final class Forms {
  let tasks: [BenchmarkTask]
  let pages: [Int64]
  let weights: [Int16]
  private let list: OpaquePointer
  private let array: OpaquePointer
  private let own: OwnBadness

  init(_ population: Population, count: Int) {
    var random = SplitMix(seed: population.seed)
    tasks = (0..<count).map { population.draw(&random, $0) }
    pages = tasks.map(\.pages)
    weights = tasks.map { $0.adj == -1000 ? neverChosen : $0.adj }
    own = OwnBadness(OwnBadness.texts[0].text, tasks, weights: weights)
    let plain = tasks.map {
      // Counters that add up to the pages.
      peer_task(
        anon: $0.pages - $0.pages / 8 - $0.pages / 16, file: $0.pages / 8, shmem: 0,
        swapents: 0, pgtables: $0.pages / 16, oom_score_adj: $0.adj)
    }
    unsafe list = unsafe plain.withUnsafeBufferPointer {
      unsafe peer_list_make($0.baseAddress, Int64(count), population.seed)
    }
    unsafe array = unsafe plain.withUnsafeBufferPointer {
      unsafe peer_array_make($0.baseAddress, Int64(count))
    }
  }

  deinit {
    unsafe peer_list_free(list)
    unsafe peer_array_free(array)
  }

  /// The loop that this project is about.
  func scan(_ totalpages: Int64) -> Int {
    selectByScan(pages, weights, totalpages)?.row ?? -1
  }

  /// A list of tasks, each with a pointer to its counters, scattered over memory: C.
  func kernelList(_ totalpages: Int64) -> Int { unsafe Int(peer_list_select(list, totalpages)) }

  /// An array of records: C.
  func recordArray(_ totalpages: Int64) -> Int { unsafe Int(peer_array_select(array, totalpages)) }

  /// The rule in one chain of collection calls.
  @inline(never)
  func naive(_ totalpages: Int64) -> Int {
    tasks.enumerated().filter { $0.element.adj > -1000 }
      .map {
        (row: $0.offset, points: $0.element.pages + Int64($0.element.adj) * (totalpages / 1000))
      }
      .max { ($0.points, $0.row) < ($1.points, $1.row) }?.row ?? -1
  }

  /// The same rule as an expression, worked out step by step.
  func expression(_ totalpages: Int64) -> Int { own.select(totalpages) }

  /// The bytes of both columns, read and added up: what memory allows.
  @inline(never)
  func plainRead(_ totalpages: Int64) -> Int {
    var sum = totalpages
    for pages in pages { sum &+= pages }
    var small: Int16 = 0
    for weight in weights { small &+= weight }
    return Int(truncatingIfNeeded: sum &+ Int64(small))
  }
}
