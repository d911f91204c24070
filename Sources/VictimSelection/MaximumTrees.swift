// The trees of a `VictimIndex`: B-trees that share their columns. A node has room for 32 entries; entry e of
// node n is row n × 32 + e of three columns:
//
//      links (Int32)     maxima (Int64)           keys (Int64)
//     ─────────────────┬────────────────────────┬─────────────────────────────────────
//      leaf:  the row  │ not used               │ where it stands in the walk
//      inner: a node   │ no row below has more  │ no key below is lower
//
// Entries stand in the order of their keys. The pages of a row stand in a record of its own, with its entry.
//
// The maximum of a leaf is raised at once and lowered late: when a question meets it and finds no such row. So a
// change asks nothing of the other rows of its leaf, and changes come many at a time: of a million rows, drawn at
// random, each is in another line of memory, and whoever waits for one before asking for the next does little else.

/// Ordered sequences of rows, which know the most pages in them.
struct MaximumTrees: Sendable {
  static let width = 32

  /// A row of a tree and where it stands.
  struct Entry: Equatable {
    var row: Int
    var key: Int64
  }

  /// A row of a tree and the pages that it now has.
  struct Change {
    var row: Int32
    var leaf: Int32 = -1
    var pages: Int64
  }

  private(set) var links: [Int32] = []
  private(set) var maxima: [Int64] = []
  /// The maximum of each node, as `maxima` of the node above has it: of its rows, or more, in a leaf; just the
  /// highest of its entries in the others.
  private var mostOfNode: [Int64] = []
  private(set) var keys: [Int64] = []
  private(set) var counts: [Int32] = []
  private(set) var heights: [Int32] = []
  /// The node above; -1 - the number of the tree for its root.
  private var parents: [Int32] = []
  /// The entry of the node above that a node is.
  private var positions: [Int32] = []
  private var unused: [Int32] = []

  private(set) var roots: [Int32] = []
  /// At least the most pages of each tree, -1 of one without rows.
  private(set) var tops: [Int64] = []

  private(set) var rows: [Row] = []

  struct Row {
    var pages: Int64 = -1
    /// Its entry in its leaf, -1 of one that is in no tree.
    var place: Int32 = -1
  }

  /// Makes a tree without rows.
  ///
  /// - Returns: its number.
  mutating func addTree() -> Int {
    roots.append(-1)
    tops.append(-1)
    return roots.count - 1
  }

  mutating func reserve(rows: Int) {
    self.rows.reserveCapacity(rows)
    let nodes = rows / 16
    links.reserveCapacity(nodes * Self.width)
    maxima.reserveCapacity(nodes * Self.width)
    keys.reserveCapacity(nodes * Self.width)
  }

  // MARK: Changes

  /// Writes the pages of rows that are in trees, and where the rows are.
  ///
  /// - Complexity: O(1) for each; no allocation.
  mutating func write(_ changes: inout [Change]) {
    locate(&changes)
    var rows = rows.mutableSpan
    for change in changes { rows[Int(change.row)].pages = change.pages }
  }

  private func locate(_ changes: inout [Change]) {
    let rows = rows.span
    for at in changes.indices {
      changes[at].leaf = rows[Int(changes[at].row)].place / Int32(Self.width)
    }
  }

  /// Brings the maxima in step with a change that is written.
  ///
  /// - Returns: the tree, if its top has changed.
  /// - Complexity: O(log *n*), mostly O(1); no allocation.
  @inline(__always)
  mutating func raise(_ change: Change) -> Int? {
    let leaf = Int(change.leaf)
    return change.pages > mostOfNode[leaf] ? raise(leaf, to: change.pages) : nil
  }

  /// Where a row stands in the walk.
  func key(of row: Int) -> Int64 { keys[Int(rows[row].place)] }

