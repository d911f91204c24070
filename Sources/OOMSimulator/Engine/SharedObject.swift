/// Memory that several processes map and the machine has once: a named segment of shared memory, or a file.
///
/// Each user has mapped a number of pages, counted from the object's beginning, so a small user's pages are
/// among a large one's. A page is charged to the group of the process that touched it first. What reclaim
/// takes of it is missing in each user in proportion.
///
/// Kernel: `shmem_get_folio()`, mm/shmem.c, and `filemap_add_folio()`, mm/filemap.c: the folio is charged
/// once, each user that maps it counts it in `MM_SHMEMPAGES` or `MM_FILEPAGES`.
struct SharedObject: Equatable, Sendable {
  enum Kind: Sendable {
    case segment
    case file
  }

  /// What one group is charged for.
  struct Extent: Equatable, Sendable {
    var group: Int
    var resident: Int64 = 0
    var swapped: Int64 = 0
    /// Where the resident pages lie, on a machine with several memory nodes.
    var nodes = NodeShares()
    var ages = Ages()
  }

  let name: String
  let kind: Kind
  /// In the order in which the groups touched it first.
  private(set) var extents: [Extent] = []
  /// Pages that each address space has mapped, by its row. The order of the users decides nothing.
  fileprivate(set) var mapped: [Int: Int64] = [:]
  /// Pages that overcommit has admitted, or that were given at the start.
  private(set) var admitted: Int64 = 0
  /// The part of them that is in `Committed_AS`.
  private(set) var committed: Int64 = 0

  init(_ name: String, _ kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// What its pages in memory are.
  var pageKind: PageKind { kind == .file ? .file : .shmem }

  var resident: Int64 { extents.reduce(0) { $0 + $1.resident } }
  var swapped: Int64 { extents.reduce(0) { $0 + $1.swapped } }
  var size: Int64 { resident + swapped }

  /// A segment with the name of a path is a file of a tmpfs, which stays when nobody maps it.
  var isPersistent: Bool { kind == .segment && name.utf8.first == UInt8(ascii: "/") }

  /// Pages that the counters of a user show.
  func shown(_ row: Int) -> Int64 { proportion(of: resident, mapped[row] ?? 0, size) }

  /// The same of all users.
  func allShown(_ body: (_ row: Int, _ shown: Int64) -> Void) {
    let (resident, size) = (resident, size)
    for (row, mapped) in mapped { body(row, proportion(of: resident, mapped, size)) }
  }

  /// How many of the next `pages` of a user nobody has touched before.
  func untouched(_ pages: Int64, by row: Int) -> Int64 {
    min(max((mapped[row] ?? 0) + pages - size, 0), pages)
  }

  /// Takes over what was given at the start. Pages of a file on a disk are not committed.
  mutating func admitAll() {
    admitted = size
    if kind == .segment { committed = size }
  }

  /// Commits pages that overcommit has admitted.
  mutating func admit(_ pages: Int64) {
    admitted += pages
    committed += pages
  }

  mutating func join(_ row: Int) { mapped[row] = mapped[row] ?? 0 }

  /// Touches more pages of it, `new` of them for the first time and charged to `group`.
  mutating func touch(
    _ pages: Int64, new: Int64, by row: Int, group: Int, _ nodes: NodeShares? = nil
  ) {
    mapped[row, default: 0] += pages
    if new == 0 { return }
    let known = extents.firstIndex { $0.group == group }
    if known == nil { extents.append(Extent(group: group)) }
    let index = known ?? extents.count - 1
    extents[index].resident += new
    if let nodes { extents[index].nodes += nodes }
  }

  mutating func changeNodes(of group: Int, _ body: (inout NodeShares) -> Void) {
    guard let index = extents.firstIndex(where: { $0.group == group }) else { return }
    body(&extents[index].nodes)
  }

  mutating func changeAges(of group: Int, _ body: (inout Ages) -> Void) {
    guard let index = extents.firstIndex(where: { $0.group == group }) else { return }
    body(&extents[index].ages)
  }

  /// Unmaps the last pages of a user; they stay in memory.
  mutating func unmap(_ pages: Int64, by row: Int) { mapped[row, default: 0] -= pages }

  mutating func leave(_ row: Int) { mapped[row] = nil }

  /// Moves pages of a group to swap; those of a file are dropped instead.
  mutating func reclaim(_ pages: Int64, from group: Int) {
    guard let index = extents.firstIndex(where: { $0.group == group }) else { return }
    let before = size
    extents[index].resident -= pages
    if kind == .segment {
      extents[index].swapped += pages
    } else {
      let now = size
      mapped = mapped.mapValues { proportion(of: now, $0, before) }
    }
  }

  /// Brings pages of a group back from swap.
  mutating func swapIn(_ pages: Int64, group: Int) {
    guard let index = extents.firstIndex(where: { $0.group == group }) else { return }
    extents[index].resident += pages
    extents[index].swapped -= pages
  }

  /// What a group is charged for.
  func held(_ extent: Extent) -> Held {
    var pages = Pages(swappedShmem: extent.swapped)
    pages[pageKind] = extent.resident
    return Held(pages: pages, nodes: extent.nodes, ages: extent.ages)
  }

  /// Deletes pages of a group, resident ones first.
  ///
  /// - Returns: what was deleted.
  mutating func delete(_ pages: Int64, from group: Int) -> Held {
    var deleted = Pages()
    guard let index = extents.firstIndex(where: { $0.group == group }) else { return Held() }
    deleted.shmem = min(pages, extents[index].resident)
    deleted.swappedShmem = min(pages - deleted.shmem, extents[index].swapped)
    let held = held(extents[index]).part(deleted)
    extents[index].resident -= deleted.shmem
    extents[index].ages.trim(.shmem, to: extents[index].resident)
    extents[index].swapped -= deleted.swappedShmem
    extents[index].nodes -= held.nodes
    admitted = min(admitted, size)
    committed = min(committed, size)
    return held
  }

  /// Gives everything back.
  mutating func clear() {
    extents = []
    (admitted, committed) = (0, 0)
  }
}

/// The shared objects of a run, and which processes use them.
struct SharedObjects: Equatable, Sendable {
  private(set) var list: [SharedObject] = []
  /// What all of them add to `Committed_AS`.
  private(set) var committedAS: Int64 = 0
  private var numbers: [SharedObject.Kind: [String: Int]] = [:]
  /// The segment and the file of each row that has one.
  private var segments = SparseColumn<Int?>(nothing: nil)
  private var files = SparseColumn<Int?>(nothing: nil)

