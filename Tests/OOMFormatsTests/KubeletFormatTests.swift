import OOMFormats
import OOMSimulator
import Testing

/// The kubelet in a scenario: its words are those of KubeletConfiguration and of pods.
@Suite struct KubeletFormatTests {
  private func text(_ killer: String, groups: String = "") -> String {
    """
    { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" }, "cgroups": { \(groups) },
      "killers": [ \(killer) ] }
    """
  }

  private func problem(_ text: String) -> String? {
    do throws(ScenarioError) {
      _ = try Scenario(json: Array(text.utf8), file: "t.json")
      return nil
    } catch {
      return error.diagnostics.first.map { "\($0.path): \($0.message)" }
    }
  }

  private let all = """
    { "version": "1.32", "evictionHard": { "memory.available": "5%" },
      "evictionSoft": { "memory.available": "1.5Gi" },
      "evictionSoftGracePeriod": { "memory.available": "1m30s" }, "evictionMaxPodGracePeriod": 60,
      "evictionMinimumReclaim": { "memory.available": "100M" },
      "evictionPressureTransitionPeriod": "1m", "kind": "kubelet" }
    """

  /// The kind may stand anywhere, and what is written is read again as the same.
  @Test func `all keys`() throws {
    let groups = """
      "/kubepods/burstable/pod-a": { "requests.memory": "100m", "priority": -7, "static": true,
        "terminationGracePeriodSeconds": 0 }
      """
    let scenario = try Scenario(json: Array(text(all, groups: groups).utf8))
    let eviction = try #require(scenario.killers.first?.eviction)
    #expect(eviction.hard == .millionths(50_000) && eviction.soft == .bytes(1536 << 20))
    #expect(eviction.softGracePeriod == .seconds(90) && eviction.maxPodGracePeriod == 60)
    #expect(eviction.minimumReclaim == .bytes(100_000_000))
    #expect(eviction.pressureTransitionPeriod == .seconds(60))
    let pod = try #require(scenario.cgroups["/kubepods/burstable/pod-a"]?.pod)
    #expect(pod.request == Kubernetes.Quantity(nano: 100_000_000))
    #expect(pod.priority == -7 && pod.isStatic == true && pod.terminationGracePeriod == 0)
    #expect(try Scenario(json: scenario.json()) == scenario)
    let off = try Scenario(json: Array(text(#"{ "kind": "kubelet", "evictionHard": {} }"#).utf8))
    #expect(off.killers.first?.eviction?.hard == .bytes(0))
    #expect(try Scenario(json: off.json()) == off)
  }

  /// What the kubelet refuses at its start, and what a run has not.
  @Test(arguments: [
    (#""evictionHard": { "memory.availabel": "1Gi" }"#, "did you mean 'memory.available'"),
    (#""evictionHard": { "allocatableMemory.available": "10%" }"#, "by itself"),
    (#""evictionHard": { "nodefs.avaliable": "10%" }"#, "did you mean 'nodefs.available'"),
    (
      #""evictionHard": { "memory.available": "1Gi", "memory.available": "2Gi" }"#,
      "stands here twice"
    ),
    (#""evictionHard": { "memory.available": "0" }"#, "refuses 0"),
    (#""evictionHard": { "memory.available": "101%" }"#, "no percentage from 0 to 100"),
    (#""evictionHard": { "memory.available": "-1Gi" }"#, "negative"),
    (#""evictionHard": { "memory.available": "1GB" }"#, "no quantity"),
    (#""evictionHard": { "memory.available": 5 }"#, "expected a string, found a number"),
    (#""evictionHard": "500Mi""#, "expected an object, found a string"),
    (#""evictionHard": { "memory.available": "8Pi" }"#, "over 4 PiB"),
    (#""evictionMinimumReclaim": { "memory.available": "0%" }"#, "refuses 0%"),
    (#""evictionSoft": { "memory.available": "1Gi" }"#, "wants a grace period"),
    (#""version": "1.19""#, "since 1.20"), (#""version": "2.0""#, "since 1.20"),
    (#""evictionhard": {}"#, "did you mean 'evictionHard'"),
    (
      #""args": "-m 5""#,
      "'args' is for earlyoom, not kubelet: the kubelet takes its settings from KubeletConfiguration"
    ),
  ])
  func `settings that cannot be`(setting: String, expected: String) throws {
    let message = try #require(problem(text(#"{ "kind": "kubelet", \#(setting) }"#)))
    #expect(message.contains(expected), "\(message)")
    #expect(message.hasPrefix("killers[0]"), "\(message)")
  }

  /// A configuration as a node has it: other resources are passed over, and what says nothing is no mistake.
  @Test func `a configuration as it is found`() throws {
    func hard(_ settings: String) throws -> Kubernetes.EvictionThreshold? {
      let text = text(#"{ "kind": "kubelet", \#(settings) }"#)
      return try Scenario(json: Array(text.utf8)).killers[0].eviction?.hard
    }
    #expect(
      try hard(#""evictionHard": { "nodefs.available": "10%", "memory.available": "500Mi" }"#)
        == .bytes(500 << 20))
    // A list without memory turns the threshold off.
    #expect(try hard(#""evictionHard": { "imagefs.available": "15%" }"#)?.isOff == true)
    #expect(try hard(#""evictionSoftGracePeriod": { "memory.available": "1m" }"#) == nil)
    #expect(try hard(#""evictionMaxPodGracePeriod": -1"#) == nil)
  }

  @Test func `one key of a killer`() throws {
    let scenario = try Scenario(json: Array(text(#"{ "kind": "kubelet" }"#).utf8))
    func set(_ path: String, _ value: String) throws -> UserspaceKiller {
      try scenario.setting([ScenarioSetting(path: path, value: value)]).killers[0]
    }
    #expect(
      try set("killers[0].evictionHard.memory.available", "1Gi").eviction?.hard == .bytes(1 << 30))
    #expect(
      try set("killers.0.evictionHard.memory.available", "5%").eviction?.hard == .millionths(50_000)
    )
    #expect(try set("killers[0].evictionHard", "{}").eviction?.hard?.isOff == true)
    #expect(try set("killers[0].version", "1.30").version?.text == "1.30")
    for (path, value) in [
      ("killers[1].version", "1.30"), ("killers[0].evictionHrd", "{}"), ("killers[0]", "{}"),
      ("killers[0].evictionHard.memry.available", "1Gi"), ("killers[x].version", "1"),
      ("killers[0].version", "1.19"),
    ] {
      #expect(throws: ScenarioError.self, "\(path)") { _ = try set(path, value) }
    }
  }

  @Test func `a machine has one kubelet`() throws {
    let message = try #require(problem(text(#"{ "kind": "kubelet" }, { "kind": "kubelet" }"#)))
    #expect(message.contains("one kubelet"), "\(message)")
    #expect(problem(text(#"{ "kind": "earlyoom" }, { "kind": "earlyoom" }"#)) == nil)
  }

  @Test func `keys of a pod`() throws {
    let kubelet = #"{ "kind": "kubelet" }"#
    for key in [
      #""requests.memory": "1Gi""#, #""priority": 5"#, #""static": true"#,
      #""terminationGracePeriodSeconds": 5"#,
    ] {
      #expect(problem(text(kubelet, groups: #""/kubepods/pod-a": { \#(key) }"#)) == nil)
      let other = try #require(problem(text(kubelet, groups: #""/web": { \#(key) }"#)))
      #expect(other.contains("'/web' is no group of a pod"), "\(other)")
    }
    let scenario = try Scenario(json: Array(text(kubelet).utf8))
    let set = ScenarioSetting(path: "cgroups./kubepods/pod-a.requests.memory", value: "2Gi")
    #expect(
      try scenario.setting([set]).cgroups["/kubepods/pod-a"]?.pod.request
        == Kubernetes.Quantity(bytes: 2 << 30))
    let wrong = ScenarioSetting(path: "cgroups./web.priority", value: "2")
    #expect(throws: ScenarioError.self) { _ = try scenario.setting([wrong]) }
  }
}
