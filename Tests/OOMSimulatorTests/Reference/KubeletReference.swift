// Reference for which pod the kubelet evicts at a look, line by line after the Go of the eviction manager as of 1.32: its maps and
// lists, its operators, its sorters. It knows nothing of the engine. Slow and plain on purpose.

struct ReferenceKubelet {
  /// `resource.Quantity` in bytes, or a percentage in ten thousandths of a per cent.
  enum Value: Hashable {
    case quantity(Int64)
    case percentage(Int64)
  }

  /// `evictionapi.Threshold`; the operator is always LessThan.
  struct Threshold: Hashable {
    var signal: String
    var value: Value
    var gracePeriod: Int64
    var minReclaim: Value?
  }

  struct Observation {
    var available, capacity: Int64
  }

  struct Pod {
    var name: String
    var workingSet, requestNano: Int128
    var priority: Int32
    var isStatic: Bool
  }

  var thresholds: [Threshold]
  private var thresholdsMet: [Threshold] = []
  private var thresholdsFirstObservedAt: [Threshold: Int64] = [:]

  /// `ParseThresholdConfig()` with the key of enforceNodeAllocatable that every kubelet has.
  init(hard: Value?, soft: Value?, grace: Int64, minReclaim: Value?) {
    var results: [Threshold] = []
    for (value, period) in [(hard, 0), (soft, grace)] {
      guard let value else { continue }
      // parseThresholdStatement: "ignore 0% and 100%".
      if value == .percentage(0) || value == .percentage(1_000_000) { continue }
      results.append(
        Threshold(
          signal: "memory.available", value: value, gracePeriod: period, minReclaim: minReclaim))
    }
    var additional: [Threshold] = []
    for threshold in results where threshold.gracePeriod == 0 {
      var copy = threshold
      copy.signal = "allocatableMemory.available"
      additional.append(copy)
    }
    thresholds = results + additional
  }

  /// `GetThresholdQuantity()`.
  private func quantity(_ value: Value, _ capacity: Int64) -> Int64 {
    switch value {
    case .quantity(let bytes): return bytes
    case .percentage(let parts):
      let percentage = Float(parts) / 10_000 / 100
      return Int64(Double(capacity) * Double(percentage))
    }
  }

  /// `thresholdsMet()`.
  private func met(
    _ thresholds: [Threshold], _ observations: [String: Observation], enforceMinReclaim: Bool
  ) -> [Threshold] {
    var results: [Threshold] = []
    for threshold in thresholds {
      guard let observed = observations[threshold.signal] else { continue }
      var quantity = quantity(threshold.value, observed.capacity)
      if enforceMinReclaim, let least = threshold.minReclaim {
        quantity += self.quantity(least, observed.capacity)
      }
      if quantity > observed.available { results.append(threshold) }
    }
    return results
  }

  /// `synchronize()`: the pod that it evicts. Of several thresholds whose grace periods are over Go takes any: they differ in
  /// how the pod is ended, not in which.
  mutating func synchronize(
    _ observations: [String: Observation], _ activePods: [Pod], at now: Int64
  ) -> String? {
    if thresholds.isEmpty { return nil }
    var current = met(thresholds, observations, enforceMinReclaim: false)
    if !thresholdsMet.isEmpty {
      for threshold in met(thresholdsMet, observations, enforceMinReclaim: true)
      where !current.contains(threshold) {
        current.append(threshold)
      }
    }
    var firstObservedAt: [Threshold: Int64] = [:]
    for threshold in current {
      firstObservedAt[threshold] = thresholdsFirstObservedAt[threshold] ?? now
    }
    var overdue: [Threshold] = []
    for (threshold, at) in firstObservedAt {
      if now - at < threshold.gracePeriod { continue }
      overdue.append(threshold)
    }
    thresholdsFirstObservedAt = firstObservedAt
    thresholdsMet = overdue
    if overdue.isEmpty || activePods.isEmpty { return nil }
    for pod in ranked(activePods) {
      // IsCriticalPod.
      if pod.isStatic || pod.priority >= 2_000_000_000 { continue }
      return pod.name
    }
    return nil
  }

  /// `rankMemoryPressure()`: orderedBy(exceedMemoryRequests, priority, memory), by insertion, so that equals keep their order.
  private func ranked(_ pods: [Pod]) -> [Pod] {
    var sorted: [Pod] = []
    for pod in pods {
      var place = sorted.count
      while place > 0, isLess(pod, sorted[place - 1]) { place -= 1 }
      sorted.insert(pod, at: place)
    }
    return sorted
  }

  private func isLess(_ p1: Pod, _ p2: Pod) -> Bool {
    let billion: Int128 = 1_000_000_000
    let exceeds1 = p1.workingSet * billion > p1.requestNano
    let exceeds2 = p2.workingSet * billion > p2.requestNano
    if exceeds1 != exceeds2 { return exceeds1 }
    if p1.priority != p2.priority { return p1.priority < p2.priority }
    return p2.workingSet * billion - p2.requestNano < p1.workingSet * billion - p1.requestNano
  }
}
