internal import OOMSimulator
internal import VictimSelection

/// What the page's script needs to choose again with another `oom_score_adj`: the numbers of a kill, and the names
/// of the rules that decided it.
struct WhatIf {
  /// At most so many candidates can be tried.
  static let most = 100

  let victim: ProcessIdentity
  let decision: Kill.Decision
  /// In iteration order.
  private let rows: [Candidate]
  let isWhole: Bool

  /// Nil where no `oom_score_adj` decides: before 2.6.36, and where it was not points that chose.
  init?(_ kill: Kill, _ candidates: [Candidate]) {
    guard let decision = kill.decision, decision.chosen == .points,
      ![.none, .own].contains(decision.arithmetic.unit)
    else { return nil }
    let open = candidates.filter { $0.ineligible == nil || $0.ineligible == .disabled }
    guard open.count > 1 else { return nil }
    victim = kill.victim.identity
    self.decision = decision
    isWhole = open.count <= Self.most
    if isWhole {
      rows = open
    } else {
      // Those with most points: the changed process is held against all that could come before it. Of equals those that
      // the kernel prefers.
      let order = open.indices.sorted {
        if open[$0].points != open[$1].points { return open[$0].points > open[$1].points }
        return decision.equalsReplace ? $0 > $1 : $0 < $1
      }
      let kept = Set(order.prefix(Self.most))
      rows = open.indices.filter(kept.contains).map { open[$0] }
    }
  }

  /// One object of the page's data.
  var json: String {
    let rules = decision.arithmetic.rules
    var text = "{\"badness\":\"\(badness)\",\"bits\":\(decision.arithmetic.word.rawValue)"
    text += ",\"root\":\"\(root)\",\"total\":\"\(decision.totalpages)\""
    text += ",\"later\":\(decision.equalsReplace),\"narrow\":\(rules.selection.holdsPointsIn32Bits)"
    text += ",\"victim\":\(victim.pid),\"rows\":["
    text += rows.map(row).joined(separator: ",\n")
    return text + "]}"
  }

  /// pid, name, pages, oom_score_adj, admin, points or null, and whether it can be changed.
  private func row(_ candidate: Candidate) -> String {
    let points = candidate.ineligible == nil ? "\"\(candidate.points)\"" : "null"
    // What runs swapoff has points by another rule: it stays as it is.
    let isOpen = candidate.isSwapoff ? 0 : 1
    return
      "[\(candidate.pid),\(scriptText(candidate.name)),\"\(candidate.pages)\",\(candidate.oomScoreAdj),"
      + "\(candidate.isAdmin ? 1 : 0),\(points),\(isOpen)]"
  }

  private var badness: String {
    switch decision.arithmetic.rules.badness.rule {
    case .perMille(.unsignedWord): "perMilleUnsigned"
    case .perMille(.int): "perMilleInt"
    case .perMille(.long): "perMilleLong"
    case .atLeastOne: "atLeastOne"
    case .signed, nil: "signed"
    }
  }

  private var root: String {
    switch decision.arithmetic.rules.badness.rootBonus {
    case .none: "none"
    case .ofTotal: "ofTotal"
    case .ofOwnUse: "ofOwnUse"
    }
  }
}
