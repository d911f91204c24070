/// From which memory nodes a process takes its pages first. Kernel: `struct mempolicy`.
package struct Mempolicy: Equatable, Sendable {
  var nodes: NodeMask
  var mode = Mode.bind

  /// What the nodes are for it. Only `bind` keeps its memory off the others.
  package enum Mode: String, CaseIterable, Sendable {
    /// No page lies elsewhere. Kernel: `MPOL_BIND`.
    case bind
    /// They come first, the others when these are full. Kernel: `MPOL_PREFERRED`, with several nodes
    /// `MPOL_PREFERRED_MANY`.
    case preferred
    /// Page by page in turn, others when these are full. Kernel: `MPOL_INTERLEAVE`.
    case interleave
    /// The same with as many pages of a node in turn as its weight says. Kernel: `MPOL_WEIGHTED_INTERLEAVE`.
    case weightedInterleave = "weighted_interleave"
  }
}
