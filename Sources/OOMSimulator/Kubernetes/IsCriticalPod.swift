extension Kubernetes.Pod {
  /// What admission makes of the two classes that every cluster has.
  static let systemClasses: [String: Int32] = [
    "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
  ]

  /// Its priority, 0 where none is given. Source: `corev1helpers.PodPriority()`.
  package var effectivePriority: Int32 { priority ?? Self.systemClasses[priorityClassName] ?? 0 }

  /// Comes from a file or an address, not from the API server.
  ///
  /// Source: `IsStaticPod()`, pkg/kubelet/types/pod_update.go.
  package var isStatic: Bool { configSource.map { $0 != "api" } ?? false }

  /// Stands in the API server for a static pod. Source: `IsMirrorPod()`.
  package var isMirror: Bool { mirrorOf != nil }

  /// The kubelet evicts none of these. Source: `IsCriticalPod()`, pkg/kubelet/types/pod_update.go.
  package var isCritical: Bool {
    isStatic || isMirror || effectivePriority >= Kubernetes.systemCriticalPriority
  }

  /// Source: `IsNodeCriticalPod()`, pkg/kubelet/types/pod_update.go.
  package var isNodeCritical: Bool { isCritical && priorityClassName == "system-node-critical" }
}
