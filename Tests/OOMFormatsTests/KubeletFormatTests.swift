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
    (#""evictionHard": { "nodefs.available": "10%" }"#, "'nodefs.available' is not modelled"),
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
    (#""evictionSoftGracePeriod": { "memory.available": "1m" }"#, "there is no 'evictionSoft'"),
    (#""evictionMaxPodGracePeriod": -1"#, "-1 is not from 0"),
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
