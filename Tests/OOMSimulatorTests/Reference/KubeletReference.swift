// The eviction manager of the kubelet, memory signals only, Kubernetes 1.20 ... 1.35.
// Written from kubernetes/kubernetes only: pkg/kubelet/eviction/eviction_manager.go
// (synchronize, waitForPodsCleanup, evictPod, Start), helpers.go (everything named below),
// api/types.go (GetThresholdQuantity), pkg/kubelet/pod_workers.go (killPodNow),
// pkg/kubelet/types/pod_update.go (IsCriticalPod), kubelet.go (evictionMonitoringPeriod).
// What changed between those releases: see `graceful`. Slow and plain on purpose.

/// The manager: its configuration and what it keeps from one synchronize to the next.
struct ReferenceKubeletEviction {
  enum Signal: Equatable {
    /// memory.available: available and capacity of the node; capacity is available plus
    /// working set (helpers_others.go makeMemoryAvailableSignalObservation).
    case memoryAvailable
    /// allocatableMemory.available: the same of the "pods" system container (kubepods).
    case allocatableMemoryAvailable
  }

  /// A quantity, or a percentage of the signal's capacity as somebody writes it (10 for "10%").
  enum Value: Equatable {
    case bytes(Int)
    case percent(Float)
  }

  struct Threshold: Equatable {
    var signal: Signal
    var value: Value
    /// 0: a hard threshold (isHardEvictionThreshold).
    var graceMicroseconds: Int = 0
    var minReclaim: Value? = nil
  }

  /// One signal as seen now. `time` is the time stamp of the statistics; nil is Go's zero time,
  /// which always counts as new (thresholdsUpdatedStats).
  struct Observation {
    var available: Int
    var capacity: Int
    var time: Int? = nil
  }

  struct Pod {
    var uid: String
    var name: String
    /// Memory request of the whole pod (GetResourceRequestQuantity), 0 when none.
    var request: Int
    /// Working set; nil: no statistics were found for it.
    var usage: Int?
    /// nil in the spec counts as 0 (PodPriority).
    var priority: Int = 0
    var isStatic: Bool = false
    var isMirror: Bool = false
    /// For callers who know already; priority 2 000 000 000 and more is critical anyway.
    var isCritical: Bool = false
    /// nil: not in the spec (the API server puts 30 there).
    var terminationGracePeriodSeconds: Int? = 30
  }

  struct Eviction: Equatable {
    var pod: Int
    var graceSeconds: Int
    var threshold: Threshold
  }

  // MARK: configuration

  /// Kubernetes 1.minor.
  let minor: Int
  let thresholds: [Threshold]
  /// evictionMaxPodGracePeriod, default 0.
  let maxPodGracePeriodSeconds: Int
  /// evictionPressureTransitionPeriod, default 5 min.
  let pressureTransitionMicroseconds: Int
  /// Feature gate AllowOverwriteTerminationGracePeriodSeconds: off since 1.32, fixed there
  /// since 1.35.
  let allowOverwriteGate: Bool

  // MARK: state (managerImpl); thresholds by their place in `thresholds`

  /// thresholdsMet: met, grace period over, not yet resolved with its minimum reclaim.
  private(set) var thresholdsMet: [Int] = []
  private(set) var thresholdsFirstObservedAt: [Int: Int] = [:]
  /// nodeConditionsLastObservedAt; both signals stand for MemoryPressure.
  private(set) var memoryPressureLastObservedAt: Int? = nil
  /// nodeConditions contains MemoryPressure.
  private(set) var underMemoryPressure = false
  private var lastMemory: Observation? = nil
  private var lastAllocatable: Observation? = nil

  init(
    minor: Int, thresholds: [Threshold], maxPodGracePeriodSeconds: Int = 0,
    pressureTransitionMicroseconds: Int = 300_000_000, allowOverwriteGate: Bool = false
  ) {
    self.minor = minor
    self.thresholds = thresholds
    self.maxPodGracePeriodSeconds = maxPodGracePeriodSeconds
    self.pressureTransitionMicroseconds = pressureTransitionMicroseconds
    self.allowOverwriteGate = allowOverwriteGate
  }

  /// ParseThresholdConfig and addAllocatableThresholds: hard ones, then soft ones, then for
  /// each hard memory.available a copy for the allocatable signal, if pods are in
  /// enforceNodeAllocatable. "0%" and "100%" are no threshold (parseThresholdStatement).
  /// (Hard ones among each other are in map order there; here in the order given.)
  static func configured(
    hard: [(Signal, Value)], soft: [(Signal, Value, grace: Int)],
    minReclaim: [(Signal, Value)], enforcePods: Bool
  ) -> [Threshold] {
    var results: [Threshold] = []
    for (signal, value) in hard where !ignored(value) {
      results.append(Threshold(signal: signal, value: value))
    }
    for (signal, value, grace) in soft where !ignored(value) {
      results.append(Threshold(signal: signal, value: value, graceMicroseconds: grace))
    }
    for index in results.indices {
      for (signal, value) in minReclaim where signal == results[index].signal {
        results[index].minReclaim = value
      }
    }
    var additional: [Threshold] = []
    if enforcePods {
      for threshold in results
      where threshold.signal == .memoryAvailable && threshold.graceMicroseconds == 0 {
        additional.append(
          Threshold(
            signal: .allocatableMemoryAvailable,
            value: threshold.value,
            minReclaim: threshold.minReclaim))
      }
    }
    return results + additional
  }

