internal import VictimSelection

/// Why an OOM did not choose a process, and what would have made it the victim.
package struct WhyNot: Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
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

  package let reason: Reason
  /// Nil when it was not among those that were looked at.
  package let candidate: Candidate?
  /// Its place by points among those that could be chosen, 1 for the most; nil when it could not be.
  package let place: Int?
  /// The setting nearest to its own at which it would have been chosen instead; nil when none is. Before
  /// 2.6.36 it is `oom_adj`.
  package let chosenAtAdj: Int16?
  /// How many more pages would have made it the victim; nil where points are no pages, or nothing would have.
  package let pagesMissing: Int64?

  /// - Parameter name: a name or a pid; of several of one name the one with most points.
  /// - Complexity: O(candidates).
  package init(_ name: String, in kill: Kill, _ scene: OOMScene) {
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
    let question = Question(kill: kill, scene: scene, index: index, victim: victim)
    reason = question.reason
    chosenAtAdj = question.adj
    pagesMissing = question.pages
  }
}

/// Why one candidate is not the victim, and what would have made it that.
private struct Question {
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
    if let chosen = kill.decision?.chosen, chosen != .points { return .notByPoints(chosen) }
    if let ineligible = candidate.ineligible { return .ineligible(ineligible) }
    if kill.victim.points == candidate.points { return .tie }
    return .fewerPoints(kill.victim.points - candidate.points)
  }

  private var isOpen: Bool {
    if kill.decision?.chosen != .points || candidate.identity == kill.victim.identity {
      return false
    }
    switch candidate.ineligible {
    case nil, .disabled, .oomAdjDisabled: return true
    default: return false
    }
  }

  var adj: Int16? {
    guard isOpen, let winsTie else { return nil }
    return BreakEven(arithmetic: scene.arithmetic)
      .chosenAt(candidate, over: kill.victim.points, winsTie: winsTie)
  }

  var pages: Int64? {
    guard isOpen, candidate.ineligible == nil, scene.arithmetic.unit == .pages, let winsTie else {
      return nil
    }
    let breakEven = BreakEven(arithmetic: scene.arithmetic)
    let missing = Int64(clamping: kill.victim.points - candidate.points)
    return [missing, missing + 1].first { more in
      var larger = candidate
      larger.anon += more
      let points = scene.arithmetic.points(of: larger, adj: candidate.oomScoreAdj)
      return more > 0 && breakEven.beats(points, kill.victim.points, winsTie: winsTie)
    }
  }

  /// Whether it would be chosen with as many points as the victim; nil where the victim was not looked at.
  private var winsTie: Bool? {
    victim.map { ($0 < index) == scene.arithmetic.rules.equalsReplace(in: scene.constraint) }
  }
}
