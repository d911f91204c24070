extension Kubernetes {
  /// A node as far as memory depends on it.
  package struct Node: Equatable, Sendable {
    package var name = ""
    /// File: `status.capacity.memory`, which is MemTotal.
    package var capacity: Bytes = 0
    /// File: `status.allocatable.memory`: the capacity less what is reserved, the eviction threshold and huge pages.
    package var allocatable: Bytes?
    /// All sizes of huge pages together.
    package var hugePages: Bytes = 0
    /// File: `status.nodeInfo.swap.capacity`; nil where it is not known.
    package var swap: Bytes?
    /// File: `status.nodeInfo.kernelVersion`.
    package var kernelVersion: String?
    /// File: `status.nodeInfo.kubeletVersion`.
    package var kubelet: KubeletRelease?
    /// File: `status.nodeInfo.containerRuntimeVersion`, the part before `://`.
    package var runtime: String?

    package init() {}
  }

  /// A node, its kubelet, its pods and what they use: all that a forecast depends on.
  package struct NodeState: Equatable, Sendable {
    package var node: Node
    package var kubelet: Kubelet
    /// Those of this node, in the order of the list.
    package var pods: [Pod]
    /// Working sets as metrics show them; nil without metrics.
    package var metrics: [ContainerName: Bytes]?
    /// Working sets that are given one by one; they count before the metrics.
    package var givenUsage: [ContainerName: Bytes] = [:]
    /// Processes of a container; 1 where it is not given.
    package var processes: [ContainerName: Int] = [:]
    /// What runs outside of pods uses; nil is what is reserved for it.
    package var systemUsage: Bytes?
    /// How its kubelet evicts, for a scenario that has it; nil for one without.
    package var eviction: EvictionConfiguration?
    /// The release to decide by; nil is the node's own.
    package var kernel: KernelRelease?

    package init(node: Node, kubelet: Kubelet, pods: [Pod]) {
      self.node = node
      self.kubelet = kubelet
      self.pods = pods
    }

    package static let pageSize: Bytes = 4096

    /// Memory that is kept from pods for the kubelet and the system, without the eviction threshold.
    ///
    /// Negative where the node's numbers contradict the threshold.
    package var reserved: Bytes {
      let given = [kubelet.kubeReserved, kubelet.systemReserved].compactMap { $0 }
      if given.isEmpty, let allocatable = node.allocatable {
        return node.capacity - allocatable - evictionThreshold - node.hugePages
      }
      return given.reduce(0) { $0 &+ $1 }
    }

    /// What of `memory.available` is left at which eviction begins.
    package var evictionThreshold: Bytes {
      kubelet.evictionHard.isOff ? 0 : kubelet.evictionHard.bytes(of: node.capacity)
    }

    /// The limit of all pods together; the eviction threshold is not taken off.
    ///
    /// Source: `getNodeAllocatableAbsolute()`, pkg/kubelet/cm/node_container_manager_linux.go.
    package var podsLimit: Bytes { max(node.capacity - max(reserved, 0) - node.hugePages, 0) }
  }
}
