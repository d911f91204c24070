extension Kubernetes {
  /// How long a pod has between SIGTERM and SIGKILL when it is evicted, in seconds; 0 is SIGKILL at once.
  ///
  /// A hard threshold asks for 0, since 1.31 for 1. From 1.22 to 1.30 a 0 counted as nothing said, and the pod had all of
  /// its own period. Since 1.32 a soft threshold asks for no more than the pod's own period.
  ///
  /// - Parameters:
  ///   - minor: of the kubelet's release 1.`minor`.
  ///   - most: `evictionMaxPodGracePeriod`, which a soft threshold asks for; less than 0 is passed on.
  ///   - own: `terminationGracePeriodSeconds` of the pod.
  ///
  /// Source: `immediateEvictionGracePeriodSeconds`, pkg/kubelet/eviction/eviction_manager.go;
  /// `calculateEffectiveGracePeriod()`, pkg/kubelet/pod_workers.go; kubernetes/kubernetes pull requests 124063 and
  /// 122890; the feature gate `AllowOverwriteTerminationGracePeriodSeconds`, off since 1.32, is not modelled.
  static func evictionGracePeriod(isHard: Bool, minor: Int, most: Int64, own: Int64) -> Int64 {
    let asked = isHard ? (minor >= 31 ? 1 : 0) : minor >= 32 ? min(most, own) : most
    if minor < 22 { return max(asked, 0) }
    if minor < 31, asked == 0 { return max(own, 1) }
    return max(asked, 1)
  }

  /// How long the kubelet waits for the processes of a pod that it kills before it goes on. Source: `killPodNow()`,
  /// pkg/kubelet/pod_workers.go.
  static func killTimeout(gracePeriod: Int64) -> Microseconds {
    .seconds(max(gracePeriod + gracePeriod / 2, 10))
  }
}
