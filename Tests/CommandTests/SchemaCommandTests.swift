import Foundation
import Testing

/// `oomsim schema` as a user runs it.
@Suite struct SchemaCommandTests {
  @Test(arguments: [
    Call(
      "schema oom_score_adj",
      out: [
        "processes.NAME.oom_score_adj   whole number from -1000 to 1000\n", "    default  0\n",
        "    example  \"oom_score_adj\": -500\n", "events.N.set.to.oom_score_adj",
      ]),
    Call(
      "schema cgroups.memory.high",
      out: ["cgroups./PATH.memory.high   limit\n", "    unit     bytes, or those of a size\n"]),
    Call("schema machine.memory", out: ["machine.memory   size, required\n", "MemTotal"]),
    Call("schema grow", out: ["grow   events.N.grow\n", "\n  process  A living process"]),
    Call("schema MemoryMax", out: ["'MemoryMax' is called 'memory.max' or "]),
    Call(
      "schema", out: ["scenario\n", "\nmachine\n", "\nprocess   processes.NAME\n", "\nvalues\n"]),
    Call("schema --markdown", out: ["# Every key of a scenario\n", "| **`memory`** | size | "]),
    Call(
      "schema nice --json",
      out: [
        "\"schema\": \"oomsim.schema/1\"", "\"path\": \"processes.NAME.nice\"",
        "\"default\": \"0\"",
      ]
    ),
    Call(
      "schema oom_scor_adj", 64, error: ["is called 'oom_scor_adj'. Did you mean 'oom_score_adj'?"]),
    Call(
      "schema frobnicate", 64,
      error: ["no key, event or value of a scenario is called 'frobnicate'."]),
    Call("schema a b", 64, error: ["Unexpected argument 'b'"]),
    Call("schema nice --markdown", 64, error: ["--markdown is the whole reference"]),
  ])
  func `what is asked is printed`(call: Call) async throws { try await call.check() }

  @Test func `the document has exactly these keys in this order`() async throws {
    let output = try await Program.run(["schema", "MemoryHigh", "--json"])
    let key = ["key", "path", "type", "unit", "default", "example", "required", "meaning"]
    #expect(
      DocumentTests.keys(of: output.out) == ["schema", "called", "keys"] + key + [
        "places", "values",
      ])
    let document = try DocumentTests.document(output.out)
    #expect(document["called"] as? [String] == ["memory.high"])
    let first = try #require((document["keys"] as? [[String: Any]])?.first)
    #expect(first["default"] is NSNull && first["required"] as? Bool == false)
    let all = try DocumentTests.document(try await Program.run(["schema", "--json"]).out)
    #expect((all["keys"] as? [Any])?.count ?? 0 > 200 && all["called"] is NSNull)
  }
}