  /// The object that pages of a kind belong to, nil where they are the process's own.
  func number(_ kind: PageKind, of owner: Int) -> Int? {
    switch kind {
    case .shmem: segments[owner]
    case .file: files[owner]
    default: nil
    }
  }

  func numbers(of owner: Int) -> [Int] {
    if list.isEmpty { return [] }
    return [segments[owner], files[owner]].compactMap { $0 }
  }

  /// Objects of which a group has pages.
  func numbers(in group: Int) -> [Int] {
    list.indices.filter { list[$0].extents.contains { $0.group == group } }
  }

  mutating func change(_ number: Int, _ body: (inout SharedObject) -> Void) {
    committedAS -= list[number].committed
    body(&list[number])
    committedAS += list[number].committed
  }

  mutating func join(_ row: Int, segment: String?, file: String?) {
    if let segment {
      let number = number(segment, .segment)
      segments.change(row) { $0 = number }
      list[number].join(row)
    }
    if let file {
      let number = number(file, .file)
      files.change(row) { $0 = number }
      list[number].join(row)
    }
  }

  /// Makes a row a user of what another one uses.
  mutating func join(_ row: Int, as other: Int) {
    let (segment, file) = (segments[other], files[other])
    segments.change(row) { $0 = segment }
    files.change(row) { $0 = file }
    for number in numbers(of: row) { list[number].join(row) }
  }

  mutating func leave(_ row: Int) {
    for number in numbers(of: row) { list[number].leave(row) }
    segments.change(row) { $0 = nil }
    files.change(row) { $0 = nil }
  }

  /// The same objects, their users by new numbers.
  func comparable(_ numbers: RowNumbers) -> SharedObjects {
    var objects = self
    for index in list.indices { objects.list[index].mapped = numbers.kept(list[index].mapped) }
    objects.segments = numbers.kept(segments, nothing: nil)
    objects.files = numbers.kept(files, nothing: nil)
    return objects
  }

  private mutating func number(_ name: String, _ kind: SharedObject.Kind) -> Int {
    if let number = numbers[kind]?[name] { return number }
    numbers[kind, default: [:]][name] = list.count
    list.append(SharedObject(name, kind))
    return list.count - 1
  }
}
