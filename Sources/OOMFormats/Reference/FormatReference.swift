/// What every key of the scenario format means: the schema, which the tables of fields make, by place.
package struct FormatReference: Sendable {
  /// A key of an object.
  package struct Key: Sendable {
    package var key: String
    /// Where it stands, as `--set` has it: `processes.NAME.oom_score_adj`.
    package var path: String
    /// What it holds in words: `size`, `whole number from -1000 to 1000`.
    package var type: String
    /// What its number counts; nil where it is none, or counts things.
    package var unit: String?
    package var meaning: String
    /// JSON; nil where it has none, or one that depends on more.
    package var usual: String?
    /// JSON.
    package var example: String?
    package var isRequired: Bool
    /// The kinds of value that `type` names.
    package var kinds: [String]
  }

  /// An object that has keys: a section, an event, a part of one.
  package struct Place: Sendable {
    package var name: String
    /// Where it stands; empty for the whole scenario.
    package var path: String
    package var meaning: String
    package var keys: [Key]
  }

  /// A kind of value: how a size or a time is written.
  package struct Kind: Sendable {
    package var name: String
    package var meaning: String
    /// JSON.
    package var examples: [String]
  }

  package private(set) var places: [Place] = []
  package private(set) var kinds: [Kind] = []

  private let root: SchemaTree
  private var seen: Set<String> = []

  /// The reference of the format that this program reads.
  package init() {
    root = SchemaTree(ScenarioSchema.text)
    add("scenario", "", root)
    for (name, schema) in root["$defs"]?.members ?? [] where !Self.isObject(schema) {
      guard let meaning = schema["description"]?.string else { continue }
      kinds.append(
        Kind(
          name: name, meaning: meaning, examples: schema["examples"]?.elements.map { $0.json } ?? []
        )
      )
    }
  }

  private static func isObject(_ schema: SchemaTree) -> Bool {
    schema["properties"] != nil || schema["oneOf"] != nil
  }

  private func definition(_ schema: SchemaTree) -> (name: String, schema: SchemaTree)? {
    guard let name = schema["$ref"]?.string?.split(separator: "/").last.map({ String($0) }),
      let target = root["$defs"]?[name]
    else { return nil }
    return (name, target)
  }

  // MARK: Places

  /// Adds an object with its keys, then the objects in it.
  private mutating func add(_ name: String, _ path: String, _ schema: SchemaTree) {
    guard seen.insert("\(name) \(schema.json)").inserted else { return }
    let required = Set(schema["required"]?.elements.compactMap { $0.string } ?? [])
    var members = schema["properties"]?.members ?? []
    // One of several forms: all that they have, each once.
    for form in schema["oneOf"]?.elements ?? [] {
      for member in form["properties"]?.members ?? []
      where !members.contains(where: { $0.key == member.key }) || member.key == "to" {
        members.append(member)
      }
    }
    let prefix = path.isEmpty ? "" : path + "."
    var place = Place(
      name: replacing("_", with: " ", in: name), path: path, meaning: meaning(of: schema), keys: [])
    for member in members where !place.keys.contains(where: { $0.key == member.key }) {
      let kinds = kinds(of: member.value)
      place.keys.append(
        Key(
          key: member.key, path: prefix + member.key, type: type(of: member.value),
          unit: kinds.lazy.compactMap { Self.units[$0] }.first, meaning: meaning(of: member.value),
          usual: member.value["default"]?.json, example: example(of: member.value),
          isRequired: required.contains(member.key), kinds: kinds))
    }
    places.append(place)
    for (key, schema) in members { descend(into: schema, named: key, prefix + key) }
  }

  private mutating func descend(into schema: SchemaTree, named key: String, _ path: String) {
    if let (name, target) = definition(schema) {
      if Self.isObject(target) { add(name, path, target) }
    } else if let items = schema["items"] {
      descend(into: items, named: key, path + (key == "processes" ? ".NAME" : ".N"))
    } else if let groups = schema["patternProperties"]?.members.first {
      descend(into: groups.value, named: key, path + "./PATH")
    } else if Self.isObject(schema) {
      add(key, path, schema)
    }
    for one in schema["anyOf"]?.elements ?? [] { descend(into: one, named: key, path) }
  }

  // MARK: Words

  private func meaning(of schema: SchemaTree) -> String {
    if let own = schema["description"]?.string { return own }
    return definition(schema)?.schema["description"]?.string ?? ""
  }

  private func example(of schema: SchemaTree) -> String? {
    if let own = schema["examples"]?.elements.first { return own.json }
    if let constant = schema["const"] { return constant.json }
    return definition(schema)?.schema["examples"]?.elements.first?.json
  }

  private static let words = [
    "process_reference": "name or pid of a process", "cgroup_path": "path of a group",
    "nodes": "list of nodes", "pause": "duration above 0", "kbytes": "KiB or size",
    "expected_size": "pages, size or bounds", "expected_number": "number or bounds",
  ]

  private static let units = [
    "size": "k, M, G, T (1024), GB (1000), pages", "limit": "bytes, or those of a size",
    "kbytes": "KiB, or those of a size", "duration": "us, ms, s, m, h, d",
    "pause": "us, ms, s, m, h, d", "share": "%", "expected_size": "pages, or those of a size",
  ]

  /// The kinds of value that a schema names.
  private func kinds(of schema: SchemaTree) -> [String] {
    if let (name, target) = definition(schema) { return Self.isObject(target) ? [] : [name] }
    return (schema["anyOf"]?.elements ?? []).flatMap { kinds(of: $0) }
      + (schema["items"].map { kinds(of: $0) } ?? [])
  }

  private func type(of schema: SchemaTree) -> String {
    if let (name, target) = definition(schema) {
      return Self.words[name] ?? (Self.isObject(target) ? "object" : name)
    }
    if let alternatives = schema["anyOf"]?.elements {
      return alternatives.map { type(of: $0) }.joined(separator: ", or ")
    }
    if let constant = schema["const"] { return constant.json }
    if let words = schema["enum"]?.elements {
      return words.map { $0.string ?? $0.json }.joined(separator: ", ")
    }
    switch schema["type"]?.string {
    case "integer", "number":
      let name = schema["type"]?.string == "integer" ? "whole number" : "number"
      guard let least = schema["minimum"]?.json else { return name }
      return schema["maximum"].map { "\(name) from \(least) to \($0.json)" }
        ?? "\(name) from \(least)"
    case "boolean": return "true or false"
    case "string": return "text"
    case "array":
      guard let items = schema["items"] else { return "list" }
      let type = type(of: items)
      return definition(items) == nil && Self.isObject(items) || type == "object"
        ? "list of objects" : "list: \(type)"
    default: return schema["patternProperties"] == nil ? "object" : "object by path of a group"
    }
  }
}
