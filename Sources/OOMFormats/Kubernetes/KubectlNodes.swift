package import OOMSimulator

extension Kubectl {
  /// The nodes of `kubectl get node NAME -o json` or of `kubectl get nodes -o json`.
  ///
  /// - Throws: a `ScenarioError` with every mistake that could be found, at most twenty.
  package static func nodes(
    json bytes: [UInt8], file: String
  ) throws(ScenarioError) -> [Kubernetes.Node] {
    var nodes: [Kubernetes.Node] = []
    try read(bytes, file, kind: "Node") { (fields, _) throws(JSONError) in
      nodes.append(try fields.node())
    }
    return nodes
  }
}

extension Fields {
  private static let nodeKeys = ObjectKeys(["metadata", "status"])
  private static let nodeMetadataKeys = ObjectKeys(["name"])
  private static let nodeStatusKeys = ObjectKeys(["capacity", "allocatable", "nodeInfo"])

  fileprivate mutating func node() throws(JSONError) -> Kubernetes.Node {
    var node = Kubernetes.Node()
    let start = try startOfNext()
    var hasCapacity = false
    var isWrong = false
    try known(Self.nodeKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        try fields.known(Self.nodeMetadataKeys) { (fields, _) throws(JSONError) in
          node.name = try fields.objectName() ?? "?"
        }
        return
      }
      try fields.known(Self.nodeStatusKeys) { (fields, key) throws(JSONError) in
        switch key {
        case 0:
          let before = fields.problems.count
          let (memory, hugePages) = try fields.nodeResources()
          hasCapacity = memory != nil
          isWrong = fields.problems.count > before
          node.capacity = memory ?? 0
          node.hugePages = hugePages
        case 1: node.allocatable = try fields.nodeResources().memory
        default: try fields.nodeInfo(of: &node)
        }
      }
    }
    if node.name.isEmpty { wrong("a node without metadata.name", at: start) }
    if isWrong {
      // What is wrong with it has been said.
    } else if !hasCapacity || node.capacity < Kubernetes.NodeState.pageSize {
      wrong("a node without status.capacity.memory", at: start)
    } else if node.hugePages > node.capacity || node.allocatable ?? 0 > node.capacity {
      wrong("a node whose huge pages or allocatable memory are more than its capacity", at: start)
    }
    return node
  }

  /// Memory and huge pages.
  private mutating func nodeResources() throws(JSONError) -> (memory: Bytes?, hugePages: Bytes) {
    var memory: Bytes?
    var hugePages: Bytes = 0
    try dictionary { (fields, name, _) throws(JSONError) in
      if name == "memory" {
        memory = try fields.memory()?.bytes
      } else if name.hasPrefix("hugepages-") {
        let size = try fields.memory()?.bytes ?? 0
        hugePages = min(hugePages + size, SizeText.maxBytes)
      } else {
        try fields.json.skipValue()
      }
    }
    return (memory, hugePages)
  }

  private static let nodeInfoKeys = ObjectKeys([
    "kernelVersion", "kubeletVersion", "containerRuntimeVersion", "swap",
  ])
  private static let swapKeys = ObjectKeys(["capacity"])

  private mutating func nodeInfo(of node: inout Kubernetes.Node) throws(JSONError) {
    try known(Self.nodeInfoKeys) { (fields, key) throws(JSONError) in
      let offset = try fields.startOfNext()
      switch key {
      case 0: node.kernelVersion = try fields.string()
      case 1:
        guard let text = try fields.string() else { return }
        node.kubelet = Kubernetes.KubeletRelease(text)
        if node.kubelet == nil {
          fields.wrong("'\(shortened(text))' is no release of the kubelet: v1.32.1", at: offset)
        }
      case 2:
        guard let text = try fields.string() else { return }
        node.runtime = text.split(separator: ":").first.map(String.init)
      default:
        try fields.known(Self.swapKeys) { (fields, _) throws(JSONError) in
          node.swap = try fields.integer(0...SizeText.maxBytes.rawValue).map { Bytes($0) }
        }
      }
    }
  }
}
