// Which pods the kubelet evicts when memory runs out: a policy of its own beside the kernel's. It ranks pods, not processes,
// knows priorities, and does not look at classes of service, limits or oom_score_adj.

extension Kubernetes {
  /// A pod as eviction sees it.
  package struct EvictionCandidate: Equatable, Sendable {
    /// Its working set; nil where the kubelet has no statistics of it.
    package var usage: Bytes?
    package var request: Quantity
    package var priority: Int32

    package init(usage: Bytes?, request: Quantity, priority: Int32) {
      self.usage = usage
      self.request = request
      self.priority = priority
    }

    /// Use less the request, rounded down.
    package var aboveRequest: Bytes? { usage.map { $0 - request.bytes } }

    package var exceedsRequest: Bool { usage.map { Quantity(bytes: $0) > request } ?? false }
  }

  /// What puts a pod before the one that comes after it.
  package enum EvictionKey: String, Sendable {
    /// Nobody knows what it uses.
    case noStatistics = "no_statistics"
    /// It uses more than it requests.
    case exceedsRequest = "exceeds_request"
    case lowerPriority = "lower_priority"
    /// Its use is further above, or less below, its request.
    case moreAboveRequest = "more_above_request"
    /// Nothing: the kubelet leaves the order of the two open.
    case equal
    /// It is the last.
    case none
  }

  /// The order in which pods are evicted: first those that use more than they request, of these the lowest priority
  /// first, of these those with the most above their request.
  ///
  /// - Returns: positions in `pods`. Equals stay in their order; the kubelet's sort leaves it open.
  ///
  /// Source: `rankMemoryPressure()`, pkg/kubelet/eviction/helpers.go.
  package static func rankMemoryPressure(_ pods: [EvictionCandidate]) -> [Int] {
    pods.indices.sorted { first, second in
      let (order, _) = compare(pods[first], pods[second])
      return order == 0 ? first < second : order < 0
    }
  }

  /// Why the first, which comes before the second, does.
  package static func reason(
    _ first: EvictionCandidate, before second: EvictionCandidate
  ) -> EvictionKey {
    compare(first, second).key
  }

  /// Source: `orderedBy(exceedMemoryRequests(stats), priority, memory(stats))`.
  private static func compare(
    _ first: EvictionCandidate, _ second: EvictionCandidate
  ) -> (order: Int, key: EvictionKey) {
    if let order = trueFirst(first.usage == nil, second.usage == nil) {
      return (order, .noStatistics)
    }
    if let order = trueFirst(first.exceedsRequest, second.exceedsRequest) {
      return (order, .exceedsRequest)
    }
    if first.priority != second.priority {
      return (first.priority < second.priority ? -1 : 1, .lowerPriority)
    }
    let (a, b) = (above(first), above(second))
    return a == b ? (0, .equal) : (a > b ? -1 : 1, .moreAboveRequest)
  }

  private static func above(_ pod: EvictionCandidate) -> Int128 {
    guard let usage = pod.usage else { return 0 }
    return Quantity(bytes: usage).nano - pod.request.nano
  }

  /// Source: `cmpBool()`.
  private static func trueFirst(_ first: Bool, _ second: Bool) -> Int? {
    first == second ? nil : first ? -1 : 1
  }
}
