import Foundation
import OOMFormats
import OOMSimulator
import Testing

/// What `kubectl get … -o json` and `kubectl top` print, well formed or not.
@Suite struct KubectlTests {
  static let folder = Files.packageRoot.appending(path: "Tests/Data/k8s")

  static func sample(_ name: String) throws -> [UInt8] {
    try Files.bytes(of: folder.appending(path: name))
  }

  private func pods(_ text: String) throws(ScenarioError) -> [Kubernetes.Pod] {
    try Kubectl.pods(json: Array(text.utf8), file: "pods.json")
  }

  /// A pod with one container, with more keys in its parts.
  private func pod(
    spec: String = "", status: String = "", container: String = "", metadata: String = ""
  ) -> String {
    """
    { "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "managedFields": [{}]\(metadata) },
      "spec": { "containers": [ { "image": "x", "name": "c"\(container) } ]\(spec) }, "status": { "podIPs": []\(status) } }
    """
  }

  @Test func `a list as kubectl prints it`() throws {
    let pods = try Kubectl.pods(json: Self.sample("node-pods.json"), file: "pods")
    #expect(
      pods.map(\.name) == [
        "api", "db", "job-1", "job-2", "report", "kube-proxy-x7k2p", "etcd-n1", "agent-1",
      ])
    let api = pods[0]
    #expect(api.namespace == "shop" && api.nodeName == "n1" && api.phase == .running)
    #expect(api.uid?.count == 36 && api.statedQOS == .burstable && !api.isCritical)
    #expect(api.allContainers.map(\.name) == ["migrate", "proxy", "app", "worker"])
    #expect(api.allContainers.map(\.kind) == [.initial, .sidecar, .regular, .regular])
    #expect(api.containers[0].resources.limits.memory?.value == 1536 << 20)
    #expect(api.containers[0].id?.count == 64 && api.containers[0].runtime == "containerd")
    #expect(api.containers[0].state == .running(startedAt: "2026-11-20T08:00:00Z"))
    #expect(api.initContainers[0].state == .terminated(reason: "Completed"))
    #expect(pods[3].containers[0].state == .waiting(reason: "CrashLoopBackOff"))
    #expect(pods[2].phase == .succeeded && pods[2].hasEnded)
    #expect(pods[6].isMirror && pods[6].isStatic && pods[6].isNodeCritical)
    #expect(pods[5].priority == 2_000_001_000 && pods[5].isNodeCritical && !pods[5].isMirror)
    #expect(pods[1].effectivePriority == 1000)
  }

  @Test func `a single pod, and a manifest`() throws {
    let pods = try pods(
      pod(
        spec:
          #", "priorityClassName": "system-cluster-critical", "resources": { "limits": { "memory": "1Gi" } }, "overhead": { "memory": "9Mi" }"#,
        container:
          #", "resources": { "limits": { "memory": 1048576, "cpu": 0.5, "nvidia.com/gpu": "1" } }"#)
    )
    #expect(pods.count == 1 && pods[0].namespace == "default" && pods[0].phase == nil)
    #expect(pods[0].uid == nil && pods[0].isCritical && !pods[0].isNodeCritical)
    #expect(pods[0].overhead.memory?.value == 9 << 20)
    // The defaults of the API server.
    #expect(pods[0].containers[0].resources.requests.memory?.value == 1 << 20)
    #expect(try pods[0].containers[0].resources.requests.cpu == Kubernetes.Quantity("500m"))
    #expect(pods[0].resources?.requests.memory?.value == 1 << 20)
  }

  @Test func `null is as good as nothing`() throws {
    let pods = try pods(
      pod(
        spec: #", "nodeName": null, "priority": null, "initContainers": null, "resources": null"#,
        status: #", "phase": null, "qosClass": null, "containerStatuses": null, "startTime": null"#,
        container: #", "resources": null, "restartPolicy": null"#,
        metadata: #", "namespace": null, "uid": null, "annotations": null"#))
    #expect(pods.count == 1 && pods[0].nodeName == nil && pods[0].phase == nil)
  }

  @Test func `claims of devices`() throws {
    let status = #"""
      , "nodeAllocatableResourceClaimStatuses": [
        { "containers": ["c", "d"], "mapping": [ { "name": "memory", "quantity": "1Gi" }, { "name": "cpu", "quantity": "1" } ] },
        { "containers": ["d"], "mapping": [] },
        { "containers": ["c"], "overhead": [
          { "name": "memory", "perPod": "1Mi", "perContainer": "2Mi" }, { "name": "memory", "perPod": "4Mi" } ] },
        { "containers": ["d"], "resources": { "cpu": "2", "memory": "3Mi" } } ]
      """#
    let pods = try pods(pod(status: status))
    let mebi: Bytes = 1 << 20
    let claims: [Kubernetes.Pod.MemoryClaim] = [
      .init(containers: ["c", "d"], bytes: mebi * 1024),
      .init(containers: ["c"], bytes: mebi * 5, perContainer: mebi * 2),
      .init(containers: ["d"], bytes: mebi * 3),
    ]
    #expect(pods[0].memoryClaims == claims)
  }

  @Test func `volumes that are memory`() throws {
    let pods = try pods(
      pod(
        spec: #"""
          , "volumes": [ { "name": "shm", "emptyDir": { "medium": "Memory", "sizeLimit": "2Gi" } },
            { "name": "disk", "emptyDir": {} }, { "name": "conf", "configMap": { "name": "x" } },
            { "name": "all", "emptyDir": { "medium": "Memory" } } ]
          """#, container: #", "volumeMounts": [ { "name": "shm", "mountPath": "/dev/shm" } ]"#))
    let sizeLimit: Bytes = 2 << 30
    let volumes: [Kubernetes.Pod.MemoryVolume] = [
      .init(name: "shm", sizeLimit: sizeLimit), .init(name: "all"),
    ]
    #expect(pods[0].memoryVolumes == volumes)
    #expect(pods[0].containers[0].volumeMounts == ["shm"])
  }

  /// Where, and what is allowed.
  @Test func `mistakes have a place and a path`() throws {
    for (text, expected) in [
      (
        pod(container: #", "resources": { "requests": { "memory": "1GB" } }"#),
        "pods.json:2:97: error: spec.containers[0].resources.requests.memory: '1GB' is no quantity"
      ),
      (pod(spec: #", "priority": 3e9"#), "spec.priority: expected a whole number"),
      (
        pod(spec: #", "priority": 3000000000"#), "spec.priority: 3000000000 is not from -2147483648"
      ),
      (pod(spec: #", "nodeName": 7"#), "spec.nodeName: expected a string, found a number"),
      (pod(spec: #", "initContainers": {}"#), "spec.initContainers: expected an array"),
      (pod(spec: #", "initContainers": [ 7 ]"#), "spec.initContainers[0]: expected an object"),
      (
        pod(spec: #", "initContainers": [ {} ]"#),
        "spec.initContainers[0]: a container without a name"
      ),
      (
        pod(spec: #", "initContainers": [ { "name": "c" } ]"#),
        "spec.initContainers[0]: the container 'c' stands here twice"
      ),
      (pod(spec: #", "containers": []"#), "the key 'containers' stands here twice"),
      (pod(status: #", "phase": "Runing""#), "status.phase: unknown value 'Runing': 'Pending'"),
      (pod(status: #", "qosClass": "Best""#), "status.qosClass: unknown value 'Best'"),
      (
        pod(
          status: #", "containerStatuses": [ { "name": "c", "containerID": "containerd://../x" } ]"#
        ),
        "status.containerStatuses[0].containerID: 'containerd://../x' is no container id"
      ),
      (
        pod(container: #", "resources": { "requests": { "memory": "5Pi" } }"#),
        "resources.requests.memory: larger than 4 PiB"
      ),
      (
        pod(container: #", "resources": { "limits": { "memory": "9Ei" } }"#),
        "resources.limits.memory: '9Ei' is more than 2^63 - 1"
      ),
      (pod(metadata: #", "uid": "a/b""#), "metadata.uid: 'a/b' is no name"),
      (pod(metadata: #", "namespace": """#), "metadata.namespace: '' is no name"),
      (#"{ "kind": "Pod", "metadata": { "name": "p" } }"#, "a pod without spec.containers"),
      (
        #"{ "kind": "Pod", "spec": { "containers": [ { "name": "c" } ] } }"#,
        "without metadata.name"
      ),
      (#"{ "kind": "Service" }"#, "pods.json:1:11: error: kind: expected what kubectl get pods"),
      (#"{ "items": 3 }"#, "items: expected an array"), (#"{}"#, "there is no kind"),
      (#"[]"#, "expected an object, found an array"),
      ("", "the text ends where a value is expected"),
      ("apiVersion: v1", "this looks like YAML"), (#"{ "items": [] } x"#, "text after the end"),
      (#"{ "items": [ { "kind": "Node" } ] }"#, "items[0].kind: expected a Pod, found kind 'Node'"),
    ] {
      let error = #expect(throws: ScenarioError.self) { try pods(text) }
      #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }
  }

  @Test func `what stands there twice`() throws {
    let one = pod(metadata: #", "uid": "1""#)
    let same = #expect(throws: ScenarioError.self) { try pods("{ \"items\": [ \(one), \(one) ] }") }
    #expect(
      same?.diagnostics.map(\.message) == [
        "the pod default/p stands here twice", "the id '1' is that of another pod or container",
      ])
    let other = pod(metadata: #", "namespace": "q", "uid": "2""#)
    #expect(try pods("{ \"items\": [ \(one), \(other) ] }").count == 2)
  }

  @Test func `a limit may be larger than any machine`() throws {
    let pods = try pods(
      pod(
        container:
          #", "resources": { "requests": { "memory": "1" }, "limits": { "memory": "7Ei" } }"#))
    #expect(pods[0].containers[0].resources.limits.memory?.value == 7 << 60)
  }

  // MARK: Nodes

  @Test func `a node`() throws {
    let nodes = try Kubectl.nodes(json: Self.sample("node.json"), file: "node")
    #expect(nodes.count == 1 && nodes[0].name == "n1" && nodes[0].capacity == 32 << 30)
    #expect(nodes[0].allocatable == 30304 << 20 && nodes[0].hugePages == 0 && nodes[0].swap == nil)
    #expect(nodes[0].kernelVersion == "6.8.0-64-generic" && nodes[0].kubelet?.minor == 32)
    #expect(nodes[0].runtime == "containerd")
    let text = """
      { "kind": "NodeList", "items": [ { "metadata": { "name": "a" }, "status": { "capacity": {
        "memory": "16Gi", "hugepages-2Mi": "1Gi", "hugepages-1Gi": "2Gi", "cpu": "8" },
        "nodeInfo": { "swap": { "capacity": 4294967296 }, "kubeletVersion": "v1.35.0" } } } ] }
      """
    let list = try Kubectl.nodes(json: Array(text.utf8), file: "nodes")
    #expect(list[0].hugePages == 3 << 30 && list[0].swap == 4 << 30 && list[0].allocatable == nil)
    for (text, expected) in [
      (#"{ "kind": "Node", "status": {} }"#, "a node without metadata.name"),
      (#"{ "kind": "Node", "metadata": { "name": "n" } }"#, "without status.capacity.memory"),
      (
        #"{ "kind": "Node", "metadata": { "name": "n" }, "status": { "capacity": { "memory": "1Gi" }, "allocatable": { "memory": "2Gi" } } }"#,
        "more than its capacity"
      ),
      (
        #"{ "kind": "Node", "metadata": { "name": "n" }, "status": { "capacity": { "memory": "5Pi" } } }"#,
        "larger than 4 PiB"
      ),
      (
        #"{ "kind": "Node", "metadata": { "name": "n" }, "status": { "nodeInfo": { "kubeletVersion": "x" } } }"#,
        "'x' is no release of the kubelet"
      ),
      (#"{ "kind": "Pod" }"#, "expected what kubectl get nodes -o json prints"),
    ] {
      let error = #expect(throws: ScenarioError.self) {
        try Kubectl.nodes(json: Array(text.utf8), file: "n")
      }
      #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }
  }

  // MARK: kubectl top

  private func top(_ text: String) throws(ScenarioError) -> TopText {
    try TopText(Array(text.utf8), file: "top")
  }

  @Test(arguments: [
    "POD NAME CPU(cores) MEMORY(bytes)\np c 1m 7Mi\n", "p c 1m 7Mi", "p  c\t1m   7Mi  \r\n\r\n",
    "NAMESPACE POD NAME CPU(cores) MEMORY(bytes)\ndefault p c 1m 7Mi\n", "default p c 1m 7Mi\n",
    "POD NAME CPU(cores) MEMORY(bytes) SWAP(bytes)\np c 1m 7Mi 3Mi\n",
    "p c 1m 7Mi\n________ ________\n1m 7Mi\n",
    "POD NAME CPU(cores) MEMORY(bytes)\nPOD NAME CPU(cores) MEMORY(bytes)\np c 1m 7Mi\n",
  ])
  func `all forms of it`(text: String) throws {
    let rows = try top(text).rows
    #expect(rows.count == 1 && rows[0].pod == "p" && rows[0].container == "c")
    #expect(rows[0].memory == 7 << 20)
    let (usage, others) = try top(text).usage(of: pods(pod()), file: "top")
    #expect(usage == [.init(namespace: "default", pod: "p", container: "c"): 7 << 20])
    #expect(others == 0)
  }

  @Test func `rows of other pods, of two pods, and without a measure`() throws {
    let one = pod(metadata: #", "uid": "1""#)
    let other = pod(metadata: #", "namespace": "q", "uid": "2""#)
    let pods = try pods("{ \"items\": [ \(one), \(other) ] }")
    let (usage, others) = try top(
      "q p c 1m 7Mi\nq p d 1m 7Mi\nz p c 1m 7Mi\ndefault p c 0m <unknown>"
    )
    .usage(of: pods, file: "top")
    #expect(usage == [.init(namespace: "q", pod: "p", container: "c"): 7 << 20] && others == 2)
    for (text, message) in [
      ("x y 1m 2Mi\np c 1m 7Mi", "top:2:1: error: the pod 'p' is in 2 namespaces"),
      ("q p c 1m 7Mi\nq p c 1m 8Mi", "top:2:1: error: q/p/c stands here twice"),
    ] {
      let error = #expect(throws: ScenarioError.self) {
        try top(text).usage(of: pods, file: "top")
      }
      #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test(arguments: [
    ("", "no line of kubectl top"), ("\n\n", "no line of kubectl top"),
    ("NAME CPU(cores) MEMORY(bytes)\np 1m 7Mi\n", "top:1:1: error: no containers here"),
    ("POD NAME CPU(cores) MEMORY(bytes)\n", "no line of kubectl top"),
    ("p c 1m 7Mi\np c 1m\n", "top:2:1: error: expected a line of kubectl top pod --containers"),
    ("error: Metrics API not available\n", "expected a line of kubectl top"),
    ("p c 1m 7MB\n", "'7MB' is no quantity"), ("p c 1m -7Mi\n", "is negative"),
    ("p c 1m 5Pi\n", "over 4 PiB"), ("p c 1m 99Ei\n", "more than 2^63 - 1"),
    ("{ \"kind\": \"List\" }", "expected a line of kubectl top"),
  ])
  func `no table`(text: String, message: String) {
    let error = #expect(throws: ScenarioError.self) { try top(text) }
    let found = error?.description ?? ""
    #expect(found.contains(message), "\(found)")
  }

  // MARK: Hostile input

  /// Cut anywhere, or with bytes changed: pods or an error, never a trap, and what is read makes a node.
  @Test func `cut and changed texts`() throws {
    let bytes = try Self.sample("node-pods.json")
    var read = 0
    func attempt(_ bytes: [UInt8]) {
      guard let pods = try? Kubectl.pods(json: bytes, file: "f"), !pods.isEmpty else { return }
      var node = Kubernetes.Node()
      node.capacity = 32 << 30
      let state = Kubernetes.NodeState(node: node, kubelet: Kubernetes.Kubelet(), pods: pods)
      let scenario = Kubernetes.NodeScenario(state)
      #expect(scenario.scenario.problems().isEmpty)
      #expect(Kubernetes.EvictionForecast(scenario).order.count == pods.count)
      read += 1
    }
    for end in stride(from: 0, to: bytes.count - 4, by: 211) {
      attempt(Array(bytes[..<end]))
      #expect(read == 0, "a part must not pass for the whole")
    }
    var state: UInt64 = 3
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<400 {
      var changed = bytes
      for _ in 0...random(4) { changed[random(changed.count)] = UInt8(random(256)) }
      attempt(changed)
    }
    #expect(read > 0)
    let top = try Self.sample("node.top")
    for _ in 0..<2000 {
      var changed = Array(top[..<random(top.count)])
      if !changed.isEmpty { changed[random(changed.count)] = UInt8(random(256)) }
      _ = try? TopText(changed, file: "f")
    }
  }

  /// A scenario that is written reads back to the same.
  @Test(arguments: [1, 2])
  func `a node reads back as it was written`(version: Int) throws {
    let pods = try Kubectl.pods(json: Self.sample("node-pods.json"), file: "pods")
    let node = try Kubectl.nodes(json: Self.sample("node.json"), file: "node")[0]
    var state = Kubernetes.NodeState(
      node: node, kubelet: Kubernetes.Kubelet(), pods: pods.filter { $0.nodeName == "n1" })
    state.kubelet.cgroupVersion = version
    state.node.swap = 4 << 30
    state.metrics = try TopText(Self.sample("node.top"), file: "top")
      .usage(of: state.pods, file: "top").usage
    state.processes = [state.pods[0].containerName("app"): 9]
    let scenario = Kubernetes.NodeScenario(state).scenario
    var writer = JSONWriter()
    writer.scenario(scenario)
    writer.finish()
    #expect(try Scenario(json: writer.bytes) == scenario)
  }
}
