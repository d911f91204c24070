internal import OOMFormats
package import OOMSimulator

/// What ran out in a story and which processes died for it, in a few words each.
package struct StoryOutcome: Equatable, Sendable {
  /// `machine`, the path of a memory cgroup, NUMA nodes, or the promise that was refused: `CommitLimit` in mode 2 of
  /// overcommit, which is the only one that looks at it, or `overcommit`.
  package var domain: String
  package var victim: String

  package init(domain: String, victim: String) {
    self.domain = domain
    self.victim = victim
  }

  package init(of run: Run) {
    var domains = run.kills.map { kill in
      kill.decision.map { Self.domain($0.constraint, $0.cgroup, $0.nodes) } ?? kill.by
    }
    if let panic = run.panic {
      domains.append(Self.domain(panic.constraint, panic.cgroup, panic.nodes))
    }
    domains += run.stuck.map { $0.cgroup ?? "machine" }
    domains += run.refused.map {
      $0.tmpfsSize != nil ? "tmpfs" : $0.mode == .never ? "CommitLimit" : "overcommit"
    }
    domain = domains.isEmpty ? "–" : Self.list(Self.distinct(domains.map(plain)))

    let dead = run.kills.map(Self.casualties)
    var parts: [String] = []
    if run.loop != nil {
      // How often until the loop was proved says nothing.
      parts = [Self.list(Self.distinct(dead)) + " (for ever)"]
    } else if !dead.isEmpty {
      parts = [Self.list(Self.repeated(dead))]
    }
    if run.panic != nil { parts.append("panic") }
    if !run.stuck.isEmpty {
      parts.append(
        Self.list(Self.distinct(run.stuck.map { Self.name($0.process) })) + " stands still")
    }
    for error in Self.distinct(run.refused.map { $0.error }) {
      let names = run.refused.filter { $0.error == error }.map { Self.name($0.process) }
      parts.append("\(error): " + Self.list(Self.repeated(names)))
    }
    victim = parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
  }

  private static func domain(_ constraint: Constraint, _ cgroup: String?, _ nodes: NodeMask?)
    -> String
  {
    switch constraint {
    case .none: "machine"
    case .memcg: cgroup ?? "/"
    case .cpuset, .memoryPolicy:
      nodes.map {
        (0..<NodeMask.most).count(where: $0.contains) == 1 ? "node \($0)" : "nodes \($0)"
      }
        ?? "nodes"
    }
  }

  private static func casualties(_ kill: Kill) -> String {
    let others = kill.killed.count - 1
    return plain(kill.dyingFirst.name) + (others > 0 ? " and \(others) more" : "")
  }

  private static func name(_ process: ProcessIdentity?) -> String {
    plain(process?.name ?? "a tmpfs write")
  }

  private static func distinct(_ names: [String]) -> [String] {
    names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.map { names[$0] }
  }

  /// `a, a, b` as `a ×2, b`.
  private static func repeated(_ names: [String]) -> [String] {
    var runs: [(name: String, count: Int)] = []
    for name in names {
      if runs.last?.name == name {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((name, 1))
      }
    }
    return runs.map { $0.count == 1 ? $0.name : "\($0.name) ×\($0.count)" }
  }

  /// At most five, and how many more.
  private static func list(_ parts: [String]) -> String {
    let shown = parts.count > 5 ? Array(parts.prefix(4)) + ["… \(parts.count - 4) more"] : parts
    return shown.joined(separator: ", ")
  }
}
