import OOMFormats
import Testing

@testable import OOMSimulator

typealias Resources = Kubernetes.ResourceList

/// A quantity of a test.
func quantity(_ text: String) throws -> Kubernetes.Quantity { try Kubernetes.Quantity(text) }

extension Kubernetes.Container {
  /// A container with memory and CPU as `request/limit`; either may be missing.
  init(
    _ name: String, memory: (String?, String?) = (nil, nil), cpu: (String?, String?) = (nil, nil),
    kind: Kind = .regular
  ) throws {
    self.init(name, kind: kind)
    resources.requests = Resources(
      cpu: try cpu.0.map(quantity), memory: try memory.0.map(quantity))
    resources.limits = Resources(cpu: try cpu.1.map(quantity), memory: try memory.1.map(quantity))
  }
}

extension Kubernetes.Pod {
  init(_ name: String, _ containers: [Kubernetes.Container]) {
    self.init()
    self.name = name
    self.containers = containers.filter { $0.kind == .regular }
    initContainers = containers.filter { $0.kind == .sidecar || $0.kind == .initial }
    ephemeralContainers = containers.filter { $0.kind == .ephemeral }
  }
}

extension Kubernetes.Kubelet {
  init(minor: Int, gates: [FeatureGate: Bool] = [:]) {
    self.init()
    release = Kubernetes.KubeletRelease(minor: minor)
    featureGates = gates
  }
}

/// `GetContainerOOMScoreAdjust()`: the vectors of the kubelet's own tests, and what changed between releases.
@Suite struct KubeletOOMScoreAdjTests {
  static let gi: Bytes = 1 << 30
  static let ti: Bytes = 1 << 40

  private func adj(
    _ pod: Kubernetes.Pod, capacity: Bytes, container: Int = 0,
    _ kubelet: Kubernetes.Kubelet = Kubernetes.Kubelet()
  ) -> Int16 {
    kubelet.oomScoreAdj(of: pod.containers[container], in: pod, memoryCapacity: capacity)
  }

  /// A Burstable pod of one container.
  private func burstable(_ request: String, limit: String? = nil) throws -> Kubernetes.Pod {
    Kubernetes.Pod("p", [try Kubernetes.Container("c", memory: (request, limit))])
  }

  @Test(
    arguments: [
      ("500Mi", 4_000_000_000, 869), ("1500Mi", 4_000_000_000, 607), ("5Gi", 8_000_000_000, 329),
      ("3Gi", 8_000_000_000, 598), ("500Mi", gi * 16, 970), ("500Mi", ti, 999), ("4Gi", ti, 997),
      ("16Gi", ti, 985), ("64Gi", ti * 4, 985),
      // Seeds of the stories: an 8 GiB node, a 32 GiB one, the 128 GiB of issue 133839.
      ("2Gi", 7950 << 20, 743), ("1Gi", 7950 << 20, 872), ("256Mi", 7950 << 20, 968),
      ("8Gi", gi * 32, 750), ("62Gi", gi * 128, 516), ("66Gi", gi * 128, 485),
      // Below and above what Burstable can have.
      ("7999999999", 8_000_000_000, 3), ("4000000000", 8_000_000_000, 500), ("1", gi * 8, 999),
      ("16Gi", gi * 8, 3), ("7974000000", 8_000_000_000, 4), ("8191Pi", gi * 8, 3),
    ] as [(String, Bytes, Int16)])
  func `the linear formula`(request: String, capacity: Bytes, expected: Int16) throws {
    #expect(adj(try burstable(request), capacity: capacity) == expected)
  }

