/// What an OOM is about, and what of it decides.
///
/// Kernel: `struct oom_control`, include/linux/oom.h.
struct OOMControl {
  /// The group at its limit, nil for the machine. Kernel: `oc->memcg`.
  var memcg: Int?
  /// The process whose allocation failed; nil when it is none of the scenario's. Kernel: `current`.
  var invoker: Int?
  var trigger = OOMTrigger.allocation
  var constraint: Constraint
  /// What `oom_score_adj` is scaled with. Kernel: `oc->totalpages`.
  var totalpages: Int64
  /// The nodes that memory was asked of, nil for any. Kernel: `oc->nodemask`.
  var nodemask: NodeMask?
  /// The nodes of the invoker's cpuset. Kernel: `cpuset_current_mems_allowed`.
  var mems: NodeMask?
  /// Processes that have no memory on the nodes of the OOM, in any order: nobody's candidates since 2.6.36.
  var foreign: Set<Int> = []
  /// Those who are dying already do not end the scan: SysRq f, and the question who is next.
  var ignoresVictims = false
  /// Processes that are passed over, for the question who is next.
  var excluded: Set<Int> = []
}

/// What a cpuset and a memory policy change in an OOM.
///
/// Kernel: mm/oom_kill.c.
package enum NodeRule: Equatable, Sendable {
  /// Nothing: 2.6.11 to 2.6.13.
  case ignored
  /// Tasks of other nodes are passed over: 2.6.14 and 2.6.15, commit a49335cceab.
  case skips
  /// The same, and an OOM limited to some nodes kills the invoker: 2.6.16 to 2.6.18, commit 9b0f8b040ac.
  case skipsAndKillsCurrent
  /// An OOM limited to some nodes kills the invoker; tasks of other nodes count an eighth: 2.6.19 to 2.6.23.
  case killsCurrent
  /// Only a memory policy does that, a cpuset selects: 2.6.24 to 2.6.35, commit bbe373f2c60.
  case policyKillsCurrent
  /// Both select among the processes that have memory on the nodes: since 2.6.36, commit a63d83f427f.
  case selects

  /// Whether tasks of other nodes count an eighth.
  var countsAnEighth: Bool { self == .killsCurrent || self == .policyKillsCurrent }

  func killsCurrent(_ constraint: Constraint) -> Bool {
    switch self {
    case .ignored, .skips, .selects: false
    case .skipsAndKillsCurrent, .killsCurrent:
      constraint == .memoryPolicy || constraint == .cpuset
    case .policyKillsCurrent: constraint == .memoryPolicy
    }
  }
}

extension State {
  /// What an OOM is about: the constraint, and what it counts.
  ///
  /// - Parameters:
  ///   - domain: the group at its limit, nil for the machine.
  ///   - invoker: the process that asked; its cpuset is that of the allocation.
  ///   - nodes: what a memory policy limits the allocation to, nil for nothing.
  ///   - group: whose cpuset it is where nobody of the processes asked.
  ///
  /// Kernel: `constrained_alloc()`, mm/oom_kill.c.
  func oomControl(
    domain: Int?, invoker: Int?, nodes: NodeMask?, group: Int = MemcgTree.root,
    trigger: OOMTrigger = .allocation
  ) -> OOMControl {
    let mems = invoker == nil ? self.mems(ofGroup: group) : self.mems(of: invoker)
    if let domain {
      var oc = OOMControl(
        memcg: domain, invoker: invoker, trigger: trigger, constraint: .memcg,
        totalpages: memcgTotalpages(domain))
      // The cpuset test applied in a memcg, too, until it moved to its callers.
      if rules.constraint.filtersMemcgByCpuset { oc.foreign = foreign(to: mems, policy: nil) }
      return oc
    }
    var oc = OOMControl(
      memcg: nil, invoker: invoker, trigger: trigger, constraint: .none, totalpages: totalpages)
    oc.mems = mems
    guard machine.nodes.count > 1 else { return oc }
    if let nodes, !nodes.isSuperset(of: allNodes) {
      oc.constraint = .memoryPolicy
      oc.nodemask = nodes
      oc.totalpages = machine.swap + pages(of: nodes)
      oc.foreign = foreign(to: mems, policy: nodes)
    } else {
      if !mems.isSuperset(of: allNodes) {
        oc.constraint = .cpuset
        oc.totalpages = machine.swap + pages(of: mems)
      }
      oc.foreign = foreign(to: mems, policy: nil)
    }
    return oc
  }

  /// Every node of the machine.
  var allNodes: NodeMask { NodeMask(below: max(machine.nodes.count, 1)) }

