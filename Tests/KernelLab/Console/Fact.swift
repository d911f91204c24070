package import Foundation

/// A JSON value of any kind: what the guest says is passed on as it is.
package enum Fact: Equatable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case decimal(Double)
  case text(String)
  case list([Fact])
  case object([String: Fact])

  package subscript(key: String) -> Fact? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  var int: Int64? { if case .int(let value) = self { value } else { nil } }
  var text: String? { if case .text(let value) = self { value } else { nil } }
  var list: [Fact]? { if case .list(let value) = self { value } else { nil } }
  var members: [String: Fact] { if case .object(let value) = self { value } else { [:] } }

  /// Reads a document; nil if it is none.
  init?(json: String) {
    guard let fact = try? JSONDecoder().decode(Fact.self, from: Data(json.utf8)) else { return nil }
    self = fact
  }

  /// The document, keys in order, so that one run always gives the same bytes.
  package var json: Data {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return try encoder.encode(self)
    }
  }

  static func texts(_ texts: [String]) -> Fact { .list(texts.map { .text($0) }) }
  static func optional(_ value: Int64?) -> Fact { value.map { .int($0) } ?? .null }
  static func optional(_ value: String?) -> Fact { value.map { .text($0) } ?? .null }
}

extension Fact: Codable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let number = try? value.decode(Int64.self) {
      self = .int(number)
    } else if let flag = try? value.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? value.decode(Double.self) {
      self = .decimal(number)
    } else if let list = try? value.decode([Fact].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: Fact].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .bool(let flag): try value.encode(flag)
    case .int(let number): try value.encode(number)
    case .decimal(let number): try value.encode(number)
    case .text(let text): try value.encode(text)
    case .list(let list): try value.encode(list)
    case .object(let members): try value.encode(members)
    }
  }
}
