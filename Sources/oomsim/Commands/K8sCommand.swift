import OOMFormats
internal import OOMReports
import OOMSimulator

let k8sCommand = CommandSpec(
  name: "k8s",
  overview: "Say who is killed and who is evicted when a Kubernetes node runs out of memory.",
  operands: "PODS.json",
  operandHelp:
    "What 'kubectl get pods -A -o json --field-selector spec.nodeName=NODE' prints, or workloads that make pods: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob; - is standard input.",
  maxOperands: 1,
  options: K8sOptions.all,
  example: """
    kubectl get pods -A -o json --field-selector spec.nodeName=n1 > pods.json
      kubectl get node n1 -o json > node.json; kubectl top pod -A --containers > top.txt
      oomsim k8s pods.json --node node.json --top top.txt
    """,
  run: k8s)

@Sendable private func k8s(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let options = try K8sOptions(arguments)
  let path = arguments.operands[0]
  let workloads = try k8sInput(path, terminal) { (bytes, name) throws(ScenarioError) in
    try Kubectl.workloads(json: bytes, file: name)
  }
  arguments.noteDecimals(
    in: [
      "--capacity", "--swap", "--system-usage", "--kube-reserved", "--system-reserved",
      "--eviction-hard", "--usage",
    ], binary: "i", terminal)
  for note in workloads.notes { terminal.error("oomsim: \(note)") }
  var input = K8sInput(
    pods: workloads.pods, file: path == "-" ? "standard input" : path, options: options)
  if let path = options.node {
    let nodes = try k8sInput(path, terminal) { (bytes, name) throws(ScenarioError) in
      try Kubectl.nodes(json: bytes, file: name)
    }
    try input.choose(from: nodes, file: path, terminal)
  }
  try input.choosePods(terminal)
  if let path = options.top {
    let pods = input.pods
    let (usage, others) = try k8sInput(path, terminal) { (bytes, name) throws(ScenarioError) in
      try TopText(bytes, file: name).usage(of: pods, file: name)
    }
    input.metrics = usage
    if others > 0 {
      terminal.error("oomsim: \(counted(others, "line", "lines")) of \(path) are of no pod here")
    }
  }
  let node = Kubernetes.NodeScenario(try input.state(terminal))
  if let path = options.output {
    if path == "-" {
      var writer = JSONWriter { terminal.out($0) }
      writer.scenario(node.scenario)
      writer.finish()
      return .done
    }
    try writeScenario(node.scenario, to: path, terminal)
  }
  let report = Kubernetes.NodeForecast(
    node, rows: options.rows, nearPerMille: options.nearPerMille)
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.nodeForecast(report, rows: options.rows)
    writer.finish()
  } else {
    terminal.out(
      NodeForecastText(report, rows: options.rows, style: terminal.style(arguments)).text)
  }
  return .done
}

/// Reads a file and makes something of it; what is wrong with it goes to standard error.
private func k8sInput<Value>(
  _ path: String, _ terminal: Terminal,
  _ read: ([UInt8], String) throws(ScenarioError) -> Value
) throws(ExitCode) -> Value {
  let bytes = try readBytes(path, terminal)
  do throws(ScenarioError) {
    return try read(bytes, path == "-" ? "standard input" : path)
  } catch {
    terminal.error(error.description)
    throw .malformed
  }
}
