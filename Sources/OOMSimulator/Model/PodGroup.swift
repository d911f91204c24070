extension Kubernetes {
  /// What a scenario says of the pod of a group, by which the kubelet ranks it.
  package struct PodGroup: Hashable, Sendable {
    /// File: `resources.requests.memory` of its containers together, with the overhead. Nil is none.
    package var request: Quantity?
    /// File: `priority`. Default 0.
    package var priority: Int32?
    /// It comes from a file or an address, not from the API server.
    package var isStatic: Bool?
    /// File: `terminationGracePeriodSeconds`. Default 30.
    package var terminationGracePeriod: Int64?

    package init() {}

    /// Takes over what `change` says.
    mutating func apply(_ change: PodGroup) {
      if let value = change.request { request = value }
      if let value = change.priority { priority = value }
      if let value = change.isStatic { isStatic = value }
      if let value = change.terminationGracePeriod { terminationGracePeriod = value }
    }

    /// The kubelet evicts none of these. Source: `IsCriticalPod()`, pkg/kubelet/types/pod_update.go.
    package var isCritical: Bool {
      isStatic == true || priority ?? 0 >= systemCriticalPriority
    }
  }

  /// The least priority of a critical pod. Source: `SystemCriticalPriority`, pkg/apis/scheduling.
  package static let systemCriticalPriority: Int32 = 2_000_000_000

  /// Whether a group is that of a pod: directly below the group of all pods, or of one of the two classes in it.
  ///
  /// Source: `GetPodContainerName()`, pkg/kubelet/cm/pod_container_manager_linux.go, and `CgroupName.ToSystemd()`.
  package static func isPod(cgroup path: String) -> Bool {
    let parts = path.split(separator: "/")
    guard let top = parts.firstIndex(where: { isPart($0, "kubepods") }) else { return false }
    let below = parts[(top + 1)...]
    guard let first = below.first else { return false }
    let isClass = isPart(first, "burstable") || isPart(first, "besteffort")
    return below.count == (isClass ? 2 : 1)
  }

  /// `kubepods`, or the last part of a slice: `kubepods.slice`, `kubelet-kubepods.slice`.
  private static func isPart(_ part: Substring, _ name: String) -> Bool {
    part == name || part == name + ".slice" || part.hasSuffix("-" + name + ".slice")
  }

  /// The group of all pods; nil where there is none above.
  static func groupOfAllPods(above pod: String) -> String? {
    var path = ""
    for part in pod.split(separator: "/") {
      path += "/" + part
      if isPart(part, "kubepods") { return path }
    }
    return nil
  }
}
