import OOMFormats
import OOMSimulator

/// What the command line says of a node, its kubelet and its pods beyond what kubectl shows.
struct K8sOptions {
  var node: String?
  var nodeName: String?
  var top: String?
  var output: String?
  var capacity: Bytes?
  var swap: Bytes?
  var systemUsage: Bytes?
  var usage: [(name: String, value: Bytes)] = []
  var processes: [(name: String, value: Int)] = []
  var kernel: KernelRelease?
  var rows = 10
  var nearPerMille: Int64 = 250
  /// How it evicts; nil where no option says anything of it.
  private(set) var eviction = K8sEviction()
  private var release: Kubernetes.KubeletRelease?
  /// As far as the options say it; the release may be the node's.
  private var kubelet = Kubernetes.Kubelet()

  private let arguments: Arguments

  init(_ arguments: Arguments) throws(UsageError) {
    self.arguments = arguments
    node = arguments.value("--node")
    nodeName = arguments.value("--node-name")
    top = arguments.value("--top")
    output = arguments.value("-o") ?? arguments.value("--scenario")
    if arguments.has("-o"), arguments.has("--scenario") {
      throw UsageError("-o and --scenario are the same: give one.")
    }
    if output == "-", arguments.has("--json") {
      throw UsageError("-o - prints the scenario: without --json.")
    }
    if [arguments.operands[0], node, top].count(where: { $0 == "-" }) > 1 {
      throw UsageError("only one of PODS.json, --node and --top can be standard input.")
    }
    capacity = try bytes("--capacity")
    if let capacity, capacity < Kubernetes.NodeState.pageSize {
      throw UsageError("--capacity: a node has more memory than that.")
    }
    swap = try bytes("--swap")
    systemUsage = try bytes("--system-usage")
    kernel = try arguments.kernel()
    rows = try arguments.number("--rows", in: 1...1000) ?? rows
    nearPerMille =
      try arguments.number("--near", in: 0...100).map { Int64($0) * 10 } ?? nearPerMille
    for (name, text) in try pairs("--usage") { usage.append((name, try bytes("--usage", text))) }
    for (name, text) in try pairs("--processes") {
      processes.append((name, try Arguments.number(text, of: "--processes", in: 1...100_000)))
    }
    try readKubelet()
  }

