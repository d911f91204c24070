import Foundation
import OOMSimulator
import Testing

@testable import OOMFormats

/// Lines of a batch and their answers.
@Suite struct BatchTests {
  private static let scenario =
    #"{ "schema": "oomsim.scenario/1", "name": "s", "machine": { "memory": "1G" }, "#
    + #""processes": [ { "name": "a", "anon": "100M" } ], "events": [ { "at": "1s", "oom": {} } ] }"#

  private static let plain = BatchAnswer(settings: [], kernel: nil, policy: .kernel)

  private func answer(
    _ line: String, number: Int = 7, _ answers: BatchAnswer = plain
  ) -> String {
    let bytes = answers.answer(Array(line.utf8), number: number) { (path) throws(BatchError) in
      guard path == "s.json" else { throw BatchError("\(path): no such file", key: "file") }
      do throws(ScenarioError) {
        return try Scenario(json: Array(Self.scenario.utf8))
      } catch {
        throw BatchError(inFile: error)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What `run --json` prints, as values.
  private func result(_ settings: [String] = [], kernel: KernelRelease? = nil) throws
    -> NSDictionary
  {
    let scenario = try Scenario(
      json: Array(Self.scenario.utf8), file: "s.json",
      settings: settings.map { try #require(ScenarioSetting($0)) })
    var writer = JSONWriter()
    writer.result((kernel.map { Simulator(kernel: $0) } ?? Simulator(for: scenario)).run(scenario))
    return try document(String(decoding: writer.bytes, as: UTF8.self))
  }

  private func document(_ text: String) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
  }

  @Test func `every spelling of one what-if is the same result on one line`() throws {
    let expected = try result(["machine.memory=2G"], kernel: "5.4")
    let set = #""set": { "machine.memory": "2G" }"#
    for line in [
      #"{ "file": "s.json", \#(set), "kernel": "5.4" }"#,
      #"{ "kernel": "5.4", \#(set), "scenario": \#(Self.scenario) }"#,
      #"{"file":"s.json","set":{"machine.memory":"2G","kernel":"5.4"}}"#,
      #"{ "set": { "machine.memory": "9G", "kernel": 5.4, "machine.memory ": "2G" }, "file": "s.json" }"#
        .replacing("\"machine.memory\": \"9G\", ", with: "").replacing(
          "memory \"", with: "memory\""),
    ] {
      let text = answer(line)
      #expect(text.hasSuffix("}\n") && text.dropLast().contains("\n") == false)
      #expect(try document(text) == expected, "\(line)\n\(text)")
    }
    #expect(try document(answer(Self.scenario)) == result())
    #expect(try document(answer(Self.scenario + "\r")) == result())
  }

  @Test(arguments: ["1", "\"a b\"", "null", "[1, {\"x\": 2}]", "1e400", "\"\\u00e9\\n\""])
  func `an id comes back as it was`(id: String) throws {
    #expect(answer(#"{ "id": \#(id), "file": "s.json" }"#).contains(#""id": \#(id), "scenario""#))
    #expect(
      answer(#"{ "file": "x.json", "id":\#(id) }"#).contains(#""id": \#(id), "outcome": "error""#))
    #expect(
      answer(#"{ "id": \#(id), "file": "s.json", "set": { "x": 1 } }"#)
        .contains(#""id": \#(id), "outcome": "error""#))
  }

  @Test func `options of the command are for lines that say nothing else`() throws {
    let answers = BatchAnswer(
      settings: [try #require(ScenarioSetting("machine.memory=2G"))], kernel: "5.4", policy: .kernel
    )
    #expect(
      try document(answer(Self.scenario, answers)) == result(["machine.memory=2G"], kernel: "5.4"))
    #expect(
      try document(
        answer(
          #"{ "file": "s.json", "set": { "machine.memory": "3G" }, "kernel": "4.4" }"#, answers))
        == result(["machine.memory=3G"], kernel: "4.4"))
  }

  @Test(
    arguments: [
      ("", 1, "", "no valid JSON: the text ends"), ("[1]", 1, "", "this is no scenario"),
      ("{}", 1, "", "this is no scenario"), ("{ \"file\"", 9, "", "no valid JSON: expected ':'"),
      ("{ \"file\": \"s.json\" } x", 22, "", "text after the end"),
      ("{ \"file\": 5 }", 11, "file", "expected a string, found a number"),
      ("{ \"file\": \"x.json\" }", nil, "file", "x.json: no such file"),
      ("{ \"file\": \"-\" }", 1, "", "from files only"),
      ("{ \"file\": \"\" }", 1, "", "from files only"),
      ("{ \"file\": \"s.json\", \"file\": \"s.json\" }", 21, "file", "stands here twice"),
      (
        "{ \"file\": \"s.json\", \"sett\": {} }", 21, "sett",
        "unknown key 'sett'; did you mean 'set'?"
      ),
      ("{ \"file\": \"s.json\", \"kernel\": \"x\" }", 31, "kernel", "'x' is no kernel release"),
      ("{ \"file\": \"s.json\", \"scenario\": {} }", 1, "", "exactly one of 'file', 'scenario'"),
      ("{ \"file\": \"s.json\", \"set\": [] }", 28, "set", "expected an object, found an array"),
      (
        "{ \"file\": \"s.json\", \"set\": { \"machine.memroy\": \"1G\" } }", nil, "set",
        "--set machine.memroy=\"1G\": unknown key 'memroy'; did you mean 'memory'?"
      ),
      (
        "{ \"file\": \"s.json\", \"set\": { \"machine.memory\": 0 } }", nil, "set",
        "a machine without memory"
      ),
      (
        "{ \"file\": \"s.json\", \"set\": { \"processes.a.mempolicy\": \"3\" } }", nil,
        "processes[0].mempolicy", "the machine has 0"
      ),
      ("{ \"scenario\": 5 }", 15, "scenario", "expected a scenario, found a number"),
      ("{ \"scenario\": {} }", 15, "scenario", "this is no scenario"),
      (
        "{ \"id\": \"é\", \"scenario\": { \"schema\": \"oomsim.scenario/1\", \"machine\": { \"memory\": 5 } } }",
        82, "scenario.machine.memory", "a size needs a unit"
      ),
      (
        "{ \"schema\": \"oomsim.scenario/1\", \"machine\": { \"memory\": \"1KB\" } }", 57,
        "machine.memory", "unknown unit 'KB'"
      ),
    ] as [(String, Int?, String, String)])
  func `an error says where`(line: String, column: Int?, path: String, message: String) throws {
    let error = try document(answer(line, number: 1234))
    #expect(
      error["schema"] as? String == "oomsim.result/1" && error["outcome"] as? String == "error")
    #expect(error["line"] as? Int == 1234)
    let first = try #require((error["errors"] as? [NSDictionary])?.first)
    #expect(first["path"] as? String == path, "\(first)")
    #expect(first["column"] as? Int == column, "\(first)")
    #expect((first["message"] as? String)?.contains(message) == true, "\(first)")
  }

  /// Every prefix of a line, and every byte replaced: an answer that is one line of JSON.
  @Test func `damaged lines have answers, too`() throws {
    let line = Array(
      #"{ "id": 5, "file": "s.json", "set": { "machine.memory": "2G" }, "kernel": "5.4" }"#.utf8)
    var damaged = (0..<line.count).map { Array(line[..<$0]) }
    for index in line.indices {
      for byte in [UInt8(0), 0x22, 0x5C, 0x7B, 0xFF] {
        var copy = line
        copy[index] = byte
        damaged.append(copy)
      }
    }
    for bytes in damaged {
      let text = answer(String(decoding: bytes, as: UTF8.self))
      #expect(text.hasSuffix("\n") && text.dropLast().contains("\n") == false)
      _ = try document(text)
    }
  }
}
