package import VictimSelection

// A badness of one's own as text: the operators of C with their precedence, over names of columns.

/// What is wrong with the text of an expression.
package struct BadnessTextFault: Error, Equatable, Sendable {
  package var message: String
  /// Where, in bytes from 0.
  package var offset: Int

  /// The message with its column, which counts from 1.
  package var description: String { "column \(offset + 1): \(message)" }
}

extension BadnessExpression {
  /// How deep parentheses and operators may be nested.
  static let mostDepth = 64
  /// How many parts there may be: each is a column of numbers in a scan.
  static let mostParts = 512

  /// Reads an expression.
  ///
  /// From the loosest: `?:`, `||`, `&&`, `== !=`, `< <= > >=`, `+ -`, `* / %`, `- !`; `min(…)`, `max(…)` of two or more,
  /// `int(…)` and `uint(…)` cut to 32 bits, `udiv(a, b)` divides words without a sign; whole numbers; `never` where the whole result is; names as in `BadnessColumn`.
  ///
  /// - Complexity: O(length), for texts up to 512 parts.
  package init(_ text: String) throws(BadnessTextFault) {
    var parser = BadnessParser(text)
    let whole = try parser.choice()
    if parser.next.kind != .end {
      throw parser.fault("found \(parser.found) where an operator or the end is expected")
    }
    try parser.checkNever(whole)
    self.init(text: text, parts: parser.parts)
  }
}

/// Reads from left to right with one token in hand.
private struct BadnessParser {
  struct Token {
    enum Kind: Equatable {
      case number(Int64)
      case name(String)
      case sign(String)
      case end
    }
    var kind: Kind
    var range: Range<Int>
  }

  private let bytes: [UInt8]
  private(set) var next = Token(kind: .end, range: 0..<0)
  private(set) var parts: [BadnessExpression.Part] = []
  private var depth = 0
  /// A fault that the token in hand is; thrown when it is taken.
  private var pending: BadnessTextFault?

  init(_ text: String) {
    bytes = Array(text.utf8)
    scan(from: 0)
  }

  // MARK: Tokens

  private static let signs = [
    "<=", ">=", "==", "!=", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "?", ":", "(", ")", ",",
    "!",
  ]

