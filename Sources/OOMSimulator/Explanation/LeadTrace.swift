internal import VictimSelection

/// How the choice changed hands while the kernel walked over the candidates.
///
/// Kernel: `select_bad_process()`, mm/oom_kill.c, with `oom_evaluate_task()` since 4.9.
public struct LeadTrace: Equatable, Sendable {
  /// One process that became the choice.
  public struct Change: Equatable, Sendable {
    /// Its place in the candidates.
    public var index: Int
    /// Whose place it took; nil for the first.
    public var over: Int?
    /// It had just as many points as that one.
    public var isTie: Bool
  }

  public private(set) var changes: [Change] = []

  /// Whom the walk ends with.
  public var winner: Int? { changes.last?.index }

  /// - Parameter candidates: in iteration order, with the points of the domain.
  /// - Complexity: O(candidates).
  public init(over candidates: [Candidate], constraint: Constraint, rules: Rules) {
    let comparison = PointsComparison(constraint: constraint, rules: rules)
    let isOrigin = rules.takesSwapoffFirst
    for (index, candidate) in candidates.enumerated() where candidate.ineligible == nil {
      let last = changes.last?.index
      if candidate.isSwapoff,
        isOrigin || (rules.badness.isLegacy && rules.selection.swapoff == .returnedAtOnce)
      {
        changes.append(Change(index: index, over: last, isTie: false))
        if !isOrigin { return }
        continue
      }
      guard let last else {
        if comparison.isEnough(candidate.points) {
          changes.append(Change(index: index, over: nil, isTie: false))
        }
        continue
      }
      if isOrigin, candidates[last].isSwapoff { continue }
      if comparison.replaces(candidates[last].points, by: candidate.points) {
        let isTie = comparison.held(candidate.points) == comparison.held(candidates[last].points)
        changes.append(Change(index: index, over: last, isTie: isTie))
      }
    }
  }
}

/// How a release compares the points of a process with those of the choice so far.
struct PointsComparison {
  private let equalsReplace: Bool
  private let isNarrow: Bool
  private let isLegacy: Bool

  init(constraint: Constraint, rules: Rules) {
    isLegacy = rules.badness.isLegacy
    isNarrow = !isLegacy && rules.selection.holdsPointsIn32Bits
    equalsReplace = rules.equalsReplace(in: constraint)
  }

  /// What the scan keeps of points: from 3.5 to 4.8 an unsigned int.
  func held(_ points: Int128) -> Int128 {
    isNarrow ? Int128(UInt32(truncatingIfNeeded: points)) : points
  }

  /// Whether points are enough for the first choice: an unsigned int passes over 0.
  func isEnough(_ points: Int128) -> Bool { !isNarrow || held(points) > 0 }

  /// Whether a process that is visited later takes the place of the choice.
  func replaces(_ chosen: Int128, by points: Int128) -> Bool {
    let (old, new) = (held(chosen), held(points))
    return new > old || (equalsReplace && new == old)
  }
}
