// What a kubelet with the feature gate MemoryQoS writes besides memory.max: a throttle below the limit of a container, and
// the protection of what was requested. On cgroup version 2 only. The rules of 1.36 and 1.37 are those of KEP 2570.

extension Kubernetes {
  /// What of requested memory is protected from reclaim, since 1.36; before, all of it was by `memory.min`.
  package enum MemoryReservationPolicy: String, CaseIterable, Sendable {
    case none = "None"
    /// `memory.min` for Guaranteed pods, `memory.low` for Burstable ones.
    case tieredReservation = "TieredReservation"
  }

  /// A number above 0 and at most 1, as its decimal digits.
  package struct MemoryThrottlingFactor: Equatable, Sendable {
    package var digits: Int64
    /// The power of ten that the digits are divided by.
    package var scale: Int64

    /// Reads `0.9`, `.85`, `1`: at most 15 digits, which a double holds.
    ///
    /// - Returns: nil for what is no such number, or is not above 0 and at most 1, as the kubelet wants it.
    package init?(_ text: String) {
      let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      let fraction = parts.count == 2 ? parts[1] : ""
      let all = parts[0] + fraction
      guard !all.isEmpty, all.utf8.count <= 15, all.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
        let digits = Int64(all)
      else { return nil }
      self.init(digits: digits, scale: fraction.utf8.reduce(1) { scale, _ in scale * 10 })
      guard digits > 0, digits <= scale else { return nil }
    }

    init(digits: Int64, scale: Int64) {
      self.digits = digits
      self.scale = scale
    }

    var value: BinaryReal { BinaryReal(digits, over: scale, as: .double) }
  }

  /// `memory.min` or `memory.low` of a group, in bytes.
  struct MemoryProtection: Equatable, Sendable {
    var min: Bytes = 0
    var low: Bytes = 0
  }
}

extension Kubernetes.Kubelet {
  /// Whether anything of this is written at all.
  package var enforcesMemoryQoS: Bool { has(.memoryQoS) && cgroupVersion == 2 }

  /// The factor that counts; nil where nothing is throttled.
  ///
  /// Source: `SetDefaults_KubeletConfiguration()`, pkg/kubelet/apis/config/v1beta1/defaults.go: 0.8, since 1.27 0.9,
  /// since 1.37 none.
  var throttlingFactor: Kubernetes.MemoryThrottlingFactor? {
    if let memoryThrottlingFactor { return memoryThrottlingFactor }
    if release.minor >= 37 { return nil }
    return Kubernetes.MemoryThrottlingFactor(digits: release.minor >= 27 ? 9 : 8, scale: 10)
  }

  /// What to write to `memory.high` of the container's group; nil for none.
  ///
  /// - Parameter nodeAllocatable: stands for the limit of a container without one; what is reserved is taken off, the
  ///   eviction threshold is not.
  ///
  /// Source: `generateLinuxContainerResources()`, pkg/kubelet/kuberuntime/kuberuntime_container_linux.go. That BestEffort
  /// containers are throttled, too, since 1.37: kubernetes pull request 138139.
  package func memoryHigh(
    of container: Kubernetes.Container, in pod: Kubernetes.Pod, nodeAllocatable: Bytes
  ) -> Bytes? {
    guard enforcesMemoryQoS, container.kind != .sandbox, let factor = throttlingFactor else {
      return nil
    }
    // The group of the pod has one.
    if memoryHigh(of: pod) != nil, container.resources.limits.memory ?? .zero == .zero {
      return nil
    }
    let request = (container.resources.requests.memory ?? .zero).bytes
    let limit = (container.resources.limits.memory ?? .zero).bytes
    if release.minor >= 27, request == limit, request > 0 || release.minor < 37 { return nil }
    return memoryHigh(request: request, most: limit > 0 ? limit : nodeAllocatable, factor)
  }

  /// What to write to `memory.high` of the pod's group: of a pod with a limit of its own, since 1.37.
  ///
  /// Source: `ApplyPodLevelMemoryHigh()`, pkg/kubelet/cm/helpers_linux.go; overhead is in both of its numbers.
  func memoryHigh(of pod: Kubernetes.Pod) -> Bytes? {
    guard enforcesMemoryQoS, release.minor >= 37, has(.podLevelResources),
      let factor = throttlingFactor, let limit = pod.resources?.limits.memory, limit > .zero
    else { return nil }
    let most = (limit + (pod.overhead.memory ?? .zero)).bytes
    let request = podRequest(of: pod)
    return request == most ? nil : memoryHigh(request: request, most: most, factor)
  }

