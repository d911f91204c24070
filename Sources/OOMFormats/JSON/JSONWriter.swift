package import OOMSimulator

/// Writes JSON with a stable order and layout: what the caller writes, in that order, two spaces a level,
/// objects that are `inline` on one line.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  /// The level that is written, and those around it.
  private var level: Level
  private var outer: [Level] = []
  private var hasKey = false
  /// Takes what is finished, so that a long document need not be held in memory.
  private let sink: ((consuming [UInt8]) -> Void)?

  private struct Level {
    var isEmpty: Bool
    var isInline: Bool
  }

  /// - Parameter inline: everything on one line.
  package init(inline: Bool = false, sink: ((consuming [UInt8]) -> Void)? = nil) {
    level = Level(isEmpty: true, isInline: inline)
    self.sink = sink
  }

  // What a caller writes between the braces becomes part of the caller: a function that takes it as a closure would be
  // compiled once for each of some hundred closures.

  @inlinable @inline(__always)
  package mutating func object(inline: Bool = false, _ body: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "{"), inline: inline)
    body(&self)
    close(UInt8(ascii: "}"))
  }

  @inlinable @inline(__always)
  package mutating func array(inline: Bool = false, _ body: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "["), inline: inline)
    body(&self)
    close(UInt8(ascii: "]"))
  }

  @inline(never)
  package mutating func key(_ key: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    key.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    append("\": ")
    hasKey = true
  }

  /// A key that is no word of the format, such as a path.
  @inline(never)
  package mutating func key(named text: String) {
    separate()
    quoted(text)
    append(": ")
    hasKey = true
  }

  @inline(never)
  package mutating func string(_ text: String) {
    separate()
    quoted(text)
  }

  /// A string without what stands before it; only in a `row`.
  mutating func quoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    if bytes[start...].contains(where: Self.needsEscape) { escape(from: start) }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte >= 0x7F
  }

  /// Writes the text since `start` once more, with escapes: a document on a terminal is not obeyed by it either.
  private mutating func escape(from start: Int) {
    let text = String(decoding: bytes[start...], as: UTF8.self)
    bytes.removeSubrange(start...)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      case "\n": append("\\n")
      case "\t": append("\\t")
      case "\r": append("\\r")
      default:
        if isInvisible(scalar) {
          for unit in UTF16.encode(scalar) ?? .init() { escape(unit) }
        } else {
          bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
        }
      }
    }
  }

  private mutating func escape(_ unit: UInt16) {
    append("\\u")
    for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(Self.hex[Int(unit >> shift & 15)]) }
  }

  @inline(never)
  package mutating func integer(_ number: Int64) {
    separate()
    decimal(number)
  }

  /// A number that may not fit 64 bits.
  @inline(never)
  package mutating func integer(wide number: Int128) {
    separate()
    decimal(number)
  }

  /// A number without what stands before it; only in a `row`.
  mutating func decimal<Number: FixedWidthInteger>(_ number: Number) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    let start = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest != 0
    bytes[start...].reverse()
  }

  /// A number that is given in thousandths, with three places.
  @inline(never)
  mutating func thousandths(_ key: StaticString, _ number: Int64) {
    self.key(key)
    separate()
    decimal(number / 1000)
    bytes.append(UInt8(ascii: "."))
    for unit in [100, 10, 1] as [Int64] {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / unit % 10))
    }
  }

  @inline(never)
  package mutating func bool(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
  }

  @inline(never)
  package mutating func null() {
    separate()
    append("null")
  }

  /// A value that is JSON already.
  mutating func raw(_ json: [UInt8]) {
    separate()
    bytes += json
  }

  /// Ends the document with a line break and hands on what is left of it.
  package mutating func finish() {
    bytes.append(UInt8(ascii: "\n"))
    flush(atLeast: 1)
  }

  /// One object of a long list on a line of its own, its keys and braces written by the caller as they
  /// stand: a hundred thousand of these are most of a document.
  mutating func row(_ body: (inout JSONWriter) -> Void) {
    separate()
    body(&self)
    flush(atLeast: 1 << 16)
  }

  private static let hex = Array("0123456789abcdef".utf8)

  @usableFromInline @inline(never)
  mutating func open(_ brace: UInt8, inline: Bool) {
    separate()
    bytes.append(brace)
    outer.append(level)
    level = Level(isEmpty: true, isInline: inline || level.isInline)
  }

  @usableFromInline @inline(never)
  mutating func close(_ brace: UInt8) {
    let inner = level
    level = outer.removeLast()
    if !inner.isEmpty { inner.isInline ? bytes.append(UInt8(ascii: " ")) : newLine() }
    bytes.append(brace)
    flush(atLeast: 1 << 16)
  }

  /// What stands between the value before and the one that comes.
  private mutating func separate() {
    if hasKey {
      hasKey = false
      return
    }
    if outer.isEmpty { return }
    if !level.isEmpty { bytes.append(UInt8(ascii: ",")) }
    level.isEmpty = false
    level.isInline ? bytes.append(UInt8(ascii: " ")) : newLine()
  }

  private mutating func newLine() {
    bytes.append(UInt8(ascii: "\n"))
    for _ in outer {
      bytes.append(UInt8(ascii: " "))
      bytes.append(UInt8(ascii: " "))
    }
  }

  /// Text as it stands; only in a `row`.
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func flush(atLeast count: Int) {
    guard let sink, bytes.count >= count else { return }
    sink(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

extension JSONWriter {
  @inline(never)
  package mutating func field(_ key: StaticString, _ text: String?) {
    self.key(key)
    if let text { string(text) } else { null() }
  }

  @inline(never)
  package mutating func field(_ key: StaticString, _ number: Int64?) {
    self.key(key)
    if let number { integer(number) } else { null() }
  }

  @inline(never)
  package mutating func field(_ key: StaticString, _ time: Microseconds?) {
    field(key, time?.rawValue)
  }

  @inline(never)
  package mutating func field(_ key: StaticString, _ size: Bytes?) {
    field(key, size?.rawValue)
  }

  @inline(never)
  package mutating func field(_ key: StaticString, _ size: Kibibytes?) {
    field(key, size?.rawValue)
  }

  @inline(never)
  package mutating func field(_ key: StaticString, _ number: Int128?) {
    self.key(key)
    guard let number else { return null() }
    separate()
    decimal(number)
  }

  @inline(never)
  package mutating func field(_ key: StaticString, _ value: Bool) {
    self.key(key)
    bool(value)
  }

  @inline(never)
  package mutating func field(_ key: StaticString, _ strings: [String]) {
    self.key(key)
    array { writer in
      for string in strings { writer.string(string) }
    }
  }
}
