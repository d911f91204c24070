/// When `vm.panic_on_oom` makes an OOM a panic.
///
/// Kernel: `check_panic_on_oom()`, mm/oom_kill.c; before 2.6.36 `out_of_memory()`.
package enum PanicRule: Equatable, Sendable {
  /// There is no such sysctl: to 2.6.17.
  case never
  /// Any value but 0: an OOM without a constraint: 2.6.18 to 2.6.21.
  case unconstrained
  /// 2: any OOM of the machine: 2.6.22 to 2.6.33.
  case always
  /// 2: an OOM of a memcg, too: since 2.6.34, commit daaf1e68874.
  case alwaysInMemcgsToo

  func panics(_ setting: Sysctl.PanicOnOOM, _ constraint: Constraint) -> Bool {
    switch (self, setting) {
    case (.never, _), (_, .never): false
    case (.unconstrained, _), (_, .unconstrained): constraint == .none
    case (.always, .always): constraint != .memcg
    case (.alwaysInMemcgsToo, .always): true
    }
  }
}

extension RulesByRelease {
  /// When an OOM is a panic.
  @_optimize(none)
  static var panicOnOOM: [RuleChange] {
    [
      RuleChange(
        .panicOnOOM, "2.6.11", "There is no such sysctl.", "mm/oom_kill.c", "out_of_memory()"),
      RuleChange(
        .panicOnOOM, "2.6.18", "1: an OOM without a constraint is a panic.", "mm/oom_kill.c",
        "out_of_memory()", commit: "fadd8fbd153", hurts: "the machine, where it is set"
      ) { $0.outOfMemory.panicOnOOM = .unconstrained },
      RuleChange(
        .panicOnOOM, "2.6.22", "2: any OOM of the machine is a panic, but none of a memcg.",
        "mm/oom_kill.c", "out_of_memory()", hurts: "the machine, where it is set", adds: true
      ) { $0.outOfMemory.panicOnOOM = .always },
      RuleChange(
        .panicOnOOM, "2.6.29", "An OOM of the page-fault path is a panic for any value, to 2.6.35.",
        "mm/oom_kill.c", "pagefault_out_of_memory()", hurts: "the machine, where it is set",
        isSimulated: false, adds: true
      ),
      RuleChange(
        .panicOnOOM, "2.6.34", "2: an OOM of a memcg is a panic, too.", "mm/oom_kill.c",
        "mem_cgroup_out_of_memory()", commit: "daaf1e68874",
        hurts: "the machine, where it is set",
        adds: true
      ) { $0.outOfMemory.panicOnOOM = .alwaysInMemcgsToo },
    ]
  }
}