  private static func ignored(_ value: Value) -> Bool {
    value == .percent(0) || value == .percent(100)
  }

  // MARK: synchronize

  /// One call of synchronize. `pods` are the active pods at that moment. At most one is evicted.
  mutating func look(
    at now: Int, memory: Observation?, allocatable: Observation?,
    pods: [Pod]
  ) -> Eviction? {
    // Nothing to do: nothing is touched. (With localStorageCapacityIsolation it goes on,
    // with no thresholds and no effect on memory.)
    if thresholds.isEmpty { return nil }

    // The set of thresholds met, whatever their grace period.
    var met: [Int] = []
    for index in thresholds.indices
    where isMet(index, memory, allocatable, enforceMinReclaim: false) {
      met.append(index)
    }

    // Those met earlier that have not had their minimum reclaim: mergeThresholds.
    if !thresholdsMet.isEmpty {
      var notYetResolved: [Int] = []
      for index in thresholdsMet
      where isMet(index, memory, allocatable, enforceMinReclaim: true) {
        notYetResolved.append(index)
      }
      for index in notYetResolved where !hasThreshold(met, index) { met.append(index) }
    }

    // thresholdsFirstObservedAt: old times for those known, now for the others; those not
    // met any more are forgotten.
    var firstObserved: [Int: Int] = [:]
    for index in met { firstObserved[index] = thresholdsFirstObservedAt[index] ?? now }

    // nodeConditions, nodeConditionsLastObservedAt, nodeConditionsObservedSince.
    var lastObserved = memoryPressureLastObservedAt
    if !met.isEmpty { lastObserved = now }
    var condition = false
    if let at = lastObserved { condition = now - at < pressureTransitionMicroseconds }

    // thresholdsMetGracePeriod. The source walks a map, in no order, and sorts afterwards
    // with byEvictionPriority, for which every two memory thresholds precede each other: of
    // several memory thresholds any may come first. Here: the first configured.
    var graceOver: [Int] = []
    for index in thresholds.indices {
      guard let at = firstObserved[index] else { continue }
      if now - at < thresholds[index].graceMicroseconds { continue }
      graceOver.append(index)
    }

    // Update internal state.
    underMemoryPressure = condition
    thresholdsFirstObservedAt = firstObserved
    memoryPressureLastObservedAt = lastObserved
    thresholdsMet = graceOver

    // thresholdsUpdatedStats: only those whose statistics are newer than at the last look.
    var updated: [Int] = []
    for index in graceOver {
      let observed: Observation?
      let last: Observation?
      switch thresholds[index].signal {
      case .memoryAvailable: (observed, last) = (memory, lastMemory)
      case .allocatableMemoryAvailable: (observed, last) = (allocatable, lastAllocatable)
      }
      guard let observed else { continue }
      if Self.isNewer(observed, than: last) { updated.append(index) }
    }
    lastMemory = memory
    lastAllocatable = allocatable

    // localStorageEviction is not modelled. getReclaimableThreshold: every memory signal is.
    guard let chosen = updated.first else { return nil }
    let threshold = thresholds[chosen]

    // reclaimNodeLevelResources: no functions for memory signals. No pods: nobody.
    if pods.isEmpty { return nil }

    for index in Self.rankMemoryPressure(pods) {
      // evictPod: false for a critical pod, then the next is tried; true for all others,
      // also when killing them went wrong.
      if Self.isCriticalPod(pods[index]) { continue }
      return Eviction(
        pod: index, graceSeconds: graceful(threshold, pods[index]),
        threshold: threshold)
    }
    return nil
  }

  /// observed.time.IsZero() || observed.time.After(last.time), or there was no last one.
  private static func isNewer(_ observed: Observation, than last: Observation?) -> Bool {
    guard let last, let time = observed.time else { return true }
    guard let lastTime = last.time else { return true }
    return time > lastTime
  }

  /// thresholdsMet for one threshold: its quantity (plus the minimum reclaim) is more than
  /// what is available. No observation: not met.
  private func isMet(
    _ index: Int, _ memory: Observation?, _ allocatable: Observation?,
    enforceMinReclaim: Bool
  ) -> Bool {
    let threshold = thresholds[index]
    let observation: Observation?
    switch threshold.signal {
    case .memoryAvailable: observation = memory
    case .allocatableMemoryAvailable: observation = allocatable
    }
    guard let observed = observation else { return false }
    var quantity = Self.quantity(threshold.value, capacity: observed.capacity)
    if enforceMinReclaim, let reclaim = threshold.minReclaim {
      quantity += Self.quantity(reclaim, capacity: observed.capacity)
    }
    return quantity > observed.available
  }

