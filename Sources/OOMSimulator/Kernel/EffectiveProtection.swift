/// How a release shares protection among siblings.
package enum ProtectionRule: Equatable, Sendable {
  /// There are no such files: to 3.19.
  case none
  /// `memory.low` alone: a group is protected while it and every ancestor use less than they ask for: 4.0
  /// to 4.17.
  case whileBelowLow
  /// A share of the parent's protection, by the usage of the siblings that stay within theirs: 4.18 to 5.6.
  case shareOfParent
  /// A share by what the siblings ask for and use: since 5.7.
  case proportional
}

/// How many pages of a group reclaim has to leave alone.
///
/// Children that ask for more than their parent has share the parent's in proportion to what they
/// ask for and use. Children of the group that reclaims have their own setting unscaled: the caller
/// sees to that.
///
/// - Parameters:
///   - usage: pages charged to the group and its descendants.
///   - setting: `memory.min` or `memory.low`, in pages.
///   - parentEffective: the protection that the parent came out with.
///   - siblingsProtected: the sum of `protectedUsage` over all children of the parent.
///   - recursiveParentUsage: pages of the parent and its descendants where version 2 is mounted with
///     `memory_recursiveprot`, nil without.
///
/// Kernel: `effective_protection()`, mm/memcontrol.c, since 5.7; `mem_cgroup_protected()` before.
package func effectiveProtection(
  usage: Int64, setting: Int64, parentEffective: Int64, siblingsProtected: Int64,
  recursiveParentUsage: Int64? = nil, rule: ProtectionRule = .proportional
) -> Int64 {
  switch rule {
  case .none:
    return 0
  case .whileBelowLow:
    return usage < setting && parentEffective > 0 ? usage : 0
  case .shareOfParent:
    let own = min(setting, parentEffective)
    guard setting > 0, parentEffective > 0, siblingsProtected > 0 else { return own }
    return min(own, share(min(usage, setting), of: siblingsProtected, parentEffective))
  case .proportional:
    let protected = min(usage, setting)
    if siblingsProtected > parentEffective {
      return share(protected, of: siblingsProtected, parentEffective)
    }
    guard let parentUsage = recursiveParentUsage, parentEffective > siblingsProtected,
      parentUsage > siblingsProtected, usage > protected
    else { return protected }
    return protected
      + share(
        usage - protected, of: parentUsage - siblingsProtected, parentEffective - siblingsProtected)
  }
}

/// What a group counts for in the sum over its parent's children.
func protectedUsage(usage: Int64, setting: Int64, rule: ProtectionRule) -> Int64 {
  switch rule {
  case .none, .whileBelowLow: 0
  case .shareOfParent: usage <= setting ? usage : 0
  case .proportional: min(usage, setting)
  }
}

private func share(_ part: Int64, of sum: Int64, _ whole: Int64) -> Int64 {
  let (high, low) = whole.multipliedFullWidth(by: part)
  // A sum that leaves siblings out can be smaller than one part: more than the whole is the whole, too.
  if part >= sum { return whole }
  return sum.dividingFullWidth((high, low)).quotient
}

extension RulesByRelease {
  /// What is protected from reclaim.
  @_optimize(none)
  static var protection: [RuleChange] {
    [
      RuleChange(
        .protection, "2.6.11", "Nothing is protected from reclaim.", "mm/vmscan.c", "shrink_zone()"),
      RuleChange(
        .protection, "4.0", "memory.low holds while a group and all above it use less than theirs.",
        "mm/memcontrol.c", "mem_cgroup_low()", hurts: "unprotected siblings"
      ) { $0.memcg.protection = .whileBelowLow },
      RuleChange(
        .protection, "4.18",
        "memory.min and memory.low; children share the protection of their parent by usage.",
        "mm/memcontrol.c", "mem_cgroup_protected()",
        hurts: "children that overcommit their parent's protection",
        evidence: .inferred("4.16.13 and 4.18.0")
      ) { $0.memcg.protection = .shareOfParent },
      RuleChange(
        .protection, "5.4", "Reclaim scans a group in proportion to what is not protected.",
        "mm/vmscan.c", "get_scan_count()", commit: "9783aa9917f8",
        hurts: "groups somewhat above their protection", isSimulated: false, adds: true
      ),
      RuleChange(
        .protection, "5.7",
        """
        memory.min and memory.low; children share by what they ask for and use; with the mount \
        option memory_recursiveprot what is left goes by use.
        """,
        "mm/memcontrol.c", "effective_protection()", hurts: "children above their setting"
      ) { $0.memcg.protection = .proportional },
    ]
  }
}
