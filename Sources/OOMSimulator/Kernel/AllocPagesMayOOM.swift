extension RulesByRelease {
  /// When the machine calls the killer.
  @_optimize(none)
  static var trigger: [RuleChange] {
    [
      RuleChange(
        .trigger, "2.6.11", "When a round of reclaim frees nothing.", "mm/page_alloc.c",
        "__alloc_pages()"),
      RuleChange(
        .trigger, "2.6.23", "Not for requests above order 3.", "mm/page_alloc.c", "__alloc_pages()",
        commit: "a8bbf72ab9b",
        hurts: "whoever asked for large blocks: an error instead of a kill",
        isSimulated: false, adds: true),
      RuleChange(
        .trigger, "2.6.29",
        "A page fault that fails calls the killer instead of killing the faulter.",
        "mm/oom_kill.c", "pagefault_out_of_memory()", commit: "1c0fe6e3bda",
        hurts: "the largest instead of the invoker", isSimulated: false, adds: true),
      RuleChange(
        .trigger, "4.7", "After 16 rounds without progress.", "mm/page_alloc.c",
        "should_reclaim_retry()", hurts: "nobody in particular", isSimulated: false, adds: true),
      RuleChange(
        .trigger, "4.11", "__GFP_NOFAIL alone no longer kills.", "mm/page_alloc.c",
        "__alloc_pages_may_oom()", hurts: "nobody in particular", isSimulated: false, adds: true),
      RuleChange(
        .trigger, "5.16", "The page-fault path never kills globally.", "mm/oom_kill.c",
        "pagefault_out_of_memory()", commit: "60e2793d440a",
        hurts: "nobody in particular",
        evidence: .inferred("5.14.2 and 5.17-rc5; held for certain"), isSimulated: false, adds: true
      ),
    ]
  }
}
