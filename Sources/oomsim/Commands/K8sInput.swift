import OOMFormats
import OOMSimulator

/// Which of what was read belongs to the node, and whether it fits together.
struct K8sInput {
  var pods: [Kubernetes.Pod]
  let file: String
  let options: K8sOptions
  var node: Kubernetes.Node?
  var metrics: [Kubernetes.ContainerName: Bytes]?

  init(pods: [Kubernetes.Pod], file: String, options: K8sOptions) {
    self.pods = pods
    self.file = file
    self.options = options
  }

  /// Takes the node that is wanted: by its name, or the only one.
  mutating func choose(
    from nodes: [Kubernetes.Node], file: String, _ terminal: Terminal
  ) throws(ExitCode) {
    if let name = options.nodeName {
      guard let found = nodes.first(where: { $0.name == name }) else {
        terminal.error("oomsim: \(file): no node '\(name)' in it" + hint(name, nodes.map(\.name)))
        throw .malformed
      }
      node = found
    } else if nodes.count == 1 {
      node = nodes[0]
    } else {
      terminal.error("oomsim: \(file): \(nodes.count) nodes in it: choose one with --node-name")
      throw .malformed
    }
  }

  /// Leaves out what has ended, what is not scheduled and what is on other nodes, and says so.
  mutating func choosePods(_ terminal: Terminal) throws(ExitCode) {
    let all = pods
    pods = all.filter { !$0.hasEnded }
    report(all.count - pods.count, "ended: Succeeded or Failed", terminal)
    let live = pods.count
    pods = pods.filter { $0.nodeName != nil || $0.phase == nil }
    report(live - pods.count, "on no node yet", terminal)
    let names = pods.compactMap(\.nodeName)
    let wanted = options.nodeName ?? node?.name
    if let wanted {
      let here = pods.filter { $0.nodeName ?? wanted == wanted }
      report(pods.count - here.count, "on other nodes", terminal)
      if here.isEmpty, !pods.isEmpty {
        terminal.error("oomsim: \(file): no pod on node '\(wanted)'" + hint(wanted, names))
        throw .malformed
      }
      pods = here
    } else if let first = names.first, let other = names.first(where: { $0 != first }) {
      terminal.error(
        "oomsim: \(file): pods of several nodes, such as '\(first)' and '\(other)': "
          + "choose one with --node-name or --node")
      throw .malformed
    }
    if pods.isEmpty {
      terminal.error("oomsim: \(file): no pod that runs on a node")
      throw .malformed
    }
  }

  private func report(_ count: Int, _ why: String, _ terminal: Terminal) {
    if count > 0 { terminal.error("oomsim: left out: \(counted(count, "pod", "pods")) \(why)") }
  }

  private func hint(_ name: String, _ known: [String]) -> String {
    nearestWord(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// The node with everything, checked against each other.
  func state(_ terminal: Terminal) throws -> Kubernetes.NodeState {
    var node = node ?? Kubernetes.Node()
    if node.name.isEmpty { node.name = options.nodeName ?? pods[0].nodeName ?? "" }
    if let capacity = options.capacity {
      if node.capacity != capacity { node.allocatable = nil }
      node.capacity = capacity
    }
    node.swap = options.swap ?? node.swap
    if node.capacity == 0 {
      throw UsageError("the memory of the node is not known: --node FILE or --capacity QUANTITY.")
    }
    var state = Kubernetes.NodeState(
      node: node, kubelet: try options.kubelet(of: node), pods: pods)
    state.metrics = metrics
    state.givenUsage = try named(options.usage, "--usage")
    state.processes = try named(options.processes, "--processes")
    state.systemUsage = options.systemUsage
    state.kernel = options.kernel
    state.eviction = options.eviction.configuration
    try check(state, terminal)
    return state
  }

  /// What is given for containers by name, each of which has to be there.
  private func named<Value>(
    _ given: [(name: String, value: Value)], _ option: String
  ) throws(UsageError) -> [Kubernetes.ContainerName: Value] {
    if given.isEmpty { return [:] }
    var known: [String: Kubernetes.ContainerName] = [:]
    for pod in pods {
      for container in pod.allContainers {
        let name = pod.containerName(container.name)
        known[name.description] = name
      }
    }
    var values: [Kubernetes.ContainerName: Value] = [:]
    for (name, value) in given {
      guard let container = known[name] else {
        throw UsageError(
          "\(option): no container '\(name)'" + hint(name, known.keys.sorted())
            + ": write NAMESPACE/POD/CONTAINER.")
      }
      if values.updateValue(value, forKey: container) != nil {
        throw UsageError("\(option): '\(name)' stands there twice.")
      }
    }
    return values
  }

  private func check(
    _ state: Kubernetes.NodeState, _ terminal: Terminal
  ) throws {
    if state.reserved > state.node.capacity {
      throw UsageError("more is reserved than the node has.")
    }
    if state.totalUsage > 1 << 52 {
      terminal.error("oomsim: \(file): the containers use more than 4 PiB together")
      throw ExitCode.malformed
    }
    let containers = pods.reduce(0) { $0 + $1.allContainers.count + 1 }
    let more = state.processes.values.reduce(0) { $0 + $1 - 1 }
    if containers + more > 1_000_000 {
      terminal.error("oomsim: \(file): more than a million processes")
      throw ExitCode.malformed
    }
  }
}
