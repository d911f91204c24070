/// What SysRq f, the manual OOM kill, does otherwise than an OOM.
///
/// Kernel: `moom_callback()`, drivers/tty/sysrq.c, with `out_of_memory()`, mm/oom_kill.c.
package enum SysrqRule: Equatable, Sendable {
  /// Nothing: to 3.3.
  case likeAny
  /// It passes victims over that are still dying: 3.4 to 4.2. Kernel: `force_kill`.
  case ignoresVictims
  /// Nor does it panic, whatever is set and whoever is left: since 4.3. Kernel: `is_sysrq_oom()`.
  case neverPanics
}

extension RulesByRelease {
  /// What SysRq f does otherwise than an OOM.
  @_optimize(none)
  static var sysrq: [RuleChange] {
    [
      RuleChange(
        .sysrq, "2.6.11", "An OOM like any other.", "drivers/char/sysrq.c", "moom_callback()"),
      RuleChange(
        .sysrq, "3.4", "Victims that are still dying are passed over: somebody else is killed.",
        "mm/oom_kill.c", "select_bad_process()", hurts: "a second process",
        evidence: .inferred("3.2.7 and 3.4.111")
      ) { $0.outOfMemory.sysrq = .ignoresVictims },
      RuleChange(
        .sysrq, "4.3", "Nor is there a panic, whatever vm.panic_on_oom is and whoever is left.",
        "mm/oom_kill.c", "is_sysrq_oom()", hurts: "nobody in particular", adds: true
      ) { $0.outOfMemory.sysrq = .neverPanics },
    ]
  }
}
