/// A POSIX extended regular expression that is looked for in the name of a process, which has at most 15 bytes.
///
/// A node takes the places at which it may begin, as bits, to those at which it may then end, so that no expression takes
/// longer than its length times the places. Bytes are compared as they are: the locale is C.
///
/// Source: `regcomp()` with `REG_EXTENDED | REG_NOSUB`, POSIX. Not there: back references, which extended expressions do
/// not have, collating symbols and equivalence classes.
package struct ExtendedRegex: Equatable, Sendable {
  /// What is wrong with an expression, and at which byte.
  package struct Fault: Error, Equatable, Sendable {
    package var message: String
    package var offset: Int
  }

  package let text: String
  private let node: Node

  package init(_ text: String) throws(Fault) {
    self.text = text
    var parser = Parser(bytes: Array(text.utf8))
    node = try parser.alternatives()
    if let byte = parser.peek {
      throw parser.fault("unexpected '\(Character(UnicodeScalar(byte)))'")
    }
  }

  /// Whether the expression is found anywhere in a text; of one that is longer the first 63 bytes count.
  package func isFound(in text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(63))
    let all = bytes.count == 63 ? UInt64.max : (1 << UInt64(bytes.count + 1)) - 1
    return node.ends(from: all, in: bytes) != 0
  }

  fileprivate indirect enum Node: Equatable, Sendable {
    case empty
    case byte(UInt8)
    case any
    case set(ByteSet)
    case start
    case end
    case sequence([Node])
    case either([Node])
    /// - Parameter most: nil for as often as it goes.
    case repeated(Node, least: Int, most: Int?)

    func ends(from starts: UInt64, in bytes: [UInt8]) -> UInt64 {
      if starts == 0 { return 0 }
      switch self {
      case .empty: return starts
      case .byte(let one): return step(starts, bytes) { $0 == one }
      case .any: return step(starts, bytes) { _ in true }
      case .set(let set): return step(starts, bytes) { set.contains($0) }
      case .start: return starts & 1
      case .end: return starts & (1 << UInt64(bytes.count))
      case .sequence(let nodes):
        var places = starts
        for node in nodes { places = node.ends(from: places, in: bytes) }
        return places
      case .either(let nodes):
        var places: UInt64 = 0
        for node in nodes { places |= node.ends(from: starts, in: bytes) }
        return places
      case .repeated(let node, let least, let most):
        var places = starts
        for _ in 0..<least {
          let next = node.ends(from: places, in: bytes)
          if next == places { break }
          places = next
        }
        var found = places
        var round = least
        while places != 0, round < most ?? Int.max {
          places = node.ends(from: places, in: bytes) & ~found
          found |= places
          round += 1
        }
        return found
      }
    }

    private func step(
      _ starts: UInt64, _ bytes: [UInt8], _ matches: (UInt8) -> Bool
    ) -> UInt64 {
      var ends: UInt64 = 0
      for (place, byte) in bytes.enumerated()
      where starts & (1 << UInt64(place)) != 0 && matches(byte) {
        ends |= 1 << UInt64(place + 1)
      }
      return ends
    }
  }

  fileprivate struct ByteSet: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    func contains(_ byte: UInt8) -> Bool { word(byte) & (1 << UInt64(byte & 63)) != 0 }

    private func word(_ byte: UInt8) -> UInt64 {
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    }

    mutating func insert(_ byte: UInt8) {
      let bit = UInt64(1) << UInt64(byte & 63)
      switch byte >> 6 {
      case 0: words.0 |= bit
      case 1: words.1 |= bit
      case 2: words.2 |= bit
      default: words.3 |= bit
      }
    }

    mutating func invert() { words = (~words.0, ~words.1, ~words.2, ~words.3) }

    static func == (one: ByteSet, other: ByteSet) -> Bool { one.words == other.words }
  }
}

extension ExtendedRegex {
  /// The least and the most of a bound. File: `RE_DUP_MAX`.
  private static let mostRepeats = 255
  /// How deep brackets may stand in each other.
  private static let mostDepth = 100

  fileprivate struct Parser {
    let bytes: [UInt8]
    var place = 0
    var depth = 0

    var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    func fault(_ message: String) -> Fault { Fault(message: message, offset: place) }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard peek == UInt8(ascii: character) else { return false }
      place += 1
      return true
    }

