import OOMFormats
import OOMSimulator
import Testing

/// `--set PATH=VALUE`: the same as writing the value into the file.
struct ScenarioSettingTests {
  /// A scenario whose values `--set` can name.
  static func text(
    name: String = "x", kernel: String = "6.12", memory: String = "1G", swappiness: String = "60",
    max: String = "100M", adj: String = "0", anon: String = "1M", at: String = "1s",
    over: String = "2s", tmpfs: String = "1M", started: String = "5"
  ) -> String {
    """
    { "schema": "oomsim.scenario/1", "name": "\(name)", "kernel": "\(kernel)",
      "machine": { "memory": "\(memory)" }, "sysctl": { "vm.swappiness": \(swappiness) },
      "cgroups": { "/system.slice/llm.service": { "memory.max": "\(max)" } },
      "processes": [ { "name": "llm.main", "pid": 812, "oom_score_adj": \(adj) },
                     { "name": "twin" }, { "name": "twin" } ],
      "events": [ { "at": "\(at)", "grow": { "process": 812, "anon": "\(anon)", "over": "\(over)" } },
                  { "at": 0, "tmpfs": { "write": "\(tmpfs)" } },
                  { "at": 0, "start": { "name": "late", "uid": \(started) } } ] }
    """
  }

  @Test(arguments: [
    ("name=y", text(name: "y")), ("name=42", text(name: "42")), ("name=\"y\"", text(name: "y")),
    ("name=a=b", text(name: "a=b")), ("kernel=6.1", text(kernel: "6.1")),
    ("kernel=6.1.0-40-amd64", text(kernel: "6.1.0-40-amd64")),
    ("machine.memory=32G", text(memory: "32G")), ("machine.memory=\"32G\"", text(memory: "32G")),
    ("sysctl.vm.swappiness=0", text(swappiness: "0")),
    ("cgroups./system.slice/llm.service.memory.max=2G", text(max: "2G")),
    ("cgroups./system.slice/llm.service.memory.max=4096", text(max: "4k")),
    ("processes.llm.main.oom_score_adj=-500", text(adj: "-500")),
    ("processes.812.oom_score_adj=-500", text(adj: "-500")),
    ("events.0.at=5s", text(at: "5s")), ("events[0].at=5s", text(at: "5s")),
    ("events.0.grow.anon=2G", text(anon: "2G")), ("events.0.grow.over=0", text(over: "0")),
    ("events[0].grow.over=1h", text(over: "1h")), ("events.1.tmpfs.write=9M", text(tmpfs: "9M")),
    ("events.2.start.uid=9", text(started: "9")),
  ])
  func `one value is overridden`(setting: String, expected: String) throws {
    #expect(try set([setting]) == Scenario(json: Array(expected.utf8)))
  }

  @Test func `what the file does not have is added`() throws {
    let scenario = try set([
      "title=A title", "machine.swap=2G", "machine.exit_delay=5ms", "sysctl.vm.panic_on_oom=2",
      "sysctl.vm.min_free_kbytes=1000", "cgroups./new.d/x.memory.swap.max=0",
      "cgroups./new.d/x.memory.oom.group=1", "cgroups./k.kernel=4k",
      "processes.llm.main.capabilities=[\"sys_admin\"]", "processes.llm.main.anon=1.5M",
      "processes.llm.main.cgroup=/new.d/x", "processes.llm.main.on_enomem=exit",
      "events.0.grow.file=8k",
    ])
    #expect(scenario.title == "A title")
    #expect(scenario.machine.swap == 524_288 && scenario.machine.exitDelay == 5000)
    #expect(scenario.sysctl.panicOnOOM == .always && scenario.sysctl.minFreeKbytes == 1000)
    #expect(scenario.cgroups["/new.d/x"]?.swapMax == 0)
    #expect(scenario.cgroups["/new.d/x"]?.oomGroup == true)
    #expect(scenario.cgroups["/k"]?.kernel == 1)
    let process = scenario.processes[0]
    #expect(process.capabilities == .sysAdmin && process.anon == 384)
    #expect(process.cgroup == "/new.d/x" && process.onENOMEM == .exit)
    guard case .grow(_, let sizes, _, _) = scenario.events[0].action else {
      Issue.record("the first event grows")
      return
    }
    #expect(sizes.anon == 256 && sizes.file == 2)
  }

  @Test func `the last setting of a value counts`() throws {
    #expect(try set(["machine.memory=2G", "machine.memory=3G"]).machine.memory == 786_432)
  }

