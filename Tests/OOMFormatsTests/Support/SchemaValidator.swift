/// As much of JSON Schema 2020-12 as `Scenarios/schema.json` uses; a keyword that is not known here is
/// reported, so that none is passed over in silence.
final class SchemaValidator {
  private let root: JSONTree
  private var patterns: [String: Regex<AnyRegexOutput>] = [:]
  /// Keywords that were met and are not known, and patterns that are no regular expressions.
  private(set) var unsupported: Set<String> = []

  init(_ root: JSONTree) {
    self.root = root
  }

  /// What is wrong with a value: a JSON pointer and the keyword that it fails.
  func errors(in value: JSONTree) -> [String] { check(value, root, "") }

  /// Meets every keyword of the schema, whether some value leads there or not.
  func checkKeywords() { visit(root) }

  private static let annotations: Set = [
    "$schema", "$id", "$defs", "title", "description", "examples", "default",
  ]

  private func visit(_ schema: JSONTree) {
    guard case .object(let members) = schema else { return }
    for (keyword, value) in members {
      switch (keyword, value) {
      case ("properties", .object(let schemas)), ("$defs", .object(let schemas)),
        ("patternProperties", .object(let schemas)):
        for (_, schema) in schemas { visit(schema) }
      case ("items", _): visit(value)
      case ("anyOf", .array(let schemas)), ("oneOf", .array(let schemas)):
        for schema in schemas { visit(schema) }
      case ("not", let schema): visit(schema)
      case ("examples", .array(let examples)):
        for example in examples where !check(example, schema, "").isEmpty {
          unsupported.insert("an example that is none: \(example)")
        }
      case ("default", let usual):
        if !check(usual, schema, "").isEmpty {
          unsupported.insert("a default that is none: \(usual)")
        }
      default: _ = check(.null, .object([(keyword, value)]), "")
      }
    }
  }

  private func check(_ value: JSONTree, _ schema: JSONTree, _ path: String) -> [String] {
    guard case .object(let keywords) = schema else { return ["\(path): no schema"] }
    return keywords.flatMap { keyword, argument in
      check(value, schema, keyword, argument, path)
    }
  }

  private func check(
    _ value: JSONTree, _ schema: JSONTree, _ keyword: String, _ argument: JSONTree, _ path: String
  ) -> [String] {
    let failure = ["\(path): \(keyword)"]
    switch (keyword, argument) {
    case ("$ref", .string(let reference)):
      guard let target = root.at(String(reference.dropFirst(2))) else { return failure }
      return check(value, target, path)
    case ("type", .string(let type)): return value.isOf(type: type) ? [] : failure
    case ("const", _): return value == argument ? [] : failure
    case ("enum", .array(let values)): return values.contains(value) ? [] : failure
    case ("anyOf", .array(let schemas)):
      return schemas.contains { check(value, $0, path).isEmpty } ? [] : failure
    case ("oneOf", .array(let schemas)):
      return schemas.count { check(value, $0, path).isEmpty } == 1 ? [] : failure
    case ("not", let schema): return check(value, schema, path).isEmpty ? failure : []
    case ("properties", .object), ("patternProperties", .object), ("additionalProperties", .bool),
      ("required", .array), ("minProperties", .number), ("maxProperties", .number):
      guard case .object(let members) = value else { return [] }
      return object(members, schema, keyword, argument, path)
    case ("items", _), ("uniqueItems", .bool(true)):
      guard case .array(let elements) = value else { return [] }
      if keyword == "uniqueItems" {
        return elements.indices.contains { elements[..<$0].contains(elements[$0]) } ? failure : []
      }
      return elements.enumerated().flatMap { check($1, argument, "\(path)/\($0)") }
    case ("minItems", .number(let count)):
      guard case .array(let elements) = value else { return [] }
      return elements.count >= Int(count) ?? .max ? [] : failure
    case ("minimum", .number(let limit)), ("maximum", .number(let limit)):
      guard case .number(let text) = value, let number = Double(text), let limit = Double(limit)
      else { return [] }
      return (keyword == "minimum" ? number >= limit : number <= limit) ? [] : failure
    case ("minLength", .number(let count)):
      guard case .string(let text) = value else { return [] }
      return text.unicodeScalars.count >= Int(count) ?? .max ? [] : failure
    case ("pattern", .string(let pattern)):
      guard case .string(let text) = value else { return [] }
      return matches(text, pattern) ? [] : failure
    default:
      if !Self.annotations.contains(keyword) { unsupported.insert(keyword) }
      return []
    }
  }

  private func object(
    _ members: [(key: String, value: JSONTree)], _ schema: JSONTree, _ keyword: String,
    _ argument: JSONTree, _ path: String
  ) -> [String] {
    switch (keyword, argument) {
    case ("properties", _):
      return members.flatMap { key, value in
        argument[key].map { check(value, $0, "\(path)/\(key)") } ?? []
      }
    case ("patternProperties", .object(let patterns)):
      return members.flatMap { key, value in
        patterns.flatMap { matches(key, $0.key) ? check(value, $0.value, "\(path)/\(key)") : [] }
      }
    case ("additionalProperties", .bool(false)):
      let known = schema["properties"]?.keys ?? []
      let patterns = schema["patternProperties"]?.keys ?? []
      return members.map(\.key).filter { key in
        !known.contains(key) && !patterns.contains { matches(key, $0) }
      }.map { "\(path)/\($0): \(keyword)" }
    case ("required", .array(let names)):
      return names.contains { name in !members.contains { .string($0.key) == name } }
        ? ["\(path): \(keyword)"] : []
    case ("minProperties", .number(let count)):
      return members.count >= Int(count) ?? .max ? [] : ["\(path): \(keyword)"]
    case ("maxProperties", .number(let count)):
      return members.count <= Int(count) ?? 0 ? [] : ["\(path): \(keyword)"]
    default:
      unsupported.insert(keyword)
      return []
    }
  }

  private func matches(_ text: String, _ pattern: String) -> Bool {
    if patterns[pattern] == nil { patterns[pattern] = try? Regex(pattern) }
    guard let regex = patterns[pattern] else {
      unsupported.insert("the pattern \(pattern)")
      return false
    }
    return text.firstMatch(of: regex) != nil
  }
}

extension JSONTree: Equatable {
  /// Equal as JSON Schema compares: objects have no order.
  static func == (left: JSONTree, right: JSONTree) -> Bool {
    switch (left, right) {
    case (.object(let a), .object(let b)):
      a.count == b.count && a.allSatisfy { key, value in right[key] == value }
    case (.array(let a), .array(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.number(let a), .number(let b)): Double(a) == Double(b)
    case (.bool(let a), .bool(let b)): a == b
    case (.null, .null): true
    default: false
    }
  }

  fileprivate func isOf(type: String) -> Bool {
    switch (self, type) {
    case (.object, "object"), (.array, "array"), (.string, "string"), (.number, "number"),
      (.bool, "boolean"), (.null, "null"):
      true
    case (.number(let text), "integer"): Double(text).map { $0.rounded() == $0 } ?? false
    default: false
    }
  }
}
