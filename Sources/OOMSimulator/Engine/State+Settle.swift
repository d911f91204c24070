// Reclaim takes pages from a group. Which of its processes lost them is worked out here, when somebody asks: of what can
// go to swap those that were touched longest ago; of files, and of what there was at the start, each in proportion to
// what it has, in the order in which they joined.

extension State {
  /// Brings the sizes of all processes of a domain in step with what reclaim took from their groups.
  mutating func settle(domain: Int = MemcgTree.root) {
    for group in groups.descendants(of: domain) { settle(group: group) }
  }

  mutating func settle(group: Int) {
    let account = ledger.accounts[group]
    if !account.isUnsettled { return }
    let taken = account.unsettled
    let holders = holders(in: group) { $0.pages.mayHaveLost(taken) }
    ledger.effort.add(32 * groups.members[group].count)
    distribute(taken.file, .file, in: group, over: holders, weight: .file) {
      $0.drop($2, of: $1)
    }
    distribute(taken.lazyFree, over: holders, weight: .lazyFree) { $0.discard($2, of: $1) }
    if hasAges {
      swapOldest(taken, holders, group)
    } else {
      distribute(taken.anon, .anon, in: group, over: holders, weight: .anon) {
        $0.moveToSwap(Pages(anon: $2), of: $1)
      }
      distribute(taken.shmem, .shmem, in: group, over: holders, weight: .shmem) {
        $0.moveToSwap(Pages(shmem: $2), of: $1)
      }
    }
    ledger.accounts[group].unsettled = Pages()
  }

  /// Moves to swap what was touched longest ago, whatever kind it is of.
  ///
  /// - Parameter taken: as many pages as the ledger has taken; of which kinds was its guess.
  private mutating func swapOldest(_ taken: Pages, _ holders: [Holder], _ group: Int) {
    let wanted = taken.anon + taken.shmem + taken.tmpfs
    if wanted == 0 { return }
    var all = holders
    var tmpfs = Holder(place: .tmpfs, group: group, held: Held())
    tmpfs.held.pages.tmpfs = ledger.accounts[group].pages.tmpfs + taken.tmpfs
    tmpfs.held.ages = tmpfsAges[group] ?? Ages()
    all.append(tmpfs)
    var swapped = [Pages](repeating: Pages(), count: all.count)

    // What was there at the start is the oldest.
    var start: [(holder: Int, kind: PageKind, pages: Int64)] = []
    for (index, holder) in all.enumerated() {
      for kind in Ages.kinds {
        let pages = holder.held.pages[kind] - holder.held.ages.pages(kind)
        if pages > 0 { start.append((index, kind, pages)) }
      }
    }
    var whole = start.reduce(0) { $0 + $1.pages }
    var left = min(wanted, whole)
    let rest = wanted - left
    for part in start {
      let pages = proportion(of: left, part.pages, whole)
      whole -= part.pages
      left -= pages
      swapped[part.holder][part.kind] += pages
    }
    let count = all.reduce(0) { $0 + $1.held.ages.parts.count }
    ledger.effort.add((rest == 0 ? 8 : 128) * count)
    let parts = rest == 0 ? [] : all.flatMap { $0.held.ages.parts }
    let oldest = rest == 0 ? [] : oldest(rest, of: parts)
    var sum = Pages()
    var first = 0
    for (index, holder) in all.enumerated() {
      let count = holder.held.ages.parts.count
      let mine = rest == 0 ? [] : Array(oldest[first..<first + count])
      for (part, pages) in zip(holder.held.ages.parts, mine) { swapped[index][part.kind] += pages }
      first += count
      sum += swapped[index]
      if swapped[index].isEmpty { continue }
      if mine.contains(where: { $0 > 0 }) {
        changeAges(of: holder) {
          $0 = holder.held.ages
          $0.take(mine)
        }
      }
      moveToSwap(swapped[index], of: holder)
    }
    sum -= taken
    ledger.correctSwapped(group, by: sum)
  }

  mutating func changeAges(of holder: Holder, _ body: (inout Ages) -> Void) {
    switch holder.place {
    case .own(let row): tasks.changeAges(of: row, body)
    case .holding(let number): holdings.changeAges(number, body)
    case .object(let number):
      shared.change(number) { $0.changeAges(of: holder.group, body) }
    case .tmpfs: body(&tmpfsAges[holder.group, default: Ages()])
    }
  }

  /// Gives pages of a group that come back from swap to the processes that had them there.
  mutating func returnToMemory(anon: Int64, shmem: Int64, group: Int) {
    let holders = holders(in: group) { $0.pages.swapped > 0 }
    var landing = ledger.nodes?.placed ?? NodeShares()
    distribute(anon, over: holders, weight: .swappedAnon) {
      $0.returnToMemory($2, .anon, of: $1, &landing)
    }
    distribute(shmem, over: holders, weight: .swappedShmem) {
      $0.returnToMemory($2, .shmem, of: $1, &landing)
    }
  }

  /// Gives pages that come back from swap to the holder that had them there.
  mutating func returnToMemory(_ pages: Int64, _ kind: PageKind, of holder: Holder) {
    var landing = ledger.nodes?.placed ?? NodeShares()
    returnToMemory(pages, kind, of: holder, &landing)
  }

  private mutating func returnToMemory(
    _ pages: Int64, _ kind: PageKind, of holder: Holder, _ landing: inout NodeShares
  ) {
    var back = Pages()
    back[kind] = -pages
    moveToSwap(back, of: holder)
    noteReturn(pages, kind, of: holder)
    land(pages, kind, of: holder, &landing)
  }

