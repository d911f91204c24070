internal import OOMFormats
package import OOMSimulator

/// What goes when a Kubernetes node runs out of memory, for people.
package struct NodeForecastText {
  let report: Kubernetes.NodeForecast
  let rows: Int
  let style: Style

  package init(_ report: Kubernetes.NodeForecast, rows: Int, style: Style) {
    self.report = report
    self.rows = rows
    self.style = style
  }

  private var node: Kubernetes.NodeScenario { report.node }
  private var state: Kubernetes.NodeState { node.state }

  package var text: String {
    var lines = heading + [""] + containers + [""] + kills + [""] + evictions
    let remarks =
      node.notes.map { "note: " + $0 } + report.forecast.warnings.map { "warning: " + $0.text }
    if !remarks.isEmpty { lines.append("") }
    lines += remarks.map { plain($0) }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: The node

  private var heading: [String] {
    let kubelet = state.kubelet
    let name = state.node.name.isEmpty ? "a node" : state.node.name
    let swap = state.node.swap ?? 0
    let used = node.podsUsage
    return [
      style.bold(plain(name))
        + style.dim(
          "   kubelet \(plain(kubelet.release.description)), Linux \(plain(node.kernel.text)), cgroup version "
            + "\(kubelet.cgroupVersion), \(kubelet.cgroupDriver.rawValue) driver"),
      "    memory     \(size(state.node.capacity)), "
        + (swap == 0 ? "no swap" : "\(kubelet.swapBehavior.rawValue) of \(size(swap)) swap"),
      "    pods       \(size(used)) of \(size(state.podsLimit)), in \(node.podsCgroup)",
      "    outside    \(size(node.systemUsage))",
    ]
  }

  private var containers: [String] {
    let running = node.containers.filter { $0.processes > 0 && $0.container.kind != .sandbox }
    if running.isEmpty { return [style.bold("no container runs")] }
    var table = [
      ["container", "QoS", "request", "limit", "usage", "oom_score_adj", "processes", "group"]
    ]
    for placed in running {
      let request = placed.container.resources.requests.memory.map { $0.bytes } ?? 0
      table.append([
        plain(placed.name.description), node.pods[placed.pod].qos.rawValue,
        request == 0 ? "-" : size(request), placed.limit.map(size) ?? "-",
        size(placed.usage) + (placed.source == .request ? " ?" : ""),
        "\(placed.oomScoreAdj)", "\(placed.processes)", shortGroup(placed),
      ])
    }
    return aligned(table, left: [0, 1, 7])
  }

  /// The last part of the path, of a long id the first twelve digits.
  private func shortGroup(_ placed: Kubernetes.NodeScenario.Placed) -> String {
    let leaf = placed.cgroup.split(separator: "/").last.map(String.init) ?? ""
    guard let id = placed.container.id, id.count > 16 else { return leaf }
    let suffix = leaf.hasSuffix(".scope") ? ".scope" : ""
    return leaf.dropLast(suffix.count + id.count) + id.prefix(12) + "…" + suffix
  }

  // MARK: The kernel

  private var kills: [String] {
    var lines = [style.bold("the kernel kills, nearest limit first")]
    for domain in report.forecast.domains {
      lines.append("    " + title(of: domain))
      lines += victims(of: domain).map { "        " + $0 }
    }
    if report.otherLimits > 0 {
      let noun = report.otherLimits == 1 ? "limit" : "limits"
      lines.append("    \(report.otherLimits) more \(noun) of pods and containers, with more left")
    }
    return lines
  }

  private func title(of domain: Forecast.Domain) -> String {
    let name: String
    switch report.place(of: domain) {
    case .node: name = "the node"
    case .allPods: name = "all pods"
    case .pod(let index):
      name = "pod \(plain(state.pods[index].namespace))/\(plain(state.pods[index].name))"
    case .container(let index): name = "container \(plain(node.containers[index].name.description))"
    }
    let perMille = domain.leftPerMille
    return
      "\(name): \(domain.limit.file) \(pages(domain.limit.limit)), \(pages(domain.left)) left, "
      + "\(perMille / 10).\(perMille % 10) %"
  }

  private func victims(of domain: Forecast.Domain) -> [String] {
    let victims = report.victims(of: domain)
    if victims.isEmpty {
      return [style.red("nobody can be killed: the invoker waits, or gets ENOMEM")]
    }
    var table = [["", "points", "oom_score_adj", "frees", "container"]]
    for (place, victim) in victims.enumerated() {
      let placed = node.containers[victim.container]
      var name = plain(placed.name.description)
      if placed.processes > 1 {
        name +=
          victim.next.also.isEmpty
          ? "   (1 of \(placed.processes) processes)"
          : "   (all \(placed.processes) processes: memory.oom.group)"
      }
      table.append([
        "#\(place + 1)", SizeFormat.grouped(victim.next.candidate.points),
        "\(placed.oomScoreAdj)", pages(victim.next.freedPages), name,
      ])
    }
    let count = report.containerCount(in: domain)
    let others = count.containers - victims.count
    return aligned(table, left: [4]) + (others > 0 ? ["and \(others) more"] : [])
  }

  // MARK: The kubelet

  private var evictions: [String] {
    let eviction = report.eviction
    var lines: [String] = []
    if let left = eviction.untilEviction, let threshold = eviction.signals.first?.threshold {
      lines.append(
        style.bold("the kubelet evicts, when less than \(size(threshold)) is available"))
      lines += eviction.signals.map { "    " + distance($0) }
      lines.append("    " + race(left))
    }
    if let soft = eviction.soft, eviction.order.contains(where: { $0.isEvictable }) {
      lines.append(
        style.bold(
          "\(lines.isEmpty ? "the kubelet evicts" : "and it evicts"), when less than "
            + "\(size(soft.signal.threshold)) is available for \(DurationText.text(soft.gracePeriod))"
        ))
      lines.append("    " + distance(soft.signal))
    }
    if lines.isEmpty {
      return [style.bold("the kubelet evicts nobody: no threshold, or no pod that it may evict")]
    }
    return lines + order.map { "    " + $0 }
  }

  private func distance(_ signal: Kubernetes.EvictionForecast.Signal) -> String {
    let missing = signal.available - signal.threshold
    return "\(signal.name.rawValue): \(size(signal.available)), "
      + (signal.isMet ? style.red("below by \(size(0 - missing))") : "\(size(missing)) to go")
  }

  private func due(_ entry: Kubernetes.EvictionForecast.Entry) -> String {
    if entry.isDue { return "now; " }
    guard entry.isDueAfterGracePeriod, let soft = report.eviction.soft else { return "" }
    return "in \(DurationText.text(soft.gracePeriod)); "
  }

  private func race(_ left: Bytes) -> String {
    guard let rate = report.rateThatOutrunsEviction else {
      return "the kernel kills before the kubelet evicts: there is nothing between the two"
    }
    return
      "it looks every 10 s: growth above \(size(rate))/s can get from there to the kernel's limit in between"
  }

  private var order: [String] {
    var table = [["", "usage", "request", "above", "priority", "pod", ""]]
    var place = 0
    for entry in report.eviction.order.prefix(rows) {
      if entry.isEvictable { place += 1 }
      let pod = state.pods[entry.pod]
      table.append([
        entry.isEvictable ? "#\(place)" : "-", entry.candidate.usage.map(size) ?? "?",
        size(entry.candidate.request.bytes), entry.candidate.aboveRequest.map(size) ?? "?",
        "\(entry.candidate.priority)", plain("\(pod.namespace)/\(pod.name)"),
        due(entry) + entry.why,
      ])
    }
    let others = report.eviction.order.count - (table.count - 1)
    return aligned(table, left: [5, 6]) + (others > 0 ? ["and \(others) more"] : [])
  }

  // MARK: Parts

  private func size(_ size: Bytes) -> String { SizeFormat.binary(size) }

  private func pages(_ pages: Int64) -> String {
    SizeFormat.binary(pages: pages, pageSize: Kubernetes.NodeState.pageSize)
  }

  /// A table with columns two spaces apart, to the right but for some; nothing behind the last words of a line.
  private func aligned(_ rows: [[String]], left: Set<Int>) -> [String] {
    var table = TextTable(rows[0].indices.map { left.contains($0) ? .left : .right })
    table.rows = rows
    return table.lines
  }
}

extension Kubernetes.EvictionForecast.Entry {
  /// Why it has its place, and what sets it before the next.
  var why: String {
    var text =
      candidate.usage == nil
      ? "no statistics"
      : candidate.exceedsRequest ? "uses more than it requests" : "within its request"
    switch beforeNext {
    case .noStatistics, .exceedsRequest: text += ", unlike the next"
    case .lowerPriority: text += ", lower priority than the next"
    case .moreAboveRequest:
      text +=
        candidate.exceedsRequest ? ", further above than the next" : ", less below than the next"
    case .equal: text += ", equal to the next: the kubelet leaves their order open"
    case .none: break
    }
    return isEvictable ? text : text + "; critical: never evicted"
  }
}
