import Testing

@testable import OOMFormats

/// Documents have one layout, so that two of them can be compared line by line.
struct JSONWriterTests {
  @Test func `two spaces a level, and inline objects on one line`() {
    var writer = JSONWriter()
    writer.object {
      $0.field("a", Int64(1))
      $0.key("list")
      $0.array {
        $0.object(inline: true) {
          $0.field("x", "y")
          $0.key("in")
          $0.object {
            $0.field("z", true)
            $0.field("none", nil as Int64?)
          }
        }
        $0.integer(2)
      }
      $0.key("empty")
      $0.array { _ in }
      $0.key("nothing")
      $0.object { _ in }
      $0.field("names", ["p", "q"])
      $0.field("text", nil as String?)
    }
    writer.finish()
    #expect(
      text(of: writer) == """
        {
          "a": 1,
          "list": [
            { "x": "y", "in": { "z": true, "none": null } },
            2
          ],
          "empty": [],
          "nothing": {},
          "names": [
            "p",
            "q"
          ],
          "text": null
        }

        """)
  }

  @Test(
    arguments: [
      (0, "0"), (-1, "-1"), (10, "10"), (9_223_372_036_854_775_807, "9223372036854775807"),
      (-9_223_372_036_854_775_808, "-9223372036854775808"), (1_000_000_007, "1000000007"),
    ] as [(Int64, String)])
  func `integers`(number: Int64, expected: String) {
    var writer = JSONWriter()
    writer.integer(number)
    #expect(text(of: writer) == expected)
  }

  /// RFC 8259 section 7; DEL is escaped besides, because terminals obey it.
  @Test(arguments: [
    ("", #""""#), ("plain", #""plain""#), ("ä😀", #""ä😀""#), ("a\"b\\c", #""a\"b\\c""#),
    ("\n\t\r", #""\n\t\r""#),
    ("\u{0}\u{1}\u{1B}\u{1F}\u{7F}", #""\u0000\u0001\u001b\u001f\u007f""#),
    ("a/b", #""a/b""#), ("\r\n", #""\r\n""#),
  ])
  func `strings`(string: String, expected: String) throws {
    var writer = JSONWriter()
    writer.string(string)
    #expect(text(of: writer) == expected)
    #expect(try JSONTree(writer.bytes) == .string(string))
  }

  /// Every character of the first planes comes back as it was.
  @Test func `what is written is read back`() throws {
    var text = ""
    for value in stride(from: UInt32(0), to: 0x3000, by: 1) {
      if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    var writer = JSONWriter()
    writer.string(text)
    guard case .string(let back) = try JSONTree(writer.bytes) else {
      Issue.record("a string is read back as something else")
      return
    }
    #expect(Array(back.utf8) == Array(text.utf8))
  }

  @Test func `a sink gets the same bytes in parts`() {
    func write(_ writer: inout JSONWriter) {
      writer.array { for number in Int64(0)..<20_000 { $0.integer(number) } }
      writer.array { writer in
        for _ in 0..<20 {
          writer.array { for number in Int64(0)..<2000 { $0.integer(number) } }
        }
      }
      writer.finish()
    }
    var whole = JSONWriter()
    write(&whole)
    final class Parts { var bytes: [[UInt8]] = [] }
    let parts = Parts()
    var streamed = JSONWriter { parts.bytes.append($0) }
    write(&streamed)
    #expect(parts.bytes.count > 2)
    #expect(streamed.bytes.isEmpty)
    #expect(Array(parts.bytes.joined()) == whole.bytes)
  }

  private func text(of writer: JSONWriter) -> String {
    String(decoding: writer.bytes, as: UTF8.self)
  }
}
