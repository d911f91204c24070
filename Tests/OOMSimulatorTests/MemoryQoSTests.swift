import OOMFormats
import Testing

@testable import OOMSimulator

/// What a kubelet with MemoryQoS writes, release by release.
///
/// Sources: `generateLinuxContainerResources()`, pkg/kubelet/kuberuntime/kuberuntime_container_linux.go of 1.22, 1.27 and 1.35;
/// KEP 2570 and the announcements of 1.36 and 1.37 for what changed there.
@Suite struct MemoryQoSTests {
  private typealias Container = Kubernetes.Container
  private static let mebibyte: Bytes = 1 << 20

  private static func kubelet(
    _ minor: Int, _ change: (inout Kubernetes.Kubelet) -> Void = { _ in }
  ) -> Kubernetes.Kubelet {
    var kubelet = Kubernetes.Kubelet(minor: minor, gates: [.memoryQoS: true])
    change(&kubelet)
    return kubelet
  }

  /// The table of KEP 2570, there with pages of 1 MiB: none of these needs rounding.
  @Test(
    arguments: [
      ("500Mi", "0.6", 600, 800), ("800Mi", "0.6", nil, 920), ("1000Mi", "0.6", nil, nil),
      ("500Mi", "0.8", 800, 900), ("850Mi", "0.8", nil, 970), ("500Mi", "0.4", nil, 700),
    ] as [(String, String, Int64?, Int64?)])
  func `the table of the proposal`(
    request: String, factor: String, before: Int64?, since: Int64?
  ) throws {
    let container = try Container("c", memory: (request, "1000Mi"))
    func high(_ minor: Int) -> Bytes? {
      Self.kubelet(minor) { $0.memoryThrottlingFactor = Kubernetes.MemoryThrottlingFactor(factor) }
        .memoryHigh(of: container, in: Kubernetes.Pod(), nodeAllocatable: 64 << 30)
    }
    #expect(high(26) == before.map { Bytes($0) << 20 })
    #expect(high(27) == since.map { Bytes($0) << 20 })
  }

  /// The same numbers as a machine's doubles give, to the byte.
  @Test func `as doubles reckon`() throws {
    var random = SplitMix(seed: 2570)
    for _ in 0..<20_000 {
      let request = Int64.random(in: 0...(64 << 30), using: &random)
      let most = Int64.random(in: 1...(128 << 30), using: &random)
      let thousandths = Int64.random(in: 1...1000, using: &random)
      let factor = Kubernetes.MemoryThrottlingFactor(digits: thousandths, scale: 1000)
      var container = Container("c")
      container.resources.requests = Kubernetes.ResourceList(
        memory: Kubernetes.Quantity(bytes: Bytes(request)))
      let double = Double(thousandths) / 1000
      func high(_ minor: Int) -> Bytes? {
        Self.kubelet(minor) { $0.memoryThrottlingFactor = factor }
          .memoryHigh(of: container, in: Kubernetes.Pod(), nodeAllocatable: Bytes(most))
      }
      let old = Int64(Double(most) * double)
      #expect(high(26) == (old > request ? Bytes(old) : nil))
      let sum = (Double(request) + (Double(most) - Double(request)) * double).rounded(.down)
      let new = Int64(sum / 4096) * 4096
      #expect(high(32) == (new > request && request > 0 ? Bytes(new) : nil))
    }
  }

