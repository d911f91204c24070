import OOMFormats
import OOMSimulator
import Testing

/// Groups, events and names: what contradicts something else in the scenario.
struct MalformedRelationsTests {
  @Test(arguments: [
    Marked(
      #""cgroups": { 1️⃣"/a/../b": {}, 2️⃣"a": {}, 3️⃣"/a/": {}, 4️⃣"": {}, 5️⃣"/a//b": {} }"#,
      .init("1️⃣", "cgroups./a/../b", "not a plain path: '..' is not allowed"),
      .init("2️⃣", "cgroups.a", "begins with '/', found 'a'"),
      .init("3️⃣", "cgroups./a/", "has an empty part"),
      .init("4️⃣", "cgroups.", "begins with '/', found ''"),
      .init("5️⃣", "cgroups./a//b", "has an empty part")),
    Marked(
      #""processes": [ { "name": "a", "cgroup": 1️⃣"a" }, { "name": "b", "cgroup": 2️⃣"/./b" } ]"#,
      .init("1️⃣", "processes[0].cgroup", "begins with '/', found 'a'"),
      .init("2️⃣", "processes[1].cgroup", "not a plain path: '.' is not allowed")),
    Marked(
      #""processes": [ { "name": "a", "cgroup": 1️⃣"" } ]"#,
      .init("1️⃣", "processes[0].cgroup", "begins with '/', found ''")),
    Marked(
      #""cgroups": { "/": 1️⃣{ "memory.max": "1G" } }"#,
      .init("1️⃣", "cgroups./", "the root group has no limits")),
    Marked(
      """
      "cgroups": { "/a": { "memory.limit_in_bytes": 1️⃣5, "memory.oom_control": 2️⃣{},
                           "memory.swappiness": 3️⃣0, 4️⃣"memory.maxx": 5 } }
      """,
      .init(
        "1️⃣", "cgroups./a.memory.limit_in_bytes", "a file of cgroup version 1",
        "write memory.max"),
      .init(
        "2️⃣", "cgroups./a.memory.oom_control", "a file of cgroup version 1",
        "it cannot be disabled"),
      .init("3️⃣", "cgroups./a.memory.swappiness", "a file of cgroup version 1"),
      .init("4️⃣", "cgroups./a.memory.maxx", "did you mean 'memory.max'?")),
    Marked(
      """
      "cgroup_version": 1,
      "cgroups": { "/a": { "memory.max": 1️⃣5, "memory.oom_control": { 2️⃣"oom_kill": 1 } },
                   "/b": 3️⃣{ "memory.limit_in_bytes": "2G", "memory.memsw.limit_in_bytes": "1G" } }
      """,
      .init(
        "1️⃣", "cgroups./a.memory.max", "a file of cgroup version 2", "write memory.limit_in_bytes"),
      .init("2️⃣", "cgroups./a.memory.oom_control.oom_kill", "unknown key 'oom_kill'"),
      .init("3️⃣", "cgroups./b", "not below memory.limit_in_bytes")),
  ])
  func `groups`(scenario: Marked) throws { try scenario.check() }

  /// File: limits.h, `PATH_MAX`, 4096 with the final zero. A longer one is no path of a kernel, and each
  /// part would be a group.
  @Test func `paths of groups are as long as a kernel takes them`() throws {
    let longest = "/" + Array(repeating: "a", count: 2047).joined(separator: "/")
    #expect(longest.utf8.count == 4094)
    #expect(reading(scenarioText("\"cgroups\": { \"\(longest)b\": {} }")).error == nil)
    try Marked(
      "\"cgroups\": { 1️⃣\"\(longest)bb\": {} }",
      .init("1️⃣", "cgroups.\(longest)bb", "longer than 4095 bytes")
    ).check()
  }

