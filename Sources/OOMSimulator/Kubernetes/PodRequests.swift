// What the containers of a pod ask for together. Sidecars run beside all that comes after them; of the other init
// containers only one runs at a time, before the regular ones.

extension Kubernetes.Pod {
  /// Source: `AggregateContainerRequests()`, component-helpers/resource/helpers.go.
  var aggregateContainerRequests: Kubernetes.ResourceList { aggregate { $0.requests } }

  /// Source: `AggregateContainerLimits()`, component-helpers/resource/helpers.go.
  var aggregateContainerLimits: Kubernetes.ResourceList { aggregate { $0.limits } }

  private func aggregate(
    _ part: (Kubernetes.ResourceRequirements) -> Kubernetes.ResourceList
  ) -> Kubernetes.ResourceList {
    var sum = Kubernetes.ResourceList()
    for container in containers { sum = sum + part(container.resources) }
    var sidecars = Kubernetes.ResourceList()
    var initial = Kubernetes.ResourceList()
    for container in initContainers {
      let own = part(container.resources)
      if container.kind == .sidecar {
        sum = sum + own
        sidecars = sidecars + own
        initial = .max(initial, sidecars)
      } else {
        initial = .max(initial, own + sidecars)
      }
    }
    return .max(sum, initial)
  }

  /// Memory that eviction holds the pod's use against.
  ///
  /// - Parameter usesPodLevel: whether resources of the pod count before those of its containers.
  ///
  /// Source: `GetResourceRequestQuantity()`, pkg/api/v1/resource/helpers.go, as of 1.34.
  func memoryRequest(usesPodLevel: Bool) -> Kubernetes.Quantity {
    let own = usesPodLevel ? resources : nil
    let hasOwn = own.map { !$0.requests.isEmpty || !$0.limits.isEmpty } ?? false
    let request =
      own?.requests.memory ?? (hasOwn ? .zero : aggregateContainerRequests.memory ?? .zero)
    guard request > .zero, let overhead = overhead.memory else { return request }
    return request + overhead
  }
}
