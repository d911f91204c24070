/// The JSON schema as a tree: what `ScenarioSchema` writes, read back.
indirect enum SchemaTree: Sendable {
  /// Members in the order of the text.
  case object([(key: String, value: SchemaTree)])
  case array([SchemaTree])
  case string(String)
  /// A number, a truth value or null as it is written.
  case literal(String)

  /// The tree of a text.
  init(_ text: String) {
    var reader = JSONReader(Array(text.utf8))
    do throws(JSONError) {
      self = try Self.next(&reader)
    } catch {
      preconditionFailure("the schema is no JSON: \(error.message)")
    }
  }

  private static func next(_ reader: inout JSONReader) throws(JSONError) -> SchemaTree {
    switch try reader.peek() {
    case .object:
      try reader.beginObject()
      var members: [(key: String, value: SchemaTree)] = []
      while let key = try reader.nextKey(isFirst: members.isEmpty) {
        members.append((reader.text(key), try next(&reader)))
      }
      return .object(members)
    case .array:
      try reader.beginArray()
      var elements: [SchemaTree] = []
      while try reader.nextElement(isFirst: elements.isEmpty) {
        elements.append(try next(&reader))
      }
      return .array(elements)
    case .string: return .string(reader.text(try reader.readString()))
    case .number: return .literal(reader.text(try reader.readNumber()))
    case .bool: return .literal(try reader.readBool() ? "true" : "false")
    case .null:
      try reader.skipValue()
      return .literal("null")
    }
  }

  subscript(key: String) -> SchemaTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  var members: [(key: String, value: SchemaTree)] {
    if case .object(let members) = self { members } else { [] }
  }

  var elements: [SchemaTree] { if case .array(let elements) = self { elements } else { [] } }

  var string: String? { if case .string(let text) = self { text } else { nil } }

  /// As JSON on one line.
  var json: String {
    switch self {
    case .object(let members):
      let texts = members.map { "\(SchemaTree.string($0.key).json): \($0.value.json)" }
      return texts.isEmpty ? "{}" : "{ " + texts.joined(separator: ", ") + " }"
    case .array(let elements): return "[" + elements.map { $0.json }.joined(separator: ", ") + "]"
    case .string(let text):
      var writer = JSONWriter()
      writer.string(text)
      return String(decoding: writer.bytes, as: UTF8.self)
    case .literal(let text): return text
    }
  }
}