  /// GetThresholdQuantity. Percentages are a float32 divided by 100 (parsePercentage) times
  /// the capacity as a float64, cut to an integer. Integers would give something else: "10%" of
  /// 2 GiB is 214748368 there and 214748364 exactly, since the float32 nearest to 0.1 is
  /// above it. So the floating point of the source is kept.
  static func quantity(_ value: Value, capacity: Int) -> Int {
    switch value {
    case .bytes(let bytes): return bytes
    case .percent(let written):
      let percentage: Float = written / 100
      return Int(Double(capacity) * Double(percentage))
    }
  }

  /// hasThreshold: grace period, signal and value are compared, not the minimum reclaim.
  private func hasThreshold(_ list: [Int], _ item: Int) -> Bool {
    for index in list
    where thresholds[index].graceMicroseconds == thresholds[item].graceMicroseconds
      && thresholds[index].signal == thresholds[item].signal
      && thresholds[index].value == thresholds[item].value
    {
      return true
    }
    return false
  }

  // MARK: order of the pods

  /// rankMemoryPressure: orderedBy(exceedMemoryRequests, priority, memory). sort.Sort does not
  /// keep equals in place; here they keep the order given.
  static func rankMemoryPressure(_ pods: [Pod]) -> [Int] {
    var order = Array(pods.indices)
    // Insertion sort, stable.
    var next = 1
    while next < order.count {
      var place = next
      while place > 0 && less(pods[order[place]], pods[order[place - 1]]) {
        order.swapAt(place, place - 1)
        place -= 1
      }
      next += 1
    }
    return order
  }

  /// multiSorter.Less: the first comparison that is not 0 decides.
  static func less(_ p1: Pod, _ p2: Pod) -> Bool {
    let exceed = exceedMemoryRequests(p1, p2)
    if exceed != 0 { return exceed < 0 }
    if p1.priority != p2.priority { return p1.priority < p2.priority }
    return memory(p1, p2) < 0
  }

  static func exceedMemoryRequests(_ p1: Pod, _ p2: Pod) -> Int {
    guard let usage1 = p1.usage, let usage2 = p2.usage else {
      return cmpBool(p1.usage == nil, p2.usage == nil)
    }
    return cmpBool(usage1 > p1.request, usage2 > p2.request)
  }

  /// The larger usage above the request goes first.
  static func memory(_ p1: Pod, _ p2: Pod) -> Int {
    guard let usage1 = p1.usage, let usage2 = p2.usage else {
      return cmpBool(p1.usage == nil, p2.usage == nil)
    }
    let over1 = usage1 - p1.request
    let over2 = usage2 - p2.request
    return over2 < over1 ? -1 : (over2 > over1 ? 1 : 0)
  }

  /// True before false.
  static func cmpBool(_ a: Bool, _ b: Bool) -> Int {
    if a == b { return 0 }
    return b ? 1 : -1
  }

  /// IsCriticalPod (pod_update.go): static, mirror, or priority of at least
  /// SystemCriticalPriority.
  static func isCriticalPod(_ pod: Pod) -> Bool {
    pod.isStatic || pod.isMirror || pod.isCritical || pod.priority >= 2_000_000_000
  }

  // MARK: grace period and the wait

  /// gracePeriodOverride in synchronize. Hard: 0 up to 1.30, 1 since 1.31 (PR 124063,
  /// immediateEvictionGracePeriodSeconds). Soft: the configured maximum; since 1.32 (PR 122890)
  /// the smaller of it and the pod's own, unless the gate says otherwise; the gate cannot be
  /// set any more since 1.35 (PR 133792). A negative maximum is passed on as it is.
  private func graceful(_ threshold: Threshold, _ pod: Pod) -> Int {
    if threshold.graceMicroseconds == 0 { return minor >= 31 ? 1 : 0 }
    var grace = maxPodGracePeriodSeconds
    let gate = allowOverwriteGate && minor < 35
    if minor >= 32 && !gate, let own = pod.terminationGracePeriodSeconds {
      grace = min(maxPodGracePeriodSeconds, own)
    }
    return grace
  }

  /// When Start looks again. Nobody evicted: after evictionMonitoringPeriod, 10 s.
  /// Otherwise evictPod has waited for the pod to terminate, at most killPodNow's timeout
  /// (one and a half grace periods, at least 10 s); then waitForPodsCleanup asks every second,
  /// for at most 30 s, whether it is cleaned up; then it looks at once.
  /// `terminated` and `cleanedUp` are when that happens, nil for never. A tick and the timeout
  /// at the same moment are a toss-up in the source; both end the wait then.
  static func nextLook(
    after now: Int, evicted: Eviction?, terminated: Int?,
    cleanedUp: Int?
  ) -> Int {
    guard let evicted else { return now + 10_000_000 }
    let timeout = max(10, evicted.graceSeconds + evicted.graceSeconds / 2)
    let returned = min(terminated ?? Int.max, now + timeout * 1_000_000)
    for second in 1...29 {
      let tick = returned + second * 1_000_000
      if let cleanedUp, cleanedUp <= tick { return tick }
    }
    return returned + 30_000_000
  }
}