  @Test func `the pods of policy_test`() throws {
    let cpuLimit = Kubernetes.Pod("p", [try Kubernetes.Container("c", cpu: (nil, "10"))])
    #expect(adj(cpuLimit, capacity: 4_000_000_000) == 999)
    let memoryLimit = Kubernetes.Pod(
      "p", [try Kubernetes.Container("c", memory: (nil, "10G"), cpu: ("0", nil))])
    #expect(adj(memoryLimit, capacity: 8_000_000_000) == 999)
    let zero = Kubernetes.Pod("p", [try Kubernetes.Container("c", memory: (nil, "0"))])
    #expect(adj(zero, capacity: 7_230_457_451) == 1000)
    let nothing = Kubernetes.Pod("p", [Kubernetes.Container("c")])
    #expect(adj(nothing, capacity: 4_000_000_000) == 1000)
    let equal = Kubernetes.Pod(
      "p", [try Kubernetes.Container("c", memory: ("10G", "10G"), cpu: ("5m", "5m"))])
    #expect(adj(equal, capacity: 123_456_789) == -997)
    let unlimitedCPU = Kubernetes.Pod(
      "p", [try Kubernetes.Container("c", memory: ("4000000000", "10G"), cpu: ("5m", nil))])
    #expect(adj(unlimitedCPU, capacity: 8_000_000_000) == 500)
    var critical = nothing
    critical.priority = 2_000_001_000
    critical.priorityClassName = "system-node-critical"
    #expect(adj(critical, capacity: 4_000_000_000) == -997)
  }

  @Test func `claims of devices count as requested, shared in equal parts`() throws {
    let gate = Kubernetes.Kubelet(minor: 34, gates: [.draNodeAllocatableResources: true])
    var pod = Kubernetes.Pod(
      "p",
      [
        try Kubernetes.Container("a", memory: ("500Mi", nil)),
        try Kubernetes.Container("b", memory: ("500Mi", nil)),
      ])
    pod.memoryClaims = [.init(containers: ["a", "b"], bytes: 1000 << 20)]
    #expect(adj(pod, capacity: 4_000_000_000, gate) == 738)
    #expect(adj(pod, capacity: 4_000_000_000) == 869)
    pod.memoryClaims.append(.init(containers: ["b"], bytes: 500 << 20))
    #expect(adj(pod, capacity: 4_000_000_000, container: 1, gate) == 607)
    #expect(adj(pod, capacity: 4_000_000_000, gate) == 738)
  }

  /// Vectors of policy_test.go: a device's overhead for each container whole, by pod in equal parts.
  @Test func `overheads of devices count as requested`() throws {
    let gate = Kubernetes.Kubelet(minor: 37, gates: [.draNodeAllocatableResources: true])
    let capacity: Bytes = 4_000_000_000
    let mebi: Bytes = 1 << 20
    var pod = Kubernetes.Pod("p", [try Kubernetes.Container("a", memory: ("500Mi", nil))])
    pod.memoryClaims = [.init(containers: ["a"], bytes: 0, perContainer: mebi * 500)]
    #expect(adj(pod, capacity: capacity, gate) == 738)
    pod.memoryClaims = [.init(containers: ["a"], bytes: mebi * 700, perContainer: mebi * 300)]
    #expect(adj(pod, capacity: capacity, gate) == 607)
    let sidecar = try Kubernetes.Container("s", memory: ("200Mi", nil), kind: .sidecar)
    pod.initContainers = [sidecar]
    #expect(gate.oomScoreAdj(of: sidecar, in: pod, memoryCapacity: capacity) == 607)
  }

  @Test func `what a pod requests beyond its containers is theirs in equal parts`() throws {
    var pod = Kubernetes.Pod(
      "p",
      [
        try Kubernetes.Container("a", memory: ("3Gi", nil)),
        try Kubernetes.Container("b", memory: ("1Gi", nil)),
      ])
    pod.resources = .init(requests: Resources(memory: try quantity("8Gi")))
    #expect(adj(pod, capacity: 8_000_000_000) == 329)
    #expect(adj(pod, capacity: 8_000_000_000, container: 1) == 598)
    // The kubelet has the gate on since 1.34.
    #expect(adj(pod, capacity: 8_000_000_000, Kubernetes.Kubelet(minor: 33)) == 598)
    let on = Kubernetes.Kubelet(minor: 33, gates: [.podLevelResources: true])
    #expect(adj(pod, capacity: 8_000_000_000, on) == 329)
  }

