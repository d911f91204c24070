// Which memory nodes an allocation may use, and where the start state lies.

extension State {
  /// The nodes that a growth may take pages of; nil for any.
  ///
  /// A policy of the memory itself, `nodes` of the event, replaces that of the process; a cpuset holds for both.
  ///
  /// Kernel: `get_vma_policy()`, mm/mempolicy.c, and `cpuset_zone_allowed()`, mm/page_alloc.c.
  @inline(__always)
  func nodes(of growth: Growth) -> NodeMask? {
    machine.nodes.count > 1 ? nodesAmongMany(of: growth) : nil
  }

  private func nodesAmongMany(of growth: Growth) -> NodeMask? {
    // What the kernel asks for itself no cpuset binds.
    if growth.isOfKernel { return nil }
    let mems = growth.row.map { self.mems(of: $0) } ?? self.mems(ofGroup: growth.unownedGroup)
    let nodes = policy(of: growth) ?? mems
    return nodes.isSuperset(of: allNodes) ? nil : nodes
  }

  /// The nodes that a memory policy limits a growth to, nil for no policy: what the OOM is told.
  ///
  /// Kernel: `policy_nodemask()`, mm/mempolicy.c. A policy that has no node of the cpuset does not count.
  func policy(of growth: Growth) -> NodeMask? {
    guard machine.nodes.count > 1, let row = growth.row else { return nil }
    guard let policy = growth.nodes ?? tasks.rare.boundNodes(row) else { return nil }
    let both = policy.intersection(mems(of: row))
    return both.isEmpty ? nil : both
  }

  /// The nodes that pages charged to a group by nobody in particular may lie on; nil for any.
  func nodes(ofGroup group: Int) -> NodeMask? {
    guard machine.nodes.count > 1 else { return nil }
    let nodes = mems(ofGroup: group)
    return nodes.isSuperset(of: allNodes) ? nil : nodes
  }

  /// Lays the start state out on the nodes.
  mutating func layOutOnNodes() {
    guard machine.nodes.count > 1 else { return }
    var memory = NodeMemory(machine, groups: groups.count, minWatermark: minWatermark)
    let stated = machine.nodes.compactMap { $0.kernel }
    for group in 0..<groups.count {
      let isRoot = group == MemcgTree.root
      for kind in [PageKind.kernel, .slabReclaimable, .cache] {
        let pages = ledger.accounts[group].pages[kind]
        if pages == 0 { continue }
        if let nodes = nodes(ofGroup: group) {
          var here = Pages()
          here[kind] = pages
          memory.follow(Pages(), here, group: group, .on(nodes))
          memory.arrive(in: group, on: nodes)
        } else {
          let wanted = isRoot && kind == .kernel && stated.count == machine.nodes.count
          memory.layOut(kind, pages, group: group, wanted: wanted ? stated : nil)
        }
      }
    }
    ledger.effort.add(128 * tasks.count)
    for row in 0..<tasks.count where tasks.owner(row) == row {
      var pages = heldInOwnGroup(row).pages
      (pages.swappedAnon, pages.swappedShmem) = (0, 0)
      if pages.isEmpty { continue }
      let group = Int(tasks.groups[row])
      let growth = Growth(row: row, total: Pages(), start: 0, duration: 0)
      let nodes = nodes(of: growth)
      memory.spread = spread(of: growth, after: 0)
      memory.follow(Pages(), pages, group: group, nodes.map { .on($0) } ?? .anywhere)
      memory.arrive(in: group, on: nodes)
      tasks.changeNodes(of: row) { $0 = memory.placed }
    }
    memory.spread = .zonelist
    for number in shared.list.indices {
      for extent in shared.list[number].extents where extent.resident > 0 {
        var pages = shared.list[number].held(extent).pages
        pages.swappedShmem = 0
        let nodes = nodes(ofGroup: extent.group)
        memory.follow(Pages(), pages, group: extent.group, nodes.map { .on($0) } ?? .anywhere)
        memory.arrive(in: extent.group, on: nodes)
        shared.change(number) { $0.changeNodes(of: extent.group) { $0 += memory.placed } }
      }
    }
    memory.setPool(ledger.accounts[MemcgTree.root].pages.zram, .zram, MemcgTree.root)
    for group in 0..<groups.count where ledger.accounts[group].pages.zswap > 0 {
      memory.setPool(ledger.accounts[group].pages.zswap, .zswap, group)
    }
    ledger.nodes = memory
  }

  /// Says where the pages lie that were charged last: they are a process's.
  ///
  /// - Parameter kind: a kind of which they are a segment's or a file's.
  mutating func hold(_ owner: Int, but kind: PageKind? = nil) {
    guard let memory = ledger.nodes else { return }
    var placed = memory.placed
    if let kind { placed -= placed.only(kind) }
    tasks.changeNodes(of: owner) { $0 += placed }
  }

  /// What is to be told to the holders of a group, in parts that each lie on one node; on a machine without
  /// nodes in one.
  mutating func unsettledParts(
    _ pages: Int64, _ kind: PageKind, group: Int
  ) -> [(node: Int?, pages: Int64)] {
    ledger.nodes?.settle(kind, group: group).map { ($0.node, $0.pages) } ?? [(nil, pages)]
  }
}

extension NodeMemory {
  /// What a kill says of the nodes that have run out.
  func limitState(
    _ nodes: NodeMask, swap: Int64, _ root: Ledger.Account
  ) -> Kill.LimitState {
    let mine = (0..<count).filter(nodes.contains)
    func sum(_ pages: [Int64]) -> Int64 { mine.reduce(0) { $0 + pages[$1] } }
    return Kill.LimitState(
      file: "MemTotal of nodes \(nodes)", limit: sum(sizes), usage: sum(used),
      free: max(sum(sizes) - sum(used), 0), minWatermark: sum(reserves), swapLimit: swap,
      swapUsage: root.swapUsage)
  }
}
