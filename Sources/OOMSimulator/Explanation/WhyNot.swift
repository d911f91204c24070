internal import VictimSelection

/// Why an OOM did not choose a process, and what would have made it the victim.
public struct WhyNot: Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    /// It was chosen.
    case chosen
    /// It was not, but died with the one that was.
    case diedToo(Because)
    /// It was not running, or not in the domain.
    case notInDomain
    case ineligible(Ineligible)
    /// It had fewer points, by so many.
    case fewerPoints(Int128)
    /// It had as many, and the place in the walk decided.
    case tie
    /// It was not points that decided.
    case notByPoints(Kill.Chosen)
  }

  public let reason: Reason
  /// Nil when it was not among those that were looked at.
  public let candidate: Candidate?
  /// Its place by points among those that could be chosen, 1 for the most; nil when it could not be.
  public let place: Int?
  /// The setting nearest to its own at which it would have been chosen instead; nil when none is. Before
  /// 2.6.36 it is `oom_adj`.
  public let chosenAtAdj: Int16?
  /// How many more pages would have made it the victim; nil where points are no pages, or nothing would have.
  public let pagesMissing: Int64?

  /// - Parameter name: a name or a pid; of several of one name the one with most points.
  /// - Complexity: O(candidates).
  public init(_ name: String, in kill: Kill, _ scene: OOMScene) {
    let found = scene.candidates.indices.filter {
      scene.candidates[$0].name == name || "\(scene.candidates[$0].pid)" == name
    }
    let index = found.max { scene.candidates[$0].points < scene.candidates[$1].points }
    candidate = index.map { scene.candidates[$0] }
    guard let index, let candidate else {
      (reason, place, chosenAtAdj, pagesMissing) = (.notInDomain, nil, nil, nil)
      return
    }
    let victim = scene.candidates.firstIndex { $0.identity == kill.victim.identity }
    place =
      candidate.ineligible != nil
      ? nil
      : scene.candidates.count { $0.ineligible == nil && $0.points > candidate.points } + 1
    let search = BreakEvenSearch(kill: kill, scene: scene, index: index, victim: victim)
    reason = search.reason
    chosenAtAdj = search.adj
    pagesMissing = search.pages
  }
}

/// What would have made one candidate the victim.
private struct BreakEvenSearch {
  let kill: Kill
  let scene: OOMScene
  let index: Int
  let victim: Int?

  private var candidate: Candidate { scene.candidates[index] }

  var reason: WhyNot.Reason {
    if candidate.identity == kill.victim.identity { return .chosen }
    if let casualty = kill.killed.first(where: { $0.process == candidate.identity }) {
      return .diedToo(casualty.because)
    }
    if kill.chosen != .points { return .notByPoints(kill.chosen) }
    if let ineligible = candidate.ineligible { return .ineligible(ineligible) }
    if kill.victim.points == candidate.points { return .tie }
    return .fewerPoints(kill.victim.points - candidate.points)
  }

  private var isOpen: Bool {
    if kill.chosen != .points || candidate.identity == kill.victim.identity { return false }
    switch candidate.ineligible {
    case nil, .disabled, .oomAdjDisabled: return true
    default: return false
    }
  }

  /// Tried one by one: points need not rise with the setting where words wrap.
  var adj: Int16? {
    guard isOpen else { return nil }
    let isLegacy = scene.arithmetic.unit == .none
    let own = isLegacy ? candidate.legacy?.oomAdj ?? 0 : candidate.oomScoreAdj
    let most: Int16 = isLegacy ? 15 : 1000
    if own >= most { return nil }
    return (own + 1...most).first { beats(scene.arithmetic.points(of: candidate, adj: $0)) }
  }

  var pages: Int64? {
    guard isOpen, candidate.ineligible == nil, scene.arithmetic.unit == .pages else { return nil }
    let missing = Int64(clamping: kill.victim.points - candidate.points)
    for more in [missing, missing + 1] where more > 0 {
      var larger = candidate
      larger.anon += more
      if beats(scene.arithmetic.points(of: larger, adj: candidate.oomScoreAdj)) { return more }
    }
    return nil
  }

  private func beats(_ points: Int128) -> Bool {
    guard let victim else { return false }
    let comparison = PointsComparison(
      constraint: scene.constraint, rules: scene.arithmetic.rules)
    return victim < index
      ? comparison.replaces(kill.victim.points, by: points)
      : !comparison.replaces(points, by: kill.victim.points)
  }
}
