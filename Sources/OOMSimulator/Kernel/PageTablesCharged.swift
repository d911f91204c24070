extension RulesByRelease {
  /// Whether groups are charged for page tables.
  @_optimize(none)
  static var memcgTables: [RuleChange] {
    [
      RuleChange(
        .memcgTables, "2.6.25", "Page tables are charged to no group.",
        "arch/x86/mm/pgtable.c", "pte_alloc_one()",
        evidence: .inferred("a log of 3.13: a usage of 980 kB beside page tables of 63.5 MiB")
      ),
      RuleChange(
        .memcgTables, "4.8", "The group of the process is charged for its page tables.",
        "arch/x86/mm/pgtable.c", "pte_alloc_one()", commit: "3e79ec7ddc33",
        hurts: "groups whose processes map much, such as databases with shared buffers",
        evidence: .inferred("4.7.4 and 4.8.15")
      ) { $0.memcg.chargesPageTables = true },
    ]
  }
}
