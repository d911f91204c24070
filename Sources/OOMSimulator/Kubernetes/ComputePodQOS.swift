extension Kubernetes.Pod {
  /// The class of its service, from what its containers ask for and may use.
  ///
  /// Guaranteed: every container has limits of CPU and memory, and requests what it is limited to. BestEffort:
  /// nobody gives anything. Burstable: all else. Init containers count, ephemeral ones do not.
  ///
  /// - Parameter usesPodLevel: whether resources of the pod count before those of its containers.
  ///
  /// Source: `ComputePodQOS()`, pkg/apis/core/v1/helper/qos/qos.go.
  package func computedQOS(usesPodLevel: Bool) -> QOSClass {
    let sets: [Kubernetes.ResourceRequirements]
    if usesPodLevel, let resources {
      sets = [resources]
    } else {
      sets = (containers + initContainers).map { $0.resources }
    }
    var requests = Kubernetes.ResourceList()
    var limits = Kubernetes.ResourceList()
    var isGuaranteed = true
    for set in sets {
      requests = requests + set.requests.positive
      limits = limits + set.limits.positive
      let limit = set.limits.positive
      if limit.cpu == nil || limit.memory == nil { isGuaranteed = false }
    }
    if requests.isEmpty, limits.isEmpty { return .bestEffort }
    return isGuaranteed && requests == limits ? .guaranteed : .burstable
  }
}

extension Kubernetes.ResourceList {
  /// An amount of 0 is as good as none.
  fileprivate var positive: Self {
    Self(
      cpu: cpu.flatMap { $0 > .zero ? $0 : nil }, memory: memory.flatMap { $0 > .zero ? $0 : nil })
  }
}

extension Kubernetes.Kubelet {
  /// The class that the API server has stored, or the computed one. Source: `GetPodQOS()`.
  package func qos(of pod: Kubernetes.Pod) -> Kubernetes.Pod.QOSClass {
    pod.statedQOS ?? pod.computedQOS(usesPodLevel: has(.podLevelResources))
  }
}
