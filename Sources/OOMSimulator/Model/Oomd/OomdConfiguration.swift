/// Meta's oomd: what its configuration file says, in the words of that file.
///
/// File: oomd.json; docs/configuration.md and docs/core_plugins.md of oomd.
package enum Oomd {
  /// What a plugin is told. The value is a text, whatever it is in JSON.
  package struct Argument: Equatable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  /// What looks at something, or does something.
  package struct Plugin: Equatable, Sendable {
    package var name: String
    package var args: [Argument]

    package init(_ name: String, _ args: [Argument] = []) { (self.name, self.args) = (name, args) }
  }

  /// Detectors that all have to say CONTINUE.
  package struct DetectorGroup: Equatable, Sendable {
    package var name: String
    package var detectors: [Plugin]

    package init(_ name: String, _ detectors: [Plugin]) {
      (self.name, self.detectors) = (name, detectors)
    }
  }

  /// What a configuration that is dropped in later may replace: nothing here, as none is.
  package struct DropIn: Equatable, Sendable {
    package var isDisabledOnDropIn: Bool?
    package var detectors: Bool?
    package var actions: Bool?

    package init() {}
  }

  /// When one of the groups of detectors fires, the actions are done one after the other, until one says STOP.
  package struct Ruleset: Equatable, Sendable {
    package var name: String
    package var dropIn: DropIn?
    /// Which of its messages are not logged.
    package var silenceLogs: String?
    /// Seconds without actions after one that has said STOP. Default 15.
    package var postActionDelay: Int64?
    /// Seconds that hooks may take; there are none here.
    package var prekillHookTimeout: Int64?
    package var detectors: [DetectorGroup]
    package var actions: [Plugin]

    package init(_ name: String, detectors: [DetectorGroup] = [], actions: [Plugin] = []) {
      (self.name, self.detectors, self.actions) = (name, detectors, actions)
    }
  }

  /// All that oomd is told.
  package struct Configuration: Equatable, Sendable {
    /// Nil is the configuration that oomd ships for desktops.
    package var rulesets: [Ruleset]?
    /// Option: `--interval`, in seconds. Default 5.
    package var interval: Int64?

    package init() {}
  }

  /// Seconds between ticks. File: src/oomd/Main.cpp.
  static let usualInterval: Int64 = 5
  /// Constant: `DEFAULT_POST_ACTION_DELAY`, src/oomd/engine/Ruleset.h.
  static let usualPostActionDelay: Int64 = 15
}

extension Oomd {
  /// A basic configuration for a desktop. File: src/oomd/etc/desktop.json.
  package static let desktop: [Ruleset] = {
    func stalls(_ slice: String, above threshold: String, for duration: String) -> [Plugin] {
      [
        Plugin(
          "pressure_above",
          [
            Argument("cgroup", slice), Argument("resource", "memory"),
            Argument("threshold", threshold), Argument("duration", duration),
          ]),
        Plugin("memory_reclaim", [Argument("cgroup", slice), Argument("duration", "10")]),
      ]
    }
    let targets = Argument(
      "cgroup",
      "user.slice/user-*.slice/session-*.scope,user.slice/user-*.slice/user@*.service/*,system.slice/*"
    )
    return [
      Ruleset(
        "user session protection",
        detectors: [
          DetectorGroup(
            "user pressure above 60 for 30s", stalls("user.slice", above: "60", for: "30")),
          DetectorGroup(
            "system pressure above 80 for 60s", stalls("system.slice", above: "80", for: "60")),
        ], actions: [Plugin("kill_by_memory_size_or_growth", [targets])]),
      Ruleset(
        "protection against low swap",
        detectors: [
          DetectorGroup(
            "free swap goes below 10 percent",
            [Plugin("swap_free", [Argument("threshold_pct", "10")])])
        ], actions: [Plugin("kill_by_swap_usage", [targets])]),
    ]
  }()
}

extension Oomd.Configuration {
  /// What oomd goes by.
  package var effectiveRulesets: [Oomd.Ruleset] { rulesets ?? Oomd.desktop }
}

extension Oomd.Ruleset {
  /// All of it on one line, as differences of scenarios show it.
  var text: String {
    var text = name
    if let dropIn {
      func word(_ flag: Bool?) -> String { flag.map { $0 ? "true" : "false" } ?? "-" }
      text +=
        ", drop-in \(word(dropIn.isDisabledOnDropIn)) \(word(dropIn.detectors)) \(word(dropIn.actions))"
    }
    if let silenceLogs { text += ", silence-logs \(silenceLogs)" }
    if let postActionDelay { text += ", post_action_delay \(postActionDelay)" }
    if let prekillHookTimeout { text += ", prekill_hook_timeout \(prekillHookTimeout)" }
    let groups = detectors.map { group in
      "\(group.name): " + group.detectors.map { $0.text }.joined(separator: " and ")
    }
    return text + " [" + groups.joined(separator: "; ") + "] "
      + actions.map { $0.text }.joined(separator: ", then ")
  }
}

extension Oomd.Plugin {
  var text: String {
    name + "(" + args.map { "\($0.name)=\($0.value)" }.joined(separator: " ") + ")"
  }
}
