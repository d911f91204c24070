/// On which memory node every page of the machine lies, for a machine with several.
///
/// Modelled, as simple as it can be and still conserve pages:
///
/// - A page comes from the lowest-numbered node that the allocation may use and that is above its share of the
///   min watermark, then from the next: the zonelist of a CPU on node 0; before that from those that a policy
///   prefers or takes in turn. Kernel: `get_page_from_freelist()`,
///   mm/page_alloc.c, which keeps the low watermark in its first round; here there is only one.
/// - At the start the pool of huge pages, kernel memory, slab and cache lie in proportion to the nodes' sizes,
///   kernel memory as `kernel` of the nodes says where they say it. Then come the processes, in their order, as
///   their growth would.
/// - Page tables lie where the memory lies. (A cpuset does not bind them: they are no `__GFP_HARDWALL`
///   allocations.)
/// - Reclaim for an allocation that may use some nodes takes the pages of those: clean cache, file pages and slab,
///   then anonymous memory to swap, which has no node. Other reclaim takes from the nodes in proportion.
/// - Pages stay where they are when a policy or a cpuset changes. Not modelled: a cpuset of version 2 migrates
///   them since 5.15; nor is NUMA balancing, nor a node's distance.
struct NodeMemory: Equatable, Sendable {
  /// How many nodes there are. In every list of pages one more entry follows those of the nodes: pages that are
  /// charged and make room for each other; `arrive(in:on:)` gives them a node.
  let count: Int
  /// What each node can hold.
  let sizes: [Int64]
  /// The share of each node in the min watermark.
  private(set) var reserves: [Int64]
  /// What lies on each node.
  private(set) var used: [Int64]
  /// Where the pages went that were charged last, for the process that has them.
  private(set) var placed: NodeShares
  /// How the pages that come next are spread.
  var spread = NodeSpread.zonelist
  private let allNodes: NodeMask
  private var pages: [Int64]
  /// What reclaim took of holders and has not been told to them: the node's part of the account's.
  private var unsettled: [Int64]

  init(_ machine: Machine, groups: Int, minWatermark: Int64) {
    count = machine.nodes.count
    let memory = machine.nodes.map { $0.memory }
    sizes = zip(memory, shares(of: machine.outOfReach, in: memory)).map(-)
    reserves = shares(of: minWatermark, in: memory)
    used = Array(repeating: 0, count: count + 1)
    placed = NodeShares(nodes: count)
    allNodes = NodeMask(below: count)
    pages = Array(repeating: 0, count: groups * PageKind.resident.count * (count + 1))
    unsettled = Array(repeating: 0, count: groups * NodeShares.kinds * (count + 1))
  }

  mutating func setMinWatermark(_ watermark: Int64, machine: Machine) {
    reserves = shares(of: watermark, in: machine.nodes.map { $0.memory })
  }

  /// Pages that nodes can still give without reclaim.
  func headroom(_ nodes: NodeMask) -> Int64 {
    var room = -used[count]
    for node in 0..<count where nodes.contains(node) { room += self.room(node) }
    return room
  }

  /// Pages of one kind that a group has on some nodes, those on their way there included.
  func pages(_ kind: PageKind, of group: Int, on nodes: NodeMask) -> Int64 {
    var sum: Int64 = 0
    for node in 0...count where node == count || nodes.contains(node) {
      sum += pages[index(kind, group, node)]
    }
    return sum
  }

  /// Pages of one kind that a group has on one node.
  func pages(_ kind: PageKind, of group: Int, node: Int) -> Int64 {
    pages[index(kind, group, node)]
  }

  /// Free pages of one node.
  func free(_ node: Int) -> Int64 { max(sizes[node] - used[node], 0) }

  private func room(_ node: Int) -> Int64 { max(sizes[node] - reserves[node] - used[node], 0) }

  private func index(_ kind: PageKind, _ group: Int, _ node: Int) -> Int {
    (group * PageKind.resident.count + kind.rawValue) * (count + 1) + node
  }

  private func unsettledIndex(_ kind: PageKind, _ group: Int, _ node: Int) -> Int {
    (group * NodeShares.kinds + kind.rawValue) * (count + 1) + node
  }
}

extension NodeMemory {
  /// Which nodes a change is about.
  enum Place {
    /// Any.
    case anywhere
    /// These, for what comes and for what goes.
    case on(NodeMask)
    /// What a holder has: it goes from where it lies, and what it turns into stays there.
    case of(NodeShares)
  }

