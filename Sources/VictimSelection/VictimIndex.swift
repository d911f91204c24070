// Selecting again after small changes. Badness is pages and oom_score_adj × unit, with one unit for a
// selection: among processes of the same weight the order by pages is the order by points, whatever
// totalpages is. The index keeps a tree for each weight, its maximum on top; a selection compares the tops:
//
//      weight        top       tree
//     ────────┬───────────┬──────────────────────────────────────────────────
//       200   │   12 000  │ rows in the order of the walk, maxima over them
//         0   │  665 600  │ …
//      -500   │1 121 968  │ …
//
// The weights are in order, and blocks of 32 of them have a maximum of their tops: no block has more points than
// its highest weight with that many pages, so of two thousand weights a few blocks are looked into.
//
// Points that are the same for several pages (thousandths, a floor of 1) are no problem: of all rows with at
// least the fewest pages that have these points the first or the last of the walk is taken, as the scan does.
//
// Most changes leave the victim as it is: of another process, and to fewer points than the victim's. Such a change
// is only written down, and the trees are told of a thousand at a time.

/// The processes of a walk, ready to be selected from again and again.
///
/// Gives what `selectBadProcess` gives for the same rows, visited in the order of their keys. Not for the rules
/// before 2.6.36, whose badness reads more than pages and a weight.
package struct VictimIndex: Sendable {
  private var trees = MaximumTrees()
  private var weights = WeightClasses()
  /// The weight of each row.
  private var weightOfRow: [Int16] = []

  /// Changes that the trees have not been told of.
  private var pending: [MaximumTrees.Change] = []
  /// How many of them leave the answer as it is.
  private var harmless = 0
  private var mostPending: Int64 = -1
  private var answer: Answer?

  /// What was chosen last among all rows.
  private struct Answer {
    var victim: Victim
    var totalpages: Int64
    var rule: SelectionRule
  }

  private static let pendingLimit = 1024

  package init() { pending.reserveCapacity(Self.pendingLimit) }

  package mutating func reserveCapacity(_ rows: Int) {
    trees.reserve(rows: rows)
    weightOfRow.reserveCapacity(rows)
  }

  /// Takes a row in, changes it, or takes it out.
  ///
  /// - Parameters:
  ///   - pages: what the release counts of the process, below 2^52.
  ///   - weight: its `oom_score_adj`, or `neverChosen` for one that is no candidate.
  ///   - key: where it stands in the walk; no two rows have the same.
  /// - Complexity: O(log *n*), no allocation but for more rows or weights than ever before.
  package mutating func set(_ row: Int, pages: Int64, weight: Int16, key: Int64) {
    while weightOfRow.count <= row { weightOfRow.append(neverChosen) }
    let old = weightOfRow[row]
    if old == weight {
      if weight == neverChosen { return }
      if trees.key(of: row) == key { return update(row, pages: pages) }
    }
    apply()
    answer = nil
    if old != neverChosen { follow(trees.remove(row)) }
    weightOfRow[row] = weight
    if weight == neverChosen { return }
    if weights.tree(of: weight) == nil { weights.add(weight, tree: trees.addTree()) }
    guard let tree = weights.tree(of: weight) else { return }
    follow(trees.insert(row, pages: pages, key: key, into: tree))
  }

  /// Changes the pages of a row that is a candidate.
  ///
  /// - Complexity: O(log *n*) with the work that it puts off, mostly O(1); no allocation.
  package mutating func update(_ row: Int, pages: Int64) {
    if pending.count == Self.pendingLimit { apply() }
    pending.append(MaximumTrees.Change(row: Int32(row), pages: pages))
    mostPending = max(mostPending, pages)
  }

  /// Tells the trees of the changes.
  private mutating func apply() {
    if harmless < pending.count { answer = nil }
    trees.write(&pending)
    for change in pending { follow(trees.raise(change)) }
    pending.removeAll(keepingCapacity: true)
    harmless = 0
    mostPending = -1
  }

  /// Takes over the top of a tree that has changed.
  private mutating func follow(_ tree: Int?) {
    if let tree { weights.setTop(trees.tops[tree], ofTree: tree) }
  }

  /// Whether more pages never have fewer points, for all rows: the index can answer. Sums that wrap, which large
  /// processes have in some old rules, need a scan.
  ///
  /// - Complexity: O(*w*) for *w* weights; O(*w* log *n*) where it is not so.
  package mutating func isOrdered(by rule: SelectionRule, totalpages: Int64) -> Bool {
    let most = max(weights.most, mostPending)
    if rule.isOrdered(upTo: most, totalpages: totalpages) { return true }
    apply()
    for at in weights.trees.indices { _ = top(at, nil) }
    return weights.most < most && rule.isOrdered(upTo: weights.most, totalpages: totalpages)
  }

  /// Chooses among all rows.
  ///
  /// - Parameter range: only rows whose keys are in it: a memcg with its descendants; nil for all.
  /// - Precondition: `isOrdered(by:totalpages:)`.
  /// - Complexity: O(1) where no change since the last selection can matter; else O(*w* / 32 + log *n*) for *w*
  ///   weights, O(*w* + log *n*) at worst; with a range each weight that is looked at costs O(log *n*). No allocation.
  package mutating func select(
    among range: Range<Int64>? = nil, totalpages: Int64, rule: SelectionRule
  ) -> Victim? {
    switch rule.badness {
    case .signed:
      return choose(SignedBadness(totalpages: totalpages), range, totalpages, rule)
    case .atLeastOne:
      return choose(AtLeastOneBadness(totalpages: totalpages), range, totalpages, rule)
    case .perMille(let product):
      let badness = PerMilleBadness(totalpages: totalpages, product: product, word: .bits64)
      return choose(badness, range, totalpages, rule)
    }
  }

  @inline(__always)
  private mutating func choose(
    _ badness: some Badness, _ range: Range<Int64>?, _ totalpages: Int64, _ rule: SelectionRule
  ) -> Victim? {
    if range == nil, let victim = standing(badness, totalpages, rule) { return victim }
    apply()
    let last = rule.equalsReplace
    var points = Int64.min
    var chosen: MaximumTrees.Entry?
    /// One tree with these points, of which the row is not known yet.
    var open = -1
    for block in weights.blocks.indices.reversed() {
      let bound = weights.blocks[block]
      if bound.top < 0 || badness.points(pages: bound.top, weight: bound.highest) < points {
        continue
      }
      for at in weights.range(of: block).reversed() where weights.tops[at] >= 0 {
        let weight = weights.weights[at]
        if badness.points(pages: weights.tops[at], weight: weight) < points { continue }
        let top = top(at, range)
        let here = badness.points(pages: top, weight: weight)
        if top < 0 || here < points { continue }
        if here > points {
          points = here
          chosen = nil
          open = at
          continue
        }
        // A tie: the walk decides, so both rows have to be known.
        if open >= 0 {
          chosen = row(open, badness, points, range, last)
          open = -1
        }
        guard let found = row(at, badness, points, range, last) else { continue }
        if chosen.map({ ($0.key < found.key) == last }) ?? true { chosen = found }
      }
    }
    if open >= 0 { chosen = row(open, badness, points, range, last) }
    guard let chosen else { return nil }
    let victim = Victim(row: chosen.row, points: points)
    if range == nil { answer = Answer(victim: victim, totalpages: totalpages, rule: rule) }
    return victim
  }

  /// The last victim, if no change since can have made another one.
  @inline(__always)
  private mutating func standing(
    _ badness: some Badness, _ totalpages: Int64, _ rule: SelectionRule
  ) -> Victim? {
    guard let answer, answer.totalpages == totalpages, answer.rule == rule else { return nil }
    let victim = answer.victim
    while harmless < pending.count {
      let change = pending[harmless]
      if Int(change.row) == victim.row { return nil }
      if badness.points(pages: change.pages, weight: weights.highest) >= victim.points,
        badness.points(pages: change.pages, weight: weightOfRow[Int(change.row)]) >= victim.points
      {
        return nil
      }
      harmless += 1
    }
    return victim
  }

  /// The most pages of a weight.
  @inline(__always)
  private mutating func top(_ at: Int, _ range: Range<Int64>?) -> Int64 {
    let tree = weights.trees[at]
    if let range { return trees.maximum(tree, in: range) }
    let top = trees.top(of: tree)
    if top != weights.tops[at] { weights.setTop(top, ofTree: tree) }
    return top
  }

  /// The first or the last row of a weight with these points, the most that it has.
  @inline(__always)
  private mutating func row(
    _ at: Int, _ badness: some Badness, _ points: Int64, _ range: Range<Int64>?, _ last: Bool
  ) -> MaximumTrees.Entry? {
    let tree = weights.trees[at]
    let top = top(at, range)
    let fewest = badness.fewestPages(with: points, top: top, weight: weights.weights[at])
    guard let range else { return trees.find(tree, atLeast: fewest, last: last) }
    return trees.find(tree, atLeast: fewest, last: last, in: range)
  }
}