  /// The nodes that a process may have memory on, all for nobody.
  ///
  /// Kernel: `cpuset_mems_allowed()`, kernel/cgroup/cpuset.c. File: `Mems_allowed_list` in /proc/PID/status.
  func mems(of row: Int?) -> NodeMask {
    guard let row, machine.nodes.count > 1 else { return allNodes }
    return tasks.rare.memsAllowed[row] ?? mems(ofGroup: Int(tasks.groups[row]))
  }

  /// The nodes that the processes of a group may have memory on: what it asks for of those of its parent, or all of
  /// them where it has none of them. File: `cpuset.mems.effective`.
  func mems(ofGroup group: Int) -> NodeMask {
    var mems = allNodes
    for group in groups.path(from: group).reversed() {
      guard let set = groups.settings[group].cpusetMems else { continue }
      let both = mems.intersection(set)
      if !both.isEmpty { mems = both }
    }
    return mems
  }

  /// Processes without memory on the nodes of an OOM: by their memory policy where one limits it, by their cpuset
  /// where not.
  ///
  /// Kernel: `oom_cpuset_eligible()`, mm/oom_kill.c, with `mempolicy_in_oom_domain()`, mm/mempolicy.c.
  private func foreign(to mems: NodeMask, policy: NodeMask?) -> Set<Int> {
    guard machine.nodes.count > 1, rules.constraint.nodes != .ignored else { return [] }
    ledger.effort.add(4 * tasks.count + 8 * groups.count)
    let ofGroups = groups.settings.indices.map { self.mems(ofGroup: $0) }
    let rare = tasks.rare
    var foreign: Set<Int> = []
    for row in 0..<tasks.count where tasks.hasNotExited(row) {
      let its =
        policy == nil
        ? rare.memsAllowed[row] ?? ofGroups[Int(tasks.groups[row])]
        : rare.boundNodes(row) ?? allNodes
      if its.isDisjoint(with: policy ?? mems) { foreign.insert(row) }
    }
    return foreign
  }
}

extension RulesByRelease {
  /// What a cpuset and a memory policy change in an OOM.
  @_optimize(none)
  static var constraint: [RuleChange] {
    [
      RuleChange(
        .constraint, "2.6.11", "None: memory nodes are not looked at.", "mm/oom_kill.c",
        "out_of_memory()"
      ),
      RuleChange(
        .constraint, "2.6.14",
        "Tasks of cpusets that share no node with the invoker are passed over.",
        "mm/oom_kill.c", "select_bad_process()", commit: "a49335cceab",
        hurts: "tasks of the same cpuset"
      ) { $0.constraint.nodes = .skips },
      RuleChange(
        .constraint, "2.6.16",
        """
        An OOM limited by a mempolicy or a cpuset kills the invoker; else tasks of foreign cpusets \
        are passed over.
        """,
        "mm/oom_kill.c", "constrained_alloc()", commit: "9b0f8b040ac", hurts: "the invoker"
      ) { $0.constraint.nodes = .skipsAndKillsCurrent },
      RuleChange(
        .constraint, "2.6.19",
        """
        An OOM limited by a mempolicy or a cpuset kills the invoker; else tasks of other memory \
        nodes count an eighth.
        """,
        "mm/oom_kill.c", "badness()", hurts: "tasks of the same nodes"
      ) { $0.constraint.nodes = .killsCurrent },
      RuleChange(
        .constraint, "2.6.24",
        """
        An OOM limited by a mempolicy kills the invoker; one limited by a cpuset selects, and tasks \
        of other nodes count an eighth.
        """,
        "mm/oom_kill.c", "out_of_memory()", commit: "bbe373f2c60",
        hurts: "the largest of the cpuset"
      ) { $0.constraint.nodes = .policyKillsCurrent },
      RuleChange(
        .constraint, "2.6.33",
        """
        The nodes that were asked for decide what a mempolicy is: a mask that does not cover all \
        of them.
        """,
        "mm/oom_kill.c", "constrained_alloc()", commit: "4365a5676fa",
        hurts: "invokers that ask for some nodes", adds: true, asBefore: true),
      RuleChange(
        .constraint, "2.6.36",
        """
        An OOM limited to some nodes, by a mempolicy or a cpuset, selects among the processes \
        that may have memory on them; a cpuset filters an OOM of a memcg, too.
        """,
        "mm/oom_kill.c", "oom_unkillable_task()", commit: "a63d83f427f",
        hurts: "the largest of the nodes"
      ) { $0.constraint.nodes = .selects },
      RuleChange(
        .constraint, "5.3",
        """
        An OOM limited to some nodes, by a mempolicy or a cpuset, selects among the processes \
        that may have memory on them.
        """,
        "mm/oom_kill.c", "oom_cpuset_eligible()", commit: "ac311a14c682",
        hurts: "members of a memcg on other nodes"
      ) { $0.constraint.filtersMemcgByCpuset = false },
    ]
  }
}
