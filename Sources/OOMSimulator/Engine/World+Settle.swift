// Reclaim takes pages from a group. Which of its processes lost them is worked out here, when somebody
// asks: each in proportion to what it has, in the order in which they joined.

extension World {
  /// Brings the sizes of all processes of a domain in step with what reclaim took from their groups.
  mutating func settle(domain: Int = MemcgTree.root) {
    for group in groups.descendants(of: domain) { settle(group: group) }
  }

  mutating func settle(group: Int) {
    let account = ledger.accounts[group]
    if !account.isUnsettled { return }
    let holders = holders(in: group)
    distribute(account.unsettledFile, .file, in: group, over: holders, weight: .file) {
      $0.drop($2, of: $1)
    }
    distribute(account.unsettledAnon, .anon, in: group, over: holders, weight: .evictableAnon) {
      $0.moveAnonToSwap($2, of: $1)
    }
    distribute(account.unsettledShmem, .shmem, in: group, over: holders, weight: .shmem) {
      $0.moveShmemToSwap($2, of: $1)
    }
    ledger.accounts[group].unsettledFile = 0
    ledger.accounts[group].unsettledAnon = 0
    ledger.accounts[group].unsettledShmem = 0
  }

  /// Gives pages of a group that come back from swap to the processes that had them there.
  mutating func returnToMemory(anon: Int64, shmem: Int64, group: Int) {
    let holders = holders(in: group)
    var landing = ledger.nodes?.placed ?? NodeShares()
    distribute(anon, over: holders, weight: .swap) {
      $0.moveAnonToSwap(-$2, of: $1)
      $0.land($2, .anon, of: $1, &landing)
    }
    distribute(shmem, over: holders, weight: .swappedShmem) {
      $0.moveShmemToSwap(-$2, of: $1)
      $0.land($2, .shmem, of: $1, &landing)
    }
  }

  /// What has pages charged to a group.
  fileprivate struct Holder {
    enum Place {
      /// What an address space has in its owner's group.
      case own(Int)
      /// The number of a holding.
      case holding(Int)
      /// The number of a segment or a file.
      case object(Int)
    }

    /// By which of its pages it takes part in what is given out.
    enum Weight {
      case file, evictableAnon, shmem, swap, swappedShmem
    }

    var place: Place
    var group: Int
    var file: Int64 = 0
    var evictableAnon: Int64 = 0
    var shmem: Int64 = 0
    var swap: Int64 = 0
    var swappedShmem: Int64 = 0
    var nodes: NodeShares

    init(_ place: Place, group: Int, _ sizes: World.Sizes) {
      self.place = place
      self.group = group
      file = sizes.file
      evictableAnon = sizes.anon - sizes.locked
      shmem = sizes.shmem
      swap = sizes.swap
      swappedShmem = sizes.swappedShmem
      nodes = sizes.nodes
    }

    func pages(_ weight: Weight) -> Int64 {
      switch weight {
      case .file: file
      case .evictableAnon: evictableAnon
      case .shmem: shmem
      case .swap: swap
      case .swappedShmem: swappedShmem
      }
    }
  }

  private func holders(in group: Int) -> [Holder] {
    var holders: [Holder] = []
    for member in groups.members[group] {
      let row = Int(member)
      guard tasks.owner(row) == row, tasks.hasMemory(row), Int(tasks.groups[row]) == group
      else { continue }
      holders.append(Holder(.own(row), group: group, sizesInOwnGroup(row)))
    }
    for number in holdings.numbers(in: group) {
      holders.append(Holder(.holding(number), group: group, holdings[number].sizes))
    }
    for number in shared.numbers(in: group) {
      let object = shared.list[number]
      for extent in object.extents where extent.group == group {
        var sizes = Sizes()
        if object.kind == .file {
          sizes.file = extent.resident
        } else {
          sizes.shmem = extent.resident
        }
        sizes.swappedShmem = extent.swapped
        sizes.nodes = extent.nodes
        holders.append(Holder(.object(number), group: group, sizes))
      }
    }
    return holders
  }

  /// Gives an amount out to the holders of a group: one that reclaim took of `kind`, node by node where there are
  /// nodes.
  private mutating func distribute(
    _ amount: Int64, _ kind: Ledger.PageKind? = nil, in group: Int = MemcgTree.root,
    over holders: [Holder], weight: Holder.Weight,
    _ take: (inout World, Holder, Int64) -> Void
  ) {
    if amount == 0 { return }
    let parts = kind.map { unsettledParts(amount, $0, group: group) } ?? [(nil, amount)]
    for (node, amount) in parts {
      func share(_ holder: Holder) -> Int64 {
        guard let kind, let node else { return holder.pages(weight) }
        return holder.nodes[kind, node]
      }
      var left = amount
      var whole = holders.reduce(0) { $0 + share($1) }
      for holder in holders {
        let pages = proportion(of: left, share(holder), whole)
        whole -= share(holder)
        left -= pages
        if pages == 0 { continue }
        // The nodes first: a holding without pages is gone.
        if let kind, let node { changeNodes(of: holder) { $0[kind, node] -= pages } }
        take(&self, holder, pages)
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
    let none = NodeShares(nodes: memory.count)
    switch holder.place {
    case .own(let row): body(&tasks.nodes[row, default: none])
    case .holding(let number):
      for row in holdings[number].mappers { body(&tasks.nodes[row, default: none]) }
      holdings.changeNodes(number, body)
    case .object(let number): shared.list[number].changeNodes(of: holder.group, body)
    }
  }

  private mutating func drop(_ pages: Int64, of holder: Holder) {
    if case .object(let number) = holder.place {
      return change(object: number) { $0.reclaim(pages, from: holder.group) }
    }
    change(holder) {
      $0.file -= pages
    } columns: {
      $0.file[$1] -= pages
    }
  }

  private mutating func moveAnonToSwap(_ pages: Int64, of holder: Holder) {
    change(holder) {
      $0.anon -= pages
      $0.swap += pages
    } columns: {
      $0.anon[$1] -= pages
      $0.swap[$1] += pages
    }
  }

  private mutating func moveShmemToSwap(_ pages: Int64, of holder: Holder) {
    if case .object(let number) = holder.place {
      return change(object: number) {
        if pages < 0 {
          $0.swapIn(-pages, group: holder.group)
        } else {
          $0.reclaim(pages, from: holder.group)
        }
      }
    }
    change(holder) {
      $0.shmem -= pages
      $0.swappedShmem += pages
    } columns: {
      $0.shmem[$1] -= pages
      $0.swappedShmem[$1] += pages
    }
  }

  /// Changes the sizes of a holding, if it is one, and the columns of every address space that counts the pages.
  private mutating func change(
    _ holder: Holder, _ sizes: (inout Sizes) -> Void, columns: (inout Tasks, Int) -> Void
  ) {
    switch holder.place {
    case .own(let row):
      columns(&tasks, row)
      tasks.refresh(row)
    case .holding(let number):
      for row in holdings[number].mappers {
        columns(&tasks, row)
        tasks.refresh(row)
      }
      holdings.change(number, sizes)
    case .object: break
    }
  }
}
