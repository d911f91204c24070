package import VictimSelection

extension Rules {
  /// The badness of the release as an expression that `--badness` takes; nil before 2.6.36, whose `badness()` takes roots of
  /// times, counts children and shifts.
  ///
  /// It gives the points that the release's function returns on a kernel of 64 bits. What else takes a process out of the
  /// choice, and how the scan holds points, stays with the release.
  package var expression: String? {
    guard let rule = badness.rule else { return nil }
    let tables = badness.pageTables == .none ? "" : " + page_tables"
    let sum = "rss + swap\(tables)"
    let adj = badness.rootBonus == .ofTotal ? "oom_score_adj - 30 * cap_sys_admin" : "oom_score_adj"
    let points: String
    switch rule {
    case .signed, .atLeastOne:
      let bonus = badness.rootBonus == .ofOwnUse ? " - cap_sys_admin * ((\(sum)) * 3 / 100)" : ""
      let steps = badness.rootBonus == .ofTotal ? "(\(adj))" : adj
      let pages = "\(sum)\(bonus) + \(steps) * (totalpages / 1000)"
      points = rule == .signed ? pages : "max(1, \(pages))"
    case .perMille(let product):
      points = "min(1000, max(1, \(thousandths(of: sum, plus: adj, in: product))))"
    }
    return "oom_score_adj == -1000 ? never : \(points)"
  }

  /// Thousandths of totalpages and steps, in the words that the release holds them in: an `int` to 3.1.
  private func thousandths(
    of sum: String, plus adj: String, in product: PerMilleProduct
  ) -> String {
    let total = "max(1, totalpages)"
    return switch product {
    case .unsignedWord: "int(int((\(sum)) * 1000 / \(total)) + \(adj))"
    case .int: "int(int(udiv(int(int(\(sum)) * 1000), \(total))) + \(adj))"
    case .long: "(\(sum)) * 1000 / \(total) + \(adj)"
    }
  }
}

extension Rules.Badness {
  /// Whether points depend on how long a process has been there.
  var countsAges: Bool { own?.reads(.runTime) ?? isLegacy }
}

extension Rules {
  /// These rules with a badness of one's own; as they are without one.
  package func with(_ own: BadnessExpression?) -> Rules {
    var rules = self
    rules.badness.own = own
    return rules
  }
}
