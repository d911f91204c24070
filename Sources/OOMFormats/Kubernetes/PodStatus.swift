internal import OOMSimulator

/// What the status of a pod says, before it is known which containers the pod has.
struct PodStatus {
  var phase: Kubernetes.Pod.Phase?
  var qosClass: Kubernetes.Pod.QOSClass?
  var startTime = ""
  var containers: [String: ContainerStatus] = [:]
  var claims: [Kubernetes.Pod.MemoryClaim] = []

  struct ContainerStatus {
    var state: Kubernetes.Container.State?
    var id: String?
    var runtime: String?
  }

  func apply(to pod: inout Kubernetes.Pod) {
    pod.phase = phase
    pod.statedQOS = qosClass
    pod.startTime = startTime
    pod.memoryClaims = claims
    if containers.isEmpty { return }
    func apply(_ list: inout [Kubernetes.Container]) {
      for index in list.indices {
        guard let status = containers[list[index].name] else { continue }
        list[index].state = status.state
        list[index].id = status.id
        list[index].runtime = status.runtime
      }
    }
    apply(&pod.initContainers)
    apply(&pod.containers)
    apply(&pod.ephemeralContainers)
  }
}

extension Fields {
  private static let statusKeys = ObjectKeys([
    "phase", "qosClass", "startTime", "containerStatuses", "initContainerStatuses",
    "ephemeralContainerStatuses", "nodeAllocatableResourceClaimStatuses",
  ])

  mutating func podStatus() throws(JSONError) -> PodStatus {
    var status = PodStatus()
    try known(Self.statusKeys) { (fields, key) throws(JSONError) in
      switch Self.statusKeys.names[key] {
      case "phase":
        status.phase = try fields.word(Kubernetes.Pod.Phase.allCases.map { ($0.rawValue, $0) })
      case "qosClass":
        status.qosClass = try fields.word(
          Kubernetes.Pod.QOSClass.allCases.map { ($0.rawValue, $0) })
      case "startTime": status.startTime = try fields.time()
      case "nodeAllocatableResourceClaimStatuses": status.claims = try fields.memoryClaims()
      default: try fields.containerStatuses(into: &status.containers)
      }
    }
    return status
  }

  /// A time in UTC to the second, which sorts as text; anything else is as good as unknown.
  private mutating func time() throws(JSONError) -> String {
    let text = try string() ?? ""
    return text.utf8.count == 20 && text.hasSuffix("Z") ? text : ""
  }

  private static let containerStatusKeys = ObjectKeys(["name", "containerID", "state"])

  private mutating func containerStatuses(
    into statuses: inout [String: PodStatus.ContainerStatus]
  ) throws(JSONError) {
    try objects { (fields, offset) throws(JSONError) in
      var name: String?
      var status = PodStatus.ContainerStatus()
      try fields.known(Self.containerStatusKeys) { (fields, key) throws(JSONError) in
        switch key {
        case 0: name = try fields.objectName()
        case 1: (status.runtime, status.id) = try fields.containerID()
        default: status.state = try fields.containerState()
        }
      }
      if let name { statuses[name] = status }
    }
  }

  /// `containerd://0123abcd…`, empty before the container is there.
  private mutating func containerID() throws(JSONError) -> (runtime: String?, id: String?) {
    let offset = try startOfNext()
    guard let text = try string(), !text.isEmpty else { return (nil, nil) }
    let bytes = Array(text.utf8)
    let mark = Array("://".utf8)
    let start = bytes.indices.first { bytes[$0...].starts(with: mark) }
    let id = bytes[(start.map { $0 + mark.count } ?? 0)...]
    let isPlain =
      !id.isEmpty && id.count <= 128
      && id.allSatisfy { byte in
        let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
        return isLetter || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "_")
      }
    if start != nil, isPlain {
      return (
        String(decoding: bytes[..<(start ?? 0)], as: UTF8.self), String(decoding: id, as: UTF8.self)
      )
    }
    wrong("'\(shortened(text))' is no container id: containerd://0123abcd…", at: offset)
    return (nil, nil)
  }

  private static let stateKeys = ObjectKeys(["running", "waiting", "terminated"])
  private static let stateDetailKeys = ObjectKeys(["startedAt", "reason"])

  private mutating func containerState() throws(JSONError) -> Kubernetes.Container.State? {
    var state: Kubernetes.Container.State?
    try known(Self.stateKeys) { (fields, key) throws(JSONError) in
      var startedAt = ""
      var reason = ""
      try fields.known(Self.stateDetailKeys) { (fields, detail) throws(JSONError) in
        if detail == 0, key == 0 {
          startedAt = try fields.time()
        } else if detail == 1 {
          reason = try fields.string() ?? ""
        } else {
          try fields.json.skipValue()
        }
      }
      switch key {
      case 0: state = .running(startedAt: startedAt)
      case 1: state = .waiting(reason: reason)
      default: state = .terminated(reason: reason)
      }
    }
    return state
  }

  private static let claimKeys = ObjectKeys(["containers", "mapping", "overhead", "resources"])
  private static let amountKeys = ObjectKeys(["name", "quantity", "perPod", "perContainer"])
  private static let memoryKeys = ObjectKeys(["memory"])

  /// Memory that the node gives through claims. `mapping` and `overhead` are lists since 1.37; 1.36 had `resources`.
  private mutating func memoryClaims() throws(JSONError) -> [Kubernetes.Pod.MemoryClaim] {
    var claims: [Kubernetes.Pod.MemoryClaim] = []
    try objects { (fields, _) throws(JSONError) in
      var claim = Kubernetes.Pod.MemoryClaim(containers: [], bytes: 0)
      try fields.known(Self.claimKeys) { (fields, key) throws(JSONError) in
        switch key {
        case 0: claim.containers = try fields.strings()
        case 3:
          try fields.known(Self.memoryKeys) { (fields, _) throws(JSONError) in
            Self.add(try fields.quantity(), to: &claim.bytes)
          }
        default:
          try fields.objects { (fields, _) throws(JSONError) in try fields.amount(of: &claim) }
        }
      }
      if claim.bytes > 0 || claim.perContainer > 0 { claims.append(claim) }
    }
    return claims
  }

  /// One resource of a claim, as the device maps it or as overhead.
  private mutating func amount(of claim: inout Kubernetes.Pod.MemoryClaim) throws(JSONError) {
    var name = ""
    var amount = Kubernetes.Pod.MemoryClaim(containers: [], bytes: 0)
    try known(Self.amountKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: name = try fields.string() ?? ""
      case 3: Self.add(try fields.quantity(), to: &amount.perContainer)
      default: Self.add(try fields.quantity(), to: &amount.bytes)
      }
    }
    guard name == "memory" else { return }
    claim.bytes = min(claim.bytes + amount.bytes, SizeText.maxBytes)
    claim.perContainer = min(claim.perContainer + amount.perContainer, SizeText.maxBytes)
  }

  private static func add(_ quantity: Kubernetes.Quantity?, to bytes: inout Bytes) {
    guard let quantity else { return }
    bytes = min(bytes + min(quantity.bytes, SizeText.maxBytes), SizeText.maxBytes)
  }
}