    mutating func alternatives() throws(Fault) -> Node {
      depth += 1
      defer { depth -= 1 }
      if depth > ExtendedRegex.mostDepth { throw fault("too many brackets in each other") }
      var nodes = [try sequence()]
      while take("|") { nodes.append(try sequence()) }
      return nodes.count == 1 ? nodes[0] : .either(nodes)
    }

    private mutating func sequence() throws(Fault) -> Node {
      var nodes: [Node] = []
      while let byte = peek, byte != UInt8(ascii: "|") {
        if byte == UInt8(ascii: ")"), depth > 1 { break }
        nodes.append(try repeated(try atom()))
      }
      return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func atom() throws(Fault) -> Node {
      guard let byte = peek else { return .empty }
      switch Unicode.Scalar(byte) {
      case "(":
        place += 1
        let node = try alternatives()
        if !take(")") { throw fault("a ')' is missing") }
        return node
      case ".":
        place += 1
        return .any
      case "^":
        place += 1
        return .start
      case "$":
        place += 1
        return .end
      case "[":
        place += 1
        return .set(try set())
      case "*", "+", "?": throw fault("nothing stands before '\(Character(UnicodeScalar(byte)))'")
      case "\\":
        place += 1
        guard let next = peek else { throw fault("nothing follows the last '\\'") }
        place += 1
        return .byte(next)
      default:
        place += 1
        return .byte(byte)
      }
    }

    private mutating func repeated(_ atom: Node) throws(Fault) -> Node {
      var node = atom
      while let byte = peek {
        switch Unicode.Scalar(byte) {
        case "*": node = .repeated(node, least: 0, most: nil)
        case "+": node = .repeated(node, least: 1, most: nil)
        case "?": node = .repeated(node, least: 0, most: 1)
        case "{":
          place += 1
          node = try bounded(node)
          continue
        default: return node
        }
        place += 1
      }
      return node
    }

    private mutating func bounded(_ node: Node) throws(Fault) -> Node {
      guard let least = number() else { throw fault("expected a number in '{}'") }
      var most: Int? = least
      if take(",") { most = number() }
      if !take("}") { throw fault("a '}' is missing") }
      let isInOrder = most.map { $0 >= least } ?? true
      if least > ExtendedRegex.mostRepeats || most ?? 0 > ExtendedRegex.mostRepeats || !isInOrder {
        throw fault("no such number of repeats")
      }
      return .repeated(node, least: least, most: most)
    }

    private mutating func number() -> Int? {
      var number: Int?
      while let byte = peek, byte.isDigit, number ?? 0 < 10_000 {
        number = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
        place += 1
      }
      return number
    }

    private mutating func set() throws(Fault) -> ByteSet {
      var set = ByteSet()
      let isInverted = take("^")
      var isFirst = true
      while true {
        guard let byte = peek else { throw fault("a ']' is missing") }
        if byte == UInt8(ascii: "]"), !isFirst { break }
        isFirst = false
        place += 1
        if byte == UInt8(ascii: "["), take(":") {
          try insertClass(into: &set)
          continue
        }
        guard peek == UInt8(ascii: "-"), place + 1 < bytes.count,
          bytes[place + 1] != UInt8(ascii: "]")
        else {
          set.insert(byte)
          continue
        }
        let last = bytes[place + 1]
        if last < byte { throw fault("a range that ends before it begins") }
        for one in byte...last { set.insert(one) }
        place += 2
      }
      place += 1
      if isInverted { set.invert() }
      return set
    }

    private mutating func insertClass(into set: inout ByteSet) throws(Fault) {
      let start = place
      while let byte = peek, byte != UInt8(ascii: ":") { place += 1 }
      let name = String(decoding: bytes[start..<place], as: UTF8.self)
      if !take(":") || !take("]") { throw fault("':]' is missing") }
      let ranges: [ClosedRange<UInt8>]
      switch name {
      case "alpha": ranges = [65...90, 97...122]
      case "digit": ranges = [48...57]
      case "alnum": ranges = [48...57, 65...90, 97...122]
      case "upper": ranges = [65...90]
      case "lower": ranges = [97...122]
      case "space": ranges = [9...13, 32...32]
      case "blank": ranges = [9...9, 32...32]
      case "punct": ranges = [33...47, 58...64, 91...96, 123...126]
      case "xdigit": ranges = [48...57, 65...70, 97...102]
      case "print": ranges = [32...126]
      case "graph": ranges = [33...126]
      case "cntrl": ranges = [0...31, 127...127]
      default: throw fault("there is no class '\(name)'")
      }
      for range in ranges { for byte in range { set.insert(byte) } }
    }
  }
}