  private mutating func scan(from start: Int) {
    var begin = start
    while begin < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[begin]) { begin += 1 }
    guard begin < bytes.count else {
      next = Token(kind: .end, range: bytes.count..<bytes.count)
      return
    }
    var end = begin
    while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
    if end > begin {
      let word = String(decoding: bytes[begin..<end], as: UTF8.self)
      if (0x30...0x39).contains(bytes[begin]) {
        if let number = Int64(word) {
          next = Token(kind: .number(number), range: begin..<end)
        } else {
          let isTooLarge = bytes[begin..<end].allSatisfy { (0x30...0x39).contains($0) }
          pending = BadnessTextFault(
            message: isTooLarge
              ? "\(word) does not fit into 64 bits"
              : "'\(word)' is no whole number: sizes are in pages, times in seconds", offset: begin)
          next = Token(kind: .number(0), range: begin..<end)
        }
      } else {
        next = Token(kind: .name(word), range: begin..<end)
      }
      return
    }
    for sign in Self.signs where bytes[begin...].starts(with: sign.utf8) {
      next = Token(kind: .sign(sign), range: begin..<begin + sign.utf8.count)
      return
    }
    // A letter of another alphabet is one thing, of however many bytes.
    end = begin + 1
    while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
    next = Token(
      kind: .sign(String(decoding: bytes[begin..<end], as: UTF8.self)), range: begin..<end)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x5f
  }

  private mutating func take() throws(BadnessTextFault) -> Token {
    if let pending { throw pending }
    let token = next
    scan(from: token.range.upperBound)
    return token
  }

  private mutating func take(_ sign: String) throws(BadnessTextFault) -> Bool {
    if next.kind != .sign(sign) { return false }
    _ = try take()
    return true
  }

  private mutating func expect(_ sign: String, _ why: String) throws(BadnessTextFault) {
    if try !take(sign) { throw fault("found \(found) where '\(sign)' \(why)") }
  }

  var found: String {
    switch next.kind {
    case .end: "the end"
    case .number, .name:
      "'\(String(decoding: bytes[next.range], as: UTF8.self))'"
    case .sign(let sign): "'\(sign)'"
    }
  }

  func fault(_ message: String) -> BadnessTextFault {
    pending ?? BadnessTextFault(message: message, offset: next.range.lowerBound)
  }

  // MARK: Grammar

  /// `a ? b : c`, or what binds tighter.
  mutating func choice() throws(BadnessTextFault) -> Int {
    depth += 1
    defer { depth -= 1 }
    if depth > BadnessExpression.mostDepth {
      throw fault("nested more than \(BadnessExpression.mostDepth) deep")
    }
    let condition = try binary(level: 0)
    guard try take("?") else { return condition }
    let then = try choice()
    try expect(":", "has to follow, for the other case of '?'")
    let otherwise = try choice()
    return try add(.choose, condition, then, otherwise)
  }

  private static let levels: [[(String, BadnessExpression.Operation)]] = [
    [("||", .or)], [("&&", .and)], [("==", .equal), ("!=", .notEqual)],
    [("<=", .lessOrEqual), (">=", .greaterOrEqual), ("<", .less), (">", .greater)],
    [("+", .add), ("-", .subtract)], [("*", .multiply), ("/", .divide), ("%", .remainder)],
  ]

  private mutating func binary(level: Int) throws(BadnessTextFault) -> Int {
    guard level < Self.levels.count else { return try unary() }
    var left = try binary(level: level + 1)
    while true {
      guard case .sign(let sign) = next.kind,
        let operation = Self.levels[level].first(where: { $0.0 == sign })?.1
      else { return left }
      _ = try take()
      left = try add(operation, left, try binary(level: level + 1))
    }
  }

  private mutating func unary() throws(BadnessTextFault) -> Int {
    let begin = next.range.lowerBound
    for (sign, operation) in [("-", BadnessExpression.Operation.negate), ("!", .not)]
    where next.kind == .sign(sign) {
      depth += 1
      defer { depth -= 1 }
      if depth > BadnessExpression.mostDepth {
        throw fault("nested more than \(BadnessExpression.mostDepth) deep")
      }
      _ = try take()
      let operand = try unary()
      return try append(
        operation, (operand, 0, 0), begin..<parts[operand].range.upperBound)
    }
    return try primary()
  }

  private mutating func primary() throws(BadnessTextFault) -> Int {
    let begin = next.range.lowerBound
    if try take("(") {
      let inside = try choice()
      let end = next.range.upperBound
      try expect(")", "has to close '('")
      parts[inside].range = begin..<end
      return inside
    }
    let token = try take()
    switch token.kind {
    case .number(let number): return try append(.number(number), (0, 0, 0), token.range)
    case .name("never"): return try append(.never, (0, 0, 0), token.range)
    case .name(let name):
      if let column = BadnessColumn(rawValue: name) {
        return try append(.column(column), (0, 0, 0), token.range)
      }
      guard let function = Self.functions.first(where: { $0.name == name }) else {
        throw unknown(name, token)
      }
      return try call(function, token)
    case .sign, .end:
      let found = token.kind == .end ? "the end" : found(token)
      throw BadnessTextFault(
        message: "found \(found) where a number, a name or '(' is expected",
        offset: token.range.lowerBound)
    }
  }

  private func found(_ token: Token) -> String {
    "'\(String(decoding: bytes[token.range], as: UTF8.self))'"
  }

  private typealias Function = (name: String, operation: BadnessExpression.Operation, most: Int?)

  private static let functions: [Function] = [
    ("min", .minimum, nil), ("max", .maximum, nil), ("int", .int, 1), ("uint", .unsignedInt, 1),
    ("udiv", .unsignedDivide, 2),
  ]

  private mutating func call(
    _ function: Function, _ token: Token
  ) throws(BadnessTextFault) -> Int {
    try expect("(", "has to follow the name of a function")
    var result = try choice()
    if function.operation.count == 1 {
      result = try append(function.operation, (result, 0, 0), parts[result].range)
    } else {
      try expect(
        ",",
        "has to follow: \(function.name) is of two numbers\(function.most == nil ? " or more" : "")"
      )
      result = try add(function.operation, result, try choice())
      while function.most == nil, try take(",") {
        result = try add(function.operation, result, try choice())
      }
    }
    let end = next.range.upperBound
    try expect(")", function.most == nil ? "or ',' has to follow" : "has to follow")
    parts[result].range = token.range.lowerBound..<end
    return result
  }

  private func unknown(_ name: String, _ token: Token) -> BadnessTextFault {
    let columns = BadnessColumn.allCases.map { $0.rawValue }
    let known = columns + Self.functions.map { $0.name } + ["never"]
    let near =
      nearestWord(to: name, among: known).map { "; did you mean '\($0)'?" }
      ?? ": the names are \(known.joined(separator: " "))"
    return BadnessTextFault(
      message: "'\(name)' is no name\(near)", offset: token.range.lowerBound)
  }

  // MARK: Parts

  /// A part made of others, from the first one's begin to the last one's end.
  private mutating func add(
    _ operation: BadnessExpression.Operation, _ first: Int, _ second: Int, _ third: Int? = nil
  ) throws(BadnessTextFault) -> Int {
    let range = parts[first].range.lowerBound..<parts[third ?? second].range.upperBound
    return try append(operation, (first, second, third ?? 0), range)
  }

  private mutating func append(
    _ operation: BadnessExpression.Operation, _ operands: (Int, Int, Int), _ range: Range<Int>
  ) throws(BadnessTextFault) -> Int {
    if parts.count == BadnessExpression.mostParts {
      throw BadnessTextFault(
        message: "more than \(BadnessExpression.mostParts) numbers, names and operators",
        offset: range.lowerBound)
    }
    parts.append(BadnessExpression.Part(operation, operands, range))
    return parts.count - 1
  }

  /// Sees to it that `never` is only where it is the whole result: nothing can be worked out from it.
  func checkNever(_ part: Int) throws(BadnessTextFault) {
    var results: Set<Int> = []
    var open = [part]
    while let part = open.popLast() {
      results.insert(part)
      if parts[part].operation == .choose {
        open += [parts[part].operands.1, parts[part].operands.2]
      }
    }
    for (index, part) in parts.enumerated()
    where part.operation == .never && !results.contains(index) {
      throw BadnessTextFault(
        message:
          "'never' is a result, as in 'uid == 0 ? never : rss': nothing is worked out from it",
        offset: part.range.lowerBound)
    }
  }
}
