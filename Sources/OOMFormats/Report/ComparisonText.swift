public import OOMSimulator

/// A scenario under several kernels for people: what each does, then what makes each difference.
public struct ComparisonText {
  let comparison: Comparison
  let policy: Run?
  let style: Style
  let rules: RulesText

  /// - Parameter policy: the same scenario decided by a policy that is no kernel's.
  public init(_ comparison: Comparison, policy: Run? = nil, style: Style, width: Int) {
    self.comparison = comparison
    self.policy = policy
    self.style = style
    rules = RulesText(style: style, width: width)
  }

  public var text: String {
    let title = comparison.title.isEmpty ? comparison.scenario : comparison.title
    var lines = [style.bold(plain(title.isEmpty ? "scenario" : title))]
    for (index, side) in comparison.sides.enumerated() {
      lines += ["", style.bold(range(side, isLast: index + 1 == comparison.sides.count))]
      lines += outcome(side.run)
      if comparison.isOfAll, side.points.count > 1 {
        let points = side.points.map {
          "\(SizeFormat.grouped($0.points)) since \($0.release)"
        }
        lines += wrapped(
          "points of the first: " + points.joined(separator: ", "), width: max(rules.width - 4, 30)
        ).map { "    " + style.dim($0) }
      }
    }
    if let policy {
      lines += ["", style.bold("policy \(policy.policy.rawValue): no kernel does this")]
      lines += outcome(policy)
    }
    for difference in comparison.differences { lines += self.difference(difference) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func range(_ side: Comparison.Side, isLast: Bool) -> String {
    let name =
      if comparison.sides.count == 1, comparison.isOfAll {
        "every release, \(side.first) to \(side.last)"
      } else if comparison.isOfAll, isLast {
        "since \(side.first)"
      } else if side.first == side.last {
        plain(side.first.text)
      } else {
        "\(side.first) to \(side.last)"
      }
    if comparison.isOfAll { return name + style.dim("   points as in \(side.run.kernel)") }
    return name + style.dim("   rules of \(side.run.ruleSet)")
  }

  /// What a run came to, a line for each event.
  private func outcome(_ run: Run) -> [String] {
    var lines: [String] = []
    for kill in run.kills.prefix(6) { lines.append("    " + self.kill(kill, run)) }
    if run.kills.count > 6 { lines.append("    … and \(run.kills.count - 6) more kills") }
    for refusal in run.refused.prefix(6) {
      let who = refusal.process?.name ?? "a tmpfs write"
      lines.append(
        "    ENOMEM: \(plain(who)) at \(SizeFormat.time(refusal.at)), "
          + SizeFormat.binary(pages: refusal.pages, pageSize: run.pageSize))
    }
    if run.refused.count > 6 { lines.append("    … and \(run.refused.count - 6) more refused") }
    for stuck in run.stuck.prefix(6) {
      lines.append("    stuck: \(plain(stuck.process?.name ?? "a tmpfs write")): \(stuck.why)")
    }
    if let panic = run.panic {
      lines.append("    kernel panic: \(panic.why.text) at \(SizeFormat.time(panic.at))")
    }
    if let loop = run.loop { lines += loop.lines(style).map { "    " + $0 } }
    if lines.isEmpty { lines.append("    nobody was killed") }
    for warning in run.warnings.prefix(4) {
      lines += wrapped("warning: \(plain(warning))", width: max(rules.width - 4, 30)).map {
        "    " + style.dim($0)
      }
    }
    return lines
  }

  private func kill(_ kill: Kill, _ run: Run) -> String {
    let dead = kill.dyingFirst
    var text = style.red(plain(dead.name)) + " (\(dead.pid))"
    if dead != kill.victim.identity { text += ", child of \(plain(kill.victim.name))" }
    text += " at \(SizeFormat.time(kill.at))"
    if let cgroup = kill.cgroup { text += " in \(plain(cgroup))" }
    text += ": "
    if dead != kill.victim.identity { text += "\(plain(kill.victim.name)) had " }
    text += "\(SizeFormat.grouped(kill.victim.points)) points"
    if let runnerUp = kill.runnerUp {
      text += ", \(plain(runnerUp.name)) \(SizeFormat.grouped(runnerUp.points))"
    }
    let others = kill.killed.dropFirst()
    if !others.isEmpty {
      let names = others.prefix(4).map { plain($0.process.name) }.joined(separator: ", ")
      text += "; died too: \(names)" + (others.count > 4 ? " and \(others.count - 4) more" : "")
    }
    return text
  }

  private func difference(_ difference: Comparison.Difference) -> [String] {
    if difference.isSame {
      return ["", "\(plain(difference.from.text)) and \(plain(difference.to.text)) do the same"]
    }
    let names = "\(plain(difference.from.text)) and \(plain(difference.to.text))"
    var lines = ["", "what makes the difference between \(names)"]
    for cause in difference.causes { lines += rules.change(cause).map { "  " + $0 } }
    return lines
  }
}

extension JSONWriter {
  /// `oomsim.compare/1`: what each kernel does, and which rules make each difference.
  public mutating func comparison(_ comparison: Comparison, policy: Run? = nil) {
    object { writer in
      writer.field("schema", "oomsim.compare/1")
      writer.field("scenario", comparison.scenario)
      writer.key("sides")
      writer.array {
        for side in comparison.sides {
          $0.object { writer in
            writer.field("from", side.first.text)
            writer.field("to", side.last.text)
            writer.key("result")
            writer.result(side.run)
          }
        }
      }
      writer.key("differences")
      writer.array {
        for difference in comparison.differences {
          $0.object { writer in
            writer.field("from", difference.from.text)
            writer.field("to", difference.to.text)
            writer.field("same", difference.isSame)
            writer.key("rules")
            writer.array { for cause in difference.causes { $0.ruleChange(cause) } }
          }
        }
      }
      if let policy {
        writer.key("policy")
        writer.result(policy)
      }
    }
  }
}
