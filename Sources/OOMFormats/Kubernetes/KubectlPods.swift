internal import OOMSimulator

/// Reads what `kubectl get … -o json` prints. Keys that do not matter here are passed over.
package enum Kubectl {
  private static let topKeys = ObjectKeys(["kind", "items"])

  /// Reads a list of objects, or one object, of a kind. What it is the kind of stands before it, so the text is
  /// passed over once to find out.
  static func read(
    _ bytes: [UInt8], _ file: String, kind wanted: String,
    _ item: (inout Fields, Int) throws(JSONError) -> Void
  ) throws(ScenarioError) {
    try ImportFile(name: file, bytes: bytes).refuseYAML()
    var fields = Fields(bytes, pageSize: Kubernetes.NodeState.pageSize)
    var syntax: JSONError?
    do throws(JSONError) {
      var kind: (text: String, offset: Int)?
      var items: Int?
      let start = try fields.startOfNext()
      try fields.known(topKeys) { (fields, key) throws(JSONError) in
        let offset = try fields.startOfNext()
        if key == 1 {
          items = offset
          try fields.json.skipValue()
        } else if let text = try fields.string() {
          kind = (text, offset)
        }
      }
      try fields.json.finish()
      if fields.problems.isEmpty {
        if let items {
          fields.json.rewind(to: items)
          try fields.objects { (fields, offset) throws(JSONError) in
            try fields.item(kind: wanted, at: offset, item)
          }
        } else if kind?.text == wanted {
          fields.json.rewind(to: start)
          try item(&fields, start)
        } else {
          let found = kind.map { "found kind '\(shortened($0.text))'" } ?? "there is no kind"
          fields.wrong(
            "expected what kubectl get \(wanted.lowercased())s -o json prints, a List or a "
              + "\(wanted): \(found)", at: kind?.offset ?? start)
        }
      }
    } catch {
      syntax = error
    }
    if let error = fields.error(file: file, syntax) { throw error }
  }
}

extension Fields {
  private static let kindKeys = ObjectKeys(["kind"])

  /// Reads an object of a list, which has to be of a kind; in a list of one kind it need not say so.
  fileprivate mutating func item(
    kind wanted: String, at start: Int,
    _ read: (inout Fields, Int) throws(JSONError) -> Void
  ) throws(JSONError) {
    var isOther = false
    try known(Self.kindKeys) { (fields, _) throws(JSONError) in
      let offset = try fields.startOfNext()
      guard let kind = try fields.string(), kind != wanted else { return }
      isOther = true
      fields.wrong("expected a \(wanted), found kind '\(shortened(kind))'", at: offset)
    }
    if isOther { return }
    json.rewind(to: start)
    try read(&self, start)
  }
}

// MARK: The parts of a pod

extension Fields {
  private static let podKeys = ObjectKeys(["metadata", "spec", "status"])

