import OOMFormats
import OOMSimulator
import Testing

/// Kubernetes objects as `kubectl` prints them and as the API server would take them.
@Suite struct ImportKubernetesTests {
  private static let documents = """
    {"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{}}
    {"kind":"Deployment","metadata":{"name":"w"},"spec":{"replicas":2,"template":{"spec":{
      "securityContext":{"runAsUser":1001},
      "containers":[
        {"name":"c","resources":{"limits":{"memory":"1Gi"}}},
        {"name":"d","securityContext":{"runAsUser":5},"resources":{"limits":{"memory":"512Mi"}}}]}}}}
    {"kind":"PodList","items":[{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}]}
    {"kind":"List","items":null}
    """

  private func imported(
    _ text: String, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws(ScenarioError) -> Imported {
    var options = ImportOptions()
    options.kind = .kubernetes
    change(&options)
    return try Imported([ImportFile(name: "input", bytes: Array(text.utf8))], options)
  }

  private func firstError(_ text: String) -> String {
    do throws(ScenarioError) {
      _ = try imported(text)
      return ""
    } catch {
      return error.description
    }
  }

  private func container(_ resources: String) -> String {
    #"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","resources":"#
      + resources + "}]}}"
  }

  /// `kubectl create --dry-run=client -o json -f DIR` prints one object after the other, not a List.
  @Test func `documents back to back`() throws {
    let scenario = try imported(Self.documents)
    let names = (0..<scenario.scenario.processes.count).map { scenario.scenario.processes[$0].name }
    #expect(names.contains("default/w-2/d") && names.contains("default/p/c"))
    #expect(scenario.notes.contains("1 object that makes no pods left out"))
    #expect(scenario.scenario.title == "Kubernetes node node with 3 pods")
    let wrong = Self.documents.replacing("512Mi", with: "512Mx")
    #expect(
      firstError(wrong).hasPrefix(
        "input:6:83: error: spec.template.spec.containers[1].resources.limits.memory: '512Mx'"))
    #expect(
      firstError(Self.documents + "x").hasPrefix(
        "input:8:29: error: no valid JSON: text after the end"))
    #expect(firstError(Self.documents + "{").contains("no valid JSON"))
    #expect(firstError(Self.documents + "{}").contains("there is no kind"))
  }

  @Test func `runAsUser is the uid, that of a container before the pod's`() throws {
    let scenario = try imported(Self.documents).scenario
    for row in 0..<scenario.processes.count {
      let process = scenario.processes[row]
      let expected: UInt32 =
        process.name.hasSuffix("/d") ? 5 : process.name.hasPrefix("default/w-") ? 1001 : 0
      #expect(process.uid == expected, "\(process.name)")
    }
    #expect(
      firstError(Self.documents.replacing("1001", with: "-1")).contains("runAsUser: -1 is not"))
  }

  /// A pod that requests what its limit has does not start above it for its pause process.
  @Test func `requests up to the limit`() throws {
    let scenario = try imported(Self.documents).scenario
    #expect(Simulator(for: scenario).run(scenario).warnings.isEmpty)
    #expect(scenario.cgroups.values.contains { $0.max == 393_216 })
  }

  /// Pods of other nodes are not on this one.
  @Test func `pods of several nodes beside a node`() throws {
    let node =
      #"{"kind":"Node","metadata":{"name":"n1"},"status":{"capacity":{"memory":"8Gi"}}}"#
    func pod(_ name: String, _ node: String) -> String {
      #"{"kind":"Pod","metadata":{"name":"\#(name)"},"spec":{"nodeName":"\#(node)","containers":[{"name":"c"}]},"#
        + #""status":{"phase":"Running"}}"#
    }
    let file = ImportFile(name: "node", bytes: Array(node.utf8))
    let made = try imported(pod("a", "n1") + pod("b", "n2")) { $0.node = file }
    let names = (0..<made.scenario.processes.count).map { made.scenario.processes[$0].name }
    #expect(names == ["default/a/pause", "default/a/c"])
    #expect(made.notes.contains("1 pod on other nodes than n1 left out"))
    #expect(throws: ScenarioError.self) { try imported(pod("b", "n2")) { $0.node = file } }
    #expect(
      try imported(pod("a", "n1") + pod("b", "n2")).notes.contains(
        "pods of 2 nodes are taken to run on one"))
  }

  @Test func `what the API server refuses`() {
    #expect(
      firstError(container(#"{"requests":{"memory":"2Gi"},"limits":{"memory":"1Gi"}}"#)).hasPrefix(
        "input:1:107: error: spec.containers[0].resources.requests.memory: requests 2147483648"))
    #expect(
      firstError(container(#"{"limits":{"memory":"9E"}}"#)).hasPrefix(
        "input:1:105: error: spec.containers[0].resources.limits.memory: a limit without"))
    #expect(
      firstError(container(#"{"requests":{"memory":"1Gi"},"limits":{"memory":"9E"}}"#)) == "")
  }
}
