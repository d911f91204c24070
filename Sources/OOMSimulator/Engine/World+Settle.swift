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
    var holders = holders(in: group)
    distribute(account.unsettledFile, over: &holders, weight: \.file) { world, holder, pages in
      world.tasks.file[holder.row] -= pages
      world.changeLeftBehind(holder) { $0.file -= pages }
    }
    distribute(account.unsettledAnon, over: &holders, weight: \.evictableAnon) {
      world, holder, pages in
      world.tasks.anon[holder.row] -= pages
      world.tasks.swap[holder.row] += pages
      world.changeLeftBehind(holder) {
        $0.anon -= pages
        $0.swap += pages
      }
    }
    distribute(account.unsettledShmem, over: &holders, weight: \.shmem) { world, holder, pages in
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
    var holders = holders(in: group)
    distribute(anon, over: &holders, weight: \.swap) { world, holder, pages in
      world.tasks.anon[holder.row] += pages
      world.tasks.swap[holder.row] -= pages
      world.changeLeftBehind(holder) {
        $0.anon += pages
        $0.swap -= pages
      }
    }
    distribute(shmem, over: &holders, weight: \.swappedShmem) { world, holder, pages in
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

  private mutating func distribute(
    _ amount: Int64, over holders: inout [Holder], weight: KeyPath<Holder, Int64>,
    _ take: (inout World, Holder, Int64) -> Void
  ) {
    if amount == 0 { return }
    var left = amount
    var whole = holders.reduce(0) { $0 + $1[keyPath: weight] }
    for holder in holders {
      let pages = proportion(of: left, holder[keyPath: weight], whole)
      whole -= holder[keyPath: weight]
      left -= pages
      if pages != 0 { take(&self, holder, pages) }
    }
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
      shmem: sizes.shmem, swap: sizes.swap, swappedShmem: sizes.swappedShmem)
  }
}