  /// App 1Gi, worker 512Mi and a sidecar of 64Mi on 4,000,000,000 bytes.
  @Test func `a sidecar is as safe as the regular container with the smallest request`() throws {
    let pod = Kubernetes.Pod(
      "p",
      [
        try Kubernetes.Container("app", memory: ("1Gi", nil)),
        try Kubernetes.Container("worker", memory: ("512Mi", nil)),
        try Kubernetes.Container("proxy", memory: ("64Mi", nil), kind: .sidecar),
        try Kubernetes.Container("big", memory: ("2Gi", nil), kind: .sidecar),
        try Kubernetes.Container("setup", memory: ("64Mi", nil), kind: .initial),
      ])
    func all(_ minor: Int) -> [Int16] {
      pod.allContainers.map {
        Kubernetes.Kubelet(minor: minor)
          .oomScoreAdj(of: $0, in: pod, memoryCapacity: 4_000_000_000)
      }
    }
    #expect(all(29) == [866, 464, 984, 732, 866])
    #expect(all(28) == [984, 464, 984, 732, 866])
  }

  @Test func `guaranteed and critical pods by release`() throws {
    let guaranteed = Kubernetes.Pod(
      "p", [try Kubernetes.Container("c", memory: ("1Gi", "1Gi"), cpu: ("1", "1"))])
    for (minor, expected) in [(18, -998), (19, -997), (34, -997)] as [(Int, Int16)] {
      #expect(adj(guaranteed, capacity: Self.gi * 8, Kubernetes.Kubelet(minor: minor)) == expected)
    }
    // The floor of Burstable moves with it.
    let large = try burstable("8Gi")
    #expect(adj(large, capacity: Self.gi * 8, Kubernetes.Kubelet(minor: 18)) == 2)
    #expect(adj(large, capacity: Self.gi * 8, Kubernetes.Kubelet(minor: 19)) == 3)
    var cluster = try burstable("1Gi")
    cluster.priorityClassName = "system-cluster-critical"
    cluster.priority = 2_000_000_000
    #expect(adj(cluster, capacity: Self.gi * 8, Kubernetes.Kubelet(minor: 21)) == -997)
    #expect(adj(cluster, capacity: Self.gi * 8, Kubernetes.Kubelet(minor: 22)) == 875)
    var node = cluster
    node.priorityClassName = "system-node-critical"
    node.priority = nil
    #expect(adj(node, capacity: Self.gi * 8) == -997)
    // A static pod is critical, but only the class spares it.
    var fixed = try burstable("1Gi")
    fixed.configSource = "file"
    #expect(fixed.isCritical && adj(fixed, capacity: Self.gi * 8) == 875)
    fixed.priorityClassName = "system-node-critical"
    #expect(adj(fixed, capacity: Self.gi * 8) == -997)
  }

  @Test func `the sandbox`() throws {
    let pod = try burstable("1Gi")
    let pause = Kubernetes.Container("pause", kind: .sandbox)
    #expect(Kubernetes.Kubelet().oomScoreAdj(of: pause, in: pod, memoryCapacity: Self.gi) == -998)
  }

  @Test(
    arguments: [
      ("500Mi", nil, ti, 998), ("500Mi", "500Mi", ti, 993), ("4Gi", nil, ti, 993),
      ("16Gi", nil, ti, 981), ("500Mi", "500Mi", gi * 16, 969),
      // Without room between two steps nothing changes; a limit above the request is no limit at it.
      ("500Mi", nil, gi * 16, 970), ("500Mi", "1Gi", ti, 998), ("32Mi", nil, ti, 999),
    ] as [(String, String?, Bytes, Int16)])
  func `the proposed tie-break`(
    request: String, limit: String?, capacity: Bytes, expected: Int16
  ) throws {
    let gate = Kubernetes.Kubelet(minor: 34, gates: [.oomScoreAdjTieBreak: true])
    #expect(adj(try burstable(request, limit: limit), capacity: capacity, gate) == expected)
  }
}