  private mutating func readKubelet() throws(UsageError) {
    if let text = arguments.value("--kubelet-version") {
      release = Kubernetes.KubeletRelease(text)
      if release == nil {
        throw UsageError("--kubelet-version: '\(text)' is none: write it like 1.32.")
      }
    }
    kubelet.kubeReserved = try reservation("--kube-reserved")
    kubelet.systemReserved = try reservation("--system-reserved")
    eviction = try K8sEviction(arguments)
    kubelet.evictionHard = eviction.configuration?.hard ?? kubelet.evictionHard
    if let driver = arguments.value("--cgroup-driver") {
      kubelet.cgroupDriver = Kubernetes.Kubelet.CgroupDriver(rawValue: driver) ?? .systemd
    }
    if arguments.value("--cgroup-version") == "1" { kubelet.cgroupVersion = 1 }
    if let behavior = arguments.value("--swap-behavior") {
      kubelet.swapBehavior = Kubernetes.Kubelet.SwapBehavior(rawValue: behavior) ?? .noSwap
    }
    kubelet.singleProcessOOMKill = arguments.value("--single-process-oom-kill").map { $0 == "true" }
    if let text = arguments.value("--memory-throttling-factor") {
      kubelet.memoryThrottlingFactor = Kubernetes.MemoryThrottlingFactor(text)
      if kubelet.memoryThrottlingFactor == nil {
        throw UsageError(
          "--memory-throttling-factor: '\(text)' is no number above 0 and at most 1, such as 0.9.")
      }
    }
    if let policy = arguments.value("--memory-reservation-policy") {
      kubelet.memoryReservationPolicy =
        Kubernetes.MemoryReservationPolicy(rawValue: policy) ?? .none
    }
    for text in arguments.all("--feature-gates") {
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        try readGate(String(part))
      }
    }
  }

  private mutating func readGate(_ text: String) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1] == "true" || parts[1] == "false" else {
      throw UsageError("--feature-gates takes NAME=true or NAME=false, found '\(text)'.")
    }
    let name = String(parts[0])
    guard let gate = Kubernetes.Kubelet.FeatureGate(rawValue: name) else {
      let all = Kubernetes.Kubelet.FeatureGate.allCases.map(\.rawValue)
      let near = nearestWord(to: name, among: all).map { " Did you mean '\($0)'?" } ?? ""
      throw UsageError(
        "--feature-gates: '\(name)' changes nothing here; known: "
          + all.joined(separator: ", ") + "." + near)
    }
    kubelet.featureGates[gate] = parts[1] == "true"
  }

  /// The kubelet of a node, and whether the options fit its release.
  func kubelet(
    of node: Kubernetes.Node
  ) throws(UsageError) -> Kubernetes.Kubelet {
    var kubelet = kubelet
    kubelet.release = release ?? node.kubelet ?? kubelet.release
    if let isSingle = kubelet.singleProcessOOMKill {
      if kubelet.release.minor < 32 {
        throw UsageError("--single-process-oom-kill: the kubelet has it since 1.32.")
      }
      if !isSingle, kubelet.cgroupVersion == 1 {
        throw UsageError(
          "--single-process-oom-kill false: cgroup version 1 has no memory.oom.group.")
      }
    }
    if kubelet.swapBehavior == .limitedSwap, kubelet.cgroupVersion == 1 {
      throw UsageError("--swap-behavior LimitedSwap: needs cgroup version 2.")
    }
    try checkGates(of: kubelet)
    return kubelet
  }

  /// As `ValidateKubeletConfiguration()` does, pkg/kubelet/apis/config/validation.
  private func checkGates(of kubelet: Kubernetes.Kubelet) throws(UsageError) {
    let isTiered = kubelet.memoryReservationPolicy == .tieredReservation
    if kubelet.featureGates[.memoryQoS] == true {
      if kubelet.release.minor < 22 {
        throw UsageError("--feature-gates MemoryQoS=true: the kubelet has it since 1.22.")
      }
      if kubelet.cgroupVersion == 1 {
        throw UsageError("--feature-gates MemoryQoS=true: does nothing on cgroup version 1.")
      }
    }
    if isTiered, kubelet.release.minor < 36 {
      throw UsageError(
        "--memory-reservation-policy TieredReservation: the kubelet has it since 1.36; before, MemoryQoS protects all "
          + "requests by memory.min.")
    }
    if kubelet.cgroupVersion == 1, isTiered || kubelet.memoryThrottlingFactor != nil {
      let option = isTiered ? "--memory-reservation-policy" : "--memory-throttling-factor"
      throw UsageError("\(option): does nothing on cgroup version 1.")
    }
    if kubelet.featureGates[.podLevelResources] == true, kubelet.release.minor < 32 {
      throw UsageError("--feature-gates PodLevelResources=true: the kubelet has it since 1.32.")
    }
    if !kubelet.has(.memoryQoS), isTiered || kubelet.memoryThrottlingFactor != nil {
      let option = isTiered ? "--memory-reservation-policy" : "--memory-throttling-factor"
      throw UsageError("\(option): needs --feature-gates MemoryQoS=true.")
    }
  }

  // MARK: Values

  private func bytes(_ option: String) throws(UsageError) -> Bytes? {
    guard let text = arguments.value(option) else { return nil }
    return try bytes(option, text)
  }

  /// A quantity of Kubernetes.
  private func bytes(_ option: String, _ text: String) throws(UsageError) -> Bytes {
    // People write 8GB for a machine, which no quantity of Kubernetes is.
    if text.hasSuffix("B"), let size = ImportOptions.size(text) { return size }
    do throws(QuantityError) {
      let bytes = try Kubernetes.Quantity(text).bytes
      if bytes <= Scenario.mostBytes { return bytes }
    } catch {
      throw UsageError("\(option): \(error.message).")
    }
    throw UsageError("\(option): '\(text)' is over 4 PiB.")
  }

  /// `memory=1Gi`, as the kubelet's flag has it, or `1Gi`.
  private func reservation(_ option: String) throws(UsageError) -> Bytes? {
    guard let text = arguments.value(option) else { return nil }
    if !text.contains("=") { return try bytes(option, text) }
    for part in text.split(separator: ",") where part.hasPrefix("memory=") {
      return try bytes(option, String(part.dropFirst(7)))
    }
    return 0
  }

  /// `NAMESPACE/POD/CONTAINER=VALUE`.
  private func pairs(_ option: String) throws(UsageError) -> [(name: String, text: String)] {
    var pairs: [(name: String, text: String)] = []
    for text in arguments.all(option) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw UsageError("\(option) takes NAMESPACE/POD/CONTAINER=VALUE, found '\(text)'.")
      }
      pairs.append((String(parts[0]), String(parts[1])))
    }
    return pairs
  }
}