  /// The kubelet reckons in doubles, and rounds down to a page since 1.27.
  private func memoryHigh(
    request: Bytes, most: Bytes, _ factor: Kubernetes.MemoryThrottlingFactor
  ) -> Bytes? {
    let high: Bytes
    if release.minor < 27 {
      high = Bytes(
        BinaryReal(most.rawValue, as: .double).times(factor.value, as: .double).whole)
    } else {
      // Where the request is the larger one, the kubelet's sum is below it, and is not written.
      guard most > request else { return nil }
      let part = BinaryReal(most.rawValue - request.rawValue, as: .double)
        .times(factor.value, as: .double)
      let sum = BinaryReal(request.rawValue, as: .double).plus(part, as: .double).whole
      let page = Kubernetes.NodeState.pageSize
      high = Bytes(sum / page.rawValue * page.rawValue)
    }
    return high > request ? high : nil
  }

  /// What is protected of a pod, or of one of its containers, that requests so much.
  private func protection(
    of request: Bytes, _ qos: Kubernetes.Pod.QOSClass
  ) -> Kubernetes.MemoryProtection {
    guard enforcesMemoryQoS else { return Kubernetes.MemoryProtection() }
    if release.minor < 36 { return Kubernetes.MemoryProtection(min: request) }
    guard memoryReservationPolicy == .tieredReservation else {
      return Kubernetes.MemoryProtection()
    }
    return switch qos {
    case .guaranteed: Kubernetes.MemoryProtection(min: request)
    case .burstable: Kubernetes.MemoryProtection(low: request)
    case .bestEffort: Kubernetes.MemoryProtection()
    }
  }

  func protection(
    of container: Kubernetes.Container, in pod: Kubernetes.Pod
  ) -> Kubernetes.MemoryProtection {
    if container.kind == .sandbox { return Kubernetes.MemoryProtection() }
    return protection(
      of: (container.resources.requests.memory ?? .zero).bytes, qos(of: pod))
  }

  /// Source: `ResourceConfigForPod()`, pkg/kubelet/cm/helpers_linux.go.
  func protection(of pod: Kubernetes.Pod) -> Kubernetes.MemoryProtection {
    protection(of: podRequest(of: pod), qos(of: pod))
  }

  /// What is protected of all pods, and of the Burstable ones: below a group that protects nothing, nothing is protected.
  ///
  /// Source: `setMemoryQoS()`, pkg/kubelet/cm/qos_container_manager_linux.go: the group of all pods has the sum of both
  /// classes as `memory.min`; since 1.36 the Burstable group has its sum as `memory.low`, and so has the one above it.
  func protectionOfClasses(
    _ pods: [Kubernetes.Pod]
  ) -> (all: Kubernetes.MemoryProtection, burstable: Kubernetes.MemoryProtection) {
    var sums: (guaranteed: [Bytes], burstable: [Bytes]) = ([], [])
    for pod in pods where !pod.hasEnded {
      switch qos(of: pod) {
      case .guaranteed: sums.guaranteed.append(podRequest(of: pod))
      case .burstable: sums.burstable.append(podRequest(of: pod))
      case .bestEffort: break
      }
    }
    let burstable = protection(of: Kubernetes.NodeState.sum(sums.burstable), .burstable)
    var all = protection(
      of: Kubernetes.NodeState.sum(sums.guaranteed + sums.burstable), .guaranteed)
    all.low = burstable.low
    return (all, burstable)
  }

  /// Source: `PodRequests()`, component-helpers/resource/helpers.go.
  private func podRequest(of pod: Kubernetes.Pod) -> Bytes {
    let own = has(.podLevelResources) ? pod.resources?.requests.memory : nil
    let sum = own ?? pod.aggregateContainerRequests.memory ?? .zero
    return (sum + (pod.overhead.memory ?? .zero)).bytes
  }
}
