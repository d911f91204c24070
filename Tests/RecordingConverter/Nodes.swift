/// A memory node of a NUMA machine, its zones together. Sizes are in pages.
struct MemoryNode {
  var managed: Int64 = 0
  var present: Int64 = 0
  var spanned: Int64 = 0
  /// What the kernel keeps of it for itself.
  var kernel: Int64?

  var value: JSONValue {
    var object = ObjectBuilder()
    object.add("memory", pages(managed))
    object.add("present", pages(present))
    object.add("spanned", pages(spanned))
    if let kernel { object.add("kernel", pages(kernel)) }
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
    return last.flatMap { Self.nodes(ofMask: $0.words[3]) }
  }

  /// A script's mask of nodes, a bit for each, as the format lists nodes.
  static func nodes(ofMask text: String) -> String? {
    guard let mask = UInt64(text), mask != 0 else { return nil }
    return (0..<64).filter { mask >> $0 & 1 == 1 }.map(String.init).joined(separator: ",")
  }

  /// The first of the nodes that a process takes memory of: what its policy, or else its cpuset, begins with.
  func firstNode(of process: StartedProcess, at moment: Moment) -> Int {
    let path = cgroup(of: process, at: moment)
    let cpuset = cgroups(at: moment).last { $0.contains(path) && $0.nodes != nil }?.nodes
    let list = mempolicy(of: process, at: moment) ?? cpuset ?? "0"
    return Int(list.prefix(while: \.isNumber)) ?? 0
  }
}

extension Memcg {
  fileprivate var nodes: String? { files.last { $0.key == "cpuset.mems" }?.value }
}

extension ReplayMachine {
  /// The nodes, and what of each was neither free nor a process's: everything the kernel keeps to itself.
  ///
  /// What a process had before the script made it grow lies on node 0, where the machine's only CPU is; its growth
  /// lies on the first node that it was bound to. No recording says where a page is.
  ///
  /// - Returns: nil where no dump tells.
  func nodes(grown: (String) -> Growth) -> [MemoryNode]? {
    var nodes = recording.nodes
    guard let reference, let zones = reference.zones, !nodes.isEmpty else { return nil }
    let moment = recording.ooms.first.map(recording.moment) ?? recording.end
    var kernel = nodes.map(\.managed)
    for (number, node) in nodes.indices.map({ n in (n, zones.filter { $0.node == n }) }) {
      guard let highest = node.lastIndex(where: { $0.managed > 0 }) else { continue }
      for (index, zone) in node.enumerated() where zone.managed > 0 {
        kernel[number] -= zone.free ?? 0
        if index < highest, highest < zone.reserves.count {
          kernel[number] += zone.reserves[highest]
        }
      }
    }
    for state in reference.procs ?? [] where !state.isKernelThread {
      let growth = grown(state.name)
      let all = state.residentPages + state.swapPages
      let before = all - growth.anon - growth.shmem
      kernel[0] -= before + Self.pageTables(of: before)
      let node = recording.process(state.pid).map { recording.firstNode(of: $0, at: moment) } ?? 0
      kernel[node] -= all - before + Self.pageTables(of: all) - Self.pageTables(of: before)
    }
    for number in nodes.indices { nodes[number].kernel = max(kernel[number], 0) }
    return nodes
  }
}

extension Recording.Zone {
  fileprivate var node: Int? { zone?.split(separator: "/").first.flatMap { Int($0) } }
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
