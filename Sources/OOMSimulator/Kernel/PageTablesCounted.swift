/// Which levels of page tables count as points.
///
/// Kernel: `oom_badness()`, mm/oom_kill.c.
package enum PageTablesCounted: Equatable, Sendable {
  /// None: to 2.6.38.
  case none
  /// The last level, `mm->nr_ptes`: 2.6.39 to 3.19.
  case pte
  /// With `mm_nr_pmds()`: 4.0 to 4.14, commit dc6c9a35b66b.
  case pteAndPMD
  /// `mm_pgtables_bytes()`, every level: since 4.15, commit af5b0f6a09e4.
  case all

  /// Pages of tables that count.
  func pages(_ tables: PageTableLevels) -> Int64 {
    switch self {
    case .none: 0
    case .pte: tables.pte
    case .pteAndPMD: tables.pte + tables.pmd
    case .all: tables.pte + tables.pmd + tables.pud
    }
  }
}

/// Page tables by level, in pages.
package struct PageTableLevels: Equatable, Sendable {
  package var pte: Int64 = 0
  package var pmd: Int64 = 0
  package var pud: Int64 = 0

  /// Page tables of 0 or more pages on each level.
  package init(pte: Int64 = 0, pmd: Int64 = 0, pud: Int64 = 0) {
    self.pte = pte
    self.pmd = pmd
    self.pud = pud
  }

  package var total: Int64 { pte + pmd + pud }
}

extension RulesByRelease {
  /// Which page tables count.
  @_optimize(none)
  static var pageTables: [RuleChange] {
    [
      RuleChange(
        .pageTables, "2.6.11", "Page tables do not count.", "mm/oom_kill.c", "badness()"),
      RuleChange(
        .pageTables, "2.6.39", "The last level of page tables counts (nr_ptes).",
        "mm/oom_kill.c", "oom_badness()",
        hurts: "processes with large or sparse mappings"
      ) { $0.badness.pageTables = .pte },
      RuleChange(
        .pageTables, "4.0", "PMD tables count, too.",
        "mm/oom_kill.c", "oom_badness()", commit: "dc6c9a35b66b",
        hurts: "processes with sparse mappings"
      ) { $0.badness.pageTables = .pteAndPMD },
      RuleChange(
        .pageTables, "4.15", "All levels count, by bytes (mm_pgtables_bytes()).",
        "mm/oom_kill.c", "oom_badness()", commit: "af5b0f6a09e4",
        hurts: "every process by its PUD pages", evidence: .inferred("4.14.177 and 4.16.13")
      ) { $0.badness.pageTables = .all },
    ]
  }
}
