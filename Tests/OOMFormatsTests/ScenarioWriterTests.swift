import Foundation
import OOMSimulator
import Testing

@testable import OOMFormats

/// Read, written and read again, a scenario is the same.
struct ScenarioWriterTests {
  static func text(_ scenario: Scenario) -> String {
    var writer = JSONWriter()
    writer.scenario(scenario)
    writer.finish()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Compares the parts, so that a failure shows the one that differs.
  static func expectSame(
    _ scenario: Scenario, _ other: Scenario, _ text: String,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(ScenarioDifference.all(from: scenario, to: other).isEmpty, sourceLocation: location)
    #expect(scenario.machine == other.machine, sourceLocation: location)
    #expect(scenario.sysctl == other.sysctl, sourceLocation: location)
    #expect(scenario.cgroups == other.cgroups, sourceLocation: location)
    #expect(scenario.events == other.events, sourceLocation: location)
    #expect(scenario.expectation == other.expectation, sourceLocation: location)
    #expect(scenario.kernel?.text == other.kernel?.text, sourceLocation: location)
    #expect(scenario == other, "\(text)", sourceLocation: location)
  }

  @Test(arguments: Files.shippedScenarios)
  func `shipped scenarios`(path: String) throws {
    let bytes = try Files.bytes(of: Files.scenarios.appending(path: path))
    let scenario = try Scenario(json: bytes)
    let text = Self.text(scenario)
    Self.expectSame(scenario, try Scenario(json: Array(text.utf8)), text)
    // What is written has a schema, too.
    let validator = SchemaValidator(try SchemaTests.schema())
    #expect(validator.errors(in: try JSONTree(Array(text.utf8))) == [])
  }

  /// Each field of each table by its example, alone and in one object with all the others.
  @Test func `every field of every table`() throws {
    let sections =
      Machine.fields.filter { $0.key != "memory" && $0.key != "nodes" }.map {
        ("", "\"machine\": { \"memory\": \"16G\", \"\($0.key)\": \($0.example) }")
      } + [("", "\"machine\": { \"memory\": \"16G\", \(Self.members(Machine.fields)) }")]
      + Self.objects(Sysctl.fields).map { ("\"sysctl\": \($0)", "") }
      + [1, 2].flatMap { version in
        let fields = Cgroup.files.filter { $0.exists(inVersion: version) }.map { $0.field }
        return Self.objects(fields).map {
          ("\"cgroup_version\": \(version), \"cgroups\": { \"/a\": \($0) }", "")
        }
      }
    for (members, machine) in sections {
      let text = Self.document(members, machine: machine.isEmpty ? Self.machine : machine)
      try Self.expectRoundTrip(text)
    }
  }

  @Test func `every field of a process and of its change`() throws {
    for field in Scenario.Process.fields {
      // What goes together with others only.
      let beside = ["locked": "\"anon\": \"9M\""][field.key] ?? ""
      let name = field.key == "name" ? "" : "\"name\": \"p\""
      let member = "\"\(field.key)\": \(field.example)"
      let process = "{ \([name, beside, member].filter { !$0.isEmpty }.joined(separator: ", ")) }"
      let version = field.key == "threads" ? "\"cgroup_version\": 1, " : ""
      try Self.expectRoundTrip(
        Self.document(version + "\"processes\": [ { \"name\": \"other\" }, \(process) ]"))
    }
    for object in Self.objects(Event.ProcessChange.fields) {
      try Self.expectRoundTrip(
        Self.document(
          "\"processes\": [ { \"name\": \"p\" } ], \"events\": "
            + "[ { \"at\": \"1s\", \"set\": { \"process\": \"p\", \"to\": \(object) } } ]"))
    }
    for field in RestartPolicy.fields.dropFirst() {
      let beside =
        ["interval": "\"burst\": 2, ", "max_delay": "\"backoff\": \"exponential\", "][field.key]
        ?? ""
      try Self.expectRoundTrip(
        Self.document(
          "\"processes\": [ { \"name\": \"p\", \"restart\": { \"policy\": \"always\", "
            + beside + "\"\(field.key)\": \(field.example) } } ]"))
    }
  }

  /// An event of every action, with every member at least once.
  @Test(arguments: [
    #""grow": { "process": "p", "anon": "1M", "file": "2M", "shmem": "3M", "locked": "4M", "over": "5s", "nodes": "0" }"#,
    #""grow": { "process": 7, "anon": 0 }"#,
    #""shrink": { "process": "p", "anon": "1M", "over": "1d1h1us" }"#,
    #""map": { "process": "p", "size": "1M", "kind": "noreserve" }"#,
    #""unmap": { "process": "p", "size": "1M" }"#, #""exit": { "process": "p" }"#,
    #""start": { "name": "new", "anon": "1M", "oom_adj": 3, "oom_score_adj": 0 }"#,
    #""fork": { "process": "p", "child": { "name": "c", "pid": 9, "oom_score_adj": 0 } }"#,
    #""fork": { "process": "p", "child": { "name": "c" } }"#,
    #""cow": { "process": "p", "size": "1M", "over": "1s" }"#,
    #""madvise": { "process": "p", "size": "1M", "advice": "free" }"#,
    #""madvise": { "process": "p", "advice": "dontneed" }"#,
    #""touch": { "process": "p" }"#, #""touch": { "process": "p", "anon": 0, "over": "1s" }"#,
    #""touch": { "process": "p", "anon": "1M", "shmem": "2M" }"#,
    #""page_cache": { "read": "1M" }"#, #""page_cache": { "drop": "1M", "cgroup": "/a" }"#,
    #""tmpfs": { "write": "1M", "cgroup": "/a" }"#, #""tmpfs": { "delete": 0 }"#,
    #""set": { "cgroup": "/a", "to": { "memory.max": "max" } }"#,
    #""set": { "sysctl": true, "to": { "vm.swappiness": 0 } }"#,
    #""move": { "process": "p", "cgroup": "/a" }"#,
    #""swapoff": {}"#, #""swapoff": { "size": "1M", "process": "p" }"#,
    #""swapon": { "size": "1M" }"#, #""sysrq": "f""#, #""oom": {}"#,
    #""oom": { "cgroup": "/a", "process": "p", "nodes": "0-1" }"#,
  ])
  func `every action`(action: String) throws {
    let text = Self.document(
      "\"processes\": [ { \"name\": \"p\", \"pid\": 7 } ], \"cgroups\": { \"/a\": {} }, "
        + "\"events\": [ { \"at\": \"3s\", \(action) } ]",
      machine: "\"machine\": { \"memory\": \"2G\", "
        + "\"nodes\": [ { \"memory\": \"1G\", \"present\": \"2G\" }, { \"memory\": \"1G\", \"spanned\": \"2G\" } ] }"
    )
    try Self.expectRoundTrip(text)
  }

  @Test func `every field of an expectation`() throws {
    let beside = "\"processes\": [ { \"name\": \"p\", \"pid\": 7 } ], \"expect\": "
    for object in Self.objects(Expectation.fields) {
      try Self.expectRoundTrip(Self.document(beside + object))
    }
    for field in Expectation.ExpectedKill.fields {
      let name = ["name", "pid"].contains(field.key) ? "" : "\"name\": \"p\", "
      try Self.expectRoundTrip(
        Self.document(
          beside + "{ \"kills\": [ { \(name)\"\(field.key)\": \(field.example) } ] }"))
    }
  }

  /// Each member of each action by its example, with those that there have to be.
  @Test func `every member of every action`() throws {
    for form in EventForm.all {
      guard case .members(let fields, let members, _) = form.shape else { continue }
      var needed = Set(fields.filter { $0.isRequired }.map { $0.key })
      var others: [String] = []
      switch members {
      case .all: break
      case .oneOrMore(let keys): needed.insert(keys[0])
      case .either(let first, let second, _): others = [first, second]
      }
      for field in fields {
        var keys = needed.union([field.key])
        if !others.isEmpty, !others.contains(field.key) {
          keys.insert(others[0])
        }
        let list = fields.filter { keys.contains($0.key) }
          .map { "\"\($0.key)\": \($0.example)" }.joined(separator: ", ")
        let event = "{ \"at\": \"1s\", \"\(form.name)\": { \(list) } }"
        try Self.expectRoundTrip(
          Self.document(
            "\"processes\": [ { \"name\": \"p\" } ], \"cgroups\": { \"/a\": {} }, \"events\": [ \(event) ]"
          ))
      }
    }
  }

  @Test(arguments: [
    "{}", #"{ "kills": [] }"#,
    #"{ "kills": [ { "pid": 7, "constraint": "memcg", "cgroup": "/a", "points": -5, "after": "1s", "before": "2s", "also": [] } ] }"#,
    #"{ "kills": [ { "name": "p", "also": ["p", "p"] } ], "survivors": ["p"], "stuck": ["p"] }"#,
    #"{ "groups": { "/a": { "peak": "1G", "current": 0, "swap_peak": { "max": 5 }, "events": { "max": { "min": 1, "max": 9 } } }, "/": {} } }"#,
    #"{ "refused": [ { "process": "p", "at": 0 }, { "process": 7 } ], "panic": false, "outcome": "loop" }"#,
  ])
  func `every member of an expectation`(expectation: String) throws {
    try Self.expectRoundTrip(
      Self.document(
        "\"processes\": [ { \"name\": \"p\", \"pid\": 7 } ], \"cgroups\": { \"/a\": {} }, "
          + "\"expect\": \(expectation)"))
  }

  @Test(arguments: [4096, 16384, 65536])
  func `sizes and limits in all page sizes`(pageSize: Int) throws {
    try Self.expectRoundTrip(
      Self.document(
        #""cgroups": { "/a": { "memory.max": 1073741824, "memory.high": "max", "memory.low": "5 pages" } },"#
          + #""processes": [ { "name": "p", "anon": "37 pages", "file": "1T", "shmem": "64k" } ]"#,
        machine: "\"machine\": { \"memory\": \"3T\", \"page_size\": \(pageSize) }"))
  }

  @Test func `what is written is pleasant to read`() throws {
    let text = Self.document(
      #""name": "n", "kernel": "6.1", "processes": [ { "name": "a", "pid": 5, "anon": "1536M", "uid": 0 }, "#
        + #"{ "name": "b", "oom_score_adj": -5 } ], "#
        + #""events": [ { "at": "90s", "grow": { "process": "a", "anon": "148k" } } ]"#)
    #expect(
      Self.text(try Scenario(json: Array(text.utf8))) == """
        {
          "schema": "oomsim.scenario/1",
          "name": "n",
          "kernel": "6.1",
          "machine": {
            "memory": "16G",
            "swap": "1G"
          },
          "processes": [
            { "pid": 5, "name": "a", "anon": "1536M" },
            { "name": "b", "oom_score_adj": -5 }
          ],
          "events": [
            { "at": "1m30s", "grow": { "process": "a", "anon": "148k" } }
          ]
        }

        """)
  }

  // MARK: Making

  static let machine = #""machine": { "memory": "16G", "swap": "1G" }"#

  static func document(_ members: String, machine: String = machine) -> String {
    "{ \"schema\": \"oomsim.scenario/1\", " + machine + (members.isEmpty ? "" : ", " + members)
      + " }"
  }

  private static func members<Root>(_ fields: [Field<Root>]) -> String {
    fields.filter { !$0.isRequired && $0.key != "page_size" }
      .map { "\"\($0.key)\": \($0.example)" }.joined(separator: ", ")
  }

  /// An object with each field alone, and one with all.
  private static func objects<Root>(_ fields: [Field<Root>]) -> [String] {
    fields.map { "{ \"\($0.key)\": \($0.example) }" } + ["{ \(members(fields)) }"]
  }

  /// Reads what has to be right, and says whether a value that is not usual came through.
  private static func expectRoundTrip(
    _ text: String, location: SourceLocation = #_sourceLocation
  ) throws {
    var reader = ScenarioReader(Array(text.utf8), pageSize: 4096)
    try reader.read()
    if reader.scenario.machine.pageSize != 4096 || reader.scenario.cgroupVersion != 2 {
      reader = ScenarioReader(
        Array(text.utf8), pageSize: reader.scenario.machine.pageSize,
        cgroupVersion: reader.scenario.cgroupVersion)
      try reader.read()
    }
    #expect(reader.fields.problems == [], "\(text)", sourceLocation: location)
    let written = Self.text(reader.scenario)
    var again = ScenarioReader(
      Array(written.utf8), pageSize: reader.scenario.machine.pageSize,
      cgroupVersion: reader.scenario.cgroupVersion)
    try again.read()
    #expect(again.fields.problems == [], "\(written)", sourceLocation: location)
    expectSame(reader.scenario, again.scenario, written, location: location)
  }
}
