// The kubelet's oom_score_adj. It is set when a container starts and never changed afterwards, and it does not know
// how many processes a container has: of many small ones each has the whole adjustment and a small part of the use.

extension Kubernetes.Kubelet {
  /// Of the process that holds a pod's namespaces, as containerd sets it. Source: `defaultSandboxOOMAdj`.
  package static let sandboxAdj: Int16 = -998
  /// Of containers without a request. Source: `besteffortOOMScoreAdj`, pkg/kubelet/qos/policy.go.
  package static let bestEffortAdj: Int16 = 1000

  /// Of pods whose request is their limit. Source: `guaranteedOOMScoreAdj`: -998 up to about 1.18, then above the
  /// sandbox's.
  package var guaranteedAdj: Int16 { release.minor < 19 ? -998 : -997 }

  /// The `oom_score_adj` of every process of a container.
  ///
  /// - Parameter memoryCapacity: what the node has; the use of a container is not known here.
  ///
  /// Source: `GetContainerOOMScoreAdjust()`, pkg/kubelet/qos/policy.go.
  package func oomScoreAdj(
    of container: Kubernetes.Container, in pod: Kubernetes.Pod, memoryCapacity: Bytes
  ) -> Int16 {
    if container.kind == .sandbox { return Self.sandboxAdj }
    if isSparedAsCritical(pod) { return guaranteedAdj }
    switch qos(of: pod) {
    case .guaranteed: return guaranteedAdj
    case .bestEffort: return Self.bestEffortAdj
    case .burstable: break
    }
    let share = unclaimedRequestPerContainer(of: pod)
    var adj = burstableAdj(container, pod, share: share, memoryCapacity)
    if container.kind == .sidecar, knowsSidecars {
      // A sidecar is not to go before the containers that need it.
      let others = pod.containers.map { other in
        burstableAdj(other, pod, share: share, memoryCapacity)
      }
      if let most = others.max() { adj = min(adj, most) }
    }
    // Above Guaranteed and below BestEffort, whatever is requested.
    let floor = Int128(1000 + guaranteedAdj)
    if adj < floor { return Int16(floor) }
    return Int16(min(adj, 999))
  }

  private var hasTieBreak: Bool { has(.oomScoreAdjTieBreak) }

  /// Since 1.22 only pods of the class `system-node-critical`, before all critical ones.
  private func isSparedAsCritical(_ pod: Kubernetes.Pod) -> Bool {
    release.minor >= 22 ? pod.isNodeCritical : pod.isCritical
  }

  private func burstableAdj(
    _ container: Kubernetes.Container, _ pod: Kubernetes.Pod, share: Int128, _ capacity: Bytes
  ) -> Int128 {
    let own = container.resources.requests.memory?.bytes ?? 0
    let claims = claimedMemory(of: container, in: pod)
    let request = Int128(own.rawValue) + claims + share
    let adj = Self.linearAdj(request: request, capacity)
    guard hasTieBreak else { return adj }
    return Self.tieBroken(
      adj, request: request, limit: memoryLimit(of: container, in: pod) ?? 0, capacity)
  }

  /// A thousandth of the node off for each thousandth of it that is requested, in whole steps.
  static func linearAdj(request: Int128, _ capacity: Bytes) -> Int128 {
    1000 - 1000 * request / Int128(max(capacity, 1).rawValue)
  }

  /// What the pod requests beyond its containers, in equal parts. Source: `remainingPodMemReqPerContainer()`.
  private func unclaimedRequestPerContainer(of pod: Kubernetes.Pod) -> Int128 {
    guard has(.podLevelResources), let request = pod.resources?.requests.memory, request > .zero
    else { return 0 }
    let containers = pod.containers.count + pod.initContainers.count
    let claimed = pod.aggregateContainerRequests.memory?.value ?? 0
    return (Int128(request.value) - Int128(claimed)) / Int128(max(containers, 1))
  }

  /// The container's part of what devices claim. Source: `getEffectiveContainerMemoryRequest()`.
  private func claimedMemory(
    of container: Kubernetes.Container, in pod: Kubernetes.Pod
  ) -> Int128 {
    guard has(.draNodeAllocatableResources) else { return 0 }
    var sum: Int128 = 0
    for claim in pod.memoryClaims where claim.containers.contains(container.name) {
      sum +=
        Int128((claim.bytes / Int64(claim.containers.count)).rawValue)
        + Int128(claim.perContainer.rawValue)
    }
    return sum
  }

  /// The smallest request that is told from others.
  private static let tieBreakFloor: Int128 = 64 << 20

  /// A point off for each doubling of the request within one step, and a bit more for a container that cannot exceed
  /// its request.
  ///
  /// Source: `tieBreakOOMScoreAdjust()`, proposed in kubernetes/kubernetes pull request 142235.
  private static func tieBroken(
    _ adj: Int128, request: Int128, limit: Bytes, _ capacity: Bytes
  ) -> Int128 {
    let most = log2Floor(Int128(capacity.rawValue) / 1000 / tieBreakFloor)
    var adj = adj - min(log2Floor(request / tieBreakFloor), most)
    if limit > 0, Int128(limit.rawValue) <= request { adj -= most + 1 }
    return adj
  }

  /// 0 for what is less than 1.
  private static func log2Floor(_ number: Int128) -> Int128 {
    number < 1 ? 0 : Int128(127 - number.leadingZeroBitCount)
  }
}