  /// Does on the nodes what was done to a group's account.
  mutating func follow(
    _ before: Pages, _ after: Pages, group: Int, _ place: Place, isReclaim: Bool = false
  ) {
    for kind in PageKind.resident where after[kind] < before[kind] {
      remove(
        before[kind] - after[kind], kind, group, place,
        isReclaim: isReclaim && kind.isHeld)
    }
    var isFirst = true
    for kind in PageKind.resident where after[kind] > before[kind] {
      if isFirst, kind.isHeld { placed = NodeShares(nodes: count) }
      isFirst = false
      add(after[kind] - before[kind], kind, group, place)
    }
  }

  private mutating func remove(
    _ amount: Int64, _ kind: PageKind, _ group: Int, _ place: Place, isReclaim: Bool
  ) {
    if case .of(let shares) = place, kind.isHeld {
      for node in 0...count { put(-shares[kind, node], kind, group, node) }
      return
    }
    var nodes = allNodes
    if case .on(let some) = place { nodes = some }
    var left = amount
    var whole = pages(kind, of: group, on: nodes)
    for node in 0...count where node == count || nodes.contains(node) {
      let here = pages[index(kind, group, node)]
      let part = proportion(of: left, here, whole)
      whole -= here
      left -= part
      put(-part, kind, group, node)
      if isReclaim { unsettled[unsettledIndex(kind, group, node)] += part }
    }
  }

  private mutating func add(
    _ amount: Int64, _ kind: PageKind, _ group: Int, _ place: Place
  ) {
    if case .of(let shares) = place {
      // File pages that are unmapped stay as cache.
      for node in 0...count { put(shares[.file, node], kind, group, node) }
      return
    }
    var nodes = allNodes
    if case .on(let some) = place { nodes = some }
    var left = amount
    func add(_ most: Int64, to node: Int, _ memory: inout NodeMemory) {
      guard left > 0, nodes.contains(node) else { return }
      let part = min(left, most, memory.room(node))
      left -= part
      memory.put(part, kind, group, node)
      if kind.isHeld { memory.placed[kind, node] += part }
    }
    for (node, most) in spread.shares(of: amount) { add(most, to: node, &self) }
    for node in 0..<count { add(amount, to: node, &self) }
    put(left, kind, group, count)
    if kind.isHeld { placed[kind, count] += left }
  }

  private mutating func put(
    _ amount: Int64, _ kind: PageKind, _ group: Int, _ node: Int
  ) {
    pages[index(kind, group, node)] += amount
    used[node] += amount
  }

  /// Gives charged pages that made room for each other a node: one that they may use and has room, then one with
  /// free pages, then any. Those that reclaim has taken again count as taken from the first node they may use.
  mutating func arrive(in group: Int, on nodes: NodeMask?) {
    let nodes = nodes ?? allNodes
    for kind in PageKind.resident {
      let here = pages[index(kind, group, count)]
      let coming = kind.isHeld ? min(here, placed[kind, count]) : here
      if coming > 0 { arrive(coming, kind, group, nodes) }
      guard kind.isHeld, placed[kind, count] > 0 else { continue }
      let taken = min(unsettled[unsettledIndex(kind, group, count)], placed[kind, count])
      let first = (0..<count).first(where: nodes.contains) ?? 0
      unsettled[unsettledIndex(kind, group, count)] -= taken
      unsettled[unsettledIndex(kind, group, first)] += taken
      placed[kind, count] -= taken
      placed[kind, first] += taken
    }
  }

  private mutating func arrive(
    _ amount: Int64, _ kind: PageKind, _ group: Int, _ nodes: NodeMask
  ) {
    var left = amount
    for (nodes, keepsReserves) in [(nodes, true), (nodes, false), (allNodes, false)] {
      for node in 0..<count where left > 0 && nodes.contains(node) {
        let part = min(left, keepsReserves ? room(node) : free(node))
        settle(part, kind, group, on: node)
        left -= part
      }
    }
    // Only a start state that needs more than the machine has gets here: nothing is free.
    settle(left, kind, group, on: (0..<count).last(where: nodes.contains) ?? count - 1)
  }

