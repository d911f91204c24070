internal import OOMSimulator

// Rulesets of Meta's oomd, as its configuration file has them.

extension ScenarioWriter {
  func rulesets(_ key: String, _ rulesets: [Oomd.Ruleset]?, to writer: inout JSONWriter) {
    guard let rulesets else { return }
    writer.key(named: key)
    writer.array(inline: true) { writer in
      for ruleset in rulesets {
        writer.object(inline: true) { self.ruleset(ruleset, to: &$0) }
      }
    }
  }

  private func ruleset(_ ruleset: Oomd.Ruleset, to writer: inout JSONWriter) {
    writer.field("name", ruleset.name)
    if let dropIn = ruleset.dropIn {
      writer.key("drop-in")
      writer.object(inline: true) { writer in
        for (key, value) in [
          ("disable-on-drop-in", dropIn.isDisabledOnDropIn), ("detectors", dropIn.detectors),
          ("actions", dropIn.actions),
        ] {
          guard let value else { continue }
          writer.key(named: key)
          writer.bool(value)
        }
      }
    }
    if let logs = ruleset.silenceLogs { writer.field("silence-logs", logs) }
    for (key, seconds) in [
      ("post_action_delay", ruleset.postActionDelay),
      ("prekill_hook_timeout", ruleset.prekillHookTimeout),
    ] {
      guard let seconds else { continue }
      writer.key(named: key)
      writer.string("\(seconds)")
    }
    writer.key("detectors")
    writer.array(inline: true) { writer in
      for group in ruleset.detectors {
        writer.array(inline: true) { writer in
          writer.string(group.name)
          for detector in group.detectors { plugin(detector, to: &writer) }
        }
      }
    }
    writer.key("actions")
    writer.array(inline: true) { writer in
      for action in ruleset.actions { plugin(action, to: &writer) }
    }
  }

  private func plugin(_ plugin: Oomd.Plugin, to writer: inout JSONWriter) {
    writer.object(inline: true) { writer in
      writer.field("name", plugin.name)
      if plugin.args.isEmpty { return }
      writer.key("args")
      writer.object(inline: true) { writer in
        for argument in plugin.args {
          writer.key(named: argument.name)
          writer.string(argument.value)
        }
      }
    }
  }
}