  @Test(arguments: [
    ("machin.memory=1G", "unknown key 'machin.memory'"),
    ("cgroup_version=2", "known here: name, title, kernel, machine, sysctl"),
    ("machine.memroy=1G", "unknown key 'memroy'; did you mean 'memory'?"),
    ("machine=1G", "unknown key ''"), ("machine.memory=0", "a machine without memory"),
    ("machine.memory=5", "a size needs a unit"), ("machine.memory=", "no size"),
    ("machine.memory=1G 2G", "unknown unit 'G 2G'"),
    ("machine.page_size=16384", "change it in the file"),
    ("sysctl.vm.swapiness=1", "did you mean 'vm.swappiness'?"),
    ("sysctl.vm.swappiness=201", "201 is not from 0 to 200"),
    ("cgroups./a.memory.mx=1", "unknown key 'memory.mx'; did you mean 'memory.max'?"),
    ("cgroups.a.memory.max=1", "begins with '/', found 'a'"),
    ("cgroups./a/../b.memory.max=1", "'..' is not allowed"),
    ("cgroups./.memory.max=1", "the root group has no limits"),
    ("cgroups./a.memory.max=1X", "unknown unit 'X'"),
    ("processes.llm.main.oom_score_ajd=1", "did you mean 'oom_score_adj'?"),
    (
      "processes.llm.man.oom_score_adj=1",
      "no process is called 'llm.man'; did you mean 'llm.main'?"
    ),
    ("processes.twin.anon=1M", "'twin' is 2 processes: twin (pid 1000), twin (pid 1001)"),
    ("processes.1.anon=1M", "that of the index is processes[1], 'twin'"),
    ("processes[3].anon=1M", "there are 3 entries in 'processes', numbered from 0"),
    ("processes[0]anon=1M", "processes[INDEX].KEY=VALUE"),
    ("processes[-1].anon=1M", "processes[INDEX].KEY=VALUE"),
    ("processes.late.uid=1", "'late' is started by an event: write events.2.start.KEY"),
    ("processes.99.anon=1M", "no process is called '99'"),
    ("processes.llm=1", "write processes.NAME.KEY=VALUE"),
    ("processes=1", "write processes.NAME.KEY=VALUE"),
    ("processes.812.oom_score_adj=1001", "1001 is not from -1000 to 1000"),
    ("processes.812.locked=1M", "'locked' is 256 pages, more than the 0 of 'anon'"),
    ("processes.812.count=3", "'pid' and 'count' do not go together"),
    ("processes.812.name=", "a name that is not empty"),
    ("events.0=1", "write events.NUMBER.KEY=VALUE"),
    ("events.x.at=1s", "write events.NUMBER.KEY=VALUE"),
    ("events.3.at=1s", "there are 3 events, numbered from 0"),
    ("events.-1.at=1s", "there are 3 events, numbered from 0"),
    ("events.0.shrink.anon=1M", "event 0 is a 'grow': write events.0.grow.KEY=VALUE"),
    ("events.0.grow.anno=1M", "unknown key 'anno'; did you mean 'anon'?"),
    ("events.0.grow.anon=-1M", "a size cannot be negative"),
    ("events.0.at=5", "a duration needs a unit"),
    ("events.1.tmpfs.delete=1M", "'delete' of a 'tmpfs' cannot be set"),
    ("events.2.start.swap=1M", "nothing in swap yet"),
    ("events.2.start.locked=1M", "'locked' is"),
    ("kernel=new", "'new' is no kernel release"),
    ("kernel=null", "'null' is no kernel release"),
  ])
  func `what cannot be set is an error that names the setting`(
    setting: String, message: String
  ) throws {
    do {
      _ = try set([setting])
      Issue.record("\(setting) is accepted")
    } catch let error as ScenarioError {
      #expect(error.file == "--set " + setting)
      try #require(error.diagnostics.count == 1, "\(error)")
      #expect(error.diagnostics[0].message.contains(message), "\(error)")
      #expect(error.diagnostics[0].line == nil)
    }
  }

  @Test func `the nodes of a growth, and a machine that its nodes are not the sum of`() throws {
    let text = """
      { "schema": "oomsim.scenario/1",
        "machine": { "memory": "2M", "nodes": [ { "memory": "1M" }, { "memory": "1M" } ] },
        "processes": [ { "name": "a" } ],
        "events": [ { "at": 0, "grow": { "process": "a", "anon": "1M", "nodes": "0" } } ] }
      """
    func set(_ setting: String) throws -> Scenario {
      try Scenario(
        json: Array(text.utf8), file: "x.json",
        settings: [try #require(ScenarioSetting(setting))])
    }
    guard case .grow(_, _, _, let nodes) = try set(#"events.0.grow.nodes="1""#).events[0].action
    else { throw Missing() }
    #expect(nodes == NodeMask("1"))
    for (setting, message) in [
      (#"events.0.grow.nodes="2""#, "nodes 2: the machine has 0-1"),
      ("machine.memory=4M", "'memory' is 1024 pages, on the nodes 512 together"),
    ] {
      do {
        _ = try set(setting)
        Issue.record("\(setting) is accepted")
      } catch let error as ScenarioError {
        #expect(error.diagnostics.map(\.message) == [message])
      }
    }
  }

  private struct Missing: Error {}

  @Test(arguments: ["", "=", "=5", "machine.memory"])
  func `texts that are no setting`(text: String) { #expect(ScenarioSetting(text) == nil) }

  private func set(_ settings: [String]) throws -> Scenario {
    try Scenario(
      json: Array(Self.text().utf8), file: "x.json",
      settings: settings.map { try #require(ScenarioSetting($0)) })
  }
}