  /// Gives charged pages a node.
  private mutating func settle(_ part: Int64, _ kind: PageKind, _ group: Int, on node: Int) {
    if part == 0 { return }
    put(-part, kind, group, count)
    put(part, kind, group, node)
    if kind.isHeld {
      placed[kind, count] -= part
      placed[kind, node] += part
    }
  }

  /// Finds room for what swap that is compressed in memory takes, or gives some of it back, from the nodes in proportion.
  mutating func setPool(_ pages: Int64, _ kind: PageKind, _ group: Int) {
    let all = (0...count).map { self.pages[index(kind, group, $0)] }
    let before = all.reduce(0, +)
    if pages > before {
      put(pages - before, kind, group, count)
      arrive(pages - before, kind, group, allNodes)
    }
    var left = max(before - pages, 0)
    var whole = before
    for (node, here) in all.enumerated() where left > 0 {
      let part = proportion(of: left, here, whole)
      whole -= here
      left -= part
      put(-part, kind, group, node)
    }
  }

  /// What reclaim took of a group's holders, node by node, since it was last asked for.
  mutating func settle(_ kind: PageKind, group: Int) -> [(node: Int, pages: Int64)] {
    var taken: [(node: Int, pages: Int64)] = []
    for node in 0...count {
      let index = unsettledIndex(kind, group, node)
      if unsettled[index] != 0 { taken.append((node, unsettled[index])) }
      unsettled[index] = 0
    }
    return taken
  }

  /// Lays kernel memory, slab and cache that were there before anybody asked in proportion to the nodes' sizes, or
  /// as `wanted` has it.
  mutating func layOut(_ kind: PageKind, _ amount: Int64, group: Int, wanted: [Int64]?) {
    var left = amount
    for (node, share) in (wanted ?? shares(of: amount, in: sizes)).enumerated() {
      let part = min(share, left, max(sizes[node] - used[node], 0))
      put(part, kind, group, node)
      left -= part
    }
    put(left, kind, group, count)
    arrive(in: group, on: nil)
  }
}

/// An amount in parts that have the proportions of others; together they are the amount.
private func shares(of amount: Int64, in parts: [Int64]) -> [Int64] {
  var left = amount
  var whole = parts.reduce(0, +)
  return parts.map { part in
    let share = proportion(of: left, part, whole)
    whole -= part
    left -= share
    return share
  }
}

/// How many pages of each kind a holder has on each node; empty on a machine without nodes.
struct NodeShares: Equatable, Sendable {
  static let kinds = PageKind.held.count

  private var pages: [Int64] = []

  init() {}

  init(nodes: Int) { pages = Array(repeating: 0, count: Self.kinds * (nodes + 1)) }

  var isEmpty: Bool { pages.isEmpty }

  /// All of it as one list.
  var words: [Int64] { pages }

  /// Entries of one kind: the nodes and one more.
  private var width: Int { pages.count / Self.kinds }

  subscript(kind: PageKind, node: Int) -> Int64 {
    get { pages.isEmpty ? 0 : pages[kind.rawValue * width + node] }
    set { pages[kind.rawValue * width + node] = newValue }
  }

  /// The pages of shared memory or of a file alone.
  func only(_ kind: PageKind) -> NodeShares {
    if pages.isEmpty { return self }
    var only = NodeShares(nodes: width - 1)
    for node in 0..<width { only[kind, node] = self[kind, node] }
    return only
  }

  /// Part of the pages of each kind, from all nodes in proportion.
  func part(_ sizes: Pages) -> NodeShares {
    if pages.isEmpty { return self }
    var part = NodeShares(nodes: width - 1)
    for kind in PageKind.held {
      var left = sizes[kind]
      var whole = (0..<width).reduce(0) { $0 + self[kind, $1] }
      for node in 0..<width where left > 0 {
        part[kind, node] = proportion(of: left, self[kind, node], whole)
        whole -= self[kind, node]
        left -= part[kind, node]
      }
    }
    return part
  }

  static func += (shares: inout Self, more: Self) { shares.combine(more, +) }

  static func -= (shares: inout Self, less: Self) { shares.combine(less, -) }

  private mutating func combine(_ other: Self, _ operation: (Int64, Int64) -> Int64) {
    if other.pages.isEmpty { return }
    if pages.isEmpty { pages = Array(repeating: 0, count: other.pages.count) }
    for index in pages.indices { pages[index] = operation(pages[index], other.pages[index]) }
  }
}
