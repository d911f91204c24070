internal import VictimSelection

// What holds of a state at any time, whatever has happened: no page is lost or invented, and what is derived is in step
// with what it is derived from. Debug builds look after events and kills, tests after every one.

extension State {
  /// What does not hold, nil when all does.
  ///
  /// - Complexity: O(processes + groups).
  func brokenInvariant() -> String? {
    var state = self
    state.settle()
    if let group = state.ledger.firstImbalance() { return "sums of \(groups.paths[group])" }
    return tasks.brokenColumn() ?? brokenMember() ?? brokenPromise() ?? state.brokenSize()
      ?? state.brokenObject() ?? state.brokenAccount() ?? state.brokenNode()
  }

  /// Whether each process is a member of its group, once.
  private func brokenMember() -> String? {
    let rows = tasks.groups
    var isMember = [Bool](repeating: false, count: rows.count)
    for (group, members) in groups.members.enumerated() {
      for row in members {
        if isMember[Int(row)] || Int(rows[Int(row)]) != group {
          return "members of \(groups.paths[group])"
        }
        isMember[Int(row)] = true
      }
    }
    return isMember.allSatisfy { $0 } ? nil : "a process without a group"
  }

  /// What is promised of each group, from the growths in progress.
  private func brokenPromise() -> String? {
    var promised = [Int64](repeating: 0, count: groups.count)
    for growth in growths.all where growth.promised != 0 {
      for group in groups.path(from: growth.promisedGroup) { promised[group] += growth.promised }
    }
    return promised == ledger.promises.pages ? nil : "promises"
  }

  /// Of address spaces, where nothing is left to be settled.
  private func brokenSize() -> String? {
    let tasks = tasks
    for row in 0..<tasks.count where tasks.owner(row) == row {
      let pages = tasks.mms[row].pages
      if PageKind.allCases.contains(where: { pages[$0] < 0 }) || tasks.mms[row].touched < 0 {
        return "a negative size of \(tasks.names[row])"
      }
    }
    return nil
  }

  private func brokenObject() -> String? {
    for holding in holdings.list {
      if holding.mappers.isEmpty || holding.mappers.contains(where: { !tasks.hasMemory($0) }) {
        return "pages that nobody maps"
      }
    }
    for object in shared.list {
      if object.extents.contains(where: { $0.resident < 0 || $0.swapped < 0 }) {
        return "a negative size of \(object.name)"
      }
      for (row, mapped) in object.mapped where mapped < 0 || mapped > object.size {
        return "\(tasks.names[row]) maps \(mapped) pages of the \(object.size) of \(object.name)"
      }
      for row in object.mapped.keys
      where tasks.mms[row].pages[object.pageKind] != object.shown(row) {
        return "the counter of \(tasks.names[row]) does not show what it maps of \(object.name)"
      }
    }
    return nil
  }

  /// What all those have that are charged to each group.
  private func heldByGroup() -> [Held] {
    let tasks = tasks
    var held = [Held](repeating: Held(), count: groups.count)
    for row in 0..<tasks.count where tasks.owner(row) == row {
      held[Int(tasks.groups[row])] += heldInOwnGroup(row)
    }
    for holding in holdings.list { held[holding.group] += holding.held }
    for object in shared.list {
      for extent in object.extents { held[extent.group] += object.held(extent) }
    }
    return held
  }

  private func brokenAccount() -> String? {
    let held = heldByGroup()
    var tmpfs: Int64 = 0
    for (group, account) in ledger.accounts.enumerated() {
      var (mine, theirs) = (account.pages, held[group].pages)
      if PageKind.allCases.contains(where: { mine[$0] < 0 }) {
        return "a negative account of \(groups.paths[group])"
      }
      tmpfs += mine.tmpfs + mine.swappedTmpfs
      // In swap anonymous and shared memory are told apart only as far as their holders are.
      mine.swappedAnon += mine.swappedShmem
      theirs.swappedAnon += theirs.swappedShmem
      for kind in PageKind.held + [.lazyFree, .swappedAnon] where mine[kind] != theirs[kind] {
        return "\(kind.rawValue) of \(groups.paths[group])"
      }
    }
    if !startExceedsSwap,
      ledger.accounts[MemcgTree.root].swapUsage > machine.swap + leavingSwap
    {
      return "more swap used than there is"
    }
    if self.tmpfs != tmpfs { return "tmpfs" }
    if shared.committedAS != shared.list.reduce(0, { $0 + $1.committed }) {
      return "what segments commit"
    }
    return committed < 0 ? "Committed_AS" : nil
  }

