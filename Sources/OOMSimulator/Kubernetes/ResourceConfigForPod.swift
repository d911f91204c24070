// The limits of memory that the kubelet writes into the groups of a pod and of its containers.

extension Kubernetes.Kubelet {
  /// What to write to `memory.max` of the pod's group; nil for none.
  ///
  /// Source: `ResourceConfigForPod()`, pkg/kubelet/cm/helpers_linux.go.
  package func memoryLimit(of pod: Kubernetes.Pod) -> Bytes? {
    let own = has(.podLevelResources) ? pod.resources?.limits.memory : nil
    var limit = own ?? pod.aggregateContainerLimits.memory ?? .zero
    if limit > .zero, let overhead = pod.overhead.memory { limit = limit + overhead }
    // Of an unlimited container the sum of the others says nothing. Sidecars count, other init containers too, as far
    // as those before them.
    var isDeclared = pod.containers.allSatisfy { Self.isLimited($0) }
    var before = false
    for container in pod.initContainers {
      let isLimited = Self.isLimited(container)
      if container.kind == .sidecar { before = before || isLimited }
      if !isLimited, !before { isDeclared = false }
    }
    if let own, own > .zero { isDeclared = true }
    if limit == .zero { return nil }
    switch qos(of: pod) {
    case .guaranteed: return limit.bytes
    case .burstable: return isDeclared ? limit.bytes : nil
    case .bestEffort: return nil
    }
  }

  private static func isLimited(_ container: Kubernetes.Container) -> Bool {
    container.resources.limits.memory ?? .zero > .zero
  }

  /// What to write to `memory.max` of the container's group; nil for none.
  ///
  /// Source: `getMemoryLimit()`, pkg/kubelet/kuberuntime/kuberuntime_container_linux.go.
  package func memoryLimit(
    of container: Kubernetes.Container, in pod: Kubernetes.Pod
  ) -> Bytes? {
    var limit = container.resources.limits.memory ?? .zero
    if limit == .zero, container.kind != .sandbox, has(.podLevelResources) {
      limit = pod.resources?.limits.memory ?? .zero
    }
    return limit > .zero ? limit.bytes : nil
  }

  /// What to write to `memory.swap.max` of the container's group.
  ///
  /// Source: `GetContainerSwapBehavior()` and `calcSwapForBurstablePods()`,
  /// pkg/kubelet/kuberuntime/kuberuntime_container_linux.go; there it is a floating-point number, cut off.
  package func swapLimit(
    of container: Kubernetes.Container, in pod: Kubernetes.Pod, memoryCapacity: Bytes,
    swapCapacity: Bytes
  ) -> Bytes {
    guard swapBehavior == .limitedSwap, cgroupVersion == 2, container.kind != .sandbox,
      !pod.isCritical, qos(of: pod) == .burstable
    else { return 0 }
    let request = container.resources.requests.memory ?? .zero
    let limit = container.resources.limits.memory ?? .zero
    // Neither without a request, nor where request and limit are the same.
    guard request != limit, request.bytes <= memoryCapacity, memoryCapacity > 0 else { return 0 }
    return Bytes(
      Int64(
        clamping: Int128(request.value) * Int128(swapCapacity.rawValue)
          / Int128(memoryCapacity.rawValue)))
  }
}
