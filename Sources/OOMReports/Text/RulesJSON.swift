package import OOMFormats
package import OOMSimulator

extension JSONWriter {
  /// `oomsim.rules/1`: the rule sets and the kernels of distributions.
  package mutating func ruleSets() {
    object { writer in
      writer.field("schema", "oomsim.rules/1")
      writer.key("rule_sets")
      writer.array {
        for set in RuleSet.all {
          $0.object(inline: true) {
            $0.field("rule_set", set.key)
            $0.field("since", set.since.text)
            $0.field("summary", set.summary)
          }
        }
      }
      writer.key("distributions")
      writer.array {
        for kernel in EnterpriseKernel.all {
          $0.object(inline: true) {
            $0.field("kernel", kernel.name)
            $0.field("rule_set", kernel.ruleSet)
            $0.field("note", kernel.note)
          }
        }
      }
    }
  }

  /// `oomsim.rules/1`: every rule of a release.
  package mutating func rules(of kernel: KernelRelease) {
    object { writer in
      writer.field("schema", "oomsim.rules/1")
      writer.field("kernel", kernel.text)
      writer.field("rule_set", RuleSet.of(kernel).key)
      writer.field("notes", kernel.notes.map { $0.text })
      writer.key("rules")
      writer.array { for change in RulesByRelease.inForce(in: kernel) { $0.ruleChange(change) } }
    }
  }

  /// `oomsim.rules/1`: what changes from one release to a later one.
  ///
  /// - Parameter only: changes with this effect, those that hurt most first; all in their order when nil.
  package mutating func rules(
    from: KernelRelease, to: KernelRelease, only: RuleName.Effect? = nil
  ) {
    let all = RulesByRelease.changes(from: from, to: to)
    object { writer in
      writer.field("schema", "oomsim.rules/1")
      writer.field("from", from.text)
      writer.field("to", to.text)
      writer.field("notes", (from.notes + to.notes).map { $0.text })
      writer.key("changes")
      writer.array {
        for change in only.map({ RuleChange.only($0, of: all) }) ?? all { $0.ruleChange(change) }
      }
    }
  }

  mutating func ruleChange(_ change: RuleChange) {
    object { writer in
      writer.field("rule", change.rule.rawValue)
      writer.field("since", change.since.text)
      writer.field("behaviour", change.says)
      writer.field("hurts", change.hurts.isEmpty ? nil : change.hurts)
      writer.field("file", change.file)
      writer.field("function", change.function)
      writer.field("commit", change.commit)
      writer.field("commit_resolved", change.commit != nil)
      switch change.evidence {
      case .read: writer.field("evidence", "read")
      case .inferred(let neighbours): writer.field("evidence", "inferred from \(neighbours)")
      case .logs(let proof): writer.field("evidence", "taken over early: \(proof)")
      }
      writer.field("simulated", change.isSimulated)
    }
  }
}
