extension Kubernetes {
  /// What goes when a node runs out of memory: killed by the kernel at each limit, evicted by the kubelet.
  package struct NodeForecast: Equatable, Sendable {
    package var node: NodeScenario
    /// The limits that are looked at, nearest first.
    package var forecast: Forecast
    /// Groups with a limit that are not looked at.
    package var otherLimits: Int
    package var eviction: EvictionForecast

    /// - Parameters:
    ///   - rows: how many candidates each limit lists at most, and how many limits of pods and containers.
    ///   - nearPerMille: limits of pods and containers with more left are passed over.
    package init(_ node: NodeScenario, rows: Int, nearPerMille: Int64) {
      self.node = node
      eviction = EvictionForecast(node)
      let near = Self.nearLimits(node)
      let chosen = near.prefix(rows).prefix { $0.leftPerMille <= nearPerMille }
      otherLimits = near.count - chosen.count
      var groups = Set(chosen.map { $0.cgroup })
      groups.insert(node.podsCgroup)
      forecast = Simulator(for: node.scenario).forecast(node, groups: groups, top: rows)
    }

    /// What can be charged until the kernel has to kill, at the node's or at all pods' limit.
    package var untilKill: Bytes {
      let wide = forecast.domains.filter { $0.cgroup == nil || $0.cgroup == node.podsCgroup }
      let left = wide.map { $0.left }.min() ?? 0
      return Bytes(left &* NodeState.pageSize.rawValue)
    }

    /// Growth a second above which memory can end between two looks of the kubelet; nil where it never looks
    /// in time.
    ///
    /// Source: `housekeepingInterval`, 10 s, pkg/kubelet; the notification of version 1 groups is left out.
    package var rateThatOutrunsEviction: Bytes? {
      guard let untilEviction = eviction.untilEviction else { return nil }
      let window = untilKill - max(untilEviction, 0)
      return window > 0 ? window / 10 : nil
    }

    /// Pods and containers with a limit, nearest first. Of a pod with one container the nearer of both counts.
    private static func nearLimits(
      _ node: NodeScenario
    ) -> [(cgroup: String, leftPerMille: Int64)] {
      var near: [(cgroup: String, leftPerMille: Int64)] = []
      for pod in node.pods {
        let own = node.containers[pod.containers].filter {
          $0.processes > 0 && $0.container.kind != .sandbox
        }
        if own.isEmpty { continue }
        var limits = own.compactMap { placed in
          placed.limit.map { (placed.cgroup, left($0, placed.usage)) }
        }
        if let limit = pod.limit {
          let all = (pod.cgroup, left(limit, pod.usage))
          if own.count > 1 || limits.isEmpty {
            limits.append(all)
          } else if all.1 <= limits[0].1 {
            limits = [all]
          }
        }
        near += limits.map { (cgroup: $0.0, leftPerMille: $0.1) }
      }
      return near.sorted { first, second in
        first.leftPerMille == second.leftPerMille
          ? first.cgroup.utf8.lexicographicallyPrecedes(second.cgroup.utf8)
          : first.leftPerMille < second.leftPerMille
      }
    }

    private static func left(_ limit: Bytes, _ usage: Bytes) -> Int64 {
      if limit <= 0 || usage >= limit { return 0 }
      return Int64(
        clamping: 1000 * Int128((limit - usage).rawValue) / Int128(limit.rawValue))
    }
  }

