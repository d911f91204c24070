import Foundation
import Testing

/// `oomsim k8s` as a user runs it: the stories of Kubernetes, and everything that can be wrong.
@Suite struct K8sCommandTests {
  static let data = "Tests/Data/k8s/"

  private func document(_ arguments: String) async throws -> [String: Any] {
    let output = try await Program.run(["k8s", "--json"] + words(arguments))
    #expect(output.code == 0, "\(output.error)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "oomsim.k8s/1")
    return document
  }

  private func words(_ arguments: String) -> [String] {
    arguments.split(separator: " ").map {
      $0.hasPrefix("@") ? Self.data + $0.dropFirst() : String($0)
    }
  }

  /// The containers that the kernel would hit in a group, the machine where it is nil, in order.
  private func victims(_ document: [String: Any], _ cgroup: String? = nil) throws -> [String] {
    let domains = try #require(document["domains"] as? [[String: Any]])
    let domain = try #require(domains.first { $0["cgroup"] as? String == cgroup })
    let candidates = try #require(domain["candidates"] as? [[String: Any]])
    return candidates.compactMap { $0["container"] as? String }
  }

  private func evicted(_ document: [String: Any]) throws -> [[String: Any]] {
    let eviction = try #require(document["eviction"] as? [String: Any])
    return try #require(eviction["order"] as? [[String: Any]])
  }

  private func adj(_ document: [String: Any]) -> [String: Int] {
    let containers = document["containers"] as? [[String: Any]] ?? []
    return Dictionary(
      containers.compactMap {
        guard let name = $0["container"] as? String, name != "pause",
          let adj = $0["oom_score_adj"] as? Int
        else { return nil }
        return (name, adj)
      }, uniquingKeysWith: { $1 })
  }

  // MARK: Stories

  /// Pods of the kubelet's policy_test.go, with its answers.
  @Test(arguments: [
    ("adj-24", ["c1": 738]), ("adj-29", ["c1": 607]), ("adj-30", ["c1": 738, "s1": 738]),
    ("sidecar-dra-mapping", ["c1": 738, "s1": 738]),
  ])
  func `claims of devices and their overheads`(file: String, expected: [String: Int]) async throws {
    let document = try await document(
      "@\(file).json --capacity 4000000000 "
        + "--feature-gates PodLevelResources=false,DRANodeAllocatableResources=true")
    #expect(adj(document) == expected)
  }

  @Test func `memory of a volume outlives the kill`() async throws {
    let document = try await document(
      "@emptydir-memory.json --capacity 16Gi --usage ml/train/t=2800Mi")
    let notes = try #require(document["notes"] as? [String])
    let note = try #require(notes.first { $0.contains("shm") })
    #expect(note.contains("in the use of t, in the points only of processes that map it"))
  }

