package import OOMFormats
package import OOMSimulator
internal import VictimSelection

/// A scenario under several kernels for people: what each does, then what makes each difference.
package struct ComparisonText {
  let comparison: Comparison
  let policy: Run?
  let style: Style
  let rules: RulesText
  let outcome: OutcomeText

  /// - Parameter policy: the same scenario decided by a policy that is no kernel's.
  package init(_ comparison: Comparison, policy: Run? = nil, style: Style, width: Int) {
    self.comparison = comparison
    self.policy = policy
    self.style = style
    rules = RulesText(style: style, width: width)
    outcome = OutcomeText(style: style, width: width)
  }

  package var text: String {
    let title = comparison.title.isEmpty ? comparison.scenario : comparison.title
    var lines = [style.bold(plain(title.isEmpty ? "scenario" : title))]
    for (index, side) in comparison.sides.enumerated() {
      lines += ["", style.bold(range(side, isLast: index + 1 == comparison.sides.count))]
      lines += outcome.lines(of: side.run)
      if comparison.isOfAll, side.points.count > 1 {
        lines += pointsOfTheFirst(side)
      }
    }
    if let policy {
      lines += ["", style.bold("policy \(policy.policy.rawValue): no kernel does this")]
      lines += outcome.lines(of: policy)
    }
    for (index, difference) in comparison.differences.enumerated() {
      let sides = comparison.sides
      lines += self.difference(
        difference, RunDifference(from: sides[index].run, to: sides[index + 1].run))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The points of the first victim where they change, with what a point is.
  private func pointsOfTheFirst(_ side: Comparison.Side) -> [String] {
    var table = TextTable([.left, .right, .left])
    for (release, points) in side.points {
      table.add([
        "since \(release)", SizeFormat.grouped(points),
        Self.unit(RulesByRelease.rules(of: release)),
      ])
    }
    return (["points of the first"] + table.lines.map { "    " + $0 }).map {
      "    " + style.dim($0)
    }
  }

  private static func unit(_ rules: Rules) -> String {
    if rules.badness.own != nil { return "of the scenario's own badness" }
    return switch rules.badness.rule {
    case nil: "of address space, times and settings: no unit"
    case .perMille: "thousandths of totalpages"
    case .atLeastOne, .signed: "pages"
    }
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
    if comparison.isOfAll {
      return name + style.dim("   the numbers are those of \(side.run.kernel)")
    }
    return name + style.dim("   badness as since \(side.run.ruleSet)")
  }

  private func difference(
    _ difference: Comparison.Difference, _ runs: RunDifference
  ) -> [String] {
    let names = "\(plain(difference.from.text)) and \(plain(difference.to.text))"
    let changes = runs.lines(width: rules.width)
    if difference.isSame {
      return ["", "\(names) do the same" + (changes.isEmpty ? "" : ", but for")] + changes
    }
    var lines = ["", "what differs between \(names)"] + changes
    lines += ["", "what makes the difference between \(names)"]
    for cause in difference.causes { lines += rules.change(cause).map { "  " + $0 } }
    return lines
  }
}

extension JSONWriter {
  /// `oomsim.compare/1`: what each kernel does, and which rules make each difference.
  package mutating func comparison(_ comparison: Comparison, policy: Run? = nil) {
    object { writer in
      writer.field("schema", "oomsim.compare/1")
      writer.field("scenario", comparison.scenario)
      writer.key("sides")
      writer.array {
        for side in comparison.sides {
          $0.object { writer in
            writer.field("from", side.first.text)
            writer.field("to", side.last.text)
            writer.blastRadius(of: side.run)
            writer.key("result")
            writer.result(side.run)
          }
        }
      }
      writer.key("differences")
      writer.differences(of: comparison)
      if let policy {
        writer.key("policy")
        writer.result(policy)
      }
    }
  }

  /// What lies between the sides of a comparison, and which rules make it.
  mutating func differences(of comparison: Comparison) {
    array {
      for (index, difference) in comparison.differences.enumerated() {
        $0.object { writer in
          writer.field("from", difference.from.text)
          writer.field("to", difference.to.text)
          writer.field("same", difference.isSame)
          writer.changes(
            RunDifference(
              from: comparison.sides[index].run, to: comparison.sides[index + 1].run))
          writer.key("rules")
          writer.array { for cause in difference.causes { $0.ruleChange(cause) } }
        }
      }
    }
  }
}
