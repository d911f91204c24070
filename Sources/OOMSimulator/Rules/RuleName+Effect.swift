extension RuleName {
  /// What a rule has an effect on.
  package enum Effect: String, CaseIterable, Sendable {
    /// The choice of the victim, and which processes die with it.
    case whoDies = "who-dies"
    /// When memory or a limit runs out, and what comes back.
    case whenItEnds = "when"
    /// Which requests get ENOMEM.
    case refusals = "refusals"
    /// What files and logs show.
    case files = "files"
  }

  package var effect: Effect {
    switch self {
    case .panicOnOOM, .allocatingTask, .constraint, .totalpages, .memcgTotalpages, .candidates,
      .disabled, .dying, .vforkChildren, .swapoff, .badness, .children, .superuser, .zeroPoints,
      .pageTables, .rootBonus, .rss, .scanWidth, .ties, .memcgWalk, .memcgTies, .child, .unkillable,
      .sharers, .oomGroup, .nobody, .oomAdj:
      .whoDies
    case .memcg, .memcgTables, .memcgKernel, .memcgReclaim, .zswap, .madviseFree,
      .memcgTrigger, .memcgLimit, .protection, .high, .watermarks, .pagesets, .trigger, .sysrq,
      .reaper:
      .whenItEnds
    case .heuristic, .strict, .commitTypes: .refusals
    case .memcgEvents, .oomScore, .oomScoreAdj, .memAvailable, .log: .files
    }
  }
}

extension RuleChange {
  /// How many it hurts: 0 everybody, 1 some, 2 nobody, 3 where nothing is said of it.
  private var harm: Int {
    if hurts.isEmpty { return 3 }
    if hurts.hasPrefix("nobody") { return 2 }
    return hurts.hasPrefix("everybody") ? 0 : 1
  }

  /// Changes with one effect, those that hurt most first; of these what a scenario can show, then by release.
  package static func only(_ effect: RuleName.Effect, of changes: [RuleChange]) -> [RuleChange] {
    let kept = changes.enumerated().filter { $0.element.rule.effect == effect }
    return kept.sorted { a, b in
      let (x, y) = (a.element, b.element)
      if x.harm != y.harm { return x.harm < y.harm }
      if x.isSimulated != y.isSimulated { return x.isSimulated }
      return a.offset < b.offset
    }.map { $0.element }
  }
}
