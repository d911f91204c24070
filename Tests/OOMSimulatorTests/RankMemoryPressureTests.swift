import OOMFormats
import Testing

@testable import OOMSimulator

/// `rankMemoryPressure()`: which pod the kubelet evicts first.
@Suite struct RankMemoryPressureTests {
  private typealias Candidate = Kubernetes.EvictionCandidate

  private func pod(_ usage: Bytes?, _ request: Int64, priority: Int32 = 0) -> Candidate {
    Candidate(
      usage: usage.map { $0 << 20 }, request: Kubernetes.Quantity(request << 20),
      priority: priority)
  }

  /// web 512 → 700; batch 0 → 400; cache 1024 → 1800, priority 1000; ml 2048 → 1500; ds 100 → 300, priority 2e9.
  @Test func `the story`() {
    let pods = [
      pod(700, 512), pod(400, 0), pod(1800, 1024, priority: 1000), pod(1500, 2048),
      pod(300, 100, priority: 2_000_000_000),
    ]
    let order = Kubernetes.rankMemoryPressure(pods)
    #expect(order == [1, 0, 2, 4, 3], "batch, web, cache, ds, ml")
    let keys = zip(order, order.dropFirst()).map {
      Kubernetes.reason(pods[$0], before: pods[$1])
    }
    #expect(keys == [.moreAboveRequest, .lowerPriority, .lowerPriority, .exceedsRequest])
    #expect(pods[1].aboveRequest == 400 << 20 && pods[0].aboveRequest == 188 << 20)
  }

  @Test func `each key decides only where those before it do not`() {
    // Above its request goes before any priority; priority before the amount.
    #expect(Kubernetes.rankMemoryPressure([pod(10, 20), pod(21, 20, priority: 9)]) == [1, 0])
    #expect(Kubernetes.rankMemoryPressure([pod(900, 20, priority: 1), pod(21, 20)]) == [1, 0])
    #expect(Kubernetes.rankMemoryPressure([pod(900, 20), pod(21, 20, priority: -1)]) == [1, 0])
    #expect(Kubernetes.rankMemoryPressure([pod(30, 20), pod(40, 20)]) == [1, 0])
    // Within the request the one with least left goes first.
    #expect(Kubernetes.rankMemoryPressure([pod(10, 20), pod(19, 20)]) == [1, 0])
    // Exactly its request is not above it.
    #expect(Kubernetes.rankMemoryPressure([pod(20, 20), pod(1, 0)]) == [1, 0])
    // A pod without statistics goes before all, whatever its priority is.
    let unknown = [pod(900, 0), pod(nil, 500, priority: 2_000_000_000)]
    #expect(Kubernetes.rankMemoryPressure(unknown) == [1, 0])
    #expect(Kubernetes.reason(unknown[1], before: unknown[0]) == .noStatistics)
    #expect(Kubernetes.rankMemoryPressure([pod(nil, 0, priority: 5), pod(nil, 9)]) == [1, 0])
    // A fraction of a byte is enough to be above.
    let half = Candidate(usage: 1, request: Kubernetes.Quantity(nano: 999_999_999), priority: 0)
    #expect(half.exceedsRequest && Kubernetes.rankMemoryPressure([pod(1, 2), half]) == [1, 0])
  }

  /// A Guaranteed pod cannot exceed its request and BestEffort always does, but the class itself is no key.
  @Test func `the class of service is no key`() throws {
    let guaranteed = Kubernetes.Pod(
      "g", [try Kubernetes.Container("c", memory: ("1Gi", "1Gi"), cpu: ("1", "1"))])
    var bestEffort = Kubernetes.Pod("b", [Kubernetes.Container("c")])
    bestEffort.priority = 100
    var state = Kubernetes.NodeState(
      node: Kubernetes.Node(), kubelet: Kubernetes.Kubelet(), pods: [bestEffort, guaranteed])
    state.node.capacity = 8 << 30
    func first(_ usage: Bytes) -> String {
      state.givenUsage = [
        guaranteed.containerName("c"): usage, bestEffort.containerName("c"): 1 << 20,
      ]
      let eviction = Kubernetes.EvictionForecast(Kubernetes.NodeScenario(state))
      return state.pods[eviction.order[0].pod].name
    }
    #expect(first(1 << 30) == "b")
    // With cache that counts as used it can be above: then its lower priority decides.
    #expect(first(1 << 30 + 1) == "g")
  }

  /// The order is that of the kubelet's three comparisons, tried on all pairs.
  @Test func `any pods`() {
    var state: UInt64 = 11
    func random(_ bound: Int64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(state >> 33) % bound
    }
    for _ in 0..<300 {
      let pods = (0..<12).map { _ in
        pod(random(5) == 0 ? nil : Bytes(random(6)), random(6), priority: Int32(random(3)))
      }
      let order = Kubernetes.rankMemoryPressure(pods)
      #expect(order.sorted() == Array(0..<12))
      for (place, a) in order.enumerated() {
        for b in order[(place + 1)...] { #expect(isBefore(pods[a], pods[b]) ?? (a < b)) }
      }
    }
  }

  /// Written apart from the ranking; nil for equals.
  private func isBefore(_ first: Candidate, _ second: Candidate) -> Bool? {
    func rank(_ pod: Candidate) -> [Int64] {
      guard let usage = pod.usage else { return [0, 0, Int64(pod.priority), 0] }
      let above = usage.rawValue - pod.request.value
      return [1, above > 0 ? 0 : 1, Int64(pod.priority), -above]
    }
    let (a, b) = (rank(first), rank(second))
    return a == b ? nil : a.lexicographicallyPrecedes(b)
  }
}
