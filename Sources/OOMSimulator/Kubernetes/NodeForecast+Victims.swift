extension Kubernetes.NodeForecast {
  /// A container that the kernel would hit: its first process that would be chosen.
  package struct Victim: Equatable, Sendable {
    /// Position of the container.
    package var container: Int
    package var next: Forecast.Next
  }

  /// The containers that would be hit at a limit, in order. Of a container with several processes the first counts:
  /// the others go with it, or come after it with fewer points. The sandboxes, which nothing that can be killed comes
  /// after, are left out.
  package func victims(of domain: Forecast.Domain) -> [Victim] {
    domain.candidates.compactMap { next in
      node.container(ofPid: next.candidate.pid).map { Victim(container: $0, next: next) }
    }
  }

  /// Containers with processes in a domain, and sandboxes.
  package func containerCount(in domain: Forecast.Domain) -> (containers: Int, sandboxes: Int) {
    var count = (containers: 0, sandboxes: 0)
    for placed in node.containers where placed.processes > 0 {
      if let path = domain.cgroup, placed.cgroup != path, !placed.cgroup.hasPrefix(path + "/") {
        continue
      }
      if placed.container.kind == .sandbox { count.sandboxes += 1 } else { count.containers += 1 }
    }
    return count
  }

  /// What a limit is the limit of.
  package enum Place: Equatable, Sendable {
    case node
    case allPods
    /// Position of the pod.
    case pod(Int)
    /// Position of the container.
    case container(Int)
  }

  package func place(of domain: Forecast.Domain) -> Place {
    guard let path = domain.cgroup else { return .node }
    if let pod = node.pods.firstIndex(where: { $0.cgroup == path }) { return .pod(pod) }
    if let container = node.containers.firstIndex(where: { $0.cgroup == path }) {
      return .container(container)
    }
    return .allPods
  }
}

extension Kubernetes.NodeScenario {
  /// Position of the container that a process belongs to.
  ///
  /// - Complexity: O(log containers).
  func container(ofPid pid: Int32) -> Int? {
    var (low, high) = (0, started.count)
    while low < high {
      let middle = (low + high) / 2
      let pids = containers[started[middle]].pids
      if pids.contains(pid) { return started[middle] }
      if pid < pids.lowerBound { high = middle } else { low = middle + 1 }
    }
    return nil
  }
}