  @Test(arguments: [
    Marked(
      #""events": [ 1️⃣{ "oom": {} }, 2️⃣{ "at": 0 }, 3️⃣{} ]"#,
      .init("1️⃣", "events[0]", "an event needs 'at'"),
      .init("2️⃣", "events[1]", "an event needs an action: one of grow, shrink, map"),
      .init("3️⃣", "events[2]", "an event needs 'at'"),
      .init("3️⃣", "events[2]", "an event needs an action")),
    Marked(
      #""events": [ 1️⃣{ "at": 0, "oom": {}, "tmpfs": { "write": "1M" } } ]"#,
      .init("1️⃣", "events[0]", "exactly one action, this one has 2")),
    Marked(
      #""events": [ { "at": 0, "grow": 1️⃣{ "anon": "1M" } } ]"#,
      .init("1️⃣", "events[0].grow", "'process' is missing")),
    Marked(
      """
      "processes": [ { "name": "a" } ],
      "events": [ { "at": 0, "grow": 1️⃣{ "process": "a" } },
                  { "at": 0, "map": 2️⃣{ "process": "a" } },
                  { "at": 0, "map": { "process": "a", "size": "1M", "kind": 3️⃣"privat" } },
                  { "at": 0, "page_cache": 4️⃣{ "read": "1M", "drop": "1M" } },
                  { "at": 0, "tmpfs": 5️⃣{ "cgroup": "/a" } },
                  { "at": 0, "move": 6️⃣{ "process": "a" } } ]
      """,
      .init("1️⃣", "events[0].grow", "one or more of 'anon', 'file', 'shmem', 'locked'"),
      .init("2️⃣", "events[1].map", "'size' is missing"),
      .init("3️⃣", "events[2].map.kind", "unknown value 'privat'", "did you mean 'private'?"),
      .init("4️⃣", "events[3].page_cache", "needs either 'read' or 'drop'"),
      .init("5️⃣", "events[4].tmpfs", "needs either 'write' or 'delete'"),
      .init("6️⃣", "events[5].move", "'cgroup' is missing")),
    Marked(
      """
      "processes": [ { "name": "a" } ],
      "events": [ { "at": 0, "set": 1️⃣{ "to": {} } },
                  { "at": 0, "set": 2️⃣{ "process": "a" } },
                  { "at": 0, "set": { "process": "a", "to": { 3️⃣"anon": "1M" } } },
                  { "at": 0, "set": { "to": { "vm.swappiness": 4️⃣201 }, "sysctl": true } },
                  { "at": 0, "set": { "cgroup": "/g", "to": 5️⃣{ "page_cache": "1M" } } } ]
      """,
      .init("1️⃣", "events[0].set", "exactly one of 'process', 'cgroup', 'sysctl'"),
      .init("2️⃣", "events[1].set", "'to' is missing"),
      .init("3️⃣", "events[2].set.to.anon", "unknown key 'anon'"),
      .init("4️⃣", "events[3].set.to.vm.swappiness", "201 is not from 0 to 200"),
      .init("5️⃣", "events[4].set.to", "only limits can be set")),
    Marked(
      #""events": [ { "at": 0, "start": 1️⃣{ "name": "a", "swap": "1M" } } ]"#,
      .init("1️⃣", "events[0].start", "nothing in swap yet")),
  ])
  func `events`(scenario: Marked) throws { try scenario.check() }

  @Test(arguments: [
    Marked(
      #""processes": [ { "name": "a", "pid": 7 }, { "name": "b", 1️⃣"pid": 7 } ]"#,
      .init("1️⃣", "processes[1].pid", "pid 7 is that of processes[0], 'a', already")),
    Marked(
      """
      "processes": [ { "name": "a", "pid": 7 } ],
      "events": [ { "at": 0, "start": { "name": "b", 1️⃣"pid": 7 } },
                  { "at": 0, "start": { "name": "c", "pid": 8 } },
                  { "at": 0, "start": { "name": "d", 2️⃣"pid": 8 } } ]
      """,
      .init("1️⃣", "events[0].start.pid", "pid 7"),
      .init("2️⃣", "events[2].start.pid", "pid 8")),
    Marked(
      """
      "processes": [ { "name": "postgres" }, { "name": "llm-server" } ],
      "events": [ { "at": 0, "exit": { 1️⃣"process": "postgre" } },
                  { "at": 0, "exit": { 2️⃣"process": "zebra" } },
                  { "at": 0, "exit": { 3️⃣"process": 99 } } ],
      "expect": { "kills": [ 4️⃣{ "name": "lmm-server" } ], "survivors": [ 5️⃣"nobody" ] }
      """,
      .init(
        "1️⃣", "events[0].exit.process", "no process is called 'postgre'; did you mean 'postgres'?"),
      .init("2️⃣", "events[1].exit.process", "no process is called 'zebra'"),
      .init("3️⃣", "events[2].exit.process", "no process has pid 99"),
      .init("4️⃣", "expect.kills[0]", "did you mean 'llm-server'?"),
      .init("5️⃣", "expect.survivors[0]", "no process is called 'nobody'")),
    Marked(
      """
      "processes": [ { "name": "db", "pid": 7 }, { "name": "db", "pid": 9 } ],
      "events": [ { "at": 0, "grow": { 1️⃣"process": "db", "anon": "1M" } } ]
      """,
      .init(
        "1️⃣", "events[0].grow.process",
        "'db' is 2 processes: db (pid 7), db (pid 9)")),
    Marked(
      """
      "processes": [ { "name": "worker", "count": 8 } ],
      "events": [ { "at": 0, "exit": { 1️⃣"process": "worker" } },
                  { "at": 0, "exit": { "process": "worker-8" } },
                  { "at": 0, "exit": { 2️⃣"process": "worker-9" } },
                  { "at": 0, "exit": { 3️⃣"process": "worker-01" } } ],
      "expect": { "survivors": [ 4️⃣"worker" ] }
      """,
      .init(
        "1️⃣", "events[0].exit.process",
        "'worker' is 8 processes: worker-1 (pid 1000), worker-2 (pid 1001)"),
      .init("2️⃣", "events[2].exit.process", "no process is called 'worker-9'"),
      .init("3️⃣", "events[3].exit.process", "no process is called 'worker-01'"),
      .init("4️⃣", "expect.survivors[0]", "'worker' is 8 processes")),
    Marked(
      #""processes": [ { "name": "a" }, { "name": "b", 1️⃣"shares_mm_with": "c" } ]"#,
      .init("1️⃣", "processes[1].shares_mm_with", "no process is called 'c'")),
    Marked(
      """
      "processes": [ { "name": "a", "anon": "1M" },
                     1️⃣{ "name": "b", "anon": "2M", "shares_mm_with": "a" } ]
      """,
      .init("1️⃣", "processes[1]", "shares the address space of 'a'")),
  ])
  func `names and pids`(scenario: Marked) throws { try scenario.check() }

