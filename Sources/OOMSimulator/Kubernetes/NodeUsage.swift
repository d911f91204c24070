extension Kubernetes.NodeState {
  /// Where the use of a container is from.
  package enum UsageSource: String, Sendable {
    case metrics
    case given
    /// It uses what it requests: nothing else is known.
    case request
    /// It requests nothing and nothing is known: taken for 0.
    case none
    /// It does not run.
    case notRunning = "not_running"
  }

  /// What a container uses: as given, else as measured, else what it requests.
  func usage(
    of container: Kubernetes.Container, _ name: Kubernetes.ContainerName, runs: Bool
  ) -> (Bytes, UsageSource) {
    if !runs { return (0, .notRunning) }
    if container.kind == .sandbox { return (0, .none) }
    if let given = givenUsage[name] { return (given, .given) }
    if let measured = metrics?[name] { return (measured, .metrics) }
    let request = container.resources.requests.memory?.bytes ?? 0
    return request > 0 ? (request, .request) : (0, .none)
  }

  /// What all containers use.
  package var totalUsage: Bytes {
    Self.sum(
      pods.flatMap { pod in
        pod.allContainers.map {
          usage(of: $0, pod.containerName($0.name), runs: pod.isRunning($0)).0
        }
      })
  }

  /// A sum that stays where no machine comes near: differences of two do not overflow.
  static func sum(_ sizes: [Bytes]) -> Bytes {
    let most: Bytes = 1 << 60
    return sizes.reduce(0) { min($0 + min($1, most), most) }
  }
}
