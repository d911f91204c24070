internal import OOMSimulator

/// The JSON schema of the scenario format, made from the tables that the reader and the writer go by.
package enum ScenarioSchema {
  /// The text of `Scenarios/schema.json`, as editors take it: JSON Schema, draft 2020-12.
  ///
  /// - Complexity: O(fields of the format).
  package static var text: String {
    """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "urn:oomsim:scenario:1",
      "title": "oomsim scenario",
      "description": "A machine, its settings, its processes, what happens to them, and what that must come to.",
      "type": "object",
      "additionalProperties": false,
      "required": ["machine"],
      "properties": {
    \(lines(sections, indent: 4))
      },
      "$defs": {
    \(lines(kinds, indent: 4)),
    \(definitions.joined(separator: ",\n"))
      }
    }

    """
  }

  private static var definitions: [String] {
    let files = Cgroup.files.map { $0.field }
    return [
      "    \"capabilities\": " + capabilities,
      definition("restart", restartMeaning, RestartPolicy.fields),
      killer, oomdRuleset, oomdPlugin,
      definition(
        "swap_device", "One of several swap devices; the first in the list is filled first.",
        SwapDevice.fields, usual: SwapDevice(size: 0)),
      definition(
        "machine", "The machine before anything happens.", Machine.fields, usual: Machine()),
      definition(
        "sysctl",
        "Files below /proc/sys/vm. What is left out has the default of the kernel.", Sysctl.fields,
        usual: Sysctl()),
      definition("cgroup", "Limits and first contents of a group.", files, usual: Cgroup()),
      definition(
        "cgroup_limits", "Limits to write.", files.filter { $0.key.contains(".") }, least: 1),
      definition(
        "process", "A process, or count processes alike.", Scenario.Process.fields,
        usual: Scenario.Process()),
      definition(
        "process_change", "What of a process can be changed while it runs.",
        Event.ProcessChange.fields, least: 1),
      definition(
        "machine_change", "What of the machine can be changed while it runs.",
        Event.MachineChange.fields, least: 1),
      definition(
        "child", "What is left out is as its parent has it.",
        Scenario.Process.fields.filter { ["name", "pid", "oom_score_adj"].contains($0.key) }),
      object(
        "event", "Something that happens: at, and exactly one action.",
        more: ["\"required\": [\"at\"]", "\"minProperties\": 2", "\"maxProperties\": 2"], events),
      object(
        "expected_kill", "The process that dies first.",
        more: ["\"oneOf\": [\(eachRequired(["name", "pid"]))]"],
        properties(Expectation.ExpectedKill.fields)),
      definition(
        "expected_refusal", "A request that overcommit refuses.",
        Expectation.ExpectedRefusal.fields),
      expectedGroup,
      definition(
        "expect", "What the run must come to. What is left out is not checked.",
        Expectation.fields),
    ]
  }

  private static let restartMeaning =
    "Whether and when the process comes back after its death, as systemd or the kubelet would do it: "
    + "as it was described, and with what it allocated (grow, shrink, map, unmap, fork, cow, touch, madvise) at the "
    + "instant of its first start."

  // MARK: Events

  private static var events: [(key: String, schema: String)] {
    let at =
      "{ \(reference("duration")), \"description\": \"Time since the start. Events at one instant "
      + "act in the order of the file.\" }"
    return [("at", at)] + EventForm.all.map { ($0.name, schema(of: $0)) }
  }

  private static func schema(of form: EventForm) -> String {
    let meaning = "\"description\": \(quoted(form.meaning))"
    switch form.shape {
    case .members(let fields, let members, _):
      var parts = ["\"type\": \"object\"", meaning, "\"additionalProperties\": false"]
      if let required = required(fields) { parts.append(required) }
      switch members {
      case .all: break
      case .oneOrMore(let keys): parts.append("\"anyOf\": [\(eachRequired(keys))]")
      case .either(let first, let second, let firstOnly):
        let not = firstOnly.isEmpty ? "" : ", \"not\": { \"anyOf\": [\(eachRequired(firstOnly))] }"
        parts.append(
          "\"oneOf\": [\(eachRequired([first])), { \"required\": [\(quoted(second))]\(not) }]")
      }
      return "{ \(parts.joined(separator: ", ")), \"properties\": {\n"
        + lines(properties(fields, usual: EventParts()), indent: 10) + "\n        } }"
    case .process: return "{ \"$ref\": \"#/$defs/process\", \(meaning) }"
    case .word(let word, _): return "{ \(meaning), \"const\": \(quoted(word)) }"
    case .setting:
      let forms = [
        ("process", reference("process_reference"), reference("process_change")),
        ("cgroup", reference("cgroup_path"), reference("cgroup_limits")),
        ("sysctl", "\"const\": true", reference("sysctl") + ", \"minProperties\": 1"),
        ("machine", "\"const\": true", reference("machine_change")),
      ].map { key, place, value in
        "          { \"additionalProperties\": false, \"required\": [\(quoted(key)), \"to\"], "
          + "\"properties\": { \(quoted(key)): { \(place) }, \"to\": { \(value) } } }"
      }
      return "{ \"type\": \"object\", \(meaning), \"oneOf\": [\n"
        + forms.joined(separator: ",\n") + "\n        ] }"
    }
  }

  private static func eachRequired(_ keys: [String]) -> String {
    keys.map { "{ \"required\": [\(quoted($0))] }" }.joined(separator: ", ")
  }

  // MARK: Fields

  /// An object that is all fields of a table.
  ///
  /// - Parameters:
  ///   - usual: has the values that are usual, where they do not depend on more.
  ///   - least: how many of them it has to have.
  private static func definition<Root>(
    _ name: String, _ meaning: String, _ fields: [Field<Root>], usual: Root? = nil, least: Int = 0
  ) -> String {
    var more: [String] = []
    if let required = required(fields) { more.append(required) }
    if least > 0 { more.append("\"minProperties\": \(least)") }
    return object(name, meaning, more: more, properties(fields, usual: usual))
  }

  static func object(
    _ name: String, _ meaning: String, more: [String],
    _ properties: [(key: String, schema: String)]
  ) -> String {
    let head = [
      "\"type\": \"object\"", "\"description\": \(quoted(meaning))",
      "\"additionalProperties\": false",
    ]
    return "    \(quoted(name)): {\n      " + (head + more).joined(separator: ",\n      ")
      + ",\n      \"properties\": {\n" + lines(properties, indent: 8) + "\n      }\n    }"
  }

  private static func required<Root>(_ fields: [Field<Root>]) -> String? {
    let keys = fields.filter { $0.isRequired }.map { quoted($0.key) }
    return keys.isEmpty ? nil : "\"required\": [\(keys.joined(separator: ", "))]"
  }

  private static func properties<Root>(
    _ fields: [Field<Root>], usual: Root? = nil
  ) -> [(key: String, schema: String)] {
    fields.map { field in
      var parts: [String] = []
      if let meaning = field.meaning { parts.append("\"description\": \(quoted(meaning))") }
      parts.append(schema(of: field.value))
      if let usual, let value = usualValue(of: field, in: usual) {
        parts.append("\"default\": \(value)")
      }
      parts.append("\"examples\": [\(field.example)]")
      return (field.key, "{ \(parts.joined(separator: ", ")) }")
    }
  }

  /// As a scenario has it, where one that leaves the key out means the same.
  private static func usualValue<Root>(of field: Field<Root>, in usual: Root) -> String? {
    if field.isRequired || field.shown(usual) == .absent || field.shown(usual) == .text("") {
      return nil
    }
    var writer = JSONWriter(inline: true)
    writer.object(inline: true) {
      ScenarioWriter(pageSize: 4096).field(field, of: usual, unless: .absent, to: &$0)
    }
    return SchemaTree(String(decoding: writer.bytes, as: UTF8.self)).members.first?.value.json
  }

  private static func schema<Root>(of value: FieldValue<Root>) -> String {
    switch value {
    case .size: reference("size")
    case .limit: reference("limit")
    case .kbytes: reference("kbytes")
    case .integer(let range, _, _): number("integer", range)
    case .choice(let choice, _, _):
      "\"enum\": [\(choice.allowed.map { "\($0)" }.joined(separator: ", "))]"
    case .flag: "\"enum\": [0, 1]"
    case .oomControl:
      #""type": "object", "additionalProperties": false, "required": ["oom_kill_disable"], "#
        + #""properties": { "oom_kill_disable": { "enum": [0, 1] } }"#
    case .bool: "\"type\": \"boolean\""
    case .duration, .latency: reference("duration")
    case .pause: reference("pause")
    case .share: reference("share")
    case .text, .name: "\"type\": \"string\", \"minLength\": 1"
    case .word(let words, _, _):
      "\"enum\": [\(words.map { quoted($0) }.joined(separator: ", "))]"
    case .path: reference("cgroup_path")
    case .nodes: reference("nodes")
    case .process: reference("process_reference")
    case .ratio: number("number", 1...100)
    case .capabilities: reference("capabilities")
    case .names:
      #""type": "array", "items": { "type": "string", "minLength": 1 }, "uniqueItems": true"#
    case .kills: "\"type\": \"array\", \"items\": { \(reference("expected_kill")) }"
    case .refusals: "\"type\": \"array\", \"items\": { \(reference("expected_refusal")) }"
    case .groups:
      #""type": "object", "additionalProperties": false, "patternProperties": { "#
        + #""^/([^/]+(/[^/]+)*)?$": { \#(reference("expected_group")) } }"#
    case .child: reference("child")
    case .pageTables: either(reference("size"), reference("page_table_levels"))
    case .threads:
      either(
        number("integer", 1...Int64(Scenario.Process.pidLimit)),
        #""type": "array", "items": { "type": "object", "additionalProperties": false, "#
          + #""required": ["cgroup"], "properties": { "cgroup": { \#(reference("cgroup_path")) } } }"#
      )
    case .restart: reference("restart")
    case .swap:
      either(
        reference("size"), "\"type\": \"array\", \"items\": { \(reference("swap_device")) }")
    case .quantity: reference("quantity")
    case .threshold:
      bySignal(
        #""type": "string", "pattern": "^(\\+?[0-9.]+([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?|[0-9.]+%)$""#
      )
    case .grace: bySignal(reference("duration"))
    case .rulesets: "\"type\": \"array\", \"items\": { \(reference("oomd_ruleset")) }"
    case .machineNodes:
      "\"type\": \"array\", \"items\": {\n"
        + #"          "type": "object", "additionalProperties": false, "required": ["memory"], "#
        + "\"properties\": {\n" + lines(nodeMembers, indent: 12) + "\n          } }"
    }
  }

  private static func bySignal(_ value: String) -> String {
    #""type": "object", "additionalProperties": false, "properties": { "memory.available": "#
      + #"{ "description": "Capacity less the working set: what is in use, less inactive file pages.", \#(value) } }"#
  }

  private static func reference(_ name: String) -> String { "\"$ref\": \"#/$defs/\(name)\"" }

  private static func either(_ first: String, _ second: String) -> String {
    "\"anyOf\": [{ \(first) }, { \(second) }]"
  }

  /// A number in a range; any that fits where the range is that of the type.
  private static func number(_ type: String, _ range: ClosedRange<Int64>) -> String {
    if range == Int64.min...Int64.max { return "\"type\": \"\(type)\"" }
    return
      "\"type\": \"\(type)\", \"minimum\": \(range.lowerBound), \"maximum\": \(range.upperBound)"
  }

  private static var capabilities: String {
    let names = Capabilities.named.map { quoted($0.name) }.joined(separator: ", ")
    return "{ \"description\": \"Capabilities that a rule of some release reads.\", "
      + "\"type\": \"array\", \"uniqueItems\": true, \"items\": { \"enum\": [\(names)] } }"
  }

  private static var killer: String {
    let kinds = UserspaceKiller.Kind.allCases.map { quoted($0.rawValue) }.joined(separator: ", ")
    return object(
      "killer", "A program of user space that kills before the kernel does.",
      more: ["\"required\": [\"kind\"]"],
      [
        ("kind", "{ \"description\": \"Which program.\", \"enum\": [\(kinds)] }"),
        (
          "version",
          "{ \"description\": \"Its release. Default: the newest that is known.\", "
            + "\"anyOf\": [{ \"type\": \"string\" }, { \"type\": \"number\" }], "
            + "\"examples\": [\"1.8\"] }"
        ),
      ] + properties(UserspaceKiller.fields))
  }

  /// What a group has to come to: sizes, numbers, and the counters of `memory.events`.
  private static var expectedGroup: String {
    typealias Group = Expectation.ExpectedGroup
    let count = "{ \(reference("expected_number")) }"
    let events = Group.events.map { "\(quoted($0)): \(count)" }.joined(separator: ", ")
    return object(
      "expected_group", "What a group and those below it come to.", more: [],
      Group.sizes.map { ($0, "{ \(reference("expected_size")) }") }
        + Group.numbers.map { ($0, count) }
        + [
          (
            "events",
            "{ \"type\": \"object\", \"additionalProperties\": false, \"properties\": { \(events) } }"
          )
        ])
  }

  // MARK: Text

  private static func lines(
    _ members: [(key: String, schema: String)], indent: Int
  ) -> String {
    let space = String(repeating: " ", count: indent)
    return members.map { "\(space)\(quoted($0.key)): \($0.schema)" }.joined(separator: ",\n")
  }

  static func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.string(text)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
