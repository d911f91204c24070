import Foundation
import Testing

@testable import OOMFormats
@testable import OOMReports

/// `oomsim schema`: every key of the format with its meaning, found by name, path, or another tool's word.
struct FormatReferenceTests {
  static let reference = FormatReference()

  /// The page is made from the tables: `OOMSIM_WRITE_SCHEMA=1 swift test --filter FormatReferenceTests` writes it anew.
  @Test func `the shipped page is that of the tables`() throws {
    let file = Files.scenarios.appending(path: "schema.md")
    if ProcessInfo.processInfo.environment["OOMSIM_WRITE_SCHEMA"] != nil {
      try Data(ReferenceMarkdown.text.utf8).write(to: file, options: .atomic)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == ReferenceMarkdown.text)
  }

  @Test func `every key of the reader is there, and says what it means`() {
    let keys = Self.reference.places.flatMap(\.keys)
    for (name, known) in [
      ("scenario", ScenarioReader.topKeys.names), ("machine", Fields.machineTable.keys.names),
      ("sysctl", Fields.sysctlTable.keys.names), ("cgroup", Fields.cgroupTable.keys.names),
      ("process", Fields.processTable.keys.names), ("event", Fields.eventKeys.names),
      ("expect", Fields.expectationTable.keys.names), ("restart", Fields.restartTable.keys.names),
      ("swap device", Fields.swapDeviceTable.keys.names),
    ] {
      let place = Self.reference.places.first { $0.name == name }
      #expect(Set(place?.keys.map(\.key) ?? []) == Set(known), "\(name)")
    }
    let expected = keys.filter { $0.path.hasPrefix("expect.groups./PATH.events.") }
    #expect(expected.count == 6)
    for key in keys where key.meaning.isEmpty && !key.path.hasPrefix("expect.groups") {
      #expect(
        ["pid", "pte", "pmd", "pud", "sysctl", "machine", "oom_kill_disable"].contains(key.key),
        "\(key.path) has no meaning")
    }
  }

  /// A value that a scenario without the key has is one that can be written there.
  @Test func `defaults are values that the reader takes`() {
    let usual = Self.reference.places.flatMap(\.keys).compactMap { key in
      key.usual.map { (key.path, $0) }
    }
    #expect(usual.contains { $0 == ("machine.hz", "250") })
    #expect(usual.contains { $0 == ("machine.exit_delay", "0") })
    #expect(usual.contains { $0 == ("processes.NAME.on_enomem", "\"continue\"") })
    #expect(!usual.contains { $0.0 == "machine.memory" }, "what has to be given has no default")
    for (path, value) in usual where path.hasPrefix("machine.") && !path.contains(".N.") {
      let key = path.dropFirst("machine.".count)
      if key == "memory" || key == "nodes" { continue }
      let text = "{ \"machine\": { \"memory\": \"1G\", \"\(key)\": \(value) } }"
      #expect(reading(text).scenario == reading("{ \"machine\": { \"memory\": \"1G\" } }").scenario)
    }
  }

  @Test(arguments: [
    ("oom_score_adj", ["processes.NAME.oom_score_adj", "events.N.set.to.oom_score_adj"]),
    ("machine.memory", ["machine.memory"]), ("MACHINE.MEMORY", ["machine.memory"]),
    ("cgroups.memory.high", ["cgroups./PATH.memory.high"]),
    ("cgroups./a.slice/b.service.memory.high", ["cgroups./PATH.memory.high"]),
    ("memory.high", ["cgroups./PATH.memory.high"]), ("processes.llm.uid", ["processes.NAME.uid"]),
    ("processes[3].uid", ["processes.NAME.uid"]), ("process.uid", ["processes.NAME.uid"]),
    ("events.0.grow.anon", ["events.N.grow.anon"]), ("grow.anon", ["events.N.grow.anon"]),
    ("vm.swappiness", ["sysctl.vm.swappiness"]), ("oompolicy", ["cgroups./PATH.OOMPolicy"]),
    ("expect.groups.peak", ["expect.groups./PATH.peak"]),
    ("MemoryHigh", ["cgroups./PATH.memory.high"]),
    ("memory.limit", ["cgroups./PATH.memory.max"]), ("RSS", ["processes.NAME.anon"]),
    ("mem_limit", ["cgroups./PATH.memory.max"]),
    ("OOMScoreAdjust", ["processes.NAME.oom_score_adj"]),
  ])
  func `a word leads to its keys`(word: String, paths: [String]) {
    let found = Self.reference.find(word)
    for path in paths {
      #expect(found.keys.contains { $0.path == path }, "\(found.keys.map(\.path))")
    }
    #expect(found.places.isEmpty)
  }

  @Test func `a section, an event and a kind of value are found, and nothing by chance`() {
    #expect(Self.reference.find("grow").places.map(\.path) == ["events.N.grow"])
    #expect(Self.reference.find("machine").places.map(\.name) == ["machine"])
    #expect(Self.reference.find("restart").places.map(\.path) == ["processes.NAME.restart"])
    #expect(Self.reference.find("cgroups").places.map(\.path) == ["cgroups./PATH"])
    #expect(Self.reference.find("duration").kinds.map(\.name) == ["duration"])
    for word in ["", ".", "frobnicate", "machine.anon", "cgroups", "processes.a.b.c"] {
      #expect(Self.reference.find(word).keys.isEmpty || word == "cgroups", "\(word)")
    }
    #expect(Self.reference.nearest("oom_scor_adj") == "oom_score_adj")
    #expect(Self.reference.nearest("MemoryMaxx") == "MemoryMax")
    let limit = Self.reference.find("limit")
    #expect(limit.kinds.count == 1 && limit.keys.first?.key == "memory.max")
  }

  /// Options of Docker, resources of Kubernetes and metrics of cAdvisor lead to what they are here.
  @Test(arguments: [
    ("resources.requests.memory", "oom_score_adj"),
    ("shm_size", "shmem"), ("--shm-size", "shmem"), ("--memory", "memory.max"),
    ("-m", "memory.max"),
    ("--memory-swap", "memory.memsw.limit_in_bytes"), ("--oom-score-adj", "oom_score_adj"),
    ("container_memory_rss", "anon"), ("zram", "swap"), ("working_set", "anon"),
    ("container_memory_working_set_bytes", "anon"),
  ])
  func `words of options and metrics`(word: String, key: String) {
    #expect(Self.reference.find(word).synonym?.keys.first == key)
  }

  /// What an error advises is there, and no word is advised that is a key of the same place itself.
  @Test func `words of other tools lead to keys that are there`() {
    let keys = Self.reference.places.flatMap(\.keys)
    var seen: Set<String> = []
    for synonym in KeySynonym.all {
      for path in synonym.paths {
        #expect(keys.contains { $0.path == path }, "\(path)")
        let place = Self.reference.places.first { $0.keys.contains { $0.path == path } }
        for word in synonym.words {
          #expect(place?.keys.contains { $0.key == word } == false, "\(word)")
        }
      }
      for word in synonym.words {
        #expect(
          seen.insert(word.lowercased().filter { !"_-./".contains($0) }).inserted,
          "\(word) stands twice")
      }
    }
  }

  @Test(arguments: [
    (
      #""processes": [ { "name": "a", "rss": "1G" } ]"#,
      "unknown key 'rss'; it is called 'anon' here: rss is 'anon', 'file' and 'shmem' together"
    ),
    (
      #""cgroups": { "/a": { "MemoryMax": "1G" } }"#,
      "unknown key 'MemoryMax'; it is called 'memory.max' here"
    ),
    (
      #""cgroups": { "/a": { "memory.limit": "1G" } }"#,
      "unknown key 'memory.limit'; it is called 'memory.max' here"
    ),
    (
      #""processes": [ { "name": "a", "mem_limit": "1G" } ]"#,
      "unknown key 'mem_limit'; that is 'memory.max' of a group, in 'cgroups'"
    ),
    (
      #""processes": [ { "name": "a", "OOMScoreAdjust": 5 } ]"#,
      "unknown key 'OOMScoreAdjust'; it is called 'oom_score_adj' here"
    ),
    (
      #""sysctl": { "swappiness": 1 }"#,
      "unknown key 'swappiness'; it is called 'vm.swappiness' here"
    ),
    (#""groups": {}"#, "unknown key 'groups'; it is called 'cgroups' here"),
    (
      #""events": [ { "at": 0, "alloc": { "process": "a" } } ]"#,
      "unknown key 'alloc'; it is called 'grow' here"
    ),
    (
      #""processes": [ { "name": "a", "colour": 1 } ]"#,
      "unknown key 'colour'; known here: pid, name, count, ppid, uid, capabilities, cgroup, "
        + "oom_score_adj, oom_adj, nice, cpu_time, run_time and 22 more, which 'oomsim schema' lists"
    ),
  ])
  func `an unknown key gets the word that is meant, or what is allowed`(
    sections: String, message: String
  ) {
    let error = reading(scenarioText(sections)).error
    #expect(error?.diagnostics.first?.message == message, "\(String(describing: error))")
  }

  @Test func `schema may be left out, a wrong one is an error`() throws {
    #expect(reading(#"{ "machine": { "memory": "1G" } }"#).error == nil)
    #expect(
      reading(#"{ "processes": [] }"#).error?.description.contains("'machine' is missing") == true)
    let wrong = reading(#"{ "schema": "oomsim.scenario/2", "machine": { "memory": "1G" } }"#).error
    #expect(wrong?.description.contains("unknown value 'oomsim.scenario/2'") == true)
    let other = reading(#"{ "name": "shop", "services": {} }"#).error
    #expect(other?.description.contains("error: this is no scenario: it has no 'machine'") == true)
    #expect(other?.diagnostics.count == 1)
  }
}
