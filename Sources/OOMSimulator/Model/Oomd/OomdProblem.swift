extension Oomd.Configuration {
  /// What is wrong with it first, and where; nil where nothing is.
  var problem: (path: [PathStep], message: String)? {
    for (number, ruleset) in (rulesets ?? []).enumerated() {
      let place: [PathStep] = [.key("rulesets"), .index(number)]
      if let problem = ruleset.problem {
        return (place + problem.path, problem.message)
      }
    }
    return nil
  }
}

extension Oomd.Ruleset {
  /// What oomd refuses of it, or this model.
  ///
  /// Source: `compileRuleset()`, src/oomd/config/ConfigCompiler.cpp.
  package var problem: (path: [PathStep], message: String)? {
    if name.isEmpty { return ([.key("name")], "a ruleset needs a name") }
    for word in (silenceLogs ?? "").split(separator: ",") {
      let trimmed = String(word.split(separator: " ").joined(separator: " "))
      if trimmed != "engine", trimmed != "plugins" {
        return ([.key("silence-logs")], "'\(trimmed)' is no source of logs: engine, plugins")
      }
    }
    for (key, seconds) in [
      ("post_action_delay", postActionDelay), ("prekill_hook_timeout", prekillHookTimeout),
    ] {
      if let seconds, !(0...Int64(Int32.max)).contains(seconds) {
        return ([.key(key)], "\(seconds) seconds are not from 0 to \(Int32.max)")
      }
    }
    if detectors.isEmpty {
      return ([.key("detectors")], "a ruleset needs a group of detectors at least")
    }
    if actions.isEmpty { return ([.key("actions")], "a ruleset needs an action at least") }
    for (number, group) in detectors.enumerated() {
      let place: [PathStep] = [.key("detectors"), .index(number)]
      if group.name.isEmpty { return (place, "a group of detectors needs a name before them") }
      if group.detectors.isEmpty { return (place, "'\(group.name)' has no detectors") }
      for (index, detector) in group.detectors.enumerated() {
        // The name comes first.
        if let problem = detector.problem(isAction: false) {
          return (place + [.index(index + 1)] + problem.path, problem.message)
        }
      }
    }
    for (number, action) in actions.enumerated() {
      if let problem = action.problem(isAction: true) {
        return ([.key("actions"), .index(number)] + problem.path, problem.message)
      }
    }
    return nil
  }
}

extension Oomd.Plugin {
  /// What is wrong with it, and where in it.
  package func problem(isAction: Bool) -> (path: [PathStep], message: String)? {
    do throws(Oomd.Fault) {
      let rule = try compiled().rule
      if rule.isKill, !isAction {
        return (
          [.key("name")], "'\(name)' kills, which is modelled among 'actions', not as a detector"
        )
      }
      return nil
    } catch {
      if let argument = error.argument { return ([.key("args"), .key(argument)], error.message) }
      return ([.key("name")], error.message)
    }
  }
}
