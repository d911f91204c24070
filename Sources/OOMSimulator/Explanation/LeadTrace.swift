internal import VictimSelection

/// How the choice changed hands while the kernel walked over the candidates.
///
/// Kernel: `select_bad_process()`, mm/oom_kill.c, with `oom_evaluate_task()` since 4.9.
package struct LeadTrace: Equatable, Sendable {
  /// One process that became the choice.
  package struct Change: Equatable, Sendable {
    /// Its place in the candidates.
    package var index: Int
    /// Whose place it took; nil for the first.
    package var over: Int?
    /// It had just as many points as that one.
    package var isTie: Bool
  }

  package private(set) var changes: [Change] = []

  /// The process that the walk ends with.
  package var winner: Int? { changes.last?.index }

  /// - Parameter candidates: in iteration order, with the points of the domain.
  /// - Complexity: O(candidates).
  package init(over candidates: [Candidate], constraint: Constraint, rules: Rules) {
    let isOrigin = rules.takesSwapoffFirst
    let equalsReplace = rules.equalsReplace(in: constraint)
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
        // An unsigned int passes over 0.
        if !rules.holdsNarrowPoints || rules.held(candidate.points) > 0 {
          changes.append(Change(index: index, over: nil, isTie: false))
        }
        continue
      }
      if isOrigin, candidates[last].isSwapoff { continue }
      let (most, points) = (rules.held(candidates[last].points), rules.held(candidate.points))
      if points > most || (equalsReplace && points == most) {
        changes.append(Change(index: index, over: last, isTie: points == most))
      }
    }
  }
}
