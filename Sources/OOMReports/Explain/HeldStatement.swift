internal import OOMSimulator

/// What a row of the rules said first and what has held since then, through later rows of the same rule; in our words,
/// with the releases in which it holds.
enum HeldStatement: CaseIterable {
  case globalInit, noAddressSpace, lowestLimit, oomAdjShifts, adjOfThousandths, adjOfTotalpages
  case residentAndSwap, noAge

  var rule: RuleName {
    switch self {
    case .globalInit, .noAddressSpace: .candidates
    case .lowestLimit: .memcg
    case .residentAndSwap: .rss
    case .oomAdjShifts, .adjOfThousandths, .adjOfTotalpages, .noAge: .badness
    }
  }

  /// The release of the row that said it first.
  var first: KernelRelease {
    switch self {
    case .globalInit, .oomAdjShifts: "2.6.11"
    case .noAddressSpace: "2.6.19"
    case .lowestLimit: "2.6.25"
    case .adjOfThousandths, .residentAndSwap, .noAge: "2.6.36"
    case .adjOfTotalpages: "3.5"
    }
  }

  /// The last release in which it holds; nil where it holds still.
  var last: KernelRelease? {
    switch self {
    case .oomAdjShifts: "2.6.35"
    case .adjOfThousandths: "3.4"
    case .globalInit, .noAddressSpace, .lowestLimit, .adjOfTotalpages, .residentAndSwap, .noAge: nil
    }
  }

  var says: String {
    switch self {
    case .globalInit: "The global init, pid 1, is never a candidate."
    case .noAddressSpace: "What has no address space of its own is passed over."
    case .lowestLimit:
      "A page is charged to a group and, where they are hierarchical, to all groups above it; the lowest one "
        + "at its limit has the OOM."
    case .residentAndSwap: "rss counters: rss and swap entries count, and no address space."
    case .noAge: "badness: CPU time, run time, nice and children do not count."
    case .oomAdjShifts: "Each step of oom_adj above 0 doubles the points, each below 0 halves them."
    case .adjOfThousandths: "oom_score_adj is added to thousandths of totalpages as it is."
    case .adjOfTotalpages:
      "oom_score_adj is multiplied by totalpages / 1000, which is rounded down before."
    }
  }

  /// Whether it holds in a release. What a distribution has taken over is not asked: there the row of the rule decides.
  func holds(in kernel: KernelRelease) -> Bool {
    if kernel.enterpriseKernel != nil { return true }
    return kernel >= first && kernel <= last ?? kernel
  }
}

extension RulesInForce {
  /// A statement in a release in which it holds; where a distribution has taken it over early, by what that has.
  func held(_ statement: HeldStatement) -> [Lesson.Part] {
    let row = RulesByRelease.changes.first {
      $0.rule == statement.rule && $0.since == statement.first
    }
    guard let row, kernel >= statement.first || kernel < .oldestKnown else {
      return main(statement.rule, statement.says)
    }
    return statement.holds(in: kernel) || kernel < .oldestKnown ? [.rule(statement.says, row)] : []
  }
}