  /// - Returns: the tree, if its top has changed.
  /// - Complexity: O(log *n*).
  mutating func insert(_ row: Int, pages: Int64, key: Int64, into tree: Int) -> Int? {
    while rows.count <= row { rows.append(Row()) }
    rows[row].pages = pages
    if roots[tree] < 0 { roots[tree] = Int32(newNode(height: 0, parent: Int32(-1 - tree))) }
    var node = Int(roots[tree])
    while heights[node] > 0 {
      if key < keys[node * Self.width] { keys[node * Self.width] = key }
      node = Int(links[node * Self.width + max(rank(of: key, in: node) - 1, 0)])
    }
    var position = rank(of: key, in: node)
    if Int(counts[node]) == Self.width {
      // Rows mostly come in order: then the full node stays nearly full.
      let kept = position == Self.width ? Self.width - 1 : Self.width / 2
      let right = split(node, keeping: kept)
      if position > kept {
        node = right
        position -= kept
      }
    }
    insert(Int32(row), key, pages, into: node, at: position)
    return raise(node, to: pages)
  }

  /// - Returns: the tree, if its top has changed.
  /// - Complexity: O(log *n*).
  mutating func remove(_ row: Int) -> Int? {
    let place = Int(rows[row].place)
    rows[row].place = -1
    return remove(entry: place % Self.width, from: place / Self.width)
  }

  // MARK: Questions

  /// The most pages of a tree, -1 of one without rows: lowers its top where no row has so many any more.
  ///
  /// - Complexity: O(log *n*), and as much again for each row that had more when its leaf was last looked at.
  mutating func top(of tree: Int) -> Int64 {
    while true {
      let top = tops[tree]
      if top < 0 { return top }
      let leaf = leaf(tree, atLeast: top, last: false)
      _ = settle(leaf)
      if mostOfNode[leaf] == top { return top }
    }
  }

  /// The first or the last row of a tree that has at least so many pages.
  mutating func find(_ tree: Int, atLeast pages: Int64, last: Bool) -> Entry? {
    while tops[tree] >= pages {
      let leaf = leaf(tree, atLeast: pages, last: last)
      if let entry = find(in: leaf, pages, last, .min ..< .max) { return entry }
      _ = settle(leaf)
    }
    return nil
  }

  /// The first or the last leaf whose maximum is at least so much, as the top of the tree is.
  private func leaf(_ tree: Int, atLeast pages: Int64, last: Bool) -> Int {
    var node = Int(roots[tree])
    while heights[node] > 0 {
      var entry = node * Self.width + (last ? Int(counts[node]) - 1 : 0)
      while maxima[entry] < pages { entry += last ? -1 : 1 }
      node = Int(links[entry])
    }
    return node
  }

  func find(in leaf: Int, _ pages: Int64, _ last: Bool, _ range: Range<Int64>) -> Entry? {
    let base = leaf * Self.width
    let count = Int(counts[leaf])
    for step in 0..<count {
      let entry = base + (last ? count - 1 - step : step)
      let row = Int(links[entry])
      if rows[row].pages >= pages, range.contains(keys[entry]) {
        return Entry(row: row, key: keys[entry])
      }
    }
    return nil
  }
}

// MARK: Nodes

extension MaximumTrees {
  private mutating func newNode(height: Int32, parent: Int32) -> Int {
    if let node = unused.popLast() {
      counts[Int(node)] = 0
      heights[Int(node)] = height
      parents[Int(node)] = parent
      mostOfNode[Int(node)] = -1
      return Int(node)
    }
    let node = counts.count
    counts.append(0)
    heights.append(height)
    parents.append(parent)
    positions.append(0)
    mostOfNode.append(-1)
    for _ in 0..<Self.width {
      links.append(-1)
      maxima.append(-1)
      keys.append(0)
    }
    return node
  }

