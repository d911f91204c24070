extension RulesByRelease {
  /// When a charge calls the killer.
  @_optimize(none)
  static var memcgTrigger: [RuleChange] {
    [
      RuleChange(
        .memcgTrigger, "2.6.25", "A charge that does not fit calls the killer, whoever makes it.",
        "mm/memcontrol.c", "mem_cgroup_charge_common()"),
      RuleChange(
        .memcgTrigger, "3.12", "Only page faults of users call it; a system call gets ENOMEM.",
        "mm/memcontrol.c", "mem_cgroup_oom_synchronize()", commit: "3812c8c8f395",
        hurts: "programs that write to tmpfs: an error where a kill was",
        evidence: .inferred("3.11.0 and 3.13.10, and who took the commit into 3.12")
      ) { $0.memcg.killsOnFaultsOnly = true },
      RuleChange(
        .memcgTrigger, "4.19", "Every charge of order 3 or less calls it.",
        "mm/memcontrol.c", "mem_cgroup_oom()", commit: "29ef680ae7c2",
        hurts: "groups whose members got ENOMEM before"
      ) { $0.memcg.killsOnFaultsOnly = false },
      RuleChange(
        .memcgTrigger, "5.4", "Charges without __GFP_FS call it, too.", "mm/oom_kill.c",
        "out_of_memory()", commit: "f9c645621a28",
        hurts: "groups that file systems charge",
        isSimulated: false, adds: true
      ),
      RuleChange(
        .memcgTrigger, "5.9",
        "After 16 rounds of reclaim instead of 5, and one more look at the margin.",
        "mm/memcontrol.c",
        "try_charge()", hurts: "nobody: kills come later", isSimulated: false, adds: true),
      RuleChange(
        .memcgTrigger, "6.1", "Charges are taken 64 pages at a time instead of 32.",
        "mm/memcontrol.c", "try_charge_memcg()",
        hurts: "groups near their limit, by 64 pages a CPU",
        isSimulated: false, adds: true),
      RuleChange(
        .memcgTrigger, "6.7", "Huge pages can be charged, with a mount option.", "mm/hugetlb.c",
        "alloc_hugetlb_folio()", hurts: "groups with huge pages, where it is set",
        evidence: .inferred("6.6.9 and 6.8.1"), isSimulated: false, adds: true
      ),
    ]
  }
}
