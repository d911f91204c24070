/// A distribution's kernel whose rules differ from those of the release that it is named after.
///
/// Enterprise kernels take later changes over for years. What stands here is what real logs prove; all else
/// is as in the upstream release, which is not proved.
package struct EnterpriseKernel: Sendable {
  /// As a scenario names it: `3.10-el7`.
  package let name: String
  /// The number of the distribution: 7.
  package let distribution: Int
  package let base: KernelRelease
  /// Key of the badness that decides.
  package let ruleSet: String
  /// What differs from `base`, and what proves it.
  package let changes: [RuleChange]
  /// What is proved and what is not, in a sentence.
  package let note: String

  package static let all: [EnterpriseKernel] = [
    EnterpriseKernel(
      name: "2.6.32-el6", distribution: 6, base: "2.6.32", ruleSet: "3.2",
      changes: [
        taken(
          "3.2", .badness, "17 logs of 2.6.32-642: the first task with the most thousandths died"),
        taken("2.6.36", .children, "comes with the badness"),
        taken("2.6.36", .superuser, "comes with the badness"),
        taken("2.6.36", .zeroPoints, "comes with the badness"),
        taken("2.6.36", .unkillable, "comes with the badness"),
        taken("2.6.36", .rss, "1 log: swap entries count"),
        taken("2.6.36", .totalpages, "1 log: totalpages is more than RAM"),
        taken("2.6.39", .pageTables, "consistent with all logs, proved by none"),
        taken(
          "2.6.36", .rootBonus, "5 logs: a root process with 6.8 thousandths was passed over for 5"),
        taken("2.6.36", .swapoff, "not proved: comes with the badness"),
        taken("2.6.33", .child, "not proved: comes with the badness"),
        taken("2.6.39", .child, "a log: of three children the one with the highest score died"),
        taken("2.6.37", .sharers, "the source of a kernel of this series"),
        taken("2.6.37", .disabled, "the source of a kernel of this series"),
        taken("2.6.36", .oomScore, "the printed scores"),
        taken("2.6.36", .oomScoreAdj, "the column oom_score_adj of the tables"),
        taken("2.6.36", .oomAdj, "the source of a kernel of this series"),
        taken(
          "2.6.36", .memcgTotalpages,
          "2 logs: the limit in bytes and the swap in pages, added up as bytes"),
      ],
      note:
        "2.6.32-el6 scores in thousandths as 3.2 does, with 30 less for root, the first of equals and "
        + "the worst child (logs of 2.6.32-642; earlier kernels of this series may differ); rules that came "
        + "with such a badness upstream are taken over unproved, all else is as upstream 2.6.32, not proved"
    ),
    EnterpriseKernel(
      name: "3.10-el7", distribution: 7, base: "3.10", ruleSet: "3.14",
      changes: [
        taken(
          "3.14", .rootBonus,
          "25 logs of 3.10.0-514: 21 root victims print 3 % of their own use less"),
        taken("3.14", .memAvailable, "not proved: /proc/meminfo of such hosts has the line"),
      ],
      note:
        "3.10-el7 has the root bonus of 3.14 (25 logs of 3.10.0-514); all else as upstream 3.10, "
        + "ties and children not proved"),
    EnterpriseKernel(
      name: "4.18-el8", distribution: 8, base: "4.18", ruleSet: "4.17",
      changes: [
        taken("5.1", .child, "2 logs of 4.18.0-240 and -553 have the kill line of 5.1")
      ],
      note:
        "4.18-el8 sacrifices no child (the kill line of 5.1, in logs of 4.18.0-240 and -553) and gives "
        + "root no bonus of 3 % of the total; all else as upstream 4.18, ties and the floor of 1 not proved"
    ),
    EnterpriseKernel(
      name: "5.14-el9", distribution: 9, base: "5.14", ruleSet: "5.9", changes: [],
      note: "5.14-el9 as upstream 5.14: nothing is proved of it"),
  ]

  /// The upstream change of a rule that an enterprise kernel has taken over.
  private static func taken(
    _ release: KernelRelease, _ rule: RuleName, _ proof: String
  ) -> RuleChange {
    guard
      let change = RulesByRelease.changes.first(where: { $0.rule == rule && $0.since == release })
    else { preconditionFailure("no change of \(rule.rawValue) in \(release)") }
    return change.takenOver(because: proof)
  }
}
