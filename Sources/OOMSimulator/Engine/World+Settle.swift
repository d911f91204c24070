// Reclaim takes pages from a group. Which of its processes lost them is worked out here, when somebody
// asks: each in proportion to what it has, in the order in which they joined.

extension World {
  /// Brings the sizes of all processes of a domain in step with what reclaim took from their groups.
  mutating func settle(domain: Int = MemcgTree.root) {
    for group in groups.descendants(of: domain) { settle(group: group) }
  }

  mutating func settle(group: Int) {
    let account = ledger.accounts[group]
    if account.unsettledFile == 0, account.unsettledAnon == 0, account.unsettledShmem == 0 {
      return
    }
    let holders = holders(in: group)
    distribute(account.unsettledFile, .file, in: group, over: holders, weight: \.file) {
      world, holder, pages in
      world.tasks.file[holder.row] -= pages
      world.changeLeftBehind(holder) { $0.file -= pages }
    }
    distribute(
      account.unsettledAnon, .anon, in: group, over: holders, weight: \.evictableAnon
    ) { world, holder, pages in
      world.tasks.anon[holder.row] -= pages
      world.tasks.swap[holder.row] += pages
      world.changeLeftBehind(holder) {
        $0.anon -= pages
        $0.swap += pages
      }
    }
    distribute(account.unsettledShmem, .shmem, in: group, over: holders, weight: \.shmem) {
      world, holder, pages in
      world.tasks.shmem[holder.row] -= pages
      world.tasks.swappedShmem[holder.row, default: 0] += pages
      world.changeLeftBehind(holder) {
        $0.shmem -= pages
        $0.swappedShmem += pages
      }
    }
    ledger.accounts[group].unsettledFile = 0
    ledger.accounts[group].unsettledAnon = 0
    ledger.accounts[group].unsettledShmem = 0
    for holder in holders { tasks.refresh(holder.row) }
  }

  /// Gives pages of a group that come back from swap to the processes that had them there.
  mutating func returnToMemory(anon: Int64, shmem: Int64, group: Int) {
    let holders = holders(in: group)
    var landing = ledger.nodes?.placed ?? NodeShares()
    distribute(anon, over: holders, weight: \.swap) { world, holder, pages in
      world.land(pages, .anon, of: holder, &landing)
      world.tasks.anon[holder.row] += pages
      world.tasks.swap[holder.row] -= pages
      world.changeLeftBehind(holder) {
        $0.anon += pages
        $0.swap -= pages
      }
    }
    distribute(shmem, over: holders, weight: \.swappedShmem) { world, holder, pages in
      world.land(pages, .shmem, of: holder, &landing)
      world.tasks.shmem[holder.row] += pages
      world.tasks.swappedShmem[holder.row, default: 0] -= pages
      world.changeLeftBehind(holder) {
        $0.shmem += pages
        $0.swappedShmem -= pages
      }
    }
    for holder in holders { tasks.refresh(holder.row) }
  }

  /// An address space, or what one left behind, with pages charged to a group.
  fileprivate struct Holder {
    var row: Int
    /// Position in `leftBehind`, nil for what is in the owner's own group.
    var left: Int?
    var file: Int64
    var evictableAnon: Int64
    var shmem: Int64
    var swap: Int64
    var swappedShmem: Int64
    var nodes: NodeShares
  }

  private func holders(in group: Int) -> [Holder] {
    var holders: [Holder] = []
    for member in groups.members[group] {
      let row = Int(member)
      guard tasks.owner(row) == row, tasks.hasMemory(row), Int(tasks.groups[row]) == group
      else { continue }
      holders.append(Holder(row: row, left: nil, sizes: sizesInOwnGroup(row)))
    }
    for (index, left) in leftBehind.enumerated() where left.group == group {
      holders.append(Holder(row: left.row, left: index, sizes: left.sizes))
    }
    return holders
  }

  /// Gives an amount out to the holders of a group: one that reclaim took of `kind`, node by node where there are
  /// nodes.
  private mutating func distribute(
    _ amount: Int64, _ kind: Ledger.PageKind? = nil, in group: Int = MemcgTree.root,
    over holders: [Holder], weight: KeyPath<Holder, Int64>,
    _ take: (inout World, Holder, Int64) -> Void
  ) {
    if amount == 0 { return }
    let parts = kind.map { unsettledParts(amount, $0, group: group) } ?? [(nil, amount)]
    for (node, amount) in parts {
      func share(_ holder: Holder) -> Int64 {
        guard let kind, let node else { return holder[keyPath: weight] }
        return holder.nodes[kind, node]
      }
      var left = amount
      var whole = holders.reduce(0) { $0 + share($1) }
      for holder in holders {
        let pages = proportion(of: left, share(holder), whole)
        whole -= share(holder)
        left -= pages
        if pages == 0 { continue }
        take(&self, holder, pages)
        if let kind, let node { changeNodes(of: holder) { $0[kind, node] -= pages } }
      }
    }
  }

  /// Takes nodes for pages that came back from those that they went to.
  private mutating func land(
    _ pages: Int64, _ kind: Ledger.PageKind, of holder: Holder, _ landing: inout NodeShares
  ) {
    guard let memory = ledger.nodes else { return }
    var left = pages
    for node in 0...memory.count where left > 0 {
      let part = min(left, landing[kind, node])
      landing[kind, node] -= part
      left -= part
      changeNodes(of: holder) { $0[kind, node] += part }
    }
  }

  private mutating func changeNodes(of holder: Holder, _ body: (inout NodeShares) -> Void) {
    guard let memory = ledger.nodes else { return }
    body(&tasks.nodes[holder.row, default: NodeShares(nodes: memory.count)])
    changeLeftBehind(holder) { body(&$0.nodes) }
  }

  private mutating func changeLeftBehind(_ holder: Holder, _ body: (inout Sizes) -> Void) {
    guard let index = holder.left else { return }
    body(&leftBehind[index].sizes)
  }
}

extension World.Holder {
  fileprivate init(row: Int, left: Int?, sizes: World.Sizes) {
    self.init(
      row: row, left: left, file: sizes.file, evictableAnon: sizes.anon - sizes.locked,
      shmem: sizes.shmem, swap: sizes.swap, swappedShmem: sizes.swappedShmem, nodes: sizes.nodes)
  }
}
