extension Kubernetes {
  /// A node as far as memory depends on it. Sizes are in bytes.
  public struct Node: Equatable, Sendable {
    public var name = ""
    /// File: `status.capacity.memory`, which is MemTotal.
    public var capacity: Int64 = 0
    /// File: `status.allocatable.memory`: the capacity less what is reserved, the eviction threshold and huge pages.
    public var allocatable: Int64?
    /// All sizes of huge pages together.
    public var hugePages: Int64 = 0
    /// File: `status.nodeInfo.swap.capacity`; nil where it is not known.
    public var swap: Int64?
    /// File: `status.nodeInfo.kernelVersion`.
    public var kernelVersion: String?
    /// File: `status.nodeInfo.kubeletVersion`.
    public var kubelet: KubeletRelease?
    /// File: `status.nodeInfo.containerRuntimeVersion`, the part before `://`.
    public var runtime: String?

    public init() {}
  }

  /// A node, its kubelet, its pods and what they use: all that a forecast depends on. Sizes are in bytes.
  public struct NodeState: Equatable, Sendable {
    public var node: Node
    public var kubelet: Kubelet
    /// Those of this node, in the order of the list.
    public var pods: [Pod]
    /// Working sets as metrics show them; nil without metrics.
    public var metrics: [ContainerName: Int64]?
    /// Working sets that are given one by one; they count before the metrics.
    public var givenUsage: [ContainerName: Int64] = [:]
    /// Processes of a container; 1 where it is not given.
    public var processes: [ContainerName: Int] = [:]
    /// What runs outside of pods uses; nil is what is reserved for it.
    public var systemUsage: Int64?
    /// The release to decide by; nil is the node's own.
    public var kernel: KernelRelease?

    public init(node: Node, kubelet: Kubelet, pods: [Pod]) {
      self.node = node
      self.kubelet = kubelet
      self.pods = pods
    }

    public static let pageSize: Int64 = 4096

    /// Memory that is kept from pods for the kubelet and the system, without the eviction threshold.
    ///
    /// Negative where the node's numbers contradict the threshold.
    public var reserved: Int64 {
      let given = [kubelet.kubeReserved, kubelet.systemReserved].compactMap { $0 }
      if given.isEmpty, let allocatable = node.allocatable {
        return node.capacity - allocatable - evictionThreshold - node.hugePages
      }
      return given.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    }

    /// Bytes of `memory.available` at which eviction begins.
    public var evictionThreshold: Int64 { kubelet.evictionHard.bytes(of: node.capacity) }

    /// The limit of all pods together, in bytes; the eviction threshold is not taken off.
    ///
    /// Source: `getNodeAllocatableAbsolute()`, pkg/kubelet/cm/node_container_manager_linux.go.
    public var podsLimit: Int64 { max(node.capacity - max(reserved, 0) - node.hugePages, 0) }
  }
}