  /// - Parameter isTemplate: a template of pods has no name of its own.
  mutating func pod(isTemplate: Bool = false) throws(JSONError) -> Kubernetes.Pod {
    var pod = Kubernetes.Pod()
    var status = PodStatus()
    let start = try startOfNext()
    try known(Self.podKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: try fields.metadata(of: &pod)
      case 1: try fields.spec(of: &pod)
      default: status = try fields.podStatus()
      }
    }
    if pod.name.isEmpty, !isTemplate { wrong("a pod without metadata.name", at: start) }
    if pod.containers.isEmpty { wrong("a pod without spec.containers", at: start) }
    status.apply(to: &pod)
    return pod
  }

  private static let metadataKeys = ObjectKeys(["name", "namespace", "uid", "annotations"])

  private mutating func metadata(of pod: inout Kubernetes.Pod) throws(JSONError) {
    try known(Self.metadataKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: pod.name = try fields.objectName() ?? "?"
      case 1: pod.namespace = try fields.objectName() ?? "?"
      case 2: pod.uid = try fields.objectName()
      default: try fields.annotations(of: &pod)
      }
    }
  }

  private static let annotationKeys = ObjectKeys([
    "kubernetes.io/config.source", "kubernetes.io/config.mirror",
  ])

  private mutating func annotations(of pod: inout Kubernetes.Pod) throws(JSONError) {
    try known(Self.annotationKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        pod.configSource = try fields.string()
      } else {
        pod.mirrorOf = try fields.objectName()
      }
    }
  }

  private static let specKeys = ObjectKeys([
    "nodeName", "priority", "priorityClassName", "containers", "initContainers",
    "ephemeralContainers", "resources", "overhead", "securityContext", "volumes",
    "terminationGracePeriodSeconds",
  ])

  private mutating func spec(of pod: inout Kubernetes.Pod) throws(JSONError) {
    var names: Set<String> = []
    try known(Self.specKeys) { (fields, key) throws(JSONError) in
      switch Self.specKeys.names[key] {
      case "nodeName": pod.nodeName = try fields.objectName()
      case "priority":
        pod.priority = try fields.integer(Int64(Int32.min)...Int64(Int32.max))
          .map { Int32(clamping: $0) }
      case "terminationGracePeriodSeconds":
        pod.terminationGracePeriod = try fields.integer(Int64.min...Int64.max)
          .map { min(max($0, 0), Int64(Int32.max)) }
      case "priorityClassName": pod.priorityClassName = try fields.string() ?? ""
      case "containers": pod.containers = try fields.containers(.regular, &names)
      case "initContainers": pod.initContainers = try fields.containers(.initial, &names)
      case "ephemeralContainers":
        pod.ephemeralContainers = try fields.containers(.ephemeral, &names)
      case "resources": pod.resources = try fields.requirements()
      case "securityContext": pod.runAsUser = try fields.runAsUser()
      case "volumes": pod.memoryVolumes = try fields.memoryVolumes()
      default: pod.overhead = try fields.resourceList(isLimit: false).list
      }
    }
  }

  private static let containerKeys = ObjectKeys([
    "name", "resources", "restartPolicy", "securityContext", "volumeMounts",
  ])
  private static let volumeKeys = ObjectKeys(["name", "emptyDir"])
  private static let emptyDirKeys = ObjectKeys(["medium", "sizeLimit"])
  private static let mountKeys = ObjectKeys(["name"])
  private static let securityKeys = ObjectKeys(["runAsUser"])

  /// The uid of a security context. Source: `IsValidUserID()`, apimachinery/pkg/util/validation/validation.go.
  private mutating func runAsUser() throws(JSONError) -> UInt32? {
    var uid: UInt32?
    try known(Self.securityKeys) { (fields, _) throws(JSONError) in
      uid = try fields.integer(0...Int64(Int32.max)).map { UInt32($0) }
    }
    return uid
  }

  private mutating func containers(
    _ kind: Kubernetes.Container.Kind, _ names: inout Set<String>
  ) throws(JSONError) -> [Kubernetes.Container] {
    var containers: [Kubernetes.Container] = []
    try objects { (fields, offset) throws(JSONError) in
      var container = Kubernetes.Container("", kind: kind)
      try fields.known(Self.containerKeys) { (fields, key) throws(JSONError) in
        switch key {
        case 0: container.name = try fields.objectName() ?? "?"
        case 1: container.resources = try fields.requirements()
        case 3: container.runAsUser = try fields.runAsUser()
        case 4: container.volumeMounts = try fields.volumeMounts()
        default:
          let policy = try fields.string()
          if kind == .initial, policy == "Always" { container.kind = .sidecar }
        }
      }
      if container.name.isEmpty {
        fields.wrong("a container without a name", at: offset)
      } else if !names.insert(container.name).inserted {
        fields.wrong("the container '\(container.name)' stands here twice", at: offset)
      }
      containers.append(container)
    }
    return containers
  }

  /// Of all volumes those that are memory.
  private mutating func memoryVolumes() throws(JSONError) -> [Kubernetes.Pod.MemoryVolume] {
    var volumes: [Kubernetes.Pod.MemoryVolume] = []
    try objects { (fields, _) throws(JSONError) in
      var volume = Kubernetes.Pod.MemoryVolume(name: "")
      var isMemory = false
      try fields.known(Self.volumeKeys) { (fields, key) throws(JSONError) in
        if key == 0 {
          volume.name = try fields.objectName() ?? "?"
          return
        }
        try fields.known(Self.emptyDirKeys) { (fields, key) throws(JSONError) in
          if key == 0 {
            isMemory = try fields.string() == "Memory"
          } else {
            volume.sizeLimit = try fields.quantity().map { min($0.bytes, SizeText.maxBytes) }
          }
        }
      }
      if isMemory { volumes.append(volume) }
    }
    return volumes
  }

  private mutating func volumeMounts() throws(JSONError) -> [String] {
    var names: [String] = []
    try objects { (fields, _) throws(JSONError) in
      try fields.known(Self.mountKeys) { (fields, _) throws(JSONError) in
        if let name = try fields.string() { names.append(name) }
      }
    }
    return names
  }
}