  /// Pages that were read back from swap are young.
  private mutating func noteReturn(_ pages: Int64, _ kind: PageKind, of holder: Holder) {
    if !hasAges { return }
    let line = Ages.Line(start: now, duration: .zero, whole: pages, number: growthsBegun)
    changeAges(of: holder) { $0.touch(kind, line, from: 0, to: pages) }
  }

  /// What has pages charged to a group.
  struct Holder {
    enum Place {
      /// What an address space has in its owner's group.
      case own(Int)
      /// The number of a holding.
      case holding(Int)
      /// The number of a segment or a file.
      case object(Int)
      /// Pages of a tmpfs that no process has.
      case tmpfs
    }

    var place: Place
    var group: Int
    var held: Held
  }

  private func holders(in group: Int, where isIncluded: (Held) -> Bool) -> [Holder] {
    var holders: [Holder] = []
    for member in groups.members[group] {
      let row = Int(member)
      guard tasks.owner(row) == row, tasks.hasMemory(row), Int(tasks.groups[row]) == group
      else { continue }
      let held = heldInOwnGroup(row)
      if isIncluded(held) { holders.append(Holder(place: .own(row), group: group, held: held)) }
    }
    for number in holdings.numbers(in: group) {
      let held = holdings[number].held
      if isIncluded(held) {
        holders.append(Holder(place: .holding(number), group: group, held: held))
      }
    }
    for number in shared.numbers(in: group) {
      let object = shared.list[number]
      for extent in object.extents where extent.group == group {
        holders.append(Holder(place: .object(number), group: group, held: object.held(extent)))
      }
    }
    return holders
  }

  /// What has the pages of one kind that an address space has touched, wherever they are charged.
  func holders(of owner: Int, _ kind: PageKind) -> [Holder] {
    if let number = shared.number(kind, of: owner) {
      let object = shared.list[number]
      return object.extents.map {
        Holder(place: .object(number), group: $0.group, held: object.held($0))
      }
    }
    let own = Holder(
      place: .own(owner), group: Int(tasks.groups[owner]), held: heldInOwnGroup(owner))
    return [own]
      + holdings.numbers(of: owner).map {
        Holder(place: .holding($0), group: holdings[$0].group, held: holdings[$0].held)
      }
  }

  /// Gives an amount out to the holders of a group: one that reclaim took of `kind`, node by node where there are
  /// nodes.
  private mutating func distribute(
    _ amount: Int64, _ kind: PageKind? = nil, in group: Int = MemcgTree.root,
    over holders: [Holder], weight: PageKind,
    _ take: (inout State, Holder, Int64) -> Void
  ) {
    if amount == 0 { return }
    let parts = kind.map { unsettledParts(amount, $0, group: group) } ?? [(nil, amount)]
    for (node, amount) in parts {
      func share(_ holder: Holder) -> Int64 {
        guard let kind, let node else { return holder.held.pages[weight] }
        return holder.held.nodes[kind, node]
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
    _ pages: Int64, _ kind: PageKind, of holder: Holder, _ landing: inout NodeShares
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
    case .own(let row): tasks.changeNodes(of: row, none: none, body)
    case .holding(let number):
      for row in holdings[number].mappers { tasks.changeNodes(of: row, none: none, body) }
      holdings.changeNodes(number, body)
    case .object(let number): shared.change(number) { $0.changeNodes(of: holder.group, body) }
    case .tmpfs: break
    }
  }

  private mutating func drop(_ pages: Int64, of holder: Holder) {
    if case .object(let number) = holder.place {
      return change(object: number) { $0.reclaim(pages, from: holder.group) }
    }
    change(holder, Pages(file: -pages))
  }

  private mutating func discard(_ pages: Int64, of holder: Holder) {
    switch holder.place {
    case .own(let row): tasks.discard(pages, of: row)
    case .holding(let number):
      for row in holdings[number].mappers { tasks.discard(pages, of: row) }
      holdings.change(number) { $0.pages.lazyFree -= pages }
    case .object, .tmpfs: break
    }
  }

  /// Moves anonymous or shared memory of a holder to swap, or back where the number is negative.
  private mutating func moveToSwap(_ pages: Pages, of holder: Holder) {
    if case .object(let number) = holder.place {
      return change(object: number) {
        if pages.shmem < 0 {
          $0.swapIn(-pages.shmem, group: holder.group)
        } else {
          $0.reclaim(pages.shmem, from: holder.group)
        }
      }
    }
    change(
      holder,
      Pages(
        anon: -pages.anon, shmem: -pages.shmem, swappedAnon: pages.anon,
        swappedShmem: pages.shmem))
  }

  /// Adds to what a holding has, if the holder is one, and to the columns of every address space that counts the pages.
  private mutating func change(_ holder: Holder, _ pages: Pages) {
    switch holder.place {
    case .own(let row):
      tasks.addMMCounters(pages, of: row)
    case .holding(let number):
      for row in holdings[number].mappers { tasks.addMMCounters(pages, of: row) }
      holdings.change(number) { $0.pages += pages }
    case .object, .tmpfs: break
    }
  }
}

extension Pages {
  /// Whether something of what reclaim took can be of these pages. Of what goes to swap the kind is not known yet.
  fileprivate func mayHaveLost(_ taken: Pages) -> Bool {
    (taken.file > 0 && file > 0) || (taken.lazyFree > 0 && lazyFree > 0)
      || (taken.anon + taken.shmem + taken.tmpfs > 0 && anon + shmem > 0)
  }
}
