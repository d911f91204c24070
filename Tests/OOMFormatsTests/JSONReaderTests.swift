import Foundation
import OOMSimulator
import Testing

@testable import OOMFormats

/// What is no JSON by RFC 8259, or beyond the reader's limits, is named with the place where it stops.
struct JSONReaderTests {
  /// Text, the column of the mistake in its first line, and what is said of it.
  @Test(arguments: [
    ("", 1, "the text ends where a value is expected"),
    ("  ", 3, "the text ends where a value is expected"),
    (#"{"a": 1,}"#, 9, "a comma before '}'"),
    ("[1,]", 4, "a comma before ']'"),
    ("[,1]", 2, "expected a value, found ','"),
    (#"{,"a": 1}"#, 2, "expected a key in quotes, found ','"),
    (#"{"a" 1}"#, 6, "expected ':', found '1'"),
    (#"{"a": 1 "b": 2}"#, 9, "expected ',' or '}', found '\"'"),
    (#"{"a": 1]"#, 8, "expected ',' or '}', found ']'"),
    ("[1 2]", 4, "expected ',' or ']', found '2'"),
    ("[1}", 3, "expected ',' or ']', found '}'"),
    (
      "{a: 1}", 2,
      "expected a key in quotes, found 'a'; keys without quotes are YAML, which is not read: "
        + "'docker compose config --format json' or 'kubectl get -o json' makes JSON of it"
    ),
    ("{'a': 1}", 2, "expected a key in quotes, found '''"),
    ("{1: 1}", 2, "expected a key in quotes, found '1'"),
    ("{ // no\n}", 3, "expected a key in quotes, found '/'"),
    (#"{"a": }"#, 7, "expected a value, found '}'"),
    (#"{"a""#, 5, "expected ':', found the end of the text"),
    (#"{"a": 1"#, 8, "expected ',' or '}', found the end of the text"),
    ("[", 2, "the text ends where a value is expected"),
    ("{", 2, "expected a key in quotes, found the end of the text"),
    ("{} x", 4, "text after the end: 'x'"),
    ("{}{}", 3, "text after the end: '{'"),
    ("[]]", 3, "text after the end: ']'"),
    ("{}\u{0}", 3, "text after the end: the control character 0x00"),
    ("\u{7F}", 1, "expected a value, found the control character 0x7F"),
    ("\u{A0}1", 1, "expected a value, found the byte 0xC2"),
  ])
  func `structure that is no JSON`(text: String, column: Int, message: String) throws {
    try expectInvalid(Array(text.utf8), line: 1, column: column, message)
  }

  @Test(arguments: [
    ("01", 1, "a number with a leading zero"),
    ("-01", 2, "a number with a leading zero"),
    ("00", 1, "a number with a leading zero"),
    ("-", 2, "expected a digit, found the end of the text"),
    ("-a", 2, "expected a digit, found 'a'"),
    ("+1", 1, "expected a value, found '+'"),
    (".5", 1, "expected a value, found '.'"),
    ("1.", 3, "expected a digit after the point, found the end of the text"),
    ("1.e1", 3, "expected a digit after the point, found 'e'"),
    ("1e", 3, "expected a digit in the exponent, found the end of the text"),
    ("1E+", 4, "expected a digit in the exponent, found the end of the text"),
    ("0x10", 2, "text after the end: 'x'"),
    ("NaN", 1, "expected a value, found 'N'"),
    ("nan", 1, "expected a value, found 'n'"),
    ("Infinity", 1, "expected a value, found 'I'"),
    ("-Infinity", 2, "expected a digit, found 'I'"),
    ("tru", 1, "expected a value, found 't'"),
    ("True", 1, "expected a value, found 'T'"),
    ("falsy", 1, "expected a value, found 'f'"),
    ("nul", 1, "expected a value, found 'n'"),
    ("truee", 5, "text after the end: 'e'"),
  ])
  func `numbers and words that are no JSON`(text: String, column: Int, message: String) throws {
    try expectInvalid(Array(text.utf8), line: 1, column: column, message)
  }

  @Test(arguments: [
    (#"{"a"#, 2, "a string without an end"),
    (#"["a\"]"#, 2, "a string without an end"),
    (#""\"#, 2, "a string without an end"),
    (#""\x41""#, 2, #"unknown escape: \ and 'x'"#),
    (#""\'""#, 2, #"unknown escape: \ and '''"#),
    (#""\u12g4""#, 2, #"expected four hexadecimal digits after \u"#),
    (#""\u12""#, 2, #"expected four hexadecimal digits after \u"#),
    (#""\ud800""#, 2, "half of a surrogate pair without the other half"),
    (#""ab\udc00""#, 4, "half of a surrogate pair without the other half"),
    (#""\ud800\u0041""#, 2, "half of a surrogate pair without the other half"),
    (#""\ud800\ud800""#, 2, "half of a surrogate pair without the other half"),
    ("\"a\u{1}\"", 3, #"a control character in a string: write it as \u0001"#),
    ("\"a\tb\"", 3, #"a control character in a string: write it as \u0009"#),
    ("\"a\nb\"", 3, #"a control character in a string: write it as \u000A"#),
  ])
  func `strings that are no JSON`(text: String, column: Int, message: String) throws {
    try expectInvalid(Array(text.utf8), line: 1, column: column, message)
  }

  /// RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF, no rest missing.
  @Test(
    arguments: [
      [0xFF], [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xE0, 0x80, 0x80],
      [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xEF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
      [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func `invalid UTF-8`(bytes: [UInt8]) throws {
    let hex = String(bytes[0], radix: 16, uppercase: true)
    let text = Array("[\"ab".utf8) + bytes + Array("\"]".utf8)
    try expectInvalid(text, line: 1, column: 5, "invalid UTF-8: the byte 0x\(hex)")
  }

  @Test func `a column counts characters and lines begin at one`() throws {
    let text = "{\r\n  \"größe 😀\": [\n],\n  \"ä\": tru\n}"
    try expectInvalid(Array(text.utf8), line: 4, column: 8, "expected a value, found 't'")
  }

  @Test func `levels are limited`() throws {
    let open = [UInt8](repeating: UInt8(ascii: "["), count: 513)
    let close = [UInt8](repeating: UInt8(ascii: "]"), count: 513)
    try expectInvalid(open + close, line: 1, column: 513, "nested deeper than 512 levels")
    let (_, error) = reading(open.dropLast() + close.dropLast())
    #expect(error?.description.contains("no valid JSON") == false)
  }

  /// Ten megabytes each: the time is that of reading them a few times, and no stack overflows.
  @Test(
    .timeLimit(.minutes(15)), arguments: ["[", "{\"a\":", "[{\"\":", "\"", "[0,", "\\", " ", "9"])
  func `a large hostile text ends fast`(part: String) {
    let count = 10_000_000 / part.utf8.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(10_000_000)
    for _ in 0..<count { bytes += part.utf8 }
    #expect(reading(bytes).error != nil)
  }

  @Test func `a byte order mark is passed over`() throws {
    let text: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(scenarioText(#""name": "x""#).utf8)
    #expect(try Scenario(json: text).name == "x")
    #expect(reading([0xFE, 0xFF, 0x00, 0x7B]).error != nil, "UTF-16 is not read")
  }

  @Test func `escapes are decoded`() throws {
    let title = #""\"\\\/\b\f\n\r\t\u00e9\u00E9\u20ac\ud83d\ude00\u0000 ä😀\udbff\udfff""#
    let scenario = try Scenario(json: Array(scenarioText("\"title\": \(title)").utf8))
    #expect(
      scenario.title == "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{E9}\u{20AC}\u{1F600}\u{0} ä😀\u{10FFFF}")
  }

  @Test func `a key with escapes is the key that it spells`() {
    let (scenario, _) = reading(scenarioText(#""n\u0061me": "x""#))
    #expect(scenario?.name == "x")
    let (_, error) = reading(scenarioText(#""name": "x", "\u006eame": "y""#))
    #expect(error?.diagnostics.map(\.message) == ["the key 'name' stands here twice"])
  }

  private func expectInvalid(
    _ bytes: [UInt8], line: Int, column: Int, _ message: String,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let diagnostics = try #require(reading(bytes).error, sourceLocation: location).diagnostics
    let expected = Diagnostic(
      line: line, column: column, path: "", message: "no valid JSON: " + message)
    #expect(diagnostics == [expected], sourceLocation: location)
  }
}

/// Texts that are damaged in every place.
struct DamagedScenarioTests {
  static let small = Array(
    """
    {"schema": "oomsim.scenario/1", "name": "d\\u00e4", "machine": {"memory": "1G", "swap": 0},
     "sysctl": {"vm.swappiness": 60}, "cgroups": {"/a": {"memory.max": "64M"}},
     "processes": [{"pid": 7, "name": "a", "cgroup": "/a", "anon": "1.5M"},
                   {"name": "ü", "count": 2}],
     "events": [{"at": "1s", "grow": {"process": "a", "anon": "128M", "over": "2s"}}],
     "expect": {"kills": [{"name": "a", "points": -1e2}], "panic": false}}
    """.utf8)

  /// No prefix of an object is an object, so every one of them ends too early.
  @Test func `a truncated text is an error at its end`() throws {
    for count in 0..<Self.small.count {
      let prefix = Array(Self.small[..<count])
      let error = try #require(reading(prefix).error, "the first \(count) bytes are read")
      try #require(error.diagnostics.count == 1)
      let diagnostic = error.diagnostics[0]
      #expect(diagnostic.message.hasPrefix("no valid JSON: "), "after \(count) bytes")
      #expect(diagnostic.line != nil && diagnostic.column != nil)
    }
  }

  /// Some of these are still scenarios: they replay. The others are errors. None crashes.
  @Test(arguments: Array("\0\"\\{}[],:0-9e.a/ \u{7F}".utf8) + [0x80, 0xC3, 0xED, 0xFF])
  func `a text with one byte changed is an error or replays`(byte: UInt8) throws {
    let simulator = Simulator()
    for index in Self.small.indices {
      var bytes = Self.small
      bytes[index] = byte
      if let scenario = reading(bytes).scenario { _ = simulator.run(scenario) }
      bytes = Self.small
      bytes.insert(byte, at: index)
      if let scenario = reading(bytes).scenario { _ = simulator.run(scenario) }
      bytes = Self.small
      bytes.remove(at: index)
      _ = reading(bytes)
    }
  }
}

/// The JSON test suite of Nicolas Seriot, "Parsing JSON is a Minefield", where it lies beside the package.
@Suite(.enabled(if: Files.hasJSONTestSuite))
struct JSONTestSuiteTests {
  @Test(arguments: Files.jsonTests("y_"))
  func `valid JSON that is no scenario`(name: String) throws {
    let error = try #require(try error(of: name))
    #expect(error.description.contains("this is no scenario"))
    #expect(!error.description.contains("no valid JSON"), "\(error)")
  }

  @Test(arguments: Files.jsonTests("n_"))
  func `text that is no JSON`(name: String) throws {
    let error = try #require(try error(of: name))
    try #require(error.diagnostics.count == 1)
    let diagnostic = error.diagnostics[0]
    #expect(diagnostic.message.hasPrefix("no valid JSON: "), "\(error)")
    #expect(diagnostic.line ?? 0 >= 1 && diagnostic.column ?? 0 >= 1)
  }

  /// RFC 8259 leaves these to the reader; they are no scenarios either way.
  @Test(arguments: Files.jsonTests("i_"))
  func `text that may or may not be JSON`(name: String) throws {
    #expect(try error(of: name) != nil)
  }

  private func error(of name: String) throws -> ScenarioError? {
    reading(try Files.bytes(of: Files.jsonTestSuite.appending(path: name))).error
  }
}
