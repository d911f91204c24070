internal import VictimSelection

extension BadnessArithmetic {
  /// What is taken off a process for `CAP_SYS_ADMIN`, in points; 0 where nothing is.
  package func rootBonus(of candidate: Candidate) -> Int64 {
    guard candidate.isAdmin else { return 0 }
    switch rules.badness.rootBonus {
    case .none: return 0
    case .ofTotal: return 30 * pointsPerAdj
    case .ofOwnUse:
      return candidate.pages
        - rules.badness.rootBonus.pages(candidate.pages, isAdmin: true, word: word)
    }
  }

  /// The bonus as a step of the sum, nil where there is none.
  func rootBonusTerm(of candidate: Candidate) -> Term? {
    guard candidate.isAdmin else { return nil }
    switch rules.badness.rootBonus {
    case .none: return nil
    case .ofTotal: return Term(operation: .minus, name: "root", value: 30, factor: pointsPerAdj)
    case .ofOwnUse:
      let bonus = rootBonus(of: candidate)
      return bonus == 0 ? nil : Term(operation: .minus, name: "root 3 %", value: bonus)
    }
  }
}

extension RulesByRelease {
  /// What `CAP_SYS_ADMIN` takes off the points.
  @_optimize(none)
  static var rootBonus: [RuleChange] {
    [
      RuleChange(
        .rootBonus, "2.6.11", "No bonus; superusers are divided instead.", "mm/oom_kill.c",
        "badness()"),
      RuleChange(
        .rootBonus, "2.6.36", "CAP_SYS_ADMIN has 30 thousandths of totalpages less.",
        "mm/oom_kill.c", "oom_badness()", commit: "a63d83f427f",
        hurts: "others than root"
      ) { $0.badness.rootBonus = .ofTotal },
      RuleChange(
        .rootBonus, "3.5", "CAP_SYS_ADMIN has 30 steps of oom_score_adj less: 3 % of totalpages.",
        "mm/oom_kill.c", "oom_badness()",
        hurts: "nobody in particular: the same share in another unit", follows: .badness),
      RuleChange(
        .rootBonus, "3.14", "CAP_SYS_ADMIN has 3 % of its own use less, nothing below 34 pages.",
        "mm/oom_kill.c", "oom_badness()", commit: "778c14affaf9",
        hurts: "small root daemons: 3 % of the machine became 3 % of themselves",
        evidence: .inferred("3.13.10, a stable update that has it already, and 3.14.1")
      ) { $0.badness.rootBonus = .ofOwnUse },
      RuleChange(
        .rootBonus, "4.17", "Root has no bonus.",
        "mm/oom_kill.c", "oom_badness()", commit: "d46078b28889",
        hurts: "root processes, by 3 %",
        evidence: .inferred("4.16.13 and 4.18.0; held for certain")
      ) { $0.badness.rootBonus = .none },
    ]
  }
}
