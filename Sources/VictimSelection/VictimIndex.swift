// Selecting again after small changes. Badness is pages and oom_score_adj × unit, with one unit for a
// selection: among processes of the same weight the order by pages is the order by points, whatever
// totalpages is. The index keeps a tree for each weight, its maximum on top; a selection compares the tops:
//
//      weight        top       tree
//     ────────┬───────────┬──────────────────────────────────────────────────
//         0   │  665 600  │ rows in the order of the walk, maxima over them
//       200   │   12 000  │ …
//      -500   │1 121 968  │ …
//
// Points that are the same for several pages (thousandths, a floor of 1) are no problem: of all rows with at
// least the fewest pages that have these points the first or the last of the walk is taken, as the scan does.

/// The processes of a walk, ready to be selected from again and again.
///
/// Gives what `selectBadProcess` gives for the same rows, visited in the order of their keys. Not for the rules
/// before 2.6.36, whose badness reads more than pages and a weight.
public struct VictimIndex: Sendable {
  private var trees = MaximumTrees()
  /// The weight of each tree.
  private var weights: [Int16] = []
  /// The same, `neverChosen` for a tree without rows.
  private var candidateWeights: [Int16] = []
  private var treeOfWeight: [Int16: Int] = [:]
  /// The weight of each row.
  private var weightOfRow: [Int16] = []

  public init() {}

  public mutating func reserveCapacity(_ rows: Int) {
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
  public mutating func set(_ row: Int, pages: Int64, weight: Int16, key: Int64) {
    while weightOfRow.count <= row { weightOfRow.append(neverChosen) }
    let old = weightOfRow[row]
    if old == weight {
      if weight == neverChosen { return }
      if trees.key(of: row) == key { return trees.update(row, pages: pages) }
    }
    if old != neverChosen {
      trees.remove(row)
      if let tree = treeOfWeight[old] { setCandidate(tree) }
    }
    weightOfRow[row] = weight
    if weight == neverChosen { return }
    let tree = tree(of: weight)
    trees.insert(row, pages: pages, key: key, into: tree)
    setCandidate(tree)
  }

  /// Changes the pages of a row that is a candidate.
  ///
  /// - Complexity: O(log *n*), mostly O(1); no allocation.
  public mutating func update(_ row: Int, pages: Int64) {
    trees.update(row, pages: pages)
  }

  private mutating func setCandidate(_ tree: Int) {
    candidateWeights[tree] = trees.tops[tree] < 0 ? neverChosen : weights[tree]
  }

  private mutating func tree(of weight: Int16) -> Int {
    if let tree = treeOfWeight[weight] { return tree }
    let tree = trees.addTree()
    treeOfWeight[weight] = tree
    weights.append(weight)
    candidateWeights.append(neverChosen)
    return tree
  }

  /// Whether more pages never have fewer points, for all rows: the index can answer. Sums that wrap, which large
  /// processes have in some old rules, need a scan.
  ///
  /// - Complexity: O(*w*) for *w* weights.
  public func isOrdered(by rule: SelectionRule, totalpages: Int64) -> Bool {
    guard rule.word == .bits64 else { return false }
    if rule.badness == .signed { return true }
    var most: Int64 = 0
    for top in trees.tops where top > most { most = top }
    switch rule.badness {
    case .signed: return true
    case .atLeastOne:
      // Steps of oom_score_adj add at most totalpages.
      return !rule.holdsPointsIn32Bits || most + totalpages <= 0xffff_ffff
    case .perMille(.int): return most <= Int64(Int32.max) / 1000
    case .perMille(.unsignedWord):
      return most <= Int64.max / 1000 && most * 1000 / max(totalpages, 1) < 1 << 30
    case .perMille(.long): return most <= Int64.max / 1000
    }
  }

  /// Chooses among all rows.
  ///
  /// - Complexity: O(*w* + log *n*) for *w* weights, no allocation.
  public func select(totalpages: Int64, rule: SelectionRule) -> Victim? {
    guard
      let best = selectBadProcess(
        pages: trees.tops.span, weight: candidateWeights.span, totalpages: totalpages, rule: rule)
    else { return nil }
    var chosen: MaximumTrees.Entry?
    for tree in candidateWeights.indices where candidateWeights[tree] != neverChosen {
      let top = trees.tops[tree]
      let weight = weights[tree]
      if rule.points(pages: top, weight: weight, totalpages: totalpages) != best.points { continue }
      let fewest = rule.fewestPages(
        with: best.points, top: top, weight: weight, totalpages: totalpages)
      guard let found = trees.find(tree, atLeast: fewest, last: rule.equalsReplace) else {
        continue
      }
      if chosen.map({ ($0.key < found.key) == rule.equalsReplace }) ?? true { chosen = found }
    }
    return chosen.map { Victim(row: $0.row, points: best.points) }
  }

  /// Chooses among the rows whose keys are in a range: a memcg with its descendants.
  ///
  /// - Complexity: O(*w* log *n*) for *w* weights, no allocation.
  public func select(
    among range: Range<Int64>, totalpages: Int64, rule: SelectionRule
  ) -> Victim? {
    var points = Int64.min
    var chosen: MaximumTrees.Entry?
    for tree in candidateWeights.indices where candidateWeights[tree] != neverChosen {
      let weight = weights[tree]
      let bound = rule.points(pages: trees.tops[tree], weight: weight, totalpages: totalpages)
      if bound < points { continue }
      let top = trees.maximum(tree, in: range)
      if top < 0 { continue }
      let here = rule.points(pages: top, weight: weight, totalpages: totalpages)
      if here < points { continue }
      let fewest = rule.fewestPages(with: here, top: top, weight: weight, totalpages: totalpages)
      guard
        let found = trees.find(tree, atLeast: fewest, last: rule.equalsReplace, in: range)
      else { continue }
      let isTie = here == points && chosen != nil
      if isTie, chosen.map({ ($0.key < found.key) != rule.equalsReplace }) ?? false { continue }
      points = here
      chosen = found
    }
    return chosen.map { Victim(row: $0.row, points: points) }
  }
}

extension SelectionRule {
  /// The fewest pages that have the same points as `top` pages of the same weight.
  fileprivate func fewestPages(
    with points: Int64, top: Int64, weight: Int16, totalpages: Int64
  ) -> Int64 {
    switch badness {
    case .signed: return top
    case .atLeastOne: return points == 1 ? 0 : top
    case .perMille:
      var (fewest, enough) = (Int64(0), top)
      while fewest < enough {
        let middle = fewest + (enough - fewest) / 2
        if self.points(pages: middle, weight: weight, totalpages: totalpages) < points {
          fewest = middle + 1
        } else {
          enough = middle
        }
      }
      return fewest
    }
  }
}
