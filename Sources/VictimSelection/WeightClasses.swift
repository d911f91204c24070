/// The weights that processes of an index have, in order, each with its tree and the most pages in it.
struct WeightClasses: Sendable {
  /// Of 32 weights that follow each other: the highest, and the most pages of all.
  struct Block {
    var highest: Int16
    var top: Int64
  }

  private static let blockLength = 32

  private(set) var weights: [Int16] = []
  private(set) var trees: [Int] = []
  /// -1 of a weight that nobody has at the moment.
  private(set) var tops: [Int64] = []
  private(set) var blocks: [Block] = []
  /// Where in `weights` each tree stands.
  private var positions: [Int] = []

  var highest: Int16 { blocks.last?.highest ?? .min }

  /// The most pages of all.
  var most: Int64 {
    var most: Int64 = -1
    for block in blocks where block.top > most { most = block.top }
    return most
  }

  func range(of block: Int) -> Range<Int> {
    let begin = block * Self.blockLength
    return begin..<min(begin + Self.blockLength, weights.count)
  }

  /// How many weights are lower.
  private func rank(of weight: Int16) -> Int {
    var (low, high) = (0, weights.count)
    while low < high {
      let middle = (low + high) / 2
      if weights[middle] < weight { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func tree(of weight: Int16) -> Int? {
    let at = rank(of: weight)
    return at < weights.count && weights[at] == weight ? trees[at] : nil
  }

  /// Adds a weight that nobody has had before: at most 2^16 - 1 times.
  mutating func add(_ weight: Int16, tree: Int) {
    let at = rank(of: weight)
    weights.insert(weight, at: at)
    trees.insert(tree, at: at)
    tops.insert(-1, at: at)
    positions.append(at)
    for next in at..<trees.count { positions[trees[next]] = next }
    if weights.count > blocks.count * Self.blockLength {
      blocks.append(Block(highest: weight, top: -1))
    }
    for block in (at / Self.blockLength)..<blocks.count { settle(block) }
  }

  private mutating func settle(_ block: Int) {
    let range = range(of: block)
    var top: Int64 = -1
    for at in range where tops[at] > top { top = tops[at] }
    blocks[block] = Block(highest: weights[range.upperBound - 1], top: top)
  }

  mutating func setTop(_ top: Int64, ofTree tree: Int) {
    let at = positions[tree]
    let old = tops[at]
    tops[at] = top
    let block = at / Self.blockLength
    if top >= blocks[block].top {
      blocks[block].top = top
    } else if old == blocks[block].top {
      settle(block)
    }
  }
}
