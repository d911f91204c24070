// Which threshold the kubelet acts on at a look, and what it remembers of it until the next.

extension Kubernetes {
  /// The eviction manager of a kubelet as far as memory goes.
  ///
  /// Exact: what is compared with what, for how long, and what has to be reclaimed once a threshold was met. Of several
  /// that are met the first is acted on, a hard one before others, where the kubelet takes any.
  ///
  /// Source: `synchronize()`, pkg/kubelet/eviction/eviction_manager.go; `thresholdsMet()`,
  /// `thresholdsFirstObservedAt()`, `thresholdsMetGracePeriod()` and `nodeConditionsObservedSince()`, helpers.go.
  struct EvictionManager: Equatable, Sendable {
    struct Observation: Equatable, Sendable {
      var available: Bytes
      var capacity: Bytes
    }

    /// When the grace period of a threshold that is met is over, by the number of the threshold.
    var graceEnds: [Int: Microseconds] = [:]
    /// Those that were met at the last look, grace period and all.
    var met: [Int] = []
    /// When any was last seen to be met.
    var pressureSeen: Microseconds?

    /// - Parameter observations: nil where nothing is observed of a signal.
    /// - Returns: the number of the threshold that something has to be evicted for.
    mutating func synchronize(
      _ thresholds: [Threshold], _ observations: [EvictionSignal: Observation],
      at now: Microseconds
    ) -> Int? {
      let before = graceEnds
      graceEnds = [:]
      for (number, threshold) in thresholds.enumerated() {
        guard let seen = observations[threshold.signal] else { continue }
        // One that was met stays it until the minimum is reclaimed, too.
        let isLess = { (reclaims: Bool) in
          seen.available < threshold.quantity(of: seen.capacity, withReclaim: reclaims)
        }
        if isLess(false) || (met.contains(number) && isLess(true)) {
          graceEnds[number] = before[number] ?? now + threshold.gracePeriod
        }
      }
      if !graceEnds.isEmpty { pressureSeen = now }
      met = thresholds.indices.filter { graceEnds[$0].map { $0 <= now } ?? false }
      return met.first { thresholds[$0].isHard } ?? met.first
    }

    /// Whether the node has the condition MemoryPressure: BestEffort pods are not admitted to it then.
    func hasMemoryPressure(_ transitionPeriod: Microseconds, at now: Microseconds) -> Bool {
      pressureSeen.map { now - $0 < transitionPeriod } ?? false
    }
  }
}
