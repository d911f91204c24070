internal import OOMSimulator
internal import VictimSelection

/// The terms of points as a bar: memory from 0 to the right, below it what `oom_score_adj` and root add or take
/// away, and a tick where the points are.
struct PointsBar {
  /// In one unit, thousandths of a page or finer: what the parts are of.
  struct Parts {
    /// The style of each part and how long it is, in the order of the sum.
    var memory: [(style: String, length: Int128)]
    /// What comes on top, below 0 when it takes away.
    var adj: Int128
    var points: Int128

    var sum: Int128 { memory.reduce(0) { $0 + $1.length } }
  }

  private let low: Int128
  private let high: Int128

  /// A bar scale in which all of these have room.
  init(over parts: [Parts]) {
    var (low, high): (Int128, Int128) = (0, 1)
    for part in parts {
      low = min(low, part.points, part.sum + part.adj)
      high = max(high, part.sum, part.points, part.sum + part.adj)
    }
    (self.low, self.high) = (low, high)
  }

  /// The parts of a candidate's points; nil before 2.6.36, where points are no sum.
  static func parts(of candidate: Candidate, _ arithmetic: BadnessArithmetic) -> Parts? {
    if [.none, .own].contains(arithmetic.unit) || candidate.ineligible != nil { return nil }
    // Thousandths: pages × 1000 and steps × totalpages are in one unit.
    let isThousandths = arithmetic.unit == .thousandths
    let page: Int128 = isThousandths ? 1000 : 1
    let point: Int128 = isThousandths ? Int128(max(arithmetic.totalpages, 1)) : 1
    let memory = [
      ("t1", candidate.anon), ("t2", candidate.file), ("t3", candidate.shmem),
      ("t4", candidate.swap), ("t5", candidate.countedTables),
    ].filter { $0.1 > 0 }.map { (style: $0.0, length: Int128($0.1) * page) }
    let steps = Int128(arithmetic.effectiveAdj(of: candidate))
    let bonus = Int128(arithmetic.rootBonus(of: candidate))
    return Parts(
      memory: memory, adj: (steps * Int128(arithmetic.pointsPerAdj) - bonus) * point,
      points: candidate.points * point)
  }

  func svg(_ parts: Parts) -> String {
    var text =
      "<svg class=\"bar\" viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
    var at: Int128 = 0
    for (style, length) in parts.memory {
      let (from, to) = (x(at), x(at + length))
      if to > from {
        text +=
          "<rect class=\"\(style)\" x=\"\(from)\" y=\"1\" width=\"\(to - from)\" height=\"11\"/>"
      }
      at += length
    }
    let (from, to) = (x(min(at, at + parts.adj)), x(max(at, at + parts.adj)))
    if to > from {
      text += "<rect class=\"t6\" x=\"\(from)\" y=\"13\" width=\"\(to - from)\" height=\"6\"/>"
    }
    if low < 0 { text += "<path class=\"zero\" d=\"M\(x(0)) 0V20\"/>" }
    return text + "<path class=\"tick\" d=\"M\(min(max(x(parts.points), 2), 998)) 0V20\"/></svg>"
  }

  private func x(_ value: Int128) -> Int64 { Int64((value - low) * 1000 / (high - low)) }
}
