extension Kubernetes {
  /// A pod as far as memory and its loss depend on it.
  public struct Pod: Equatable, Sendable {
    public enum Phase: String, CaseIterable, Sendable {
      case pending = "Pending"
      case running = "Running"
      case succeeded = "Succeeded"
      case failed = "Failed"
      case unknown = "Unknown"
    }

    public var namespace = "default"
    public var name = ""
    /// Nil in a manifest that no API server has seen.
    public var uid: String?
    /// Nil while it is not scheduled.
    public var nodeName: String?
    public var priorityClassName = ""
    /// Nil where admission has not resolved the class.
    public var priority: Int32?
    /// The annotation `kubernetes.io/config.source`.
    public var configSource: String?
    /// The annotation `kubernetes.io/config.mirror`: the kubelet's own uid of the static pod that this one mirrors.
    public var mirrorOf: String?
    public var containers: [Container] = []
    public var initContainers: [Container] = []
    public var ephemeralContainers: [Container] = []
    /// Resources of the pod as a whole; nil where it has none.
    public var resources: ResourceRequirements?
    public var overhead = ResourceList()
    /// Memory that devices claim for containers.
    public var memoryClaims: [MemoryClaim] = []
    /// Nil in a manifest.
    public var phase: Phase?
    /// The class that the API server has stored.
    public var statedQOS: QOSClass?
    /// As the API server writes it, such as `2026-11-21T08:00:00Z`; empty where it is not known.
    public var startTime = ""

    public init() {}

    public enum QOSClass: String, CaseIterable, Sendable {
      case guaranteed = "Guaranteed"
      case burstable = "Burstable"
      case bestEffort = "BestEffort"
    }

    /// Memory of the node that a resource claim gives to several containers together.
    public struct MemoryClaim: Equatable, Sendable {
      public var containers: [String]
      public var bytes: Int64

      public init(containers: [String], bytes: Int64) {
        self.containers = containers
        self.bytes = bytes
      }
    }
  }

  public struct Container: Equatable, Sendable {
    public enum Kind: String, Sendable {
      case regular = "container"
      /// An init container with `restartPolicy: Always`.
      case sidecar
      case initial = "init container"
      case ephemeral = "ephemeral container"
      /// The process that holds the pod's namespaces.
      case sandbox = "pause"
    }

    public enum State: Equatable, Sendable {
      /// Since when, as the API server writes it.
      case running(startedAt: String)
      case waiting(reason: String)
      case terminated(reason: String)
    }

    public var name: String
    public var kind: Kind
    public var resources = ResourceRequirements()
    /// Nil where no status tells.
    public var state: State?
    /// The runtime's name for it, without `containerd://`.
    public var id: String?
    /// `containerd`, `cri-o` or `docker`.
    public var runtime: String?

    public init(_ name: String, kind: Kind = .regular) {
      self.name = name
      self.kind = kind
    }
  }

  /// Which container: it is written as `namespace/pod/container`.
  public struct ContainerName: Hashable, Sendable, CustomStringConvertible {
    public var namespace: String
    public var pod: String
    public var container: String

    public init(namespace: String, pod: String, container: String) {
      self.namespace = namespace
      self.pod = pod
      self.container = container
    }

    public var description: String { "\(namespace)/\(pod)/\(container)" }
  }
}

extension Kubernetes.Pod {
  /// In the order in which they start.
  public var allContainers: [Kubernetes.Container] {
    initContainers + containers + ephemeralContainers
  }

  /// Where no status says it: a pod that runs has all its containers but those that only prepare it.
  public func isRunning(_ container: Kubernetes.Container) -> Bool {
    if let state = container.state {
      if case .running = state { return true }
      return false
    }
    let hasBegun = phase == nil || phase == .running || phase == .unknown
    return hasBegun && (container.kind == .regular || container.kind == .sidecar)
  }

  /// Whether anything of it can run any more. Source: `podutil.IsPodPhaseTerminal()`.
  public var hasEnded: Bool { phase == .succeeded || phase == .failed }

  public func containerName(_ container: String) -> Kubernetes.ContainerName {
    Kubernetes.ContainerName(namespace: namespace, pod: name, container: container)
  }

  /// Request = limit where only the limit is given, as the API server has it in every pod that it shows.
  ///
  /// Source: `SetDefaults_Pod()` and `defaultPodRequests()`, pkg/apis/core/v1/defaults.go.
  public mutating func setDefaults() {
    func fill(_ resources: inout Kubernetes.ResourceRequirements) {
      resources.requests = resources.requests.filled(from: resources.limits)
    }
    for index in containers.indices { fill(&containers[index].resources) }
    for index in initContainers.indices { fill(&initContainers[index].resources) }
    guard var own = resources, !own.limits.isEmpty else { return }
    own.requests = own.requests.filled(from: aggregateContainerRequests).filled(from: own.limits)
    resources = own
  }
}
