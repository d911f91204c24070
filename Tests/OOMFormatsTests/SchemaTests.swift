import Foundation
import Testing

@testable import OOMFormats

/// `Scenarios/schema.json` says the same as the reader: editors complete by the one, the program reads by
/// the other.
struct SchemaTests {
  static func schema() throws -> JSONTree {
    try JSONTree(try Files.bytes(of: Files.scenarios.appending(path: "schema.json")))
  }

  @Test func `every keyword of the schema is one that the validator knows`() throws {
    let validator = SchemaValidator(try Self.schema())
    validator.checkKeywords()
    #expect(validator.unsupported == [])
  }

  /// The file is made from the tables: `OOMSIM_WRITE_SCHEMA=1 swift test --filter SchemaTests` writes it anew.
  @Test func `the shipped schema is that of the tables`() throws {
    let file = Files.scenarios.appending(path: "schema.json")
    if ProcessInfo.processInfo.environment["OOMSIM_WRITE_SCHEMA"] != nil {
      try Data(ScenarioSchema.text.utf8).write(to: file, options: .atomic)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == ScenarioSchema.text)
  }

  @Test func `a keyword that the validator does not know is reported`() throws {
    let validator = SchemaValidator(try JSONTree(Array(#"{ "maxLength": 3 }"#.utf8)))
    _ = validator.errors(in: .string("abcd"))
    #expect(validator.unsupported == ["maxLength"])
  }

  @Test(arguments: Files.shippedScenarios)
  func `shipped scenarios are valid by the schema`(path: String) throws {
    let validator = SchemaValidator(try Self.schema())
    let bytes = try Files.bytes(of: Files.scenarios.appending(path: path))
    #expect(validator.errors(in: try JSONTree(bytes)) == [])
    #expect(validator.unsupported == [])
  }

  /// What both must agree on: members of a scenario, and whether it is one.
  @Test(
    arguments: [
      (#""name": "x""#, true), (#""nam": "x""#, false), (#""kernel": "latest""#, false),
      (#""cgroup_version": 2"#, true), (#""cgroup_version": 1"#, true),
      (#""cgroup_version": 3"#, false),
      (
        #""processes": [ { "name": "a", "anon": "1.5G", "file": "1 page", "shmem": "1000 kB" } ]"#,
        true
      ),
      (#""processes": [ { "name": "a", "anon": "512 MiB", "file": "1KiB", "swap": "4K" } ]"#, true),
      (#""processes": [ { "name": "a", "anon": "1GB", "file": "5Mi", "swap": "1.5 TB" } ]"#, true),
      (#""processes": [ { "name": "a", "anon": "1KB" } ]"#, false),
      (#""processes": [ { "name": "a", "anon": "1Gb" } ]"#, false),
      (#""processes": [ { "name": "a", "anon": 5 } ]"#, false),
      (#""processes": [ { "name": "a", "anon": 0 } ]"#, true),
      (#""processes": [ { "name": "a", "oom_score_adj": 1001 } ]"#, false),
      (#""processes": [ { "name": "a", "count": 1000000 } ]"#, true),
      (#""processes": [ { "name": "a", "count": 1000001 } ]"#, false),
      (#""processes": [ { "name": "a", "count": 0 } ]"#, false),
      (#""processes": [ { "name": "a", "uid": 4294967294 } ]"#, true),
      (#""processes": [ { "name": "a", "uid": 4294967295 } ]"#, false),
      (#""processes": [ { "name": "a", "ppid": 0 } ]"#, true),
      (#""processes": [ { "name": "a", "pid": 4194304 } ]"#, false),
      (#""processes": [ { "name": "a", "page_tables": { "pte": "4k", "pmd": 0 } } ]"#, true),
      (#""processes": [ { "name": "a", "page_tables": { "p4d": "4k" } } ]"#, false),
      (#""processes": [ { "name": "" } ]"#, false), (#""processes": [ { "pid": 5 } ]"#, false),
      (#""processes": [ { "name": "a", "cgroup": "b" } ]"#, false),
      (#""processes": [ { "name": "a", "capabilities": ["sys_nice"] } ]"#, false),
      (#""sysctl": { "vm.min_free_kbytes": "8M" }"#, true),
      (#""sysctl": { "vm.min_free_kbytes": -1 }"#, false),
      (#""sysctl": { "vm.overcommit_ratio": 100000 }"#, true),
      (#""sysctl": { "vm.overcommit_ratio": 100001 }"#, false),
      (#""cgroups": { "/a": { "memory.max": "max", "memory.high": 4096 } }"#, true),
      (#""cgroups": { "/a": { "page_cache": "max" } }"#, false),
      (#""cgroups": { "a": {} }"#, false), (#""cgroups": { "/": { "page_cache": "1M" } }"#, true),
      (#""cgroups": { "/a": { "memory.oom.group": 2 } }"#, false),
      (#""events": [ { "at": "1d", "oom": {} } ]"#, true),
      (#""events": [ { "at": "1m30s", "oom": {} } ]"#, true),
      (#""events": [ { "at": "1s1m", "oom": {} } ]"#, false),
      (#""events": [ { "at": "1s", "oom": {}, "tmpfs": { "write": 0 } } ]"#, false),
      (#""events": [ { "at": "1s" } ]"#, false), (#""events": [ { "oom": {} } ]"#, false),
      (#""events": [ { "at": 0, "tmpfs": { "write": "1M", "delete": "1M" } } ]"#, false),
      (#""events": [ { "at": 0, "tmpfs": { "write": "1M", "size": "1M", "over": "1s" } } ]"#, true),
      (#""events": [ { "at": 0, "tmpfs": { "delete": "1M", "size": "1M" } } ]"#, false),
      (
        #""events": [ { "at": 0, "kernel": { "grow": "1M", "cgroup": "/a", "over": "1s" } } ]"#,
        true
      ),
      (#""events": [ { "at": 0, "kernel": { "grow": "1M", "shrink": "1M" } } ]"#, false),
      (#""events": [ { "at": 0, "reclaim": { "size": "1M" } } ]"#, true),
      (#""events": [ { "at": 0, "reclaim": { "cgroup": "/" } } ]"#, false),
      (#""events": [ { "at": 0, "set": { "machine": true, "to": { "hugetlb": 0 } } } ]"#, true),
      (#""events": [ { "at": 0, "set": { "machine": true, "to": { "swap": 0 } } } ]"#, false),
      (#""events": [ { "at": 0, "set": { "machine": false, "to": { "memory": "1G" } } } ]"#, false),
      (
        #""events": [ { "at": 0, "set": { "sysctl": true, "to": { "vm.swappiness": 1 } } } ]"#, true
      ),
      (#""events": [ { "at": 0, "set": { "sysctl": false, "to": {} } } ]"#, false),
      (#""events": [ { "at": 0, "set": { "cgroup": "/a", "to": { "page_cache": 0 } } } ]"#, false),
      (
        """
        "processes": [ { "name": "a" } ],
        "events": [ { "at": 0, "set": { "process": "a", "to": { "uid": 5, "on_enomem": "exit" } } } ]
        """, true
      ),
      (
        #""processes": [ { "name": "a", "pid": 5 } ], "expect": { "kills": [ { "name": "a", "pid": 5 } ] }"#,
        false
      ),
      (#""expect": { "kills": [ {} ] }"#, false), (#""expect": { "kills": [] }"#, true),
      (#""expect": { "panic": 1 }"#, false), (#""expect": { "outcome": "loop" }"#, true),
      (#""expect": { "outcome": "looping" }"#, false),
      (#""expect": { "groups": { "/a": { "peak": "1G", "failcnt": 1 } } }"#, true),
      (
        #""expect": { "groups": { "/a": { "peak": { "min": 1 }, "events": { "low": 0 } } } }"#, true
      ),
      (#""expect": { "groups": { "/a": { "peak": {} } } }"#, false),
      (#""expect": { "groups": { "/a": { "peak": -1 } } }"#, false),
      (#""expect": { "groups": { "/a": { "events": { "low": "1G" } } } }"#, false),
      (#""expect": { "groups": { "/a": { "events": { "lows": 0 } } } }"#, false),
      (#""expect": { "groups": { "a": {} } }"#, false),
      (#""processes": [ { "name": "a", "restart": { "policy": "always" } } ]"#, true),
      (#""processes": [ { "name": "a", "restart": { "policy": "on-abort" } } ]"#, false),
      (#""processes": [ { "name": "a", "restart": { "delay": "1s" } } ]"#, false),
      (#""processes": [ { "name": "a", "restart": { "policy": "no", "delay": 0 } } ]"#, false),
      (#""processes": [ { "name": "a", "restart": { "policy": "no", "delay": "0s" } } ]"#, false),
      (#""processes": [ { "name": "a", "restart": { "policy": "no", "burst": 0 } } ]"#, false),
      (#""processes": [ { "name": "a", "restart": { "policy": "no", "burst": 1000000 } } ]"#, true),
      (#""processes": [ { "name": "a", "restart": "always" } ]"#, false),
    ] as [(String, Bool)])
  func `schema and reader agree`(sections: String, isScenario: Bool) throws {
    let text = scenarioText(sections)
    #expect((reading(text).error == nil) == isScenario, "the reader")
    let errors = SchemaValidator(try Self.schema()).errors(in: try JSONTree(Array(text.utf8)))
    #expect(errors.isEmpty == isScenario, "the schema: \(errors)")
  }

  @Test(arguments: [
    (#""memory": "1G", "swap": [ { "size": "1G", "kind": "disk" }, { "size": "2G" } ]"#, true),
    (#""memory": "1G", "swap": [ { "size": "1G", "kind": "tape" } ]"#, false),
    (#""memory": "1G", "hz": 24"#, true), (#""memory": "1G", "hz": 23"#, false),
    (#""memory": "1G", "hz": 1200"#, true), (#""memory": "1G", "hz": 1201"#, false),
    (
      #""memory": "2G", "nodes": [ { "memory": "1G", "kernel": "1M" }, { "memory": "1G", "kernel": 0 } ]"#,
      true
    ),
    (#""memory": "1G", "nodes": [ { "memory": "1G", "kern": 0 } ]"#, false),
    (#""memory": "1G", "page_size": 8192"#, false), (#""swap": 0"#, false),
  ])
  func `schema and reader agree on machines`(members: String, isScenario: Bool) throws {
    let text = "{ \"schema\": \"oomsim.scenario/1\", \"machine\": { \(members) } }"
    #expect((reading(text).error == nil) == isScenario, "the reader")
    let errors = SchemaValidator(try Self.schema()).errors(in: try JSONTree(Array(text.utf8)))
    #expect(errors.isEmpty == isScenario, "the schema: \(errors)")
  }
}

/// The keys of every object, by the reader's tables and by the schema.
struct SchemaKeysTests {
  /// Tables that the reader shows, and where the schema has the same object.
  @Test(arguments: [
    (ScenarioReader.topKeys.names, ""), (Fields.machineTable.keys.names, "$defs/machine"),
    (Fields.sysctlTable.keys.names, "$defs/sysctl"),
    (Fields.cgroupTable.keys.names, "$defs/cgroup"),
    (Fields.processTable.keys.names, "$defs/process"), (Fields.eventKeys.names, "$defs/event"),
    (Fields.expectationTable.keys.names, "$defs/expect"),
    (Fields.killTable.keys.names, "$defs/expected_kill"),
    (Fields.refusalTable.keys.names, "$defs/expected_refusal"),
    (
      Fields.cgroupTable.keys.names.filter { $0.contains(".") }, "$defs/cgroup_limits"
    ),
  ])
  func `the schema has the keys of the reader and no others`(names: [String], path: String) throws {
    #expect(Set(try keys(at: path)) == Set(names))
  }

  /// Inner tables are seen by what the reader says of a key that is none.
  @Test(arguments: [
    "grow", "shrink", "map", "unmap", "exit", "page_cache", "tmpfs", "kernel", "reclaim", "move",
    "oom", "pressure",
  ])
  func `the schema has the fields of an action and no others`(action: String) throws {
    let known = try knownKeys(#""events": [ { "at": 0, "\#(action)": { "????????????": 0 } } ]"#)
    #expect(Set(try keys(at: "$defs/event/properties/\(action)")) == Set(known))
  }

  @Test func `the schema has the members of a swap device and no others`() throws {
    let text = """
      { "schema": "oomsim.scenario/1",
        "machine": { "memory": "1G", "swap": [ { "????????????": 0 } ] } }
      """
    let known = try knownKeys(whole: text)
    #expect(Set(try keys(at: "$defs/swap_device")) == Set(known))
  }

  @Test func `the schema has the members of a node and no others`() throws {
    let text = """
      { "schema": "oomsim.scenario/1",
        "machine": { "memory": "1G", "nodes": [ { "????????????": 0 } ] } }
      """
    let known = try knownKeys(whole: text)
    #expect(Set(try keys(at: "$defs/machine/properties/nodes/items")) == Set(known))
  }

  @Test func `the schema has the levels of page tables and no others`() throws {
    let known = try knownKeys(
      #""processes": [ { "name": "a", "page_tables": { "????????????": 0 } } ]"#)
    #expect(Set(try keys(at: "$defs/page_table_levels")) == Set(known))
  }

  @Test func `the schema has the members of a restart and no others`() throws {
    #expect(Set(try keys(at: "$defs/restart")) == Set(Fields.restartTable.keys.names))
  }

  @Test func `the schema has the keys of a killer and no others`() throws {
    let known = try knownKeys(#""killers": [ { "????????????": 0 } ]"#)
    #expect(Set(try keys(at: "$defs/killer")) == Set(known))
  }

  @Test func `a start has the keys of a process`() throws {
    let start = try SchemaTests.schema().at("$defs/event/properties/start")
    #expect(start?["$ref"] == .string("#/$defs/process"))
  }

  @Test func `the schema has the fields of a change of settings and no others`() throws {
    let known = try knownKeys(#""events": [ { "at": 0, "set": { "????????????": 0 } } ]"#)
    let set = try #require(try SchemaTests.schema().at("$defs/event/properties/set/oneOf"))
    guard case .array(let forms) = set else { throw Missing() }
    #expect(Set(forms.flatMap { $0["properties"]?.keys ?? [] }) == Set(known))
    #expect(
      Set(try keys(at: "$defs/process_change")) == Set(Fields.processChangeTable.keys.names))
    #expect(
      Set(try keys(at: "$defs/machine_change")) == Set(Fields.machineChangeTable.keys.names))
  }

  private struct Missing: Error {}

  private func keys(at path: String) throws -> [String] {
    try #require(try SchemaTests.schema().at(path + "/properties")).keys
  }

  private func knownKeys(_ sections: String) throws -> [String] {
    try knownKeys(whole: scenarioText(sections))
  }

  private func knownKeys(whole text: String) throws -> [String] {
    let error = try #require(reading(text).error)
    let list = error.diagnostics.compactMap { diagnostic in
      diagnostic.message.range(of: "known here: ").map { diagnostic.message[$0.upperBound...] }
    }
    try #require(list.count == 1, "\(error)")
    return list[0].components(separatedBy: ", ")
  }
}
