extension Kubernetes {
  /// A pod as far as memory and its loss depend on it.
  package struct Pod: Equatable, Sendable {
    package enum Phase: String, CaseIterable, Sendable {
      case pending = "Pending"
      case running = "Running"
      case succeeded = "Succeeded"
      case failed = "Failed"
      case unknown = "Unknown"
    }

    package var namespace = "default"
    package var name = ""
    /// Nil in a manifest that no API server has seen.
    package var uid: String?
    /// Nil while it is not scheduled.
    package var nodeName: String?
    package var priorityClassName = ""
    /// Nil where admission has not resolved the class.
    package var priority: Int32?
    /// `terminationGracePeriodSeconds`; nil where it is not given.
    package var terminationGracePeriod: Int64?
    /// The annotation `kubernetes.io/config.source`.
    package var configSource: String?
    /// The annotation `kubernetes.io/config.mirror`: the kubelet's own uid of the static pod that this one mirrors.
    package var mirrorOf: String?
    package var containers: [Container] = []
    package var initContainers: [Container] = []
    package var ephemeralContainers: [Container] = []
    /// Resources of the pod as a whole; nil where it has none.
    package var resources: ResourceRequirements?
    package var overhead = ResourceList()
    /// `securityContext.runAsUser`; nil leaves it to the image.
    package var runAsUser: UInt32?
    /// Memory that devices claim for containers.
    package var memoryClaims: [MemoryClaim] = []
    /// Volumes `emptyDir` with `medium: Memory`, in the order of the pod.
    package var memoryVolumes: [MemoryVolume] = []
    /// Nil in a manifest.
    package var phase: Phase?
    /// The class that the API server has stored.
    package var statedQOS: QOSClass?
    /// As the API server writes it, such as `2026-11-21T08:00:00Z`; empty where it is not known.
    package var startTime = ""

    package init() {}

    package enum QOSClass: String, CaseIterable, Sendable {
      case guaranteed = "Guaranteed"
      case burstable = "Burstable"
      case bestEffort = "BestEffort"
    }

    /// Memory of the node that a resource claim takes for the containers that refer to it.
    package struct MemoryClaim: Equatable, Sendable {
      package var containers: [String]
      /// Theirs together, in equal parts: what the device maps, and its overhead by pod.
      package var bytes: Bytes
      /// The device's overhead for each of them.
      package var perContainer: Bytes

      package init(containers: [String], bytes: Bytes, perContainer: Bytes = 0) {
        self.containers = containers
        self.bytes = bytes
        self.perContainer = perContainer
      }
    }

    /// A tmpfs: the kernel charges its pages to the group of the process that writes them, and no kill frees them.
    package struct MemoryVolume: Equatable, Sendable {
      package var name: String
      /// Nil leaves it to the pod's limit, or the node.
      package var sizeLimit: Bytes?

      package init(name: String, sizeLimit: Bytes? = nil) {
        self.name = name
        self.sizeLimit = sizeLimit
      }
    }
  }

  package struct Container: Equatable, Sendable {
    package enum Kind: String, Sendable {
      case regular = "container"
      /// An init container with `restartPolicy: Always`.
      case sidecar
      case initial = "init container"
      case ephemeral = "ephemeral container"
      /// The process that holds the pod's namespaces.
      case sandbox = "pause"
    }

    package enum State: Equatable, Sendable {
      /// Since when, as the API server writes it.
      case running(startedAt: String)
      case waiting(reason: String)
      case terminated(reason: String)
    }

    package var name: String
    package var kind: Kind
    package var resources = ResourceRequirements()
    /// Nil where no status tells.
    package var state: State?
    /// The runtime's name for it, without `containerd://`.
    package var id: String?
    /// `containerd`, `cri-o` or `docker`.
    package var runtime: String?
    /// `securityContext.runAsUser`, which counts before the pod's.
    package var runAsUser: UInt32?
    /// Names of the volumes that it mounts.
    package var volumeMounts: [String] = []

    package init(_ name: String, kind: Kind = .regular) {
      self.name = name
      self.kind = kind
    }
  }

  /// Which container: it is written as `namespace/pod/container`.
  package struct ContainerName: Hashable, Sendable, CustomStringConvertible {
    package var namespace: String
    package var pod: String
    package var container: String

    package init(namespace: String, pod: String, container: String) {
      self.namespace = namespace
      self.pod = pod
      self.container = container
    }

    package var description: String { "\(namespace)/\(pod)/\(container)" }
  }
}

extension Kubernetes.Pod {
  /// In the order in which they start.
  package var allContainers: [Kubernetes.Container] {
    initContainers + containers + ephemeralContainers
  }

  /// Where no status says it: a pod that runs has all its containers but those that only prepare it.
  package func isRunning(_ container: Kubernetes.Container) -> Bool {
    if let state = container.state {
      if case .running = state { return true }
      return false
    }
    let hasBegun = phase == nil || phase == .running || phase == .unknown
    return hasBegun && (container.kind == .regular || container.kind == .sidecar)
  }

  /// Whether anything of it can run any more. Source: `podutil.IsPodPhaseTerminal()`.
  package var hasEnded: Bool { phase == .succeeded || phase == .failed }

  package func containerName(_ container: String) -> Kubernetes.ContainerName {
    Kubernetes.ContainerName(namespace: namespace, pod: name, container: container)
  }

  /// Request = limit where only the limit is given, as the API server has it in every pod that it shows.
  ///
  /// Source: `SetDefaults_Pod()` and `defaultPodRequests()`, pkg/apis/core/v1/defaults.go.
  package mutating func setDefaults() {
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
