extension Kubernetes {
  /// A measure of free memory that has a threshold.
  package enum EvictionSignal: String, CaseIterable, Sendable {
    /// Capacity less the working set of the node.
    case memory = "memory.available"
    /// The limit of all pods less their working sets.
    case allocatable = "allocatableMemory.available"

    /// Signals of a configuration that say nothing of memory. Source: `signalToResource`, pkg/kubelet/eviction/helpers.go.
    package static let ofOtherResources = [
      "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree",
      "containerfs.available", "containerfs.inodesFree", "pid.available",
    ]
  }

  /// How the configuration of a kubelet has it evict pods for want of memory. Nil is what it has by default.
  ///
  /// File: `KubeletConfiguration`, k8s.io/kubelet/config/v1beta1.
  package struct EvictionConfiguration: Equatable, Sendable {
    /// File: `evictionHard`; one that is off where the map is empty.
    package var hard: EvictionThreshold?
    /// File: `evictionSoft`.
    package var soft: EvictionThreshold?
    /// File: `evictionSoftGracePeriod`.
    package var softGracePeriod: Microseconds?
    /// File: `evictionMaxPodGracePeriod`, in seconds.
    package var maxPodGracePeriod: Int64?
    /// File: `evictionMinimumReclaim`.
    package var minimumReclaim: EvictionThreshold?
    /// File: `evictionPressureTransitionPeriod`.
    package var pressureTransitionPeriod: Microseconds?

    package init() {}
  }

  /// One threshold as the eviction manager has it.
  struct Threshold: Equatable, Sendable {
    var signal: EvictionSignal
    var value: EvictionThreshold
    /// How long it has to be met; 0 makes it a hard one.
    var gracePeriod: Microseconds = 0
    var minimumReclaim: EvictionThreshold?

    /// Source: `isHardEvictionThreshold()`.
    var isHard: Bool { gracePeriod == 0 }

    /// What has to be available of a capacity for it not to be met.
    func quantity(of capacity: Bytes, withReclaim: Bool) -> Bytes {
      let more = withReclaim ? minimumReclaim?.bytes(of: capacity) : nil
      return value.bytes(of: capacity) + (more ?? 0)
    }
  }
}

extension Kubernetes.EvictionConfiguration {
  /// Its thresholds: the hard one, the soft one, and what pods may take together beside each that is hard, as the kubelet
  /// has it where it limits them (`enforceNodeAllocatable`, by default).
  ///
  /// Source: `ParseThresholdConfig()` and `addAllocatableThresholds()`, pkg/kubelet/eviction/helpers.go.
  var thresholds: [Kubernetes.Threshold] {
    var list: [Kubernetes.Threshold] = []
    let hard = hard ?? .usual
    if !hard.isOff {
      list.append(
        Kubernetes.Threshold(signal: .memory, value: hard, minimumReclaim: minimumReclaim))
    }
    if let soft, !soft.isOff {
      list.append(
        Kubernetes.Threshold(
          signal: .memory, value: soft, gracePeriod: softGracePeriod ?? 0,
          minimumReclaim: minimumReclaim))
    }
    for threshold in list where threshold.isHard {
      var other = threshold
      other.signal = .allocatable
      list.append(other)
    }
    return list
  }

  /// What is wrong with it; nil where nothing is.
  var problem: (key: String, message: String)? {
    if soft != nil, softGracePeriod == nil {
      return (
        "evictionSoft",
        "the kubelet wants a grace period for it: \"evictionSoftGracePeriod\": { \"memory.available\": \"1m30s\" }"
      )
    }
    return nil
  }
}

extension Kubernetes.EvictionThreshold {
  /// What an amount is for.
  package enum Use: Sendable {
    case hard
    case soft
    case minimumReclaim
  }

  /// Why the kubelet refuses it; nil where it does not.
  ///
  /// Source: `parseThresholdStatement()` and `parseMinimumReclaims()`, pkg/kubelet/eviction/helpers.go.
  package func complaint(as use: Use) -> String? {
    switch self {
    case .bytes(let bytes):
      return bytes < 0 ? "an amount of memory cannot be negative" : nil
    case .millionths(let parts):
      if !(0...1_000_000).contains(parts) { return "\(text) is not from 0% to 100%" }
      return use == .minimumReclaim && parts == 0
        ? "the kubelet refuses 0% as the least to reclaim: leave the key out" : nil
    }
  }

  /// `100Mi`, `5%`; as few digits as are exact.
  package var text: String {
    switch self {
    case .bytes(let bytes): Kubernetes.Quantity(bytes: bytes).text
    case .millionths(let parts): Share(millionths: parts).text
    }
  }
}

extension Kubernetes.Quantity {
  /// As Kubernetes writes one of memory: in the largest binary unit that needs no fraction, `100Mi`.
  package var text: String {
    if nano % Self.partsOfUnit != 0 { return "\(nano)n" }
    let bytes = value
    for (unit, shift) in [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)]
    where bytes > 0 && bytes & (1 << shift - 1) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)"
  }
}