extension Badness {
  /// The fewest pages that have the same points as `top` pages of the same weight.
  @inline(__always)
  fileprivate func fewestPages(with points: Int64, top: Int64, weight: Int16) -> Int64 {
    if top == 0 || self.points(pages: top - 1, weight: weight) < points { return top }
    var (fewest, enough) = (Int64(0), top - 1)
    while fewest < enough {
      let middle = fewest + (enough - fewest) / 2
      if self.points(pages: middle, weight: weight) < points {
        fewest = middle + 1
      } else {
        enough = middle
      }
    }
    return fewest
  }
}

extension SelectionRule {
  /// Whether more pages never have fewer points, for processes of up to so many pages.
  fileprivate func isOrdered(upTo most: Int64, totalpages: Int64) -> Bool {
    guard word == .bits64 else { return false }
    switch badness {
    case .signed: return true
    case .atLeastOne:
      // Steps of oom_score_adj add at most totalpages.
      return !holdsPointsIn32Bits || most + totalpages <= 0xffff_ffff
    case .perMille(.int): return most <= Int64(Int32.max) / 1000
    case .perMille(.unsignedWord):
      return most <= Int64.max / 1000 && most * 1000 / max(totalpages, 1) < 1 << 30
    case .perMille(.long): return most <= Int64.max / 1000
    }
  }
}