  @Test func `k8s-eviction-order`() async throws {
    let document = try await document(
      "@eviction-order.json --capacity 7950Mi --top @eviction-order.top")
    let order = try evicted(document)
    #expect(order.compactMap { $0["pod"] as? String } == ["batch", "web", "cache", "ds", "ml"])
    #expect(order.map { $0["evictable"] as? Bool } == [true, true, true, false, true])
    #expect(
      order.compactMap { $0["before_next"] as? String } == [
        "more_above_request", "lower_priority", "lower_priority", "exceeds_request", "none",
      ])
    // The kernel's order is another one: that of Scenarios/kubernetes/k8s-eviction-order.json.
    #expect(try victims(document) == ["cache", "batch", "ds", "web", "ml"])
    #expect(adj(document) == ["web": 936, "batch": 1000, "cache": 872, "ml": 743, "ds": 988])
  }

  @Test func `k8s-qos-trio`() async throws {
    let document = try await document(
      "@qos-trio.json --capacity 7950Mi --top @qos-trio.top --system-usage 1200Mi --kubelet-version 1.32"
    )
    #expect(adj(document) == ["db": -997, "cache": 743, "api": 872, "idle": 968, "batch": 1000])
    #expect(try victims(document) == ["cache", "api", "batch", "idle", "db"])
    let order = try evicted(document)
    #expect(order.compactMap { $0["pod"] as? String } == ["cache", "api", "batch", "idle", "db"])
    #expect(order.map { $0["exceeds_request"] as? Bool } == [true, true, true, false, false])
  }

  /// Issue 133839: true only if pod-2 is many processes.
  @Test func `k8s-who-is-right-133839`() async throws {
    let node = "@who-is-right.json --capacity 128Gi --top @who-is-right.top --system-usage 2Gi"
    let one = try await document(node)
    #expect(adj(one)["app"] == 485)
    func first(_ document: [String: Any]) throws -> String? {
      let domains = document["domains"] as? [[String: Any]] ?? []
      let machine = try #require(domains.first { $0["cgroup"] is NSNull })
      return (machine["candidates"] as? [[String: Any]])?.first?["pod"] as? String
    }
    #expect(try first(one) == "pod-2")
    #expect(try first(try await document(node + " --processes default/pod-2/app=40")) == "pod-1")
  }

  @Test func `k8s-large-node-rounding and the proposed gate`() async throws {
    let pods = """
      { "items": [
        { "metadata": { "name": "orchestrator" }, "spec": { "containers": [ { "name": "o",
          "resources": { "limits": { "memory": "500Mi" } } } ] } },
        { "metadata": { "name": "executor" }, "spec": { "containers": [ { "name": "x",
          "resources": { "requests": { "memory": "500Mi" } } } ] } } ] }
      """
    for (gates, expected) in [("", [999, 999]), ("KubeletOOMScoreAdjTieBreak=true", [993, 998])] {
      let options = gates.isEmpty ? [] : ["--feature-gates", gates]
      let output = try await Program.run(
        ["k8s", "-", "--capacity", "1Ti", "--json"] + options, stdin: pods)
      let document = try #require(
        try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
      let found = adj(document)
      #expect([found["o"], found["x"]] == expected.map(Optional.some))
    }
  }

  @Test func `a node with everything`() async throws {
    let document = try await document(
      "@node-pods.json --node @node.json --top @node.top --near 100")
    #expect(document["kubelet"] as? String == "1.32.1")
    #expect(document["kernel"] as? String == "6.8.0-64-generic")
    // 32Gi less 30304Mi allocatable less the threshold of 100Mi.
    #expect(document["reserved_bytes"] as? Int == (32768 - 30304 - 100) << 20)
    #expect(document["pods_limit_bytes"] as? Int == 30404 << 20)
    #expect(
      adj(document) == [
        "migrate": 938, "proxy": 985, "app": 969, "worker": 985, "db": -997, "job": 969,
        "report": 1000, "kube-proxy": -997, "etcd": -997,
      ])
    #expect(
      try victims(document, "/kubepods.slice") == [
        "report", "app", "worker", "proxy", "db", "etcd", "kube-proxy",
      ])
    let pods = try #require(document["pods"] as? [[String: Any]])
    let etcd = try #require(pods.first { $0["pod"] as? String == "etcd-n1" })
    #expect(
      (etcd["cgroup"] as? String)?.hasSuffix("pod0f1e2d3c4b5a69788796a5b4c3d2e1f0.slice") == true)
    let output = try await Program.run(
      ["k8s"] + words("@node-pods.json --node @node.json --top @node.top"))
    #expect(
      output.error == """
        oomsim: left out: 1 pod ended: Succeeded or Failed
        oomsim: left out: 1 pod on other nodes
        oomsim: 1 line of Tests/Data/k8s/node.top are of no pod here

        """)
  }

  // MARK: Output

  static let headKeys = [
    "schema", "node", "kubelet", "kernel", "rule_set", "cgroup_version", "cgroup_driver",
    "page_size", "capacity_bytes", "swap_bytes", "swap_behavior", "huge_pages_bytes",
    "reserved_bytes", "system_usage_bytes", "pods_cgroup", "pods_limit_bytes", "pods_usage_bytes",
    "pods", "containers", "domains", "domains_with_more_left", "eviction", "notes", "warnings",
  ]

  @Test func `the document has exactly these keys`() async throws {
    let document = try await document("@qos-trio.json --capacity 7950Mi --top @qos-trio.top")
    #expect(Set(document.keys) == Set(Self.headKeys))
    func keys(_ name: String, in object: [String: Any]) -> Set<String> {
      Set((object[name] as? [[String: Any]])?.first?.keys.map { $0 } ?? [])
    }
    #expect(
      keys("pods", in: document) == [
        "namespace", "pod", "qos", "priority", "critical", "limit_bytes", "usage_bytes", "cgroup",
      ])
    #expect(
      keys("containers", in: document) == [
        "namespace", "pod", "container", "kind", "qos", "oom_score_adj", "request_bytes",
        "limit_bytes", "swap_limit_bytes", "usage_bytes", "usage_from", "processes", "cgroup",
      ])
    #expect(
      keys("domains", in: document) == [
        "cgroup", "file", "limit", "usage", "left", "left_per_mille", "totalpages", "outcome",
        "containers", "pause_processes", "candidates",
      ])
    let eviction = try #require(document["eviction"] as? [String: Any])
    #expect(
      Set(eviction.keys) == [
        "signals", "until_eviction_bytes", "until_kill_bytes", "outrun_at_bytes_per_second",
        "ranked", "order",
      ])
    #expect(
      keys("order", in: eviction) == [
        "namespace", "pod", "usage_bytes", "request_bytes", "priority", "exceeds_request",
        "before_next", "evictable", "due",
      ])
  }

  @Test func `text and document say the same`() async throws {
    let arguments = words(
      "@qos-trio.json --capacity 7950Mi --top @qos-trio.top --system-usage 1200Mi")
    let text = try await Program.run(["k8s"] + arguments)
    #expect(text.code == 0 && text.error == "")
    for part in [
      "shop/cache/cache  Burstable     2 GiB      -  2.6 GiB            743",
      "    the node: MemTotal 7.7 GiB, ",
      "        #1   2 203 205            743  2.6 GiB  shop/cache/cache\n",
      "memory.available: 150 MiB, 50 MiB to go\n",
      "    #1  2.6 GiB    2 GiB   652 MiB         0  shop/cache  uses more than it requests, further above than the next\n",
    ] { #expect(text.out.contains(part), "\(part)\n\(text.out)") }
    let document = try await document(
      "@qos-trio.json --capacity 7950Mi --top @qos-trio.top --system-usage 1200Mi")
    let eviction = try #require(document["eviction"] as? [String: Any])
    #expect(eviction["until_eviction_bytes"] as? Int == 50 << 20)
    let rate = try #require(eviction["outrun_at_bytes_per_second"] as? Int)
    let untilKill = try #require(eviction["until_kill_bytes"] as? Int)
    #expect(rate == (untilKill - 50 << 20) / 10)
    // Nothing is in colour but on a terminal, and a name cannot bring its own.
    #expect(!text.out.contains("\u{1B}"))
  }

  @Test func `rows and near limit what is shown`() async throws {
    let one = try await document(
      "@node-pods.json --node @node.json --top @node.top --rows 1 --near 0")
    #expect((one["domains"] as? [[String: Any]])?.count == 2)
    #expect(one["domains_with_more_left"] as? Int == 5)
    #expect(try evicted(one).count == 1 && victims(one, "/kubepods.slice") == ["report"])
    let text = try await Program.run(
      ["k8s"] + words("@node-pods.json --node @node.json --top @node.top --rows 1 --near 0"))
    #expect(text.out.contains("and 6 more\n") && text.out.contains("and 5 more\n"))
    #expect(text.out.contains("5 more limits of pods and containers, with more left"))
  }

  @Test func `a threshold that is crossed`() async throws {
    let document = try await document(
      "@qos-trio.json --capacity 7950Mi --top @qos-trio.top --system-usage 1200Mi --eviction-hard memory.available<3Gi"
    )
    #expect(try evicted(document).map { $0["due"] as? Bool } == [true, true, false, false, false])
    let off = try await Program.run(
      ["k8s"] + words("@qos-trio.json --capacity 7950Mi --eviction-hard nodefs.available<10%"))
    #expect(off.out.contains("the kubelet evicts nobody"))
    let percent = try await self.document("@qos-trio.json --capacity 8Gi --eviction-hard 12.5%")
    let signals = (percent["eviction"] as? [String: Any])?["signals"] as? [[String: Any]]
    #expect(signals?.map { $0["threshold_bytes"] as? Int } == [1 << 30, 1 << 30])
  }

  @Test func `a scenario to go on from`() async throws {
    let scratch = try Scratch()
    let path = scratch.url.appending(path: "node.json").path
    for option in ["-o", "--scenario"] {
      let output = try await Program.run(
        ["k8s", option, path] + words("@qos-trio.json --capacity 7950Mi --top @qos-trio.top"))
      #expect(output.code == 0 && output.out.contains("the kernel kills"))
      let score = try await Program.run([
        "score", path, "--set", "processes.shop/idle/idle.oom_score_adj=-1000",
      ])
      #expect(score.code == 0, "\(score.error)")
    }
    let printed = try await Program.shell(
      "oomsim k8s \(Self.data)qos-trio.json --capacity 7950Mi --top \(Self.data)qos-trio.top -o - | oomsim next - --top 1"
    )
    #expect(printed.code == 0 && printed.out.contains("shop/cache/cache"), "\(printed.error)")
    let nowhere = try await Program.run(
      ["k8s", "-o", "/nonexistent/x"] + words("@qos-trio.json --capacity 7950Mi"))
    #expect(nowhere.code == 66 && nowhere.out == "")
  }

  // MARK: Mistakes

  @Test(arguments: [
    ("@qos-trio.json", 64, "the memory of the node is not known"),
    ("@qos-trio.json --capacity 0", 64, "has more memory than that"),
    ("@qos-trio.json --capacity 7950XB", 64, "'7950XB' is no quantity"),
    ("@qos-trio.json --capacity 5Pi", 64, "over 4 PiB"),
    ("@qos-trio.json --capacity 99Ei", 64, "more than 2^63 - 1"),
    ("@qos-trio.json --capacity -1Gi", 64, "is negative"),
    ("@qos-trio.json --capacity 8Gi --kubelet-version 2", 64, "'2' is none"),
    (
      "@qos-trio.json --capacity 8Gi --kubelet-version 1.31 --single-process-oom-kill true", 64,
      "since 1.32"
    ),
    (
      "@qos-trio.json --capacity 8Gi --cgroup-version 1 --single-process-oom-kill false", 64,
      "no memory.oom.group"
    ),
    (
      "@qos-trio.json --capacity 8Gi --cgroup-version 1 --swap-behavior LimitedSwap", 64,
      "needs cgroup version 2"
    ),
    ("@qos-trio.json --capacity 8Gi --cgroup-version 3", 64, "'1' or '2'"),
    ("@qos-trio.json --capacity 8Gi --cgroup-driver cgroup", 64, "'systemd' or 'cgroupfs'"),
    ("@qos-trio.json --capacity 8Gi --kube-reserved 9Gi", 64, "more is reserved than the node has"),
    ("@qos-trio.json --capacity 8Gi --kube-reserved cpu=1,memory=x", 64, "'x' is no quantity"),
    ("@qos-trio.json --capacity 8Gi --eviction-hard 101%", 64, "no percentage"),
    (
      "@qos-trio.json --capacity 8Gi --feature-gates SidecarContainers", 64,
      "NAME=true or NAME=false"
    ),
    (
      "@qos-trio.json --capacity 8Gi --feature-gates PodLevelResource=true", 64,
      "Did you mean 'PodLevelResources'?"
    ),
    ("@qos-trio.json --capacity 8Gi --usage shop/db/bd=1Gi", 64, "did you mean 'shop/db/db'?"),
    ("@qos-trio.json --capacity 8Gi --usage shop/db/db", 64, "takes NAMESPACE/POD/CONTAINER=VALUE"),
    ("@qos-trio.json --capacity 8Gi --processes shop/db/db=0", 64, "a number from 1 to 100000"),
    (
      "@qos-trio.json --capacity 8Gi --processes shop/db/db=2 --processes shop/db/db=3", 64,
      "stands there twice"
    ),
    (
      "@qos-trio.json --capacity 8Gi --usage shop/db/db=4Pi --usage shop/api/api=1", 65,
      "more than 4 PiB together"
    ),
    ("@qos-trio.json --capacity 8Gi --rows 0", 64, "--rows takes a number"),
    ("@qos-trio.json --capacity 8Gi --near 101", 64, "--near takes a number"),
    ("@qos-trio.json --capacity 8Gi -o a --scenario b", 64, "are the same"),
    ("@qos-trio.json --capacity 8Gi -o - --json", 64, "without --json"),
    ("- --capacity 8Gi --top -", 64, "only one of"),
    ("@qos-trio.json --capacity 8Gi --kernel linux", 64, "--kernel"),
    ("@nope.json --capacity 8Gi", 66, "no such file"),
    ("@qos-trio.json --node @nope.json", 66, "no such file"),
    ("@qos-trio.json --capacity 8Gi --top @nope.top", 66, "no such file"),
    ("@node.json --capacity 8Gi", 65, "found kind 'Node'"),
    ("@qos-trio.json --node @qos-trio.json", 65, "expected a Node, found kind 'Pod'"),
    ("@qos-trio.json --capacity 8Gi --top @node.json", 65, "expected a line of kubectl top"),
    (
      "@qos-trio.json --node @node.json --node-name n2", 65,
      "no node 'n2' in it; did you mean 'n1'?"
    ),
    ("@qos-trio.json --capacity 8Gi --node-name n2", 65, "no pod on node 'n2'; did you mean 'n1'?"),
    ("@node-pods.json --capacity 8Gi", 65, "pods of several nodes, such as 'n1' and 'n2'"),
  ])
  func `mistakes`(arguments: String, code: Int32, message: String) async throws {
    let output = try await Program.run(["k8s"] + words(arguments), stdin: "")
    #expect(output.code == code && output.out == "", "\(output)")
    #expect(output.error.contains(message), "\(output.error)")
  }

  @Test func `empty, cut and foreign input`() async throws {
    let whole = try String(
      contentsOf: Program.packageRoot.appending(path: Self.data + "qos-trio.json"), encoding: .utf8)
    for (text, message) in [
      ("", "standard input:1:1: error: no valid JSON: the text ends where a value is expected"),
      (String(whole.prefix(9000)), "no valid JSON"),
      ("{ \"items\": [] }", "no pod that runs on a node"),
      (#"{ "kind": "Status", "message": "pods is forbidden" }"#, "found kind 'Status'"),
      ("kind: List\n", "this looks like YAML"),
      ("[]", "expected an object"), (String(repeating: "[", count: 100_000), "nested deeper"),
      (#"{ "items": "# + String(repeating: "[", count: 100_000), "nested deeper than 512 levels"),
      (Samples.passing, "there is no kind"),
    ] {
      let output = try await Program.run(["k8s", "-", "--capacity", "8Gi"], stdin: text)
      #expect(output.code == 65 && output.out == "", "\(output)")
      #expect(output.error.contains(message), "\(output.error)")
    }
  }

  @Test func `names cannot control a terminal`() async throws {
    let text =
      #"{ "kind": "Pod", "metadata": { "name": "a\u001b[31m" }, "spec": { "containers": [] } }"#
    let output = try await Program.run(["k8s", "-", "--capacity", "8Gi"], stdin: text)
    #expect(output.code == 65 && !output.error.contains("\u{1B}"), "\(output.error)")
  }

  /// The order of keys, and of pods that do not tie, decides nothing.
  @Test func `the same bytes whatever the order of keys`() async throws {
    let path = Program.packageRoot.appending(path: Self.data + "node-pods.json")
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: path))
    let sorted = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    let arguments = words("- --node @node.json --top @node.top --json")
    let first = try await Program.run(
      ["k8s"] + arguments, stdin: String(decoding: sorted, as: UTF8.self))
    let second = try await Program.run(
      ["k8s"] + words("@node-pods.json --node @node.json --top @node.top --json"))
    #expect(first.code == 0 && first.out == second.out)
  }

  /// What the API server counts up to for a cluster of many nodes fits in one call.
  @Test func `5,000 pods`() async throws {
    var items: [String] = []
    for number in 0..<5000 {
      items.append(
        """
        { "metadata": { "name": "p\(number)" }, "spec": { "nodeName": "n", "containers": [ { "name": "c",
          "resources": { "requests": { "memory": "64Mi" }, "limits": { "memory": "\(65 + number % 64)Mi" } } } ] } }
        """)
    }
    let output = try await Program.run(
      ["k8s", "-", "--capacity", "1Ti", "--json", "--near", "100"],
      stdin: "{ \"items\": [ \(items.joined(separator: ",")) ] }")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect((document["containers"] as? [Any])?.count == 10_000)
    #expect((document["domains"] as? [Any])?.count == 11)
    #expect(document["domains_with_more_left"] as? Int == 4990)
  }
}
