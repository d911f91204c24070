@testable import OOMFormats

/// A whole JSON text as a value, built with the reader under test; numbers stay as they are written.
indirect enum JSONTree {
  case object([(key: String, value: JSONTree)])
  case array([JSONTree])
  case string(String)
  case number(String)
  case bool(Bool)
  case null

  init(_ bytes: [UInt8]) throws {
    var reader = JSONReader(bytes)
    self = try Self.read(&reader)
    try reader.finish()
  }

  private static func read(_ reader: inout JSONReader) throws -> JSONTree {
    switch try reader.peek() {
    case .object:
      try reader.beginObject()
      var members: [(String, JSONTree)] = []
      while let key = try reader.nextKey(isFirst: members.isEmpty) {
        members.append((reader.text(key), try read(&reader)))
      }
      return .object(members)
    case .array:
      try reader.beginArray()
      var elements: [JSONTree] = []
      while try reader.nextElement(isFirst: elements.isEmpty) {
        elements.append(try read(&reader))
      }
      return .array(elements)
    case .string: return .string(reader.text(try reader.readString()))
    case .number: return .number(reader.text(try reader.readNumber()))
    case .bool: return .bool(try reader.readBool())
    case .null:
      try reader.skipValue()
      return .null
    }
  }

  /// The value of a key; nil when this is no object or has no such key.
  subscript(key: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The value at a path such as `$defs/process/properties`.
  func at(_ path: String) -> JSONTree? {
    path.split(separator: "/").reduce(self as JSONTree?) { $0?[String($1)] }
  }

  var keys: [String] {
    guard case .object(let members) = self else { return [] }
    return members.map(\.key)
  }

  /// As text on one line, with the members of every object in an order of the generator's choice.
  func text(shuffledBy generator: inout SplitMix64) -> String {
    switch self {
    case .object(let members):
      let shuffled = members.shuffled(using: &generator).map { key, value in
        JSONTree.quoted(key) + ": " + value.text(shuffledBy: &generator)
      }
      return "{" + shuffled.joined(separator: ", ") + "}"
    case .array(let elements):
      return "[" + elements.map { $0.text(shuffledBy: &generator) }.joined(separator: ", ") + "]"
    case .string(let text): return JSONTree.quoted(text)
    case .number(let text): return text
    case .bool(let value): return value ? "true" : "false"
    case .null: return "null"
    }
  }

  private static func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.string(text)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// Random numbers that are the same in every run. Steele, Lea and Flood, OOPSLA 2014.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
