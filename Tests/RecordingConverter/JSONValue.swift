/// A JSON document whose keys keep the order in which they were written.
///
/// Foundation's encoder either sorts keys or leaves their order to chance; scenario files are
/// reviewed and compared line by line, so their text has to be stable and in reading order.
public indirect enum JSONValue: Sendable, Equatable {
  case int(Int64)
  case bool(Bool)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Sendable, Equatable {
    public var key: String
    public var value: JSONValue
  }

  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member(key: $0.0, value: $0.1) })
  }
}

extension JSONValue {
  private static let columns = 100
  /// One entry a line, however short the list or long the entry: these are read as tables.
  private static let tables: Set<String> = ["cgroups", "processes", "events", "description"]

  /// The document as text, ending in a newline.
  public var text: String { rendered(indent: 0, used: 0, key: nil) + "\n" }

  private func rendered(indent: Int, used: Int, key: String?) -> String {
    let isTable = key.map(Self.tables.contains) ?? false
    let isBroken = !isEmpty && (indent == 0 || isTable)
    let line = inline
    if !isBroken, used + line.count < Self.columns { return line }
    let margin = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    switch self {
    case .array(let elements) where !elements.isEmpty:
      let lines = elements.map { element in
        margin + (isTable ? element.inline : element.rendered(indent: indent + 2))
      }
      return "[\n" + lines.joined(separator: ",\n") + end + "]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { member in
        let label = margin + quoted(member.key) + ": "
        return label
          + (isTable
            ? member.value.inline
            : member.value.rendered(indent: indent + 2, used: label.count, key: member.key))
      }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    default: return line
    }
  }

  private func rendered(indent: Int) -> String {
    rendered(indent: indent, used: indent, key: nil)
  }

  private var isEmpty: Bool {
    switch self {
    case .array(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    default: true
    }
  }

  private var inline: String {
    switch self {
    case .int(let value): return String(value)
    case .bool(let value): return value ? "true" : "false"
    case .string(let value): return quoted(value)
    case .array(let elements):
      return elements.isEmpty ? "[]" : "[" + elements.map(\.inline).joined(separator: ", ") + "]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      let pairs = members.map { quoted($0.key) + ": " + $0.value.inline }
      return "{ " + pairs.joined(separator: ", ") + " }"
    }
  }

  private func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    return text + "\""
  }
}
