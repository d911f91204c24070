internal import VictimSelection

extension OvercommitRule {
  /// The types in which mode 2 compares.
  package enum Comparison: Equatable, Sendable {
    /// An `int` against an `unsigned long`: 2.6.11 and 2.6.12.
    case intWithUnsigned
    /// 2.6.13 to 2.6.29, commit 2f60f8d3573, and since 4.0.
    case signed
    /// A limit under 0 wraps and admits everything: 2.6.30 to 3.19.
    case unsigned
  }
}

extension OvercommitState {
  /// Whether a sum of what is committed stays below `CommitLimit` less the reserves.
  func isBelowLimit(_ sum: Int64) -> Bool {
    switch (rule.comparison, rule.word) {
    case (.signed, _): sum < strictLimit
    case (.unsigned, .bits64): UInt64(bitPattern: sum) < UInt64(bitPattern: strictLimit)
    case (.unsigned, .bits32):
      UInt32(truncatingIfNeeded: sum) < UInt32(truncatingIfNeeded: strictLimit)
    case (.intWithUnsigned, .bits64):
      UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: sum))) < UInt64(bitPattern: strictLimit)
    case (.intWithUnsigned, .bits32):
      UInt32(truncatingIfNeeded: sum) < UInt32(truncatingIfNeeded: strictLimit)
    }
  }
}

extension RulesByRelease {
  /// The types in which mode 2 compares.
  @_optimize(none)
  static var commitTypes: [RuleChange] {
    [
      RuleChange(
        .commitTypes, "2.6.11", "An int against an unsigned long.", "security/commoncap.c",
        "cap_vm_enough_memory()"),
      RuleChange(
        .commitTypes, "2.6.13", "Signed longs.", "security/commoncap.c", "cap_vm_enough_memory()",
        commit: "2f60f8d3573", hurts: "nobody in particular"
      ) { $0.overcommit.comparison = .signed },
      RuleChange(
        .commitTypes, "2.6.30", "Unsigned: a limit below 0 admits everything.", "mm/mmap.c",
        "__vm_enough_memory()", hurts: "nobody: requests go through that should not"
      ) { $0.overcommit.comparison = .unsigned },
      RuleChange(
        .commitTypes, "4.0", "Signed. Stable 3.4.y, 3.18.y and 3.19.y have it, too.", "mm/mmap.c",
        "__vm_enough_memory()",
        hurts: "processes that relied on a limit below 0",
        evidence: .inferred("3.16.0 and 4.0.5; 3.17 to 3.19.0 were not read")
      ) { $0.overcommit.comparison = .signed },
      RuleChange(
        .commitTypes, "6.5",
        """
        To 6.5.3: a mapping that mremap() moves adds its size to Committed_AS once more; mended in 6.5.4 and 6.6.
        """,
        "mm/mremap.c", "move_vma()", commit: "408579cd627a",
        hurts: "everybody under mode 2, where mappings are moved often",
        evidence: .inferred("the commit, and the one that mends it, 3cec50490969"),
        isSimulated: false,
        adds: true),
    ]
  }
}
