import OOMFormats
import OOMSimulator
import Testing

/// Meta's oomd in a scenario: the rulesets of its configuration file, as they stand there.
@Suite struct OomdFormatTests {
  private func problem(_ killer: String, version: Int = 2) -> String? {
    let text = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" }, "cgroup_version": \(version),
        "killers": [ { "kind": "oomd", \(killer) } ] }
      """
    do throws(ScenarioError) {
      _ = try Scenario(json: Array(text.utf8), file: "t.json")
      return nil
    } catch {
      return error.diagnostics.first.map { "\($0.path): \($0.message)" }
    }
  }

  /// The configuration of the documentation, and all keys that a ruleset has.
  private let all = """
    "version": "0.5.0", "interval": 2, "rulesets": [
      { "name": "memory pressure protection",
        "drop-in": { "disable-on-drop-in": true, "detectors": true, "actions": false },
        "silence-logs": "engine, plugins", "post_action_delay": "20", "prekill_hook_timeout": 5,
        "detectors": [
          [ "workload is under pressure and system is under a lot of pressure",
            { "name": "pressure_rising_beyond",
              "args": { "cgroup": "workload.slice", "resource": "memory", "threshold": "5", "duration": "15" } },
            { "name": "pressure_rising_beyond",
              "args": { "cgroup": "system.slice", "resource": "memory", "threshold": 40, "duration": 15,
                        "fast_fall_ratio": "0.9" } } ],
          [ "system is under a lot of pressure",
            { "name": "pressure_above",
              "args": { "cgroup": "system.slice", "resource": "memory", "threshold": "80", "duration": "30" } } ] ],
        "actions": [
          { "name": "continue" },
          { "name": "kill_by_memory_size_or_growth", "args": { "cgroup": "system.slice/*", "recursive": true } } ] } ]
    """

  @Test func `all keys`() throws {
    let text =
      #"{ "schema": "oomsim.scenario/1", "machine": { "memory": "1G" }, "killers": [ { \#(all), "kind": "oomd" } ] }"#
    let scenario = try Scenario(json: Array(text.utf8))
    let oomd = try #require(scenario.killers.first?.oomd)
    let ruleset = try #require(oomd.rulesets?.first)
    #expect(oomd.interval == 2 && ruleset.postActionDelay == 20 && ruleset.prekillHookTimeout == 5)
    #expect(ruleset.dropIn?.isDisabledOnDropIn == true && ruleset.dropIn?.actions == false)
    #expect(ruleset.detectors.map { $0.detectors.count } == [2, 1])
    #expect(ruleset.detectors[0].detectors[1].args.first { $0.name == "threshold" }?.value == "40")
    #expect(ruleset.actions[1].args.last?.value == "true")
    #expect(try Scenario(json: scenario.json()) == scenario)
    #expect(scenario.problems().isEmpty)
    let usual = try Scenario(json: scenario.json())
    #expect(ScenarioDifference.all(from: scenario, to: usual).isEmpty)
  }

  /// Groups with its attributes are written and read as the same.
  @Test func `attributes of groups`() throws {
    let text = """
      { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
        "cgroups": { "/a": { "oomd_prefer": true }, "/b": { "oomd_avoid": false } } }
      """
    let scenario = try Scenario(json: Array(text.utf8))
    #expect(
      scenario.cgroups["/a"]?.oomdPrefer == true && scenario.cgroups["/b"]?.oomdAvoid == false)
    #expect(try Scenario(json: scenario.json()) == scenario)
  }

  private func rules(_ detector: String, _ action: String = #"{ "name": "stop" }"#) -> String {
    #""rulesets": [ { "name": "r", "detectors": [ [ "g", \#(detector) ] ], "actions": [ \#(action) ] } ]"#
  }

  /// Each at its place, with what would be right.
  @Test(arguments: [
    (
      #"{ "name": "presure_above" }"#, "detectors[0][1].name: oomd has no plugin",
      "'pressure_above'?"
    ),
    (#"{ "name": "xyz" }"#, "detectors[0][1].name", "those modelled: pressure_above"),
    (#"{ "name": "senpai" }"#, "detectors[0][1].name", "'senpai' is not modelled: it lowers"),
    (#"{ "name": "kill_by_io_cost" }"#, "detectors[0][1].name", "what a group reads and writes"),
    (
      #"{ "name": "kill_by_pressure", "args": { "cgroup": "a", "resource": "memory" } }"#,
      "detectors[0][1].name", "modelled among 'actions'"
    ),
    (
      #"{ "name": "swap_free", "args": { "treshold_pct": "5" } }"#,
      "detectors[0][1].args.treshold_pct", "did you mean 'threshold_pct'?"
    ),
    (
      #"{ "name": "swap_free", "args": { "zzzzzzzz": "5" } }"#, "detectors[0][1].args.zzzzzzzz",
      "it has threshold_pct, swapout_bps_threshold"
    ),
    (#"{ "name": "stop", "args": { "x": 1 } }"#, "detectors[0][1].args.x", "it has none"),
    (
      #"{ "name": "swap_free", "args": {} }"#, "detectors[0][1].name",
      "needs the argument 'threshold_pct'"
    ),
    (
      #"{ "name": "swap_free", "args": { "threshold_pct": "many" } }"#,
      "detectors[0][1].args.threshold_pct", "expected a whole number from 0"
    ),
    (
      #"{ "name": "swap_free", "args": { "threshold_pct": "5", "swapout_bps_threshold": "1" } }"#,
      "detectors[0][1].args.swapout_bps_threshold", "not modelled above 0"
    ),
    (
      #"{ "name": "swap_free", "args": { "threshold_pct": [5] } }"#,
      "detectors[0][1].args.threshold_pct",
      "expected a text, a number, true or false, found an array"
    ),
    (
      #"{ "name": "pressure_above", "args": { "cgroup": "a", "resource": "io", "threshold": 1, "duration": 1 } }"#,
      "detectors[0][1].args.resource", "'io' is not modelled"
    ),
    (
      #"{ "name": "pressure_above", "args": { "cgroup": "a", "resource": "cpu", "threshold": 1, "duration": 1 } }"#,
      "detectors[0][1].args.resource", "expected memory, found 'cpu'"
    ),
    (
      #"{ "name": "pressure_above", "args": { "cgroup": "a", "threshold": 1, "duration": 1 } }"#,
      "detectors[0][1].name", "needs the argument 'resource'"
    ),
    (
      #"{ "name": "pressure_above", "args": { "cgroup": "a", "resource": "memory", "threshold": 2147483648, "duration": 1 } }"#,
      "detectors[0][1].args.threshold", "to 2147483647"
    ),
    (
      #"{ "name": "pressure_rising_beyond", "args": { "cgroup": "a", "resource": "memory", "threshold": 1, "duration": 1, "fast_fall_ratio": "-1" } }"#,
      "detectors[0][1].args.fast_fall_ratio", "a number such as 0.85"
    ),
    (
      #"{ "name": "memory_reclaim", "args": { "ruleset_cgroup": "a", "duration": 1 } }"#,
      "detectors[0][1].args.ruleset_cgroup", "not modelled"
    ),
    (
      #"{ "name": "memory_reclaim", "args": { "cgroup": "a/{b,c}", "duration": 1 } }"#,
      "detectors[0][1].args.cgroup", "at every comma"
    ),
    (
      #"{ "name": "memory_reclaim", "args": { "cgroup": ",", "duration": 1 } }"#,
      "detectors[0][1].args.cgroup", "expected paths"
    ),
    (
      #"{ "name": "memory_reclaim", "args": { "cgroup": "a/../b", "duration": 1 } }"#,
      "detectors[0][1].args.cgroup", "leads out"
    ),
    (
      #"{ "name": "memory_above", "args": { "cgroup": "a", "threshold": "lots", "duration": 1 } }"#,
      "detectors[0][1].args.threshold", "an amount of memory such as 512M"
    ),
    (
      #"{ "name": "memory_above", "args": { "cgroup": "a", "duration": 1 } }"#,
      "detectors[0][1].name", "needs the argument 'threshold'"
    ),
    (
      #"{ "name": "exists", "args": { "cgroup": "a", "negate": "no" } }"#,
      "detectors[0][1].args.negate", "expected true or false, found 'no'"
    ),
    (#"{ "args": {} }"#, "detectors[0][1]", "'name' is missing"),
    (#"{ "name": "stop", "arg": {} }"#, "detectors[0][1].arg", "did you mean 'args'?"),
  ])
  func `detectors that cannot be`(detector: String, place: String, message: String) throws {
    let found = try #require(problem(rules(detector)))
    #expect(found.hasPrefix("killers[0].rulesets[0].\(place)"), "\(found)")
    #expect(found.contains(message), "\(found)")
  }

  @Test(arguments: [
    (
      #"{ "name": "kill_by_memory_size_or_growth", "args": { "cgroup": "/" } }"#, "args.cgroup",
      "oomd itself included"
    ),
    (
      #"{ "name": "kill_by_memory_size_or_growth", "args": { "cgroup": "a", "growing_size_percentile": 100 } }"#,
      "args.growing_size_percentile", "reads past the end"
    ),
    (
      #"{ "name": "kill_by_swap_usage", "args": { "cgroup": "a", "post_action_delay": "-1" } }"#,
      "args.post_action_delay", "from 0 to"
    ),
    (#"{ "name": "kill_by_swap_usage" }"#, "name", "needs the argument 'cgroup'"),
    (
      #"{ "name": "kill_by_pg_scan", "args": { "cgroup": "a", "resource": "memory" } }"#,
      "args.resource", "has no argument 'resource'"
    ),
    (
      #"{ "name": "kill_by_swap_usage", "args": { "cgroup": "a", "cgroup": "b" } }"#,
      "args.cgroup", "stands here twice"
    ),
  ])
  func `actions that cannot be`(action: String, place: String, message: String) throws {
    let found = try #require(problem(rules(#"{ "name": "continue" }"#, action)))
    #expect(found.hasPrefix("killers[0].rulesets[0].actions[0].\(place)"), "\(found)")
    #expect(found.contains(message), "\(found)")
  }

  @Test(arguments: [
    (#""rulesets": {}"#, "killers[0].rulesets: expected an array"),
    (#""rulesets": [ { "detectors": [], "actions": [] } ]"#, "'name' is missing"),
    (
      #""rulesets": [ { "name": "r", "actions": [ { "name": "stop" } ] } ]"#,
      "a group of detectors at least"
    ),
    (
      #""rulesets": [ { "name": "r", "detectors": [ [ "g", { "name": "stop" } ] ] } ]"#,
      "an action at least"
    ),
    (
      #""rulesets": [ { "name": "r", "detectors": [ [ "g" ] ], "actions": [ { "name": "stop" } ] } ]"#,
      "'g' has no detectors"
    ),
    (
      #""rulesets": [ { "name": "r", "detectors": [ [ { "name": "stop" } ] ], "actions": [] } ]"#,
      "a group of detectors needs a name"
    ),
    (
      #""rulesets": [ { "name": "r", "detectors": [ { "name": "stop" } ] } ]"#,
      "a list of the group's name"
    ),
    (
      #""rulesets": [ { "name": "r", "cgroup": "x" } ]"#,
      "rulesets[0].cgroup: 'cgroup' is not modelled"
    ),
    (#""rulesets": [ { "name": "r", "xattr_filter": "x" } ]"#, "'xattr_filter' is not modelled"),
    (#""rulesets": [ { "name": "r", "post_action_delay": "15s" } ]"#, "expected whole seconds"),
    (#""rulesets": [ { "name": "r", "detector": [] } ]"#, "did you mean 'detectors'?"),
    (#""interval": 0"#, "killers[0].interval: 0 is not from 1"),
    (#""version": "0.4.0""#, "killers[0].version: the rules here are those of oomd since 0.5"),
    (#""args": "-i 5""#, "oomd takes its settings from its configuration file"),
    (#""SwapUsedLimit": "90%""#, "is for systemd-oomd, not oomd"),
  ])
  func `rulesets that cannot be`(killer: String, message: String) throws {
    let found = try #require(problem(killer))
    #expect(found.contains(message), "\(found)")
  }

  @Test func `sources of logs, and version 1`() throws {
    let logs = rules(#"{ "name": "stop" }"#).replacing(
      #""name": "r","#, with: #""name": "r", "silence-logs": "engin","#)
    #expect(
      problem(logs)
        == "killers[0].rulesets[0].silence-logs: 'engin' is no source of logs: engine, plugins")
    let one = try #require(problem(#""interval": 5"#, version: 1))
    #expect(one.contains("version 2 only"))
  }

  /// A scenario that was made in Swift says the same, at the same place.
  @Test func `problems of a configuration made in Swift`() throws {
    var scenario = try Scenario(
      json: Array(#"{ "schema": "oomsim.scenario/1", "machine": { "memory": "1G" } }"#.utf8))
    var killer = UserspaceKiller(.oomd)
    killer.oomd?.rulesets = [
      Oomd.Ruleset(
        "r", detectors: [Oomd.DetectorGroup("g", [Oomd.Plugin("stop")])],
        actions: [Oomd.Plugin("kill_by_swap_usage", [Oomd.Argument("cgroups", "a")])])
    ]
    scenario.killers = [killer]
    #expect(
      scenario.problems().map(\.description) == [
        "killers[0].rulesets[0].actions[0].args.cgroups: kill_by_swap_usage has no argument 'cgroups'; did you mean 'cgroup'?"
      ])
  }
}
