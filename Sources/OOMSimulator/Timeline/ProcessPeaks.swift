/// What samples tell of each process over all its lives: enough to choose which of them get a line.
///
/// A process is called by the row of its first life here. Its lives are those of a service that is restarted, and those of
/// processes that have the name of one that was gone before they started.
struct ProcessPeaks: Sendable {
  /// The largest that each was, by its row; less than 0 for a row that is none of them.
  private var largest: [Int64] = []
  /// The first row of every life.
  private var firstRows: [ProcessIdentity: Int] = [:]
  private var names: [Int: String] = [:]
  /// Rows of later lives that no restart has made, by the first.
  private var laterLives: [Int: [Int]] = [:]
  private var firstOfName: [Int: Int] = [:]
  /// The latest row of a name that is no life of a service after its first.
  private var latestOfName: [String: Int] = [:]
  /// Those that have memory together with others: a sum over them would have it more than once.
  private var sharing: Set<Int> = []
  private var rowsNamed = 0

  /// Processes that are drawn as one.
  struct Line: Sendable {
    /// The rows of their lives; of those of a service the first.
    var rows: [Int]
    /// How many processes.
    var count: Int
  }

  var count: Int { largest.count { $0 >= 0 } }

  /// - Complexity: O(processes).
  mutating func note(_ state: State, _ restarts: Restarts) {
    for row in rowsNamed..<state.tasks.count { noteName(row, state, restarts) }
    rowsNamed = state.tasks.count
    largest += Array(repeating: -1, count: rowsNamed - largest.count)
    let isAnyShared = !state.sharesNothing || !state.tasks.sharers.isEmpty
    for row in 0..<state.tasks.count where !state.tasks.isKernelThread(row) {
      let first = first(of: row, restarts)
      largest[first] = max(largest[first], state.pagesShown(row))
      if isAnyShared, state.sharesMemory(row) { sharing.insert(first) }
    }
  }

  private func first(of row: Int, _ restarts: Restarts) -> Int {
    let row = restarts.firstRow(of: row)
    return firstOfName.isEmpty ? row : firstOfName[row] ?? row
  }

  private mutating func noteName(_ row: Int, _ state: State, _ restarts: Restarts) {
    let first = restarts.firstRow(of: row)
    if first == row {
      let name = state.tasks.names[row]
      if let latest = latestOfName[name], !state.tasks.hasNotExited(restarts.lastRow(of: latest)) {
        let first = firstOfName[latest] ?? latest
        firstOfName[row] = first
        laterLives[first, default: []].append(row)
      } else {
        names[row] = name
      }
      latestOfName[name] = row
    }
    firstRows[state.identity(row)] = firstOfName[first] ?? first
  }

  // MARK: Which processes get a line

  /// Of the victims of the first kills, then of the largest; of equals the one that was there first.
  func largestLines(_ most: Int, of run: Run) -> [Line] {
    let sets = self.sets
    var setOf: [Int: Int] = [:]
    for (index, set) in sets.enumerated() { for first in set.firsts { setOf[first] = index } }
    var chosen: [Int] = []
    for kill in run.kills where chosen.count < most / 2 {
      guard let first = firstRows[kill.dyingFirst], let set = setOf[first], !chosen.contains(set)
      else { continue }
      chosen.append(set)
    }
    let sizes = sets.map { $0.peak.multipliedReportingOverflow(by: Int64($0.firsts.count)) }
      .map { $0.overflow ? Int64.max : $0.partialValue }
    let others = sets.indices.filter { sizes[$0] > 0 && !chosen.contains($0) }
      .sorted { sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : $0 < $1 }
    return (chosen + others.prefix(most - chosen.count)).map { index in
      let firsts = sets[index].firsts
      return Line(rows: firsts.flatMap { [$0] + (laterLives[$0] ?? []) }, count: firsts.count)
    }
  }

  private struct Equals: Hashable {
    var name: String
    var peak: Int64
  }

  /// Those that are equal: that have the same name but for the number at its end, were as large, and share nothing.
  private var sets: [(firsts: [Int], peak: Int64)] {
    var sets: [(firsts: [Int], peak: Int64)] = []
    var places: [Equals: Int] = [:]
    for (first, peak) in largest.enumerated() where peak >= 0 {
      if peak == 0 || sharing.contains(first) {
        sets.append(([first], peak))
        continue
      }
      let name = Timeline.ProcessLine.nameOfEquals(names[first] ?? "")
      let equals = Equals(name: name, peak: peak)
      if let place = places[equals] {
        sets[place].firsts.append(first)
      } else {
        places[equals] = sets.count
        sets.append(([first], peak))
      }
    }
    return sets
  }
}

extension State {
  /// rss and swap of a process that has its memory, else 0.
  func pagesShown(_ row: Int) -> Int64 {
    guard tasks.hasNotExited(row) else { return 0 }
    let owner = tasks.owner(row)
    return tasks.mms[owner].anon + tasks.mms[owner].file + tasks.mms[owner].shmem
      + tasks.mms[owner].swap
  }

  /// Whether others have some of a process's memory, too.
  fileprivate func sharesMemory(_ row: Int) -> Bool {
    let owner = tasks.owner(row)
    let mm = tasks.mms[owner]
    return tasks.sharers[owner] != nil || !holdings.numbers(of: owner).isEmpty
      || (mm.shmem > 0 && shared.number(.shmem, of: owner) != nil)
      || (mm.file > 0 && shared.number(.file, of: owner) != nil)
  }
}

extension Restarts {
  /// The row of a process's first life.
  fileprivate func firstRow(of row: Int) -> Int {
    guard !serviceOf.isEmpty, let service = serviceOf[row] else { return row }
    return services[service].firstRow
  }

  /// The row of its latest life.
  func lastRow(of first: Int) -> Int {
    guard !serviceOf.isEmpty, let service = serviceOf[first] else { return first }
    return services[service].lastRow
  }
}