/// `ComputePodQOS()`.
@Suite struct ComputePodQOSTests {
  private typealias Container = Kubernetes.Container

  @Test func `classes`() throws {
    let full = try Container("c", memory: ("1Gi", "1Gi"), cpu: ("1", "1000m"))
    let none = Container("c")
    func qos(_ containers: [Container]) -> Kubernetes.Pod.QOSClass {
      Kubernetes.Pod("p", containers).computedQOS(usesPodLevel: true)
    }
    #expect(qos([full]) == .guaranteed && qos([full, full]) == .guaranteed)
    #expect(qos([none]) == .bestEffort && qos([none, none]) == .bestEffort)
    #expect(qos([full, none]) == .burstable && qos([none, full]) == .burstable)
    // Equal as amounts, however they are written; a billionth more is more.
    #expect(
      qos([try Container("c", memory: ("1024Mi", "1Gi"), cpu: ("0.5", "500m"))]) == .guaranteed)
    #expect(
      qos([try Container("c", memory: ("1Gi", "1Gi"), cpu: ("1", "1000000001n"))]) == .burstable)
    #expect(qos([try Container("c", memory: ("1Gi", "1Gi"))]) == .burstable)
    #expect(qos([try Container("c", cpu: (nil, "1"))]) == .burstable)
    // An amount of 0 is none.
    #expect(qos([try Container("c", memory: ("0", "0"), cpu: ("0", "0"))]) == .bestEffort)
    // Init containers and sidecars count, ephemeral ones do not.
    #expect(qos([full, Container("i", kind: .initial)]) == .burstable)
    #expect(qos([full, Container("i", kind: .sidecar)]) == .burstable)
    #expect(qos([full, Container("e", kind: .ephemeral)]) == .guaranteed)
    #expect(qos([none, try Container("i", memory: ("1Mi", nil), kind: .initial)]) == .burstable)
  }

  @Test func `resources of the pod count before those of its containers`() throws {
    var pod = Kubernetes.Pod("p", [Container("c")])
    let all = Resources(cpu: try quantity("1"), memory: try quantity("1Gi"))
    pod.resources = .init(requests: all, limits: all)
    #expect(pod.computedQOS(usesPodLevel: true) == .guaranteed)
    #expect(pod.computedQOS(usesPodLevel: false) == .bestEffort)
    pod.resources?.limits.cpu = nil
    #expect(pod.computedQOS(usesPodLevel: true) == .burstable)
    pod.containers = [try Container("c", memory: ("1Gi", "1Gi"), cpu: ("1", "1"))]
    pod.resources = .init()
    #expect(pod.computedQOS(usesPodLevel: true) == .bestEffort)
  }

  @Test func `the status counts before the resources`() throws {
    var pod = Kubernetes.Pod("p", [try Container("c", memory: ("1Gi", nil))])
    #expect(Kubernetes.Kubelet().qos(of: pod) == .burstable)
    pod.statedQOS = .guaranteed
    #expect(Kubernetes.Kubelet().qos(of: pod) == .guaranteed)
  }

  @Test func `a limit without a request is the request`() throws {
    var pod = Kubernetes.Pod(
      "p",
      [
        try Container("c", memory: (nil, "1Gi"), cpu: (nil, "1")),
        try Container("d", memory: ("1Mi", "2Mi")),
      ])
    pod.setDefaults()
    #expect(pod.containers[0].resources.requests.memory?.value == 1 << 30)
    #expect(pod.containers[1].resources.requests.memory?.value == 1 << 20)
    let before = pod
    pod.setDefaults()
    #expect(pod == before)
    // Of the pod as a whole: first what the containers request, then the limit.
    pod.resources = .init(limits: Resources(cpu: try quantity("4"), memory: try quantity("4Gi")))
    pod.setDefaults()
    #expect(pod.resources?.requests.memory?.value == 1 << 30 + 1 << 20)
    let one = try quantity("1")
    #expect(pod.resources?.requests.cpu == one)
  }
}
