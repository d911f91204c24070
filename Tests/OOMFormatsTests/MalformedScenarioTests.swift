import OOMFormats
import Testing

/// What is wrong with a scenario, section by section: design.md section 5 says what is allowed.
struct MalformedScenarioTests {
  @Test(arguments: [
    Marked(
      #""processes": [ { "name": "a", 1️⃣"oom_score_ajd": 5 } ]"#,
      .init(
        "1️⃣", "processes[0].oom_score_ajd",
        "unknown key 'oom_score_ajd'; did you mean 'oom_score_adj'?")),
    Marked(
      #"1️⃣"proceses": [], "sysctl": { 2️⃣"vm.swapiness": 1 }"#,
      .init("1️⃣", "proceses", "did you mean 'processes'?"),
      .init("2️⃣", "sysctl.vm.swapiness", "did you mean 'vm.swappiness'?")),
    Marked(
      #""events": [ { "at": 0, 1️⃣"gorw": { "process": "a" } } ]"#,
      .init("1️⃣", "events[0].gorw", "unknown key 'gorw'; did you mean 'grow'?")),
    Marked(
      #""events": [ { "at": 0, 1️⃣"explode": {} } ]"#,
      .init(
        "1️⃣", "events[0].explode", "unknown key 'explode'; known here: at, grow, shrink, map,")),
    Marked(
      #""name": "a", 1️⃣"name": "b""#, .init("1️⃣", "name", "the key 'name' stands here twice")),
    Marked(
      #""cgroups": { "/a": {}, 1️⃣"/a": {} }"#,
      .init("1️⃣", "cgroups./a", "the key '/a' stands here twice")),
    Marked(
      #""processes": [ { "name": "a", "anon": "1M", 1️⃣"anon": "2M" } ]"#,
      .init("1️⃣", "processes[0].anon", "the key 'anon' stands here twice")),
  ])
  func `keys that are unknown or stand twice`(scenario: Marked) throws { try scenario.check() }

  @Test(arguments: [
    Marked(
      whole: #"{ "schema": 1️⃣1, "machine": { "memory": "1G" } }"#,
      .init("1️⃣", "schema", "expected a string, found a number")),
    Marked(
      whole: #"{ "schema": 1️⃣"oomsim.scenario/2", "machine": { "memory": "1G" } }"#,
      .init("1️⃣", "schema", "unknown value 'oomsim.scenario/2'", "'oomsim.scenario/1'")),
    Marked(whole: #"1️⃣{ "title": "x", "services": {} }"#, .init("1️⃣", "", "this is no scenario")),
    Marked(
      whole: #"1️⃣{ "schema": "oomsim.scenario/1" }"#,
      .init("1️⃣", "", "'machine' is missing")),
    Marked(
      whole: #"{ "schema": "oomsim.scenario/1", "machine": 1️⃣{ "swap": "1G" } }"#,
      .init("1️⃣", "machine", "'memory' is missing")),
    Marked(
      whole: #"{ "schema": "oomsim.scenario/1", "machine": 1️⃣"16G" }"#,
      .init("1️⃣", "machine", "expected an object, found a string")),
    Marked(#""name": 1️⃣["a"]"#, .init("1️⃣", "name", "expected a string, found an array")),
    Marked(
      #""description": 1️⃣"text""#, .init("1️⃣", "description", "expected an array, found a string")),
    Marked(
      #""source": [ 1️⃣null ]"#, .init("1️⃣", "source[0]", "expected a string, found null")),
    Marked(#""kernel": 1️⃣6.12"#, .init("1️⃣", "kernel", "expected a string, found a number")),
    Marked(#""sysctl": 1️⃣[]"#, .init("1️⃣", "sysctl", "expected an object, found an array")),
    Marked(
      #""sysctl": { "vm.swappiness": 1️⃣"60" }"#,
      .init("1️⃣", "sysctl.vm.swappiness", "a whole number from 0 to 200", "found a string")),
    Marked(#""cgroups": 1️⃣[]"#, .init("1️⃣", "cgroups", "expected an object, found an array")),
    Marked(
      #""cgroups": { "/a": 1️⃣"1G" }"#,
      .init("1️⃣", "cgroups./a", "expected an object, found a string")),
    Marked(
      #""cgroups": { "/a": { "memory.max": 1️⃣true } }"#,
      .init("1️⃣", "cgroups./a.memory.max", "expected a size", "found true or false")),
    Marked(
      #""processes": 1️⃣{}"#, .init("1️⃣", "processes", "expected an array, found an object")),
    Marked(
      #""processes": [ 1️⃣"a" ]"#, .init("1️⃣", "processes[0]", "expected an object, found a string")),
    Marked(
      #""processes": [ { "name": 1️⃣7 } ]"#,
      .init("1️⃣", "processes[0].name", "expected a string, found a number")),
    Marked(
      #""processes": [ { "name": "a", "pid": 1️⃣"7" } ]"#,
      .init("1️⃣", "processes[0].pid", "a whole number from 1 to 4194303", "found a string")),
    Marked(
      #""processes": [ { "name": "a", "kernel_thread": 1️⃣1 } ]"#,
      .init("1️⃣", "processes[0].kernel_thread", "expected true or false, found a number")),
    Marked(
      #""processes": [ { "name": "a", "capabilities": [1️⃣"sys_adimn"] } ]"#,
      .init(
        "1️⃣", "processes[0].capabilities[0]", "unknown value 'sys_adimn'",
        "did you mean 'sys_admin'?")),
    Marked(#""events": 1️⃣null"#, .init("1️⃣", "events", "expected an array, found null")),
    Marked(
      #""events": [ 1️⃣[] ]"#, .init("1️⃣", "events[0]", "expected an object, found an array")),
    Marked(
      #""events": [ { "at": 0, "oom": 1️⃣true } ]"#,
      .init("1️⃣", "events[0].oom", "expected an object, found true or false")),
    Marked(#""expect": 1️⃣[]"#, .init("1️⃣", "expect", "expected an object, found an array")),
    Marked(
      #""expect": { "panic": 1️⃣"no", "survivors": 2️⃣true }"#,
      .init("1️⃣", "expect.panic", "expected true or false, found a string"),
      .init("2️⃣", "expect.survivors", "expected an array, found true or false")),
    Marked(
      #""expect": { "kills": [ 1️⃣{ "name": "a", "pid": 7 }, 2️⃣{ "cgroup": "/" } ] }"#,
      .init("1️⃣", "expect.kills[0]", "a kill needs either 'name' or 'pid'"),
      .init("2️⃣", "expect.kills[1]", "a kill needs either 'name' or 'pid'")),
    Marked(
      #""expect": { "refused": [ 1️⃣{ "at": 0 } ] }"#,
      .init("1️⃣", "expect.refused[0]", "'process' is missing")),
  ])
  func `values of a wrong type`(scenario: Marked) throws { try scenario.check() }

  @Test(arguments: [
    Marked(
      #""processes": [ { "name": "a", "oom_score_adj": 1️⃣1001 } ]"#,
      .init("1️⃣", "processes[0].oom_score_adj", "1001 is not from -1000 to 1000")),
    Marked(
      #""processes": [ { "name": "a", "oom_score_adj": 1️⃣-1001 } ]"#,
      .init("1️⃣", "processes[0].oom_score_adj", "-1001 is not from -1000 to 1000")),
    Marked(
      #""processes": [ { "name": "a", "oom_score_adj": 1️⃣1.5 } ]"#,
      .init("1️⃣", "processes[0].oom_score_adj", "whole number from -1000 to 1000, found 1.5")),
    Marked(
      #""processes": [ { "name": "a", "oom_score_adj": 1️⃣1e2 } ]"#,
      .init("1️⃣", "processes[0].oom_score_adj", "whole number from -1000 to 1000, found 1e2")),
    Marked(
      #""processes": [ { "name": "a", "anon": 1️⃣"-1G" } ]"#,
      .init("1️⃣", "processes[0].anon", "a size cannot be negative")),
    Marked(
      #""processes": [ { "name": "a", "anon": 1️⃣5, "file": 2️⃣"5", "swap": 3️⃣-5 } ]"#,
      .init("1️⃣", "processes[0].anon", "a size needs a unit", "\"512MiB\""),
      .init("2️⃣", "processes[0].file", "a size needs a unit"),
      .init("3️⃣", "processes[0].swap", "a size")),
    Marked(
      #""processes": [ { "name": "a", "count": 1️⃣1000000000000 } ]"#,
      .init("1️⃣", "processes[0].count", "1000000000000 is not from 1 to 1000000")),
    Marked(
      #""processes": [ { "name": "a", "count": 1️⃣99999999999999999999 } ]"#,
      .init("1️⃣", "processes[0].count", "from 1 to 1000000, found 99999999999999999999")),
    Marked(
      #"1️⃣"processes": [ { "name": "a", "count": 1000000 }, { "name": "b", "count": 1000000 } ]"#,
      .init("1️⃣", "processes", "'count' adds up to more than a million processes")),
    // Ten lines must not become ten million processes.
    Marked(
      """
      "events": [ { "at": 0, "start": { "name": "a", "count": 600000 } },
                  { "at": 0, 1️⃣"start": { "name": "b", "count": 600000 } } ]
      """, .init("1️⃣", "events[1].start", "'count' adds up to more than a million processes")),
    Marked(
      #""processes": [ { "name": "a", "pid": 1️⃣0 }, { "name": "b", "pid": 2️⃣4194304 } ]"#,
      .init("1️⃣", "processes[0].pid", "0 is not from 1 to 4194303"),
      .init("2️⃣", "processes[1].pid", "4194304 is not from 1 to 4194303")),
    Marked(
      #""processes": [ { "name": 1️⃣"" }, 2️⃣{ "pid": 7 } ]"#,
      .init("1️⃣", "processes[0].name", "a name that is not empty"),
      .init("2️⃣", "processes[1]", "a process needs a 'name'")),
    Marked(
      #""processes": [ 1️⃣{ "name": "a", "locked": "2M", "anon": "1M" } ]"#,
      .init("1️⃣", "processes[0]", "'locked' is 512 pages, more than the 256 of 'anon'")),
    Marked(
      #""processes": [ 1️⃣{ "name": "a", "pid": 7, "count": 2 } ]"#,
      .init("1️⃣", "processes[0]", "'pid' and 'count' do not go together")),
    Marked(
      whole: """
        { "schema": "oomsim.scenario/1",
          "machine": { "memory": 1️⃣0, "page_size": 2️⃣8192, "swap": 3️⃣"1KB", "hz": 4️⃣0 } }
        """,
      .init("1️⃣", "machine.memory", "a machine without memory"),
      .init("2️⃣", "machine.page_size", "8192 is no page size: 4096, 16384 or 65536"),
      .init("3️⃣", "machine.swap", "unknown unit 'KB'"),
      .init("4️⃣", "machine.hz", "0 is not from 24 to 1200")),
    Marked(
      #""sysctl": { "vm.overcommit_memory": 1️⃣3, "vm.panic_on_oom": 2️⃣-1 }"#,
      .init("1️⃣", "sysctl.vm.overcommit_memory", "3 is not from 0 to 2"),
      .init("2️⃣", "sysctl.vm.panic_on_oom", "-1 is not from 0 to 2")),
    Marked(
      #""events": [ { "at": 1️⃣10, "oom": {} }, { "at": 2️⃣"1s1m", "oom": {} } ]"#,
      .init("1️⃣", "events[0].at", "a duration needs a unit", "\"250ms\""),
      .init("2️⃣", "events[1].at", "larger units come first")),
  ])
  func `values out of range`(scenario: Marked) throws { try scenario.check() }

  @Test(arguments: [
    Marked(
      #""kernel": 1️⃣"latest""#,
      .init("1️⃣", "kernel", "'latest' is no kernel release: write it like 6.12")),
    Marked(
      #""kernel": 1️⃣"el7""#,
      .init("1️⃣", "kernel", "'el7' is no kernel release: write it like 6.12")),
    Marked(#""cgroup_version": 1️⃣3"#, .init("1️⃣", "cgroup_version", "3 is not from 1 to 2")),
  ])
  func `releases and versions that are not known`(scenario: Marked) throws {
    try scenario.check()
  }

  @Test func `a fork needs a process and a child with a name`() throws {
    try Marked(
      """
      "processes": [ { "name": "a" } ],
      "events": [
        { "at": 0, "fork": 1️⃣{ "process": "a" } },
        { "at": 0, "fork": { "process": "a", "child": 2️⃣{} } },
        { "at": 0, "fork": { "process": "a", "child": { "name": "b", 3️⃣"pidd": 9 } } },
        { "at": 0, "cow": 4️⃣{ "process": "a" } } ]
      """,
      .init("1️⃣", "events[0].fork", "'child' is missing"),
      .init("2️⃣", "events[1].fork.child", "'name' is missing"),
      .init("3️⃣", "events[2].fork.child.pidd", "unknown key 'pidd'; did you mean 'pid'?"),
      .init("4️⃣", "events[3].cow", "'size' is missing")
    ).check()
  }

  @Test func `a pid stands for one process, a child's too`() throws {
    try Marked(
      """
      "processes": [ { "name": "a", "pid": 7 } ],
      "events": [
        { "at": 0, "fork": { "process": "a", "child": { "name": "b", 1️⃣"pid": 7 } } } ]
      """,
      .init("1️⃣", "events[0].fork.child.pid", "pid 7 is that of another process")
    ).check()
  }

  @Test func `a segment has a name, a zram a ratio`() throws {
    try Marked(
      whole: """
        { "schema": "oomsim.scenario/1",
          "machine": { "memory": "1G", "swap": [
            { "size": "1G", "kind": "zram", "ratio": 1️⃣0.5 }, { "size": "1G", "kind": "zram", "ratio": 2️⃣2.8888 },
            3️⃣{ "size": "1G", "ratio": 2 }, { "size": "1G", "kind": 4️⃣"zrm" } ] },
          "processes": [ { "name": "a", "segment": 5️⃣"" } ] }
        """,
      .init("1️⃣", "machine.swap[0].ratio", "expected a ratio from 1 to 100"),
      .init("2️⃣", "machine.swap[1].ratio", "found 2.8888"),
      .init("3️⃣", "machine.swap[2]", "'ratio' is that of a zram"),
      .init("4️⃣", "machine.swap[3].kind", "did you mean 'zram'?"),
      .init("5️⃣", "processes[0].segment", "a segment needs a name that is not empty")
    ).check()
  }

  @Test func `nodes have to be those of the machine`() throws {
    try Marked(
      whole: """
        { "schema": "oomsim.scenario/1",
          "machine": { "memory": "1G", "nodes": [ { "memory": "512M" }, { "memory": "512M" } ] },
          "processes": [ { "name": "a", 1️⃣"mems_allowed": "0-2" } ],
          "events": [
            { "at": 0, "oom": { 2️⃣"nodes": "5" } },
            { "at": 0, "grow": { "process": "a", "anon": "1M", 3️⃣"nodes": "0,2" } },
            { "at": 0, "set": { "process": "a", "to": { 4️⃣"mempolicy": "3" } } },
            { "at": 0, "set": { "process": "a", "to": { 5️⃣"mems_allowed": "4" } } } ] }
        """,
      .init("1️⃣", "processes[0].mems_allowed", "nodes 0-2: the machine has 0-1"),
      .init("2️⃣", "events[0].oom.nodes", "nodes 5: the machine has 0-1"),
      .init("3️⃣", "events[1].grow.nodes", "nodes 0,2: the machine has 0-1"),
      .init("4️⃣", "events[2].set.to.mempolicy", "nodes 3: the machine has 0-1"),
      .init("5️⃣", "events[3].set.to.mems_allowed", "nodes 4: the machine has 0-1")
    ).check()
    try Marked(
      whole: """
        { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
          "processes": [ { "name": "a" } ],
          "events": [ { "at": 0, "grow": { "process": "a", "anon": "1M", 1️⃣"nodes": "0" } } ] }
        """,
      .init("1️⃣", "events[0].grow.nodes", "nodes 0: this machine has none: give 'machine.nodes'")
    ).check()
    for (kernel, first, second, message) in [
      ("", "\"kernel\": \"1M\"", "", "'kernel' is to be given for all nodes or for none"),
      (
        "\"kernel\": \"1M\",", "\"kernel\": \"1M\"", "\"kernel\": \"2M\"",
        "'kernel' is 256 pages, on the nodes it is 768 together"
      ),
    ] {
      let nodes = [first, second].map { "{ \"memory\": \"512M\"\($0.isEmpty ? "" : ", " + $0) }" }
      try Marked(
        whole: """
          { "schema": "oomsim.scenario/1",
            "machine": 1️⃣{ \(kernel) "nodes": [ \(nodes.joined(separator: ", ")) ] } }
          """,
        .init("1️⃣", "machine", message)
      ).check()
    }
    try Marked(
      whole: """
        { "schema": "oomsim.scenario/1",
          "machine": 1️⃣{ "memory": "1G", "nodes": [ { "memory": "512M" } ] },
          "processes": [ { "name": "a", "mempolicy": 2️⃣"1-0" } ] }
        """,
      .init("1️⃣", "machine", "the nodes have 131072 pages together, the machine 262144"),
      .init("2️⃣", "processes[0].mempolicy", "'1-0' is no list of nodes")
    ).check()
  }
}
