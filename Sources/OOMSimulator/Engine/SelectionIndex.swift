internal import VictimSelection

/// Indexes of a run's processes, for the OOMs of a long replay: built when scans have cost as much as building
/// does, told of changed rows before the next selection. They choose the process that a scan chooses.
///
/// One for the walk over all tasks, one for the walk through the memory cgroups, in which a domain is a range.
struct SelectionIndex: Equatable, Sendable {
  /// How often all rows are scanned before an index is worth its building.
  var patience: Int64 = 32

  private var global: VictimIndex?
  private var memcg: VictimIndex?
  /// Rows that scans have visited so far.
  private var scannedGlobally: Int64 = 0
  private var scannedInMemcgs: Int64 = 0
  /// Where each row stands among the processes of its group, as they are visited; while there is `memcg`.
  private var positions: [Int32] = []
  private var first: Int32 = 0
  private var last: Int32 = 0

  /// With or without an index, and however far it is, the same process is chosen.
  static func == (one: Self, other: Self) -> Bool { true }

  var isBuilt: Bool { global != nil || memcg != nil }

  /// Remembers a scan, which makes an index the more worth while.
  mutating func countScan(of rows: Int, inMemcg: Bool) {
    if inMemcg { scannedInMemcgs += Int64(rows) } else { scannedGlobally += Int64(rows) }
  }

  private func isWorthWhile(after scanned: Int64, rows: Int) -> Bool {
    patience == 0 || scanned / patience >= Int64(max(rows, 1))
  }

  /// Builds the index of a walk if it is worth while.
  ///
  /// - Returns: whether there is one.
  mutating func prepare(_ tasks: inout Tasks, _ groups: MemcgTree, memcgWalk walk: MemcgWalk?)
    -> Bool
  {
    if let walk {
      if memcg != nil { return true }
      if !isWorthWhile(after: scannedInMemcgs, rows: tasks.count) { return false }
      layOut(groups, walk, rows: tasks.count)
      memcg = VictimIndex()
    } else {
      if global != nil { return true }
      if !isWorthWhile(after: scannedGlobally, rows: tasks.count) { return false }
      global = VictimIndex()
    }
    if isBuilt { follow(&tasks) }
    tasks.beginChanges()
    for row in 0..<tasks.count { tell(row, tasks, toGlobal: walk == nil) }
    return true
  }

  private mutating func tell(_ row: Int, _ tasks: Tasks, toGlobal: Bool) {
    let (pages, weight) = (tasks.pages[row], tasks.candidateWeight[row])
    if toGlobal {
      global?.set(row, pages: pages, weight: weight, key: Int64(row))
    } else {
      setInMemcg(row, tasks, pages: pages, weight: weight)
    }
  }

  private mutating func setInMemcg(_ row: Int, _ tasks: Tasks, pages: Int64, weight: Int16) {
    if memcg == nil { return }
    let key = key(of: row, tasks)
    memcg?.set(row, pages: pages, weight: weight, key: key)
  }

  /// Brings what there is in step with the rows that have changed.
  mutating func follow(_ tasks: inout Tasks) {
    for row in tasks.changes.rows {
      tell(Int(row), tasks, toGlobal: true)
      tell(Int(row), tasks, toGlobal: false)
    }
    tasks.clearChanges()
  }

  // MARK: Positions

  private func key(of row: Int, _ tasks: Tasks) -> Int64 {
    Self.begin(of: Int(tasks.groups[row])) + Int64(positions[row]) - Int64(Int32.min)
  }

  private static func begin(of group: Int) -> Int64 { Int64(group) << 32 }

  private mutating func layOut(_ groups: MemcgTree, _ walk: MemcgWalk, rows: Int) {
    positions = Array(repeating: 0, count: rows)
    (first, last) = (0, 0)
    for members in groups.members {
      for member in walk == .joiningOrder ? members : members.reversed() {
        last += 1
        positions[Int(member)] = last
      }
    }
  }

  /// A process has come into a group.
  mutating func joined(_ row: Int, isVisitedFirst: Bool) {
    if memcg == nil { return }
    while positions.count <= row { positions.append(0) }
    if isVisitedFirst {
      first -= 1
      positions[row] = first
    } else {
      last += 1
      positions[row] = last
    }
  }

  // MARK: Selection

  /// Chooses in a domain as a scan would.
  ///
  /// - Parameters:
  ///   - domain: the groups of a memcg OOM, nil for the machine.
  ///   - excluded: rows that are passed over.
  /// - Returns: nil where sums may wrap, so that only a scan can tell.
  mutating func select(
    _ domain: Range<Int>?, excluded: Set<Int>, _ tasks: Tasks, totalpages: Int64,
    _ rule: SelectionRule
  ) -> Victim?? {
    for row in excluded { set(row, tasks, weight: neverChosen, inMemcg: domain != nil) }
    defer {
      for row in excluded {
        set(row, tasks, weight: tasks.candidateWeight[row], inMemcg: domain != nil)
      }
    }
    guard let domain else {
      if global?.isOrdered(by: rule, totalpages: totalpages) != true { return nil }
      return global?.select(totalpages: totalpages, rule: rule)
    }
    if memcg?.isOrdered(by: rule, totalpages: totalpages) != true { return nil }
    let range = Self.begin(of: domain.lowerBound)..<Self.begin(of: domain.upperBound)
    return memcg?.select(among: range, totalpages: totalpages, rule: rule)
  }

  private mutating func set(_ row: Int, _ tasks: Tasks, weight: Int16, inMemcg: Bool) {
    if inMemcg {
      setInMemcg(row, tasks, pages: tasks.pages[row], weight: weight)
    } else {
      global?.set(row, pages: tasks.pages[row], weight: weight, key: Int64(row))
    }
  }
}

/// Rows whose pages, weight or group have changed since somebody looked; nothing while nobody does.
struct ChangedRows: Equatable, Sendable {
  private(set) var rows: [Int32] = []
  private var isChanged: [Bool] = []
  private var isFollowed = false

  /// What somebody has to be told says nothing of how a row is.
  static func == (one: Self, other: Self) -> Bool { true }

  mutating func begin(rows count: Int) {
    isFollowed = true
    clear()
    while isChanged.count < count { isChanged.append(false) }
  }

  @inline(__always)
  mutating func note(_ row: Int) {
    if isFollowed { add(row) }
  }

  private mutating func add(_ row: Int) {
    while isChanged.count <= row { isChanged.append(false) }
    if isChanged[row] { return }
    isChanged[row] = true
    rows.append(Int32(row))
  }

  mutating func clear() {
    for row in rows { isChanged[Int(row)] = false }
    rows.removeAll(keepingCapacity: true)
  }
}
