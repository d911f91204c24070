import Foundation
import Testing

/// A node that `oomsim k8s` writes with its kubelet goes on as a scenario.
@Suite struct K8sEvictionCommandTests {
  private let node = [
    "k8s", "Tests/Data/k8s/eviction-order.json", "--capacity", "7950Mi", "--top",
    "Tests/Data/k8s/eviction-order.top", "--system-usage", "3200Mi", "--kubelet-version", "1.32.1",
  ]

  /// 50 MiB are left: the hard threshold evicts batch, and with 450 the minimum is reclaimed. The soft one, a tenth, is met since
  /// the first look; the third after it is the first that is 30 s later.
  @Test func `the kubelet of the node evicts when it is run`() async throws {
    let made = try await Program.run(
      node + [
        "--eviction-hard", "200Mi", "--eviction-soft", "memory.available<10%,nodefs.available<15%",
        "--eviction-soft-grace-period", "memory.available=30s", "--eviction-minimum-reclaim",
        "50Mi", "--eviction-max-pod-grace-period", "5", "--eviction-pressure-transition-period",
        "1m", "-o", "-",
      ])
    #expect(made.code == 0 && made.error == "", "\(made.error)")
    let scenario = try #require(
      try JSONSerialization.jsonObject(with: Data(made.out.utf8)) as? [String: Any])
    let killers = try #require(scenario["killers"] as? [[String: Any]])
    #expect(killers.count == 1 && killers[0]["version"] as? String == "1.32")
    #expect(killers[0]["evictionHard"] as? [String: String] == ["memory.available": "200Mi"])
    #expect(killers[0]["evictionSoft"] as? [String: String] == ["memory.available": "10%"])
    #expect(killers[0]["evictionMaxPodGracePeriod"] as? Int == 5)
    let groups = try #require(scenario["cgroups"] as? [String: [String: Any]])
    #expect(
      Set(groups.values.compactMap { $0["requests.memory"] as? String }) == [
        "1Gi", "512Mi", "2Gi", "100Mi",
      ])
    #expect(Set(groups.values.compactMap { $0["priority"] as? Int }) == [1000, 2_000_000_000])
    let run = try await Program.run(["run", "-", "--json"], stdin: made.out)
    let result = try #require(
      try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
    let kills = try #require(result["kills"] as? [[String: Any]])
    #expect(kills.map { $0["by"] as? String } == ["kubelet", "kubelet"])
    #expect(kills.map { $0["at_us"] as? Int } == [0, 31_000_000])
    let names = kills.map { ($0["victim"] as? [String: Any])?["name"] as? String }
    #expect(names == ["shop/batch/batch", "shop/web/web"])
  }

  /// 50 MiB are left. The soft threshold takes what brings 10% of 7950Mi back, the hard one evicts nobody yet.
  @Test func `what a soft threshold takes`() async throws {
    let soft = ["--eviction-soft", "10%", "--eviction-soft-grace-period", "1.5m"]
    let text = try await Program.run(node + soft + ["--eviction-hard", "20Mi"])
    #expect(text.code == 0 && text.error == "", "\(text.error)")
    #expect(
      text.out.contains(
        "and it evicts, when less than 795 MiB is available for 1m30s\n    memory.available: 50 MiB, below by 745 MiB"
      ), "\(text.out)")
    #expect(text.out.contains("in 1m30s; "))
    let json = try await Program.run(node + soft + ["--eviction-hard", "20Mi", "--json"])
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
    let eviction = try #require(report["eviction"] as? [String: Any])
    let signal = try #require(eviction["soft_signal"] as? [String: Any])
    #expect(signal["grace_period_us"] as? Int == 90_000_000 && signal["met"] as? Bool == true)
    let order = try #require(eviction["order"] as? [[String: Any]])
    #expect(order.allSatisfy { $0["due"] as? Bool == false })
    #expect(order.map { $0["due_after_grace_period"] as? Bool }.first == true)
    #expect(order.map { $0["due_after_grace_period"] as? Bool }.last == false)
  }

  /// `MemoryQoS` in a scenario is what a kernel then throttles by.
  @Test func `groups have what MemoryQoS writes`() async throws {
    let made = try await Program.run(
      node + ["--feature-gates", "MemoryQoS=true", "--memory-throttling-factor", "0.8", "-o", "-"])
    #expect(made.code == 0 && made.error == "", "\(made.error)")
    #expect(made.out.contains("\"memory.high\"") && made.out.contains("\"memory.min\""))
    let run = try await Program.run(["run", "-"], stdin: made.out)
    #expect(run.code == 0, "\(run)")
    let text = try await Program.run(node + ["--feature-gates", "MemoryQoS=true"])
    #expect(text.out.contains("note: MemoryQoS: memory.high slows "), "\(text.out)")
  }

  /// Without any of these options the kubelet is not in it, and what runs outside of pods is the kernel's.
  @Test func `a node without its kubelet`() async throws {
    let made = try await Program.run(node + ["-o", "-"])
    #expect(!made.out.contains("killers") && made.out.contains("\"kernel\": \"3200M\""))
    #expect(made.out.contains("requests.memory"))
  }

  @Test(arguments: [
    (["--eviction-soft", "1Gi"], "--eviction-soft: needs --eviction-soft-grace-period"),
    (
      ["--eviction-hard", "memory.available<1Gi,memory.available<2Gi"],
      "memory.available stands there twice"
    ),
    (["--eviction-hard", "memry.available<1Gi"], "did you mean 'memory.available'"),
    (["--eviction-hard", "memory.available<0"], "the kubelet refuses 0"),
    (["--eviction-hard", "memory.available<500MB"], "no quantity"),
    (["--eviction-hard", "1Gi,nodefs.available<10%"], "'1Gi' is no memory.available<VALUE"),
    (["--eviction-soft", "1Gi", "--eviction-soft-grace-period", "1 week"], "grace-period: "),
    (["--eviction-minimum-reclaim", "0%"], "--eviction-minimum-reclaim: the kubelet refuses 0%"),
    (["--eviction-minimum-reclaim", "x"], "--eviction-minimum-reclaim: 'x' is no quantity"),
    (["--eviction-max-pod-grace-period", "x"], "--eviction-max-pod-grace-period"),
    (["--memory-throttling-factor", "0.9"], "needs --feature-gates MemoryQoS=true"),
    (
      ["--feature-gates", "MemoryQoS=true", "--memory-throttling-factor", "1.5"],
      "'1.5' is no number above 0 and at most 1"
    ),
    (
      ["--feature-gates", "MemoryQoS=true", "--memory-reservation-policy", "TieredReservation"],
      "the kubelet has it since 1.36"
    ),
    (["--memory-reservation-policy", "Tiered"], "--memory-reservation-policy"),
  ])
  func `flags that cannot be`(flags: [String], expected: String) async throws {
    let output = try await Program.run(node + flags)
    #expect(output.code == 64 && output.error.contains(expected), "\(output.error)")
  }
}
