/// What a series measures, by its name.
///
/// Names: cAdvisor (`container_…`, `machine_…`), node_exporter (`node_memory_…`), kube-state-metrics, process-exporter and
/// the client libraries (`process_resident_memory_bytes`).
enum PrometheusMetric: Equatable, Hashable, Sendable {
  /// Anonymous memory that is resident.
  case rss
  /// Anonymous memory and cache that was used lately.
  case workingSet
  /// All that a group is charged for.
  case usage
  case cache
  case swap
  case limit
  /// Memory and swap together.
  case swapLimit
  case reservation
  case oomScoreAdj
  /// Of the machine, by the name in /proc/meminfo.
  case machine(String)

  init?(_ labels: [String: String]) {
    guard let name = labels["__name__"] else {
      // The result of an expression: what it is of, only its author knows.
      self = .rss
      return
    }
    switch name {
    case "container_memory_rss", "process_resident_memory_bytes", "container_memory_total_rss":
      self = .rss
    case "container_memory_working_set_bytes": self = .workingSet
    case "container_memory_usage_bytes": self = .usage
    case "container_memory_cache": self = .cache
    case "container_memory_swap": self = .swap
    case "container_spec_memory_limit_bytes", "kube_pod_container_resource_limits_memory_bytes":
      self = .limit
    case "container_spec_memory_swap_limit_bytes": self = .swapLimit
    case "container_spec_memory_reservation_limit_bytes": self = .reservation
    case "kube_pod_container_resource_limits":
      guard labels["resource"] == "memory" else { return nil }
      self = .limit
    case "namedprocess_namegroup_memory_bytes":
      switch labels["memtype"] {
      case "resident": self = .rss
      case "swapped": self = .swap
      default: return nil
      }
    case "machine_memory_bytes": self = .machine("MemTotal")
    case "machine_swap_bytes": self = .machine("SwapTotal")
    default:
      guard name.hasPrefix("node_memory_") else { return nil }
      var file = name.dropFirst("node_memory_".count)
      if file.hasSuffix("_bytes") { file = file.dropLast("_bytes".count) }
      guard
        [
          "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SReclaimable", "SwapTotal",
          "SwapFree",
        ].contains(file)
      else { return nil }
      self = .machine(String(file))
    }
  }

  var isOfMachine: Bool {
    if case .machine = self { return true }
    return false
  }

  var isSetting: Bool { [.limit, .swapLimit, .reservation].contains(self) }
}

/// What a series is of: a container or a process.
struct PrometheusSubject: Hashable, Sendable {
  /// `namespace/pod/container`, the name of a container, a job.
  var name: String
  /// Path of its group; nil for a process that no group is known of.
  var group: String?
  /// What tells two of one name apart: containers that came one after the other.
  var identity: String

  /// Labels that say where a series was scraped, and not what of.
  private static let scraped: Set<String> = [
    "__name__", "job", "instance", "endpoint", "service", "metrics_path", "prometheus", "cluster",
    "prometheus_replica", "node", "image", "cpu", "scope", "memtype", "resource", "unit", "uid",
  ]

  /// - Returns: nil for the sums that cAdvisor has of pods and of the whole machine, and for the sandbox of a pod.
  init?(_ labels: [String: String], ofContainer: Bool) {
    let container = Self.first(labels, "container", "container_name")
    let pod = Self.first(labels, "pod", "pod_name")
    if container == "POD" { return nil }
    if let container, !container.isEmpty {
      let parts = [labels["namespace"] ?? "", pod ?? "", container].filter { !$0.isEmpty }
      name = parts.joined(separator: "/")
      group = Self.group(parts)
      identity = labels["id"] ?? labels["name"] ?? ""
      return
    }
    if let called = labels["name"], !called.isEmpty {
      name = called
      group = "/" + ImportDraft.part(called)
      identity = labels["id"] ?? ""
      return
    }
    if let id = labels["id"] {
      // The sums of pods and of slices would count their containers again.
      guard id != "/", Fields.problem(ofPath: id) == nil, !id.hasSuffix(".slice"), pod ?? "" == "",
        !id.hasPrefix("/kubepods")
      else { return nil }
      name = id.split(separator: "/").last.map(String.init) ?? id
      group = id
      identity = id
      return
    }
    if ofContainer, pod != nil, container == "" { return nil }
    if let pod, !pod.isEmpty {
      let parts = [labels["namespace"] ?? "", pod].filter { !$0.isEmpty }
      name = parts.joined(separator: "/")
      group = Self.group(parts)
      identity = ""
      return
    }
    group = nil
    let rest = labels.keys.filter { !Self.scraped.contains($0) }.sorted()
    let instance = labels["instance"] ?? ""
    identity = instance
    if let called = Self.first(labels, "groupname", "app", "service", "job") {
      name = called
    } else if !rest.isEmpty {
      name = rest.map { labels[$0] ?? "" }.filter { !$0.isEmpty }.joined(separator: "/")
    } else {
      name = instance
    }
    if name.isEmpty { name = "all" }
    if ofContainer { group = "/" + ImportDraft.part(name) }
  }

  /// One group for each container, with no other above it: the limits of pods are in no series, and what happens in
  /// groups that have one above them in common is looked at together, which takes a replay longer.
  private static func group(_ parts: [String]) -> String {
    "/" + parts.map { ImportDraft.part($0) }.joined(separator: "_")
  }

  private static func first(_ labels: [String: String], _ names: String...) -> String? {
    names.lazy.compactMap { labels[$0] }.first
  }
}
