/// The nodes on which pages are placed first, before those of the zonelist.
enum NodeSpread: Equatable, Sendable {
  case zonelist
  case preferred(NodeMask)
  /// In turn, by the weight of each node, 0 for one that has no turn; `from` pages came before.
  case interleaved(weights: [Int64], from: Int64)

  /// How many of the next pages each node gets if it has room for them.
  ///
  /// Kernel: `policy_nodemask()` and `weighted_interleave_nid()`, mm/mempolicy.c.
  func shares(of pages: Int64) -> [(node: Int, pages: Int64)] {
    switch self {
    case .zonelist: return []
    case .preferred(let nodes):
      return (0..<NodeMask.most).filter(nodes.contains).map { ($0, pages) }
    case .interleaved(let weights, let from):
      let cycle = weights.reduce(0, +)
      var before: Int64 = 0
      return weights.enumerated().map { node, weight in
        func count(_ pages: Int64) -> Int64 {
          pages / cycle * weight + min(max(pages % cycle - before, 0), weight)
        }
        let share = count(from + pages) - count(from)
        before += weight
        return (node, share)
      }
    }
  }
}

extension State {
  /// How the next pages of a growth are spread.
  ///
  /// - Parameter touched: what its process has touched before.
  @inline(__always)
  func spread(of growth: Growth, after touched: Int64) -> NodeSpread {
    machine.nodes.count > 1 ? spreadAmongMany(of: growth, after: touched) : .zonelist
  }

  private func spreadAmongMany(of growth: Growth, after touched: Int64) -> NodeSpread {
    guard growth.nodes == nil, let row = growth.row,
      let policy = tasks.rare.mempolicy[row]
    else { return .zonelist }
    let nodes = policy.nodes.intersection(mems(of: row))
    if nodes.isEmpty { return .zonelist }
    switch policy.mode {
    case .bind: return .zonelist
    case .preferred: return .preferred(nodes)
    case .interleave, .weightedInterleave:
      let weights: [Int64] = machine.nodes.enumerated().map { node, its in
        if !nodes.contains(node) { return 0 }
        return policy.mode == .interleave ? 1 : its.weight
      }
      return .interleaved(weights: weights, from: touched)
    }
  }
}