  /// `ScenarioError.diagnostics` is in the order of the text, whichever way a mistake is found.
  @Test func `contradictions are reported in the order of the text`() throws {
    try Marked(
      """
      "events": [ { "at": 0, "exit": { 1️⃣"process": "x" } } ],
      "processes": [ { "name": "a", "pid": 7, "anon": "1M" },
                     2️⃣{ "name": "b", "anon": "2M", "shares_mm_with": "a" },
                     { "name": "c", 3️⃣"pid": 7 } ]
      """,
      .init("1️⃣", "events[0].exit.process", "no process is called 'x'"),
      .init("2️⃣", "processes[1]", "shares the address space"),
      .init("3️⃣", "processes[2].pid", "pid 7")
    ).check()
  }

  /// A name of one letter is near to every other one; saying so helps nobody.
  @Test func `short names get no far-fetched suggestion`() throws {
    let (_, error) = reading(
      scenarioText(
        #""processes": [ { "name": "a" } ], "events": [ { "at": 0, "exit": { "process": "x" } } ]"#)
    )
    #expect(error?.diagnostics.map(\.message) == ["no process is called 'x'"])
  }

  @Test func `several mistakes are reported together`() throws {
    try Marked(
      """
      1️⃣"titel": "x",
      "processes": [ { "name": "a", "anon": 2️⃣"1Q", "uid": 3️⃣-1 },
                     { "name": "b", 4️⃣"colour": { "deep": [[{}]] }, "file": 5️⃣"2" } ],
      "expect": { "panic": 6️⃣0 }
      """,
      .init("1️⃣", "titel", "did you mean 'title'?"),
      .init("2️⃣", "processes[0].anon", "unknown unit 'Q'"),
      .init("3️⃣", "processes[0].uid", "-1 is not from 0 to"),
      .init("4️⃣", "processes[1].colour", "unknown key 'colour'"),
      .init("5️⃣", "processes[1].file", "a size needs a unit"),
      .init("6️⃣", "expect.panic", "expected true or false")
    ).check()
  }

  @Test func `at most twenty mistakes are reported, the first ones`() throws {
    let lines = (0..<50).map { "{ \"name\": \"p\($0)\", \"anon\": \"x\" }" }
    let text = scenarioText("\"processes\": [\n\(lines.joined(separator: ",\n"))\n]")
    let error = try #require(reading(text).error)
    #expect(error.diagnostics.map(\.line) == (2...21).map { $0 })
    #expect(error.diagnostics.last?.path == "processes[19].anon")
    #expect(error.description.split(separator: "\n").count == 20)
    let pids = (0..<50).map { "{ \"name\": \"p\($0)\", \"pid\": 7 }" }
    let twice = try #require(
      reading(scenarioText("\"processes\": [\n\(pids.joined(separator: ",\n"))\n]")).error)
    #expect(twice.diagnostics.map(\.line) == (3...22).map { $0 })
  }

  @Test func `a message names file, place and path`() throws {
    let text = scenarioText("\n\"processes\": [ { \"name\": \"ä\", \"anon\": 5 } ]")
    do throws(ScenarioError) {
      _ = try Scenario(json: Array(text.utf8), file: "a b.json")
      Issue.record("a size without a unit is accepted")
    } catch {
      #expect(
        error.description.hasPrefix("a b.json:2:39: error: processes[0].anon: a size needs a unit"))
    }
  }
}
