package import OOMSimulator

extension ImportDraft {
  /// The pods of workloads on one node, as the command `k8s` places them.
  mutating func readKubernetes(_ files: [ImportFile]) throws(ScenarioError) {
    var state = Kubernetes.NodeState(
      node: Kubernetes.Node(), kubelet: Kubernetes.Kubelet(), pods: [])
    var nodes: [Kubernetes.Node] = []
    var objects = 0
    for file in files {
      try file.refuseYAML()
      let workloads = try Kubectl.workloads(json: file.bytes, file: file.name)
      for text in workloads.notes { note(text) }
      state.pods += workloads.pods
      objects += workloads.objects
      try refuseTwins(state.pods, file)
    }
    if let file = options.node {
      nodes = try Kubectl.nodes(json: file.bytes, file: file.name)
      guard nodes.count == 1, let node = nodes.first else {
        throw file.error("\(nodes.count) nodes in it: expected one")
      }
      state.node = node
      if let kubelet = node.kubelet { state.kubelet.release = kubelet }
    }
    let all = state.pods.count
    state.pods.removeAll { $0.hasEnded }
    note(all - state.pods.count, "pod", "pods", "that ended left out")
    let live = state.pods.count
    state.pods.removeAll { $0.nodeName == nil && $0.phase != nil }
    note(live - state.pods.count, "pod", "pods", "on no node yet left out")
    if let node = nodes.first, let file = files.first {
      let scheduled = state.pods.count
      state.pods.removeAll { $0.nodeName ?? node.name != node.name }
      let others = scheduled - state.pods.count
      note(others, "pod", "pods", "on other nodes than \(node.name) left out")
      if others > 0, state.pods.isEmpty {
        throw file.error("no pod on node '\(node.name)'")
      }
    }
    if state.pods.isEmpty, let file = files.first {
      if objects == 0 { throw file.error(kind.whatIsMissing) }
      if all > 0 { throw file.error("no pod in it that runs on a node") }
      note("no object in it makes a pod now: nothing runs on the node")
    }
    let places = Set(state.pods.compactMap { $0.nodeName })
    if places.count > 1 {
      note("pods of \(places.count) nodes are taken to run on one")
    }
    if let memory = options.memory {
      if state.node.capacity != memory { state.node.allocatable = nil }
      state.node.capacity = memory
    }
    if let swap = options.swap { state.node.swap = swap }
    if state.node.capacity == 0 {
      var size = Self.usualMemory
      while size < SizeText.maxBytes / 2, size / 5 * 4 < state.totalUsage { size = size * 2 }
      state.node.capacity = size
      note(
        "the node is not in the input: taken to have \(SizeFormat.binary(size)); --node FILE or --memory SIZE says otherwise"
      )
    }
    state.kubelet.cgroupVersion = options.cgroupVersion
    state.kernel = options.kernel
    if state.totalUsage > Scenario.mostBytes, let file = files.first {
      throw file.error("the containers use more than 4 PiB together")
    }
    let placed = Kubernetes.NodeScenario(state)
    scenario = placed.scenario
    if options.scale != 1000 { scaleProcesses() }
    for text in placed.notes { note(text) }
  }

  private func refuseTwins(_ pods: [Kubernetes.Pod], _ file: ImportFile) throws(ScenarioError) {
    var names: Set<String> = []
    for pod in pods where !names.insert("\(pod.namespace)/\(pod.name)").inserted {
      throw file.error("the pod \(pod.namespace)/\(pod.name) is in two files")
    }
    if pods.count > Self.mostReplicas { throw file.error("more than \(Self.mostReplicas) pods") }
  }

  private mutating func scaleProcesses() {
    var table = ProcessTable()
    for row in 0..<scenario.processes.count {
      var process = scenario.processes[row]
      let size = Self.pageSize.bytes(pages: process.anon) ?? SizeText.maxBytes
      process.anon = used(min(size, SizeText.maxBytes))
      table.append(process)
    }
    scenario.processes = table
  }
}

extension Scenario {
  /// The pods of one file, as of a file of the kind `kubernetes`: without what other kinds need.
  ///
  /// - Throws: a `ScenarioError` that says what cannot be read, and where.
  package init(pods file: ImportFile) throws(ScenarioError) {
    var draft = ImportDraft(.kubernetes, ImportOptions())
    try draft.readKubernetes([file])
    try draft.finish([file])
    self = draft.scenario
  }
}
