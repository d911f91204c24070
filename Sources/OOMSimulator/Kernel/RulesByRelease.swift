/// The rules that decide for a range of releases.
///
/// A rule that differs between releases gets one field here, of a type that names its variants; each
/// variant is a file named after the kernel function and what it does.
public struct RuleSet: Equatable, Sendable {
  /// The first release that has exactly these rules, as `rule_set` in JSON names it.
  public let key: String
  public let since: KernelRelease

  /// What has the rules of all releases from `since` to the next row.
  ///
  /// - 5.9: `oom_badness()` is signed and has no floor of 1 (9066e5cfb73c), equals fall to the last
  ///   visited (5.3, ac311a14c682), no child dies for its parent (5.1, bbbe48029720), no bonus for
  ///   root (4.17, d46078b28889), `memory.oom.group` (4.19, 3d8b38eb81ca), mode 0 refuses only what
  ///   exceeds RAM + swap (5.2, 8c7829b04c52), a memcg total is max + swap.max (5.10).
  public static let byRelease: [RuleSet] = [
    RuleSet(key: "5.9", since: KernelRelease(5, 9))
  ]

  /// The rules of a release, nil when it is older than every row.
  public static func of(_ release: KernelRelease) -> RuleSet? {
    byRelease.last { $0.since <= release }
  }
}

extension KernelRelease {
  /// What a scenario without `kernel` is decided by: the release that the rules were checked on.
  public static let standard = KernelRelease(6, 12)

  /// The newest release whose source the rules were compared with.
  public static let newestKnown = KernelRelease(7, 1)
}
