/// What comes of an OOM of a memcg in which nobody can be chosen.
package enum MemcgWithoutVictim: Equatable, Sendable {
  /// The invoker is killed: 2.6.25 to 2.6.34.
  case killsCurrent
  /// Nothing: the invoker waits or tries again: 2.6.35 to 4.18 and since 5.16, commit a4ebf1b6ca1e.
  case waits
  /// The charge is forced over the limit: 4.19 to 5.15.
  case forced
}

extension RulesByRelease {
  /// What comes of an OOM in which nobody can be chosen.
  @_optimize(none)
  static var nobody: [RuleChange] {
    [
      RuleChange(
        .nobody, "2.6.11",
        "A panic of the machine, \"Out of memory and no killable processes...\".",
        "mm/oom_kill.c", "out_of_memory()"),
      RuleChange(
        .nobody, "2.6.25", "A panic of the machine; in a memcg the invoker is killed.",
        "mm/oom_kill.c",
        "mem_cgroup_out_of_memory()", hurts: "the invoker", follows: .memcg),
      RuleChange(
        .nobody, "2.6.35", "A panic of the machine; in a memcg nothing happens: the invoker waits.",
        "mm/oom_kill.c",
        "mem_cgroup_out_of_memory()", hurts: "the invoker: it stands still"
      ) { $0.memcg.withoutVictim = .waits },
      RuleChange(
        .nobody, "4.19",
        """
        A panic of the machine, "System is deadlocked on memory"; in a memcg the charge is \
        forced over the limit.
        """,
        "mm/memcontrol.c",
        "try_charge()", hurts: "the rest of the machine"
      ) {
        $0.memcg.withoutVictim = .forced
        $0.saysDeadlocked = true
      },
      RuleChange(
        .nobody, "5.16",
        "A panic of the machine; in a memcg the charge fails, and a page fault tries again for ever.",
        "mm/memcontrol.c", "try_charge_memcg()", commit: "a4ebf1b6ca1e",
        hurts: "the invoker: it stands still",
        evidence: .inferred(
          "5.14.2 and 5.17-rc5; held for certain. Stable 5.10.80 and 5.15.3 have it, too")
      ) { $0.memcg.withoutVictim = .waits },
      RuleChange(
        .nobody, "6.16", "A dying task may call the killer of its memcg.", "mm/memcontrol.c",
        "mem_cgroup_out_of_memory()", commit: "a75ffa26122b",
        hurts: "a second member beside one that is exiting",
        evidence: .inferred("6.14 and the commit, which the merges for 6.16 list"),
        isSimulated: false,
        adds: true),
    ]
  }
}
