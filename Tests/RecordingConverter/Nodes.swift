/// A memory node of a NUMA machine, its zones together. Sizes are in pages.
struct MemoryNode {
  var managed: Int64 = 0
  var present: Int64 = 0
  var spanned: Int64 = 0

  var value: JSONValue {
    var object = ObjectBuilder()
    object.add("memory", pages(managed))
    object.add("present", pages(present))
    object.add("spanned", pages(spanned))
    return object.value
  }
}

extension Recording {
  /// The nodes in the order of their numbers, none for a machine that has only one.
  var nodes: [MemoryNode] {
    var nodes: [Int: MemoryNode] = [:]
    for zone in machine?.zones ?? [] {
      guard let number = zone.zone?.split(separator: "/").first.flatMap({ Int($0) }) else {
        continue
      }
      nodes[number, default: MemoryNode()].managed += zone.managed
      nodes[number, default: MemoryNode()].present += zone.present ?? zone.managed
      nodes[number, default: MemoryNode()].spanned += zone.spanned ?? zone.present ?? zone.managed
    }
    guard nodes.count > 1 else { return [] }
    return (0...(nodes.keys.max() ?? 0)).map { nodes[$0] ?? MemoryNode() }
  }

  /// The nodes that a process had bound its memory to, as the format lists them; a script has a
  /// bit for each.
  func mempolicy(of process: StartedProcess, at moment: Moment) -> String? {
    let last = operations("policy", before: moment).last { step in
      step.words[1] == process.name && step.replies?.first?.r?.first == 0
    }
    guard let last, let mask = UInt64(last.words[3]), mask != 0 else { return nil }
    let nodes = (0..<64).filter { mask >> $0 & 1 == 1 }
    return nodes.map(String.init).joined(separator: ",")
  }
}

extension Recording.OOM {
  /// Whether a memory policy or a cpuset kept the allocation from some of the nodes.
  var isLimitedToNodes: Bool { ["memory_policy", "cpuset"].contains(constraint) }

  /// What ran out, as scenarios spell it; a report that ends in a panic does not say.
  var constraint: String {
    switch summary?.constraint {
    case "CONSTRAINT_MEMORY_POLICY": "memory_policy"
    case "CONSTRAINT_CPUSET": "cpuset"
    default: memcg == nil ? "none" : "memcg"
    }
  }
}
