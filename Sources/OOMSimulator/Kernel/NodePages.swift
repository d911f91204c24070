/// Which pages of a node count in `totalpages`.
package enum NodePages: Equatable, Sendable {
  /// Holes in its memory, too: to 5.3. Kernel: `node_spanned_pages()`.
  case spanned
  /// Without holes: since 5.4, commit f9c645621a28. Kernel: `node_present_pages()`.
  case present
}

extension State {
  /// The pages of some nodes that count in `totalpages`.
  func pages(of nodes: NodeMask) -> Int64 {
    var sum: Int64 = 0
    for (number, node) in machine.nodes.enumerated() where nodes.contains(number) {
      sum += rules.constraint.nodePages == .spanned ? node.spanned : node.present
    }
    return sum
  }
}

extension RulesByRelease {
  /// What `oom_score_adj` is scaled with.
  @_optimize(none)
  static var totalpages: [RuleChange] {
    [
      RuleChange(
        .totalpages, "2.6.11", "Points are not scaled with it.", "mm/oom_kill.c", "badness()"),
      RuleChange(
        .totalpages, "2.6.36",
        "RAM and swap; when limited to some nodes, these with their holes, and swap.",
        "mm/oom_kill.c", "constrained_alloc()", commit: "a63d83f427f",
        hurts: "nobody in particular", follows: .badness),
      RuleChange(
        .totalpages, "5.4",
        "RAM and swap; when limited to some nodes, these without their holes, and swap.",
        "mm/oom_kill.c", "constrained_alloc()", commit: "f9c645621a28",
        hurts: "nobody in particular"
      ) { $0.constraint.nodePages = .present },
    ]
  }
}