  /// The pods that the kubelet evicts, in order.
  package struct EvictionForecast: Equatable, Sendable {
    /// A measure of free memory that has a threshold.
    package struct Signal: Equatable, Sendable {
      package var name: EvictionSignal
      /// Negative where more is used than there is.
      package var available: Bytes
      package var threshold: Bytes

      package var isMet: Bool { available < threshold }
    }

    /// A threshold that has to be met for a while.
    package struct SoftSignal: Equatable, Sendable {
      package var signal: Signal
      package var gracePeriod: Microseconds
    }

    /// A pod in its place of the order.
    package struct Entry: Equatable, Sendable {
      /// Position of the pod.
      package var pod: Int
      package var candidate: EvictionCandidate
      /// Static, mirror and critical pods are ranked, and passed over.
      package var isEvictable: Bool
      /// Whether its eviction is due now, without further growth.
      package var isDue = false
      /// Whether it is due, without further growth, when the soft threshold has been met for its grace period.
      package var isDueAfterGracePeriod = false
      /// Why it comes before the next.
      package var beforeNext = EvictionKey.none
    }

    package var signals: [Signal]
    /// Nil where the configuration has no soft threshold.
    package var soft: SoftSignal?
    package var order: [Entry]

    package init(_ node: NodeScenario) {
      let state = node.state
      let ofPods = node.podsUsage
      // A percentage is one of what each signal is measured against.
      let hard = state.kubelet.evictionHard
      let ofPodsLimit = hard.isOff ? 0 : hard.bytes(of: state.podsLimit)
      signals = [
        Signal(
          name: .memory, available: state.node.capacity - ofPods - node.systemUsage,
          threshold: state.evictionThreshold),
        Signal(name: .allocatable, available: state.podsLimit - ofPods, threshold: ofPodsLimit),
      ]
      if let eviction = state.eviction, let threshold = eviction.soft, !threshold.isOff {
        var signal = signals[0]
        signal.threshold = threshold.bytes(of: state.node.capacity)
        soft = SoftSignal(signal: signal, gracePeriod: eviction.softGracePeriod ?? 0)
      }
      let candidates = state.pods.indices.map { index in
        let pod = state.pods[index]
        return EvictionCandidate(
          usage: node.pods[index].hasStatistics ? node.pods[index].usage : nil,
          request: pod.memoryRequest(usesPodLevel: state.kubelet.has(.podLevelResources)),
          priority: pod.effectivePriority)
      }
      order = rankMemoryPressure(candidates).map {
        Entry(pod: $0, candidate: candidates[$0], isEvictable: !state.pods[$0].isCritical)
      }
      for index in order.indices.dropLast() {
        order[index].beforeNext = reason(
          order[index].candidate, before: order[index + 1].candidate)
      }
      markDue(node)
    }

    /// Growth until the first eviction, 0 or less when it is due; nil where nobody is ever evicted.
    package var untilEviction: Bytes? {
      guard signals.contains(where: { $0.threshold > 0 }), order.contains(where: { $0.isEvictable })
      else { return nil }
      return signals.map { $0.available - $0.threshold }.min()
    }

    /// One pod goes at a time until each threshold that was met is kept, with what has to be reclaimed beyond it.
    ///
    /// Source: `thresholdsMet()`, pkg/kubelet/eviction/helpers.go, with `enforceMinReclaim`.
    private mutating func markDue(_ node: NodeScenario) {
      let reclaim = node.state.eviction?.minimumReclaim
      func missing(_ signal: Signal) -> Bytes {
        guard signal.isMet, signal.threshold > 0 else { return 0 }
        let capacity =
          signal.name == .memory ? node.state.node.capacity : node.state.podsLimit
        return signal.threshold + (reclaim?.bytes(of: capacity) ?? 0) - signal.available
      }
      let hard = signals.map { missing($0) }.max() ?? 0
      for place in places(toReclaim: hard, node) { order[place].isDue = true }
      guard let soft else { return }
      for place in places(toReclaim: missing(soft.signal), node) where !order[place].isDue {
        order[place].isDueAfterGracePeriod = true
      }
    }

    private func places(toReclaim missing: Bytes, _ node: NodeScenario) -> [Int] {
      var missing = missing
      var places: [Int] = []
      for place in order.indices where order[place].isEvictable && missing > 0 {
        places.append(place)
        missing = missing - node.pods[order[place].pod].usage
      }
      return places
    }
  }
}

extension Simulator {
  /// The processes that would die next in the machine and in some groups: of each container the first process, of sandboxes none.
  ///
  /// - Complexity: O(groups) for each of them, so that thousands of groups beside them cost nothing.
  func forecast(_ node: Kubernetes.NodeScenario, groups: Set<String>, top: Int) -> Forecast {
    let scenario = node.scenario
    var machine = State(of: scenario, rules: rules)
    machine.settle()
    func forecast(_ group: Int?) -> Forecast.Domain {
      var seen: Set<Int> = []
      return machine.forecast(group, top: top) { candidate in
        guard let index = node.container(ofPid: candidate.pid),
          node.containers[index].container.kind != .sandbox
        else { return false }
        return seen.insert(index).inserted
      }
    }
    var domains = [forecast(nil)]
    for group in 0..<machine.groups.count where groups.contains(machine.groups.paths[group]) {
      let limits = machine.ledger.limits[group]
      if min(limits.max, limits.memsw) == Cgroup.unlimited { continue }
      domains.append(forecast(group))
    }
    domains.sort { first, second in
      let (a, b) = (first.leftPerMille, second.leftPerMille)
      return a == b ? first.cgroup ?? "" < second.cgroup ?? "" : a < b
    }
    return Forecast(
      scenario: scenario.name, kernel: kernel.text, ruleSet: ruleSet.key,
      pageSize: scenario.machine.pageSize, domains: domains,
      warnings: kernel.warnings + machine.startWarnings)
  }
}