  private func brokenNode() -> String? {
    guard let memory = ledger.nodes else { return machine.nodes.count > 1 ? "no nodes" : nil }
    for row in 0..<tasks.count where tasks.owner(row) == row {
      if !lies(heldInOwnGroup(row)) { return "nodes of \(tasks.names[row])" }
    }
    if !holdings.list.allSatisfy({ lies($0.held) }) { return "nodes of a holding" }
    for object in shared.list {
      if !object.extents.allSatisfy({ lies(object.held($0)) }) { return "nodes of \(object.name)" }
    }
    let held = heldByGroup()
    var used = [Int64](repeating: 0, count: memory.count + 1)
    for (group, account) in ledger.accounts.enumerated() {
      for kind in PageKind.resident {
        let onNodes = (0...memory.count).map { memory.pages(kind, of: group, node: $0) }
        let name = "\(kind.rawValue) on nodes, \(groups.paths[group])"
        if onNodes.contains(where: { $0 < 0 }) { return "negative " + name }
        if onNodes.reduce(0, +) != account.pages[kind] { return name }
        for node in onNodes.indices {
          used[node] += onNodes[node]
          if kind.isHeld, !held[group].nodes.isEmpty || onNodes[node] != 0,
            held[group].nodes[kind, node] != onNodes[node]
          {
            return "holders of " + name
          }
        }
      }
    }
    if used != memory.used { return "sums of the nodes" }
    if used[memory.count] != 0 { return "pages without a node" }
    if used.reduce(0, +) != ledger.accounts[MemcgTree.root].usage {
      return "the nodes and the machine"
    }
    // A start state that needs more than there is leaves nothing free.
    if startExceedsMemory { return nil }
    for (node, size) in memory.sizes.enumerated() where used[node] > size {
      return "more on node \(node) than it has"
    }
    return nil
  }

  /// Whether each kind of pages lies somewhere.
  private func lies(_ held: Held) -> Bool {
    guard let memory = ledger.nodes else { return true }
    return PageKind.held.allSatisfy { kind in
      let onNodes = (0...memory.count).map { held.nodes[kind, $0] }
      return onNodes.allSatisfy { $0 >= 0 } && onNodes.reduce(0, +) == held.pages[kind]
    }
  }
}

extension Tasks {
  /// The derived column that is not in step, nil when all are.
  fileprivate func brokenColumn() -> String? {
    var committed: Int64 = 0
    var sharers: [Int: [Int]] = [:]
    var children: [Int32: [Int]] = [:]
    for row in 0..<count {
      let owner = owner(row)
      if pages[row] != countedPages(row, of: sum(owner)) {
        return "the selection column of \(names[row])"
      }
      if candidateWeight[row] != countedWeight(row) { return "the weight of \(names[row])" }
      if dyingRows.contains(row) != (states[row] == .dying) { return "the dying" }
      if swapoffRows.contains(row) != isInSwapoff(row) { return "those in swapoff" }
      if owner != row {
        sharers[owner, default: [owner]].append(row)
        if mms[row] != MM() || mappings[row] != Mappings() || owners[owner] != nil {
          return "the address space of \(names[row])"
        }
      } else if hasMemory(row) {
        committed += self.committed(row)
      } else if mms[row] != MM() || mappings[row] != Mappings() {
        return "memory of \(names[row]), which is gone"
      }
      if rules.looksAtChildren, !ppids.isEmpty, ppids[row] != 0 {
        children[ppids[row], default: []].append(row)
      }
    }
    if sharers != self.sharers { return "sharers" }
    if children != self.children { return "children" }
    return committed == committedAS ? nil : "what processes commit"
  }
}
