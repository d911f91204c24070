/// Pages that are not simply a process's own in its own group: shared by copy-on-write after a fork, or
/// charged to a group that their process has left.
///
/// Every address space that maps them counts them in full in its columns; the ledger has them once, in the
/// group that touched them first.
struct Holdings: Equatable, Sendable {
  struct Holding: Equatable, Sendable {
    /// Rows of the address spaces that map the pages; their order decides nothing.
    var mappers: Set<Int>
    var group: Int
    var held: Held
  }

  private var all: [Int: Holding] = [:]
  /// Numbers of the holdings of a row, oldest first, and of those charged to a group.
  private var byRow: [Int: [Int]] = [:]
  private var byGroup: [Int: Set<Int>] = [:]
  private var count = 0

  var isEmpty: Bool { all.isEmpty }

  /// All holdings, oldest first.
  var list: [Holding] { all.keys.sorted().compactMap { all[$0] } }

  func numbers(of row: Int) -> [Int] { all.isEmpty ? [] : byRow[row] ?? [] }

  /// Oldest first.
  func numbers(in group: Int) -> [Int] { all.isEmpty ? [] : byGroup[group, default: []].sorted() }

  subscript(number: Int) -> Holding { all[number]! }

  mutating func change(_ number: Int, _ body: (inout Held) -> Void) {
    body(&all[number]!.held)
    if self[number].held.pages.isEmpty { remove(number) }
  }

  mutating func mapAges(_ body: (Ages) -> Ages) {
    for number in all.keys { all[number]!.held.ages = body(all[number]!.held.ages) }
  }

  mutating func changeAges(_ number: Int, _ body: (inout Ages) -> Void) {
    body(&all[number]!.held.ages)
  }

  mutating func changeNodes(_ number: Int, _ body: (inout NodeShares) -> Void) {
    body(&all[number]!.held.nodes)
  }

  /// Adds pages to the holding of the same mappers in the same group, or makes one.
  mutating func add(_ held: Held, _ mappers: Set<Int>, _ group: Int) {
    guard !held.pages.isEmpty, let first = mappers.first else { return }
    let same = numbers(of: first).first { self[$0].group == group && self[$0].mappers == mappers }
    if let same {
      all[same]!.held += held
      return
    }
    append(Holding(mappers: mappers, group: group, held: held))
  }

  private mutating func append(_ holding: Holding) {
    all[count] = holding
    for row in holding.mappers { byRow[row, default: []].append(count) }
    byGroup[holding.group, default: []].insert(count)
    count += 1
  }

  /// The same holdings by new numbers, their rows' as well as their own.
  func comparable(_ numbers: RowNumbers) -> Holdings {
    var holdings = Holdings()
    for holding in list {
      var holding = holding
      holding.mappers = Set(holding.mappers.map { numbers[$0] })
      holdings.append(holding)
    }
    return holdings
  }

  /// Lets one more address space map the pages.
  mutating func join(_ number: Int, _ row: Int) {
    all[number]!.mappers.insert(row)
    byRow[row, default: []].append(number)
  }

  /// - Returns: what there was.
  @discardableResult
  mutating func remove(_ number: Int) -> Holding {
    let holding = self[number]
    for row in holding.mappers { forget(number, of: row) }
    byGroup[holding.group]?.remove(number)
    all[number] = nil
    return holding
  }

  /// Takes one address space away from the pages, which are nobody's when it was the last.
  mutating func leave(_ number: Int, _ row: Int) {
    all[number]!.mappers.remove(row)
    forget(number, of: row)
  }

  private mutating func forget(_ number: Int, of row: Int) {
    byRow[row]?.removeAll { $0 == number }
    if byRow[row]?.isEmpty == true { byRow[row] = nil }
  }
}
