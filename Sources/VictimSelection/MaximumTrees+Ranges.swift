// Questions about a range of keys: a memcg with its descendants.

extension MaximumTrees {
  /// The first or the last row whose key is in a range and that has at least so many pages.
  mutating func find(
    _ tree: Int, atLeast pages: Int64, last: Bool, in range: Range<Int64>
  ) -> Entry? {
    if tops[tree] < pages { return nil }
    return find(below: Int(roots[tree]), pages, last, range)
  }

  /// The most pages of the rows of a tree whose keys are in a range; -1 for none.
  mutating func maximum(_ tree: Int, in range: Range<Int64>) -> Int64 {
    roots[tree] < 0 ? -1 : maximum(below: Int(roots[tree]), range, end: .max)
  }

  private mutating func find(
    below node: Int, _ pages: Int64, _ last: Bool, _ range: Range<Int64>
  ) -> Entry? {
    if heights[node] == 0 {
      let found = find(in: node, pages, last, range)
      if found == nil { _ = settle(node) }
      return found
    }
    let base = node * Self.width
    let count = Int(counts[node])
    for step in 0..<count {
      let entry = base + (last ? count - 1 - step : step)
      if maxima[entry] < pages || keys[entry] >= range.upperBound { continue }
      if entry + 1 < base + count, keys[entry + 1] <= range.lowerBound { continue }
      if let found = find(below: Int(links[entry]), pages, last, range) { return found }
    }
    return nil
  }

  /// - Parameter end: no key below the node is as high.
  private mutating func maximum(below node: Int, _ range: Range<Int64>, end: Int64) -> Int64 {
    let base = node * Self.width
    let count = Int(counts[node])
    var most: Int64 = -1
    if heights[node] == 0 {
      for entry in base..<(base + count) where range.contains(keys[entry]) {
        most = max(most, rows[Int(links[entry])].pages)
      }
      _ = settle(node)
      return most
    }
    // The highest first: then the others need no look, where their maxima are of rows in the range.
    var isOpen: UInt32 = .max
    while true {
      var highest = -1
      for entry in base..<(base + count) where isOpen & (1 << UInt32(entry - base)) != 0 {
        if maxima[entry] <= (highest < 0 ? most : maxima[highest]) { continue }
        let next = entry + 1 < base + count ? keys[entry + 1] : end
        if keys[entry] < range.upperBound, next > range.lowerBound { highest = entry }
      }
      if highest < 0 { return most }
      isOpen &= ~(1 << UInt32(highest - base))
      let next = highest + 1 < base + count ? keys[highest + 1] : end
      most = max(most, maximum(below: Int(links[highest]), range, end: next))
    }
  }
}