  /// How many entries of a node have a key that is not higher.
  private func rank(of key: Int64, in node: Int) -> Int {
    let base = node * Self.width
    var (low, high) = (0, Int(counts[node]))
    while low < high {
      let middle = (low + high) / 2
      if keys[base + middle] <= key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func most(in node: Int) -> Int64 {
    let base = node * Self.width
    var most: Int64 = -1
    if heights[node] == 0 {
      for entry in base..<(base + Int(counts[node])) {
        most = max(most, rows[Int(links[entry])].pages)
      }
    } else {
      for entry in base..<(base + Int(counts[node])) { most = max(most, maxima[entry]) }
    }
    return most
  }

  /// Brings the maxima of a node and above it in step with its entries.
  ///
  /// - Returns: the tree, if its top has changed.
  mutating func settle(_ node: Int) -> Int? {
    var node = node
    while node >= 0 {
      let old = mostOfNode[node]
      let most = most(in: node)
      if most == old { return nil }
      mostOfNode[node] = most
      let parent = Int(parents[node])
      if parent < 0 {
        tops[-1 - parent] = most
      } else {
        maxima[parent * Self.width + Int(positions[node])] = most
        // The others below the parent are as they were.
        let above = mostOfNode[parent]
        if most < above, old < above { return nil }
      }
      node = parent
    }
    return -1 - node
  }

  /// Brings the maximum of a node and of those above it to what an entry of it has come to.
  ///
  /// - Returns: the tree, if its top has changed.
  private mutating func raise(_ node: Int, to pages: Int64) -> Int? {
    var node = node
    while node >= 0 {
      if mostOfNode[node] >= pages { return nil }
      mostOfNode[node] = pages
      let parent = Int(parents[node])
      if parent < 0 {
        tops[-1 - parent] = pages
      } else {
        maxima[parent * Self.width + Int(positions[node])] = pages
      }
      node = parent
    }
    return -1 - node
  }

  /// Says to what an entry links where it now stands.
  private mutating func place(_ entry: Int, in node: Int) {
    let link = Int(links[node * Self.width + entry])
    if heights[node] == 0 {
      rows[link].place = Int32(node * Self.width + entry)
    } else {
      parents[link] = Int32(node)
      positions[link] = Int32(entry)
    }
  }

  private mutating func insert(
    _ link: Int32, _ key: Int64, _ pages: Int64, into node: Int, at position: Int
  ) {
    let base = node * Self.width
    var entry = Int(counts[node])
    counts[node] += 1
    while entry > position {
      move(base + entry - 1, to: base + entry)
      place(entry, in: node)
      entry -= 1
    }
    links[base + entry] = link
    maxima[base + entry] = pages
    keys[base + entry] = key
    place(entry, in: node)
  }

  private mutating func move(_ from: Int, to: Int) {
    links[to] = links[from]
    maxima[to] = maxima[from]
    keys[to] = keys[from]
  }

  /// Moves the entries of a full node from the `kept`th on to a new one behind it.
  ///
  /// - Returns: the new node.
  private mutating func split(_ node: Int, keeping kept: Int) -> Int {
    _ = settle(node)
    if parents[node] < 0 {
      let root = newNode(height: heights[node] + 1, parent: parents[node])
      roots[-1 - Int(parents[node])] = Int32(root)
      insert(Int32(node), keys[node * Self.width], mostOfNode[node], into: root, at: 0)
      mostOfNode[root] = mostOfNode[node]
    } else if Int(counts[Int(parents[node])]) == Self.width {
      let isLast = Int(positions[node]) == Self.width - 1
      _ = split(Int(parents[node]), keeping: isLast ? Self.width - 1 : Self.width / 2)
    }
    let parent = Int(parents[node])
    let right = newNode(height: heights[node], parent: Int32(parent))
    for entry in kept..<Self.width {
      move(node * Self.width + entry, to: right * Self.width + entry - kept)
      place(entry - kept, in: right)
    }
    counts[node] = Int32(kept)
    counts[right] = Int32(Self.width - kept)
    mostOfNode[node] = most(in: node)
    mostOfNode[right] = most(in: right)
    maxima[parent * Self.width + Int(positions[node])] = mostOfNode[node]
    insert(
      Int32(right), keys[right * Self.width], mostOfNode[right], into: parent,
      at: Int(positions[node]) + 1)
    return right
  }

  private mutating func remove(entry: Int, from node: Int) -> Int? {
    let base = node * Self.width
    counts[node] -= 1
    for next in entry..<Int(counts[node]) {
      move(base + next + 1, to: base + next)
      place(next, in: node)
    }
    if counts[node] > 0 { return settle(node) }
    unused.append(Int32(node))
    let parent = Int(parents[node])
    if parent >= 0 { return remove(entry: Int(positions[node]), from: parent) }
    roots[-1 - parent] = -1
    tops[-1 - parent] = -1
    return -1 - parent
  }
}
