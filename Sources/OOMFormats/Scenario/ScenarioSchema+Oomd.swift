internal import OOMSimulator

// The rulesets of Meta's oomd in the schema.

extension ScenarioSchema {
  private static let plugin = ##""$ref": "#/$defs/oomd_plugin""##
  private static let seconds =
    ##""anyOf": [{ "type": "integer", "minimum": 0, "maximum": 2147483647 }, { "type": "string", "pattern": "##
    + ##""^[0-9]+$" }]"##

  /// A ruleset.
  static var oomdRuleset: String {
    object(
      "oomd_ruleset",
      "A ruleset as oomd.json has it: where one of the groups of detectors fires, the actions are done in turn.",
      more: [##""required": ["name", "detectors", "actions"]"##],
      [
        (
          "name",
          ##"{ "description": "What it is called.", "type": "string", "minLength": 1, "examples": ["low swap"] }"##
        ),
        (
          "drop-in",
          ##"{ "description": "What a configuration that is dropped in may replace. None is, so nothing goes by it.", "##
            + ##""type": "object", "additionalProperties": false, "properties": { "disable-on-drop-in": { "##
            + ##""description": "Whether the ruleset rests then.", "type": "boolean", "examples": [true] }, "detectors": { "##
            + ##""description": "Whether its detectors may be replaced.", "type": "boolean", "examples": [true] }, "actions": { "##
            + ##""description": "Whether its actions may be replaced.", "type": "boolean", "examples": [true] } } }"##
        ),
        (
          "silence-logs",
          ##"{ "description": "What is not logged: engine, plugins. Nothing goes by it.", "type": "string", "##
            + ##""examples": ["engine,plugins"] }"##
        ),
        (
          "post_action_delay",
          ##"{ "description": "Seconds without actions after one that says STOP, as one that has killed does. Default 15.", "##
            + seconds + ##", "examples": ["15"] }"##
        ),
        (
          "prekill_hook_timeout",
          ##"{ "description": "Seconds that hooks may take. There are none, so nothing goes by it.", "##
            + seconds + ##", "examples": ["5"] }"##
        ),
        (
          "detectors",
          ##"{ "description": "Groups of detectors: a name, and after it the detectors that all have to say CONTINUE.", "##
            + ##""type": "array", "minItems": 1, "items": { "type": "array", "minItems": 2, "items": { "anyOf": [{ "type": "##
            + ##""string", "minLength": 1 }, { \##(plugin) }] } }, "examples": [[["swap is low", { "name": "swap_free", "args": "##
            + ##"{ "threshold_pct": "15" } }]]] }"##
        ),
        (
          "actions",
          ##"{ "description": "What is done, one after the other, until one says STOP.", "type": "array", "minItems": 1, "##
            + ##""items": { \##(plugin) }, "examples": [[{ "name": "kill_by_swap_usage", "args": { "cgroup": "system.slice/*" } }]] }"##
        ),
      ])
  }

  /// A detector or an action.
  static var oomdPlugin: String {
    object(
      "oomd_plugin", "A detector or an action of oomd.", more: [##""required": ["name"]"##],
      [
        (
          "name",
          ##"{ "description": "Which plugin.", "enum": [\##(Oomd.Plugin.modelled.map { quoted($0) }.joined(separator: ", "))], "##
            + ##""examples": ["pressure_above"] }"##
        ),
        (
          "args",
          ##"{ "description": "Its arguments, as docs/core_plugins.md of oomd has them; texts, numbers or truth values.", "##
            + ##""type": "object", "examples": [{ "cgroup": "user.slice", "resource": "memory", "threshold": "60", "##
            + ##""duration": "30" }] }"##
        ),
      ])
  }
}