  /// Guaranteed containers are never throttled since 1.27, those without any number only since 1.37, where there is no factor
  /// until one is given.
  @Test func `who is throttled`() throws {
    let guaranteed = try Container("c", memory: ("1Gi", "1Gi"))
    let none = Container("c")
    func high(
      _ minor: Int, _ container: Kubernetes.Container,
      _ change: (inout Kubernetes.Kubelet) -> Void = { _ in }
    ) -> Bytes? {
      Self.kubelet(minor, change).memoryHigh(
        of: container, in: Kubernetes.Pod(), nodeAllocatable: 10 << 30)
    }
    let nine = Kubernetes.MemoryThrottlingFactor("0.9")
    #expect(high(26, none) == 8 << 30 && high(26, guaranteed) == nil)
    #expect(high(27, none) == nil && high(27, guaranteed) == nil && high(36, none) == nil)
    #expect(high(37, none) == nil)
    #expect(high(37, none) { $0.memoryThrottlingFactor = nine } == 9 << 30)
    #expect(high(37, guaranteed) { $0.memoryThrottlingFactor = nine } == nil)
    let burstable = try Container("c", memory: ("1Gi", nil))
    #expect(high(35, burstable) == 9_771_048_960)
    #expect(high(35, burstable) { $0.cgroupVersion = 1 } == nil)
    #expect(high(35, burstable) { $0.featureGates = [:] } == nil)
    #expect(
      high(35, Container("pause", kind: .sandbox)) == nil
        && high(26, Container("p", kind: .sandbox)) == nil)
  }

  @Test(
    arguments: [
      ("0.9", 9, 10), (".85", 85, 100), ("1", 1, 1), ("1.0", 10, 10), ("0", nil, nil),
      ("1.1", nil, nil),
      ("", nil, nil), (".", nil, nil), ("-0.5", nil, nil), ("0,9", nil, nil), ("9e-1", nil, nil),
      ("0.1234567890123456", nil, nil),
    ] as [(String, Int64?, Int64?)])
  func `factors`(text: String, digits: Int64?, scale: Int64?) {
    let factor = Kubernetes.MemoryThrottlingFactor(text)
    #expect(factor?.digits == digits && factor?.scale == scale)
  }

  // MARK: Protection

  /// One pod of each class; the Burstable one has an overhead.
  private func groups(_ kubelet: Kubernetes.Kubelet) throws -> [String: Cgroup] {
    var burstable = Kubernetes.Pod("b", [try Container("c", memory: ("256Mi", "512Mi"))])
    burstable.uid = "b"
    burstable.overhead = Kubernetes.ResourceList(memory: Kubernetes.Quantity(bytes: 64 << 20))
    var guaranteed = Kubernetes.Pod(
      "g", [try Container("c", memory: ("128Mi", "128Mi"), cpu: ("1", "1"))])
    guaranteed.uid = "g"
    var ended = guaranteed
    ended.uid = "x"
    ended.phase = .succeeded
    var none = Kubernetes.Pod("n", [Container("c")])
    none.uid = "n"
    var node = Kubernetes.Node()
    node.capacity = 8 << 30
    return Kubernetes.NodeScenario(
      Kubernetes.NodeState(
        node: node, kubelet: kubelet, pods: [burstable, guaranteed, none, ended])
    ).scenario.cgroups
  }

  private func check(
    _ groups: [String: Cgroup], _ path: String, min: Int64?, low: Int64?, high: Int64? = nil,
    _ place: SourceLocation = #_sourceLocation
  ) {
    let group = groups[path] ?? Cgroup()
    #expect(group.min == min.map { $0 << 8 }, "\(path)", sourceLocation: place)
    #expect(group.low == low.map { $0 << 8 }, "\(path)", sourceLocation: place)
    #expect(group.high == high.map { $0 << 8 }, "\(path)", sourceLocation: place)
  }

  /// Up to 1.35 `memory.min` at each level, so that what is above protects what is below.
  @Test func `all that is requested is protected`() throws {
    let groups = try groups(Self.kubelet(32) { $0.cgroupDriver = .cgroupfs })
    check(groups, "/kubepods", min: 448, low: nil)
    check(groups, "/kubepods/burstable", min: 320, low: nil)
    check(groups, "/kubepods/burstable/podb", min: 320, low: nil)
    check(groups, "/kubepods/podg", min: 128, low: nil)
    check(groups, "/kubepods/podg/c", min: 128, low: nil)
    check(groups, "/kubepods/podx", min: nil, low: nil)
    check(groups, "/kubepods/besteffort/podn", min: nil, low: nil)
    // 256 + 0.9 × 256 = 486.4 MiB.
    #expect(groups["/kubepods/burstable/podb/c"]?.min == 256 << 8)
    #expect(groups["/kubepods/burstable/podb/c"]?.high == 124_518)
  }

  /// Since 1.36 nothing, unless TieredReservation is set; then Burstable pods are protected by memory.low.
  @Test func `protection in tiers`() throws {
    let none = try groups(Self.kubelet(36) { $0.cgroupDriver = .cgroupfs })
    #expect(none.values.allSatisfy { $0.min == nil && $0.low == nil })
    #expect(none["/kubepods/burstable/podb/c"]?.high == 124_518)
    let tiers = try groups(
      Self.kubelet(37) {
        $0.cgroupDriver = .cgroupfs
        $0.memoryReservationPolicy = .tieredReservation
      })
    check(tiers, "/kubepods", min: 448, low: 320)
    check(tiers, "/kubepods/burstable", min: nil, low: 320)
    check(tiers, "/kubepods/burstable/podb", min: nil, low: 320)
    check(tiers, "/kubepods/burstable/podb/c", min: nil, low: 256)
    check(tiers, "/kubepods/podg", min: 128, low: nil)
    check(tiers, "/kubepods/podg/c", min: 128, low: nil)
    check(tiers, "/kubepods/besteffort/podn/c", min: nil, low: nil)
  }

  /// Of a pod with a limit of its own, its overhead in both numbers: 192 + 0.9 × 128 = 307.2 MiB.
  @Test func `a pod with a limit of its own is throttled itself`() throws {
    var pod = Kubernetes.Pod("p", [try Container("c", memory: ("128Mi", "256Mi"), cpu: ("1", "1"))])
    pod.overhead = Kubernetes.ResourceList(memory: Kubernetes.Quantity(bytes: 64 << 20))
    pod.resources = Kubernetes.ResourceRequirements()
    let nine = Kubernetes.MemoryThrottlingFactor("0.9")
    let newest = Self.kubelet(37) { $0.memoryThrottlingFactor = nine }
    #expect(newest.memoryHigh(of: pod) == nil)
    pod.resources?.requests.memory = Kubernetes.Quantity(bytes: 128 << 20)
    pod.resources?.limits.memory = Kubernetes.Quantity(bytes: 256 << 20)
    #expect(newest.memoryHigh(of: pod) == 322_121_728)
    #expect(Self.kubelet(36).memoryHigh(of: pod) == nil)
  }
}
