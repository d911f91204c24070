/// A range of releases with the same badness, by the first of them.
package struct RuleSet: Equatable, Sendable {
  /// The first release, as `rule_set` in JSON names it.
  package let key: String
  package let since: KernelRelease
  /// What it is, in a line.
  package let summary: String

  private init(_ key: String, _ summary: String) {
    self.key = key
    since = KernelRelease(stringLiteral: key)
    self.summary = summary
  }

  /// All rule sets, oldest first.
  package static let all: [RuleSet] = [
    RuleSet("2.6.11", "address space, children in full, no value that disables"),
    RuleSet("2.6.12", "the same; oom_adj -17 is never chosen"),
    RuleSet("2.6.16", "children count half and a page"),
    RuleSet("2.6.19", "swapoff has all points; tasks of other memory nodes an eighth"),
    RuleSet("2.6.22", "0 points become 1 before a positive oom_adj"),
    RuleSet("2.6.25", "the uid no longer matters; memory cgroups exist"),
    RuleSet("2.6.32", "by process, not by thread; oom_adj -17 is 0 points"),
    RuleSet("2.6.36", "the rewrite: rss and swap in thousandths of totalpages"),
    RuleSet("2.6.37", "-1000 of one exempts all that use its memory"),
    RuleSet("2.6.39", "page tables count; an int overflows at 8.19 GiB"),
    RuleSet("3.0", "the same; swapoff sets its own oom_score_adj"),
    RuleSet("3.2", "the overflow is gone; each process has its own -1000"),
    RuleSet("3.5", "points in pages; root has 3 % of totalpages less"),
    RuleSet("3.14", "root has 3 % of its own use less"),
    RuleSet("4.0", "PMD tables count, too"),
    RuleSet("4.7", "a reaped victim has no points"),
    RuleSet("4.8", "nor has a vfork child in its parent's memory"),
    RuleSet("4.15", "all levels of page tables count, by bytes"),
    RuleSet("4.17", "no root bonus"),
    RuleSet("5.9", "signed, without a floor of 1"),
  ]

  /// The rule set that decides for a release; the oldest one for what is older than all.
  package static func of(_ release: KernelRelease) -> RuleSet {
    if let enterprise = release.enterpriseKernel {
      return all.first { $0.key == enterprise.ruleSet } ?? all[0]
    }
    return all.last { $0.since <= release } ?? all[0]
  }
}

extension KernelRelease {
  /// What a scenario without `kernel` is decided by: the release that the rules were checked on.
  public static let standard = KernelRelease(6, 12)

  /// The newest release that the rules were compared with: the source to 7.1, recordings of 7.2 and 7.3.
  package static let newestKnown = KernelRelease(7, 3)

  /// The oldest one.
  package static let oldestKnown = KernelRelease(2, 6, 11)
}
