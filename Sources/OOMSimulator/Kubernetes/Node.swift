extension Kubernetes {
  /// A node as far as memory depends on it. Sizes are in bytes.
  package struct Node: Equatable, Sendable {
    package var name = ""
    /// File: `status.capacity.memory`, which is MemTotal.
    package var capacity: Int64 = 0
    /// File: `status.allocatable.memory`: the capacity less what is reserved, the eviction threshold and huge pages.
    package var allocatable: Int64?
    /// All sizes of huge pages together.
    package var hugePages: Int64 = 0
    /// File: `status.nodeInfo.swap.capacity`; nil where it is not known.
    package var swap: Int64?
    /// File: `status.nodeInfo.kernelVersion`.
    package var kernelVersion: String?
    /// File: `status.nodeInfo.kubeletVersion`.
    package var kubelet: KubeletRelease?
    /// File: `status.nodeInfo.containerRuntimeVersion`, the part before `://`.
    package var runtime: String?

    package init() {}
  }

  /// A node, its kubelet, its pods and what they use: all that a forecast depends on. Sizes are in bytes.
  package struct NodeState: Equatable, Sendable {
    package var node: Node
    package var kubelet: Kubelet
    /// Those of this node, in the order of the list.
    package var pods: [Pod]
    /// Working sets as metrics show them; nil without metrics.
    package var metrics: [ContainerName: Int64]?
    /// Working sets that are given one by one; they count before the metrics.
    package var givenUsage: [ContainerName: Int64] = [:]
    /// Processes of a container; 1 where it is not given.
    package var processes: [ContainerName: Int] = [:]
    /// What runs outside of pods uses; nil is what is reserved for it.
    package var systemUsage: Int64?
    /// The release to decide by; nil is the node's own.
    package var kernel: KernelRelease?

    package init(node: Node, kubelet: Kubelet, pods: [Pod]) {
      self.node = node
      self.kubelet = kubelet
      self.pods = pods
    }

    package static let pageSize: Int64 = 4096

    /// Memory that is kept from pods for the kubelet and the system, without the eviction threshold.
    ///
    /// Negative where the node's numbers contradict the threshold.
    package var reserved: Int64 {
      let given = [kubelet.kubeReserved, kubelet.systemReserved].compactMap { $0 }
      if given.isEmpty, let allocatable = node.allocatable {
        return node.capacity - allocatable - evictionThreshold - node.hugePages
      }
      return given.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    }

    /// Bytes of `memory.available` at which eviction begins.
    package var evictionThreshold: Int64 { kubelet.evictionHard.bytes(of: node.capacity) }

    /// The limit of all pods together, in bytes; the eviction threshold is not taken off.
    ///
    /// Source: `getNodeAllocatableAbsolute()`, pkg/kubelet/cm/node_container_manager_linux.go.
    package var podsLimit: Int64 { max(node.capacity - max(reserved, 0) - node.hugePages, 0) }
  }
}
