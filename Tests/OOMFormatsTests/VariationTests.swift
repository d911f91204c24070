import OOMSimulator
import Testing

@testable import OOMFormats

/// What `--vary`, `--find` and `--jitter` say.
@Suite struct VariationTests {
  @Test(arguments: [
    ("a=1,b,c", ["1", "b", "c"]), ("a=0,512M,2G", ["0", "512M", "2G"]), ("a=x", ["x"]),
    ("a=0..2G/512M", ["0", "512M", "1G", "1536M", "2G"]),
    ("a=1G..2G/1G", ["1G", "2G"]), ("a=512M..2G/1G", ["512M", "1536M", "2G"]),
    ("a=1.5G..2G/256M", ["1536M", "1792M", "2G"]), ("a=0..8k/4k", ["0", "4k", "8k"]),
    ("a=10 pages..30 pages/10 pages", ["40k", "80k", "120k"]),
    ("a=1000kB..1004kB/4KiB", ["1000k", "1004k"]),
    ("a=8Gi,16Gi", ["8Gi", "16Gi"]), ("a=8GB..16GB/8GB", ["7812500k", "15625000k"]),
    ("a=1..4", ["1", "2", "3", "4"]), ("a=-1000..0/400", ["-1000", "-600", "-200", "0"]),
    ("a=0..0", ["0"]), ("a=0..1s/250ms", ["0", "250ms", "500ms", "750ms", "1s"]),
    ("a=90s..2m/15s", ["1m30s", "1m45s", "2m"]), ("a=5..5/3", ["5"]),
    (
      "a=9223372036854775805..9223372036854775807",
      ["9223372036854775805", "9223372036854775806", "9223372036854775807"]
    ),
    ("a=[1,2],\"x,y\"", ["[1,2]", "\"x,y\""]), ("a=/x..y", ["/x..y"]),
    ("kernel=4.19,5.1", ["4.19", "5.1"]), ("kernel=5.1..5.3", ["5.1", "5.2", "5.3"]),
  ])
  func `values`(text: String, values: [String]) throws {
    #expect(try Variation(text, pageSize: 4096).values == values)
  }

  @Test(arguments: [
    ("events[0].at=1s,2s", "events.0.at"), ("machine.swap[1].size=1G", "machine.swap.1.size"),
    ("processes.a[0].anon=1M", "processes.a[0].anon"), ("machine.memory=1G", "machine.memory"),
  ])
  func `paths in one spelling`(text: String, path: String) throws {
    #expect(try Variation(text, pageSize: 4096).path == path)
  }

  @Test(arguments: ["a=8G..32G", "a=1s..2s", "a=0..1G"])
  func `a range without steps is left to a search`(text: String) throws {
    let variation = try Variation(text, pageSize: 4096)
    #expect(variation.isOpen && variation.isRange && variation.values.isEmpty)
  }

  @Test(arguments: [
    ("a", "--vary takes PATH=FROM..TO/STEP or PATH=a,b,c, found 'a'"), ("=1", "--vary takes"),
    ("a=", "--vary a: a value is missing between the commas"), ("a=1,,2", "a value is missing"),
    ("a=1,2,1", "'1' stands there twice"), ("a=2..1", "the smaller value comes first"),
    ("a=1..2/0", "a step is more than 0"), ("a=1..2/-1", "a step is more than 0"),
    ("a=1G..2G/0", "a step is more than 0"), ("a=1G..2s/1G", "do not mix in one range"),
    ("a=1..2G/1G", "do not mix"), ("a=1G..2G/1", "do not mix"),
    ("a=1X..2X/1X", "'1X' is no size, duration or whole number: unknown unit 'X'"),
    ("a=x..y", "'x' is no size, duration or whole number: write it like 512M, 90s or 100"),
    ("a=..2", "'' is no size"), ("a=1..", "'' is no size"), ("a=1..2/", "'' is no size"),
    ("a=0..1G/0.5k", "sizes are whole KiB here"), ("a=0..1P/1T", "unknown unit 'P'"),
    ("a=0..4097T/1T", "it is larger than 4 PiB"),
    ("a=0..1000000", "1000001 values, at most 1000000: take larger steps or a smaller range"),
    ("a=0..4T/4k", "1073741825 values, at most"),
    ("a=-9223372036854775807..9223372036854775807", "more than 2^63 values"),
    ("a=99999999999999999999..1", "is too large"),
    ("kernel=6.1..5.4", "the older release comes first"), ("kernel=x..6.1", "no kernel release"),
  ])
  func `what is no variation`(text: String, message: String) {
    do {
      let variation = try Variation(text, pageSize: 4096)
      Issue.record("\(text) is \(variation)")
    } catch {
      #expect(error.message.contains(message), "\(error.message)")
    }
  }

  private static let scenario = scenarioText(
    #""processes": [ { "pid": 7, "name": "a" }, { "name": "w", "count": 2 } ]"#)

  @Test(arguments: [
    ("no-kill", "found 'no-kill'; did you mean 'no-kills'?"), ("", "--find takes"),
    ("survive=a", "did you mean 'survives'?"), ("first", "no process is called ''"),
    ("first=aa", "no process is called 'aa'; did you mean 'a'?"),
    ("survives=8", "no process is called '8'"), ("first=w-3", "no process is called 'w-3'"),
  ])
  func `what is no goal`(text: String, message: String) throws {
    let scenario = try Scenario(json: Array(Self.scenario.utf8))
    do {
      _ = try SweepGoal(text, in: scenario, varying: [])
      Issue.record("\(text) is accepted")
    } catch {
      #expect(error.message.contains(message), "\(error.message)")
    }
  }

  @Test(arguments: ["no-kills", "survives=a", "first=7", "first=w", "survives=w-2"])
  func `goals`(text: String) throws {
    let scenario = try Scenario(json: Array(Self.scenario.utf8))
    #expect(try SweepGoal(text, in: scenario, varying: []).text == text)
  }
}

/// `--jitter PATH=±20%`.
@Suite struct JitterTests {
  static let text = scenarioText(
    """
    "sysctl": { "vm.swappiness": 60, "vm.overcommit_ratio": 50 },
    "cgroups": { "/a.b/c": { "memory.max": "100M" } },
    "processes": [ { "name": "x" }, { "name": "w.1", "pid": 70, "anon": "1G", "oom_score_adj": -100,
      "restart": { "policy": "always", "delay": "10s" } } ],
    "events": [ { "at": "10s", "grow": { "process": 70, "anon": "1.5M", "over": "20s" } } ]
    """)

  private func jitter(_ option: String, _ settings: [String] = []) throws -> Jitter {
    let bytes = Array(Self.text.utf8)
    let settings = try settings.map { try #require(ScenarioSetting($0)) }
    let scenario = try Scenario(json: bytes, file: "x.json", settings: settings)
    return try Jitter(option, of: scenario, text: bytes, settings: settings)
  }

  @Test(arguments: [
    ("machine.memory=±25%", "1G", 196_608, 327_680),
    ("processes.w.1.anon=+-0%", "1G", 262_144, 262_144),
    ("processes.70.anon=±50%", "1G", 131_072, 393_216),
    ("processes.70.oom_score_adj=±20%", "-100", -120, -80),
    ("processes.w.1.restart.delay=±10%", "10s", 9_000_000, 11_000_000),
    ("cgroups./a.b/c.memory.max=±100%", "100M", 0, 51_200),
    ("sysctl.vm.swappiness=±2.5%", "60", 59, 61),
    ("events.0.at=±0.001%", "10s", 9_999_900, 10_000_100),
    ("events[0].grow.anon=±10%", "1.5M", 346, 422),
    ("events.0.grow.over=±5%", "20s", 19_000_000, 21_000_000),
    ("processes=±20%", "100%", 80_000, 120_000),
  ])
  func `values and ranges`(option: String, value: String, low: Int64, high: Int64) throws {
    let jitter = try jitter(option)
    #expect(jitter.value == value && jitter.range == low...high)
  }

  @Test func `an override is the middle`() throws {
    let jitter = try jitter("machine.memory=±50%", ["machine.memory=2G", "machine.memory=4G"])
    #expect(jitter.value == "4G" && jitter.range == 524_288...1_572_864)
  }

  @Test(arguments: [
    ("machine.memory", "--jitter takes PATH=±20%"), ("machine.memory=20%", "'20%' is no share"),
    ("machine.memory=±20", "is no share"), ("machine.memory=±%", "is no share"),
    ("machine.memory=±101%", "is no share"), ("machine.memory=±1.2345%", "is no share"),
    ("machine.memory=±-1%", "is no share"), ("machine.memory=±1.%", "is no share"),
    ("machine.memory=±0100%", "is no share"),
    ("machine.swap=±5%", "the scenario gives no single number here"),
    ("machine=±5%", "no single number"), ("nonsense.x=±5%", "no single number"),
    ("processes.nobody.anon=±5%", "no single number"), ("processes.x.anon=±5%", "no single number"),
    ("processes.w.1.name=±5%", "'w.1' is no size"), ("events.9.at=±5%", "no single number"),
    ("cgroups./a.b/c=±5%", "no single number"), ("processes.w=±5%", "no single number"),
  ])
  func `what cannot be drawn`(option: String, message: String) {
    do {
      _ = try jitter(option)
      Issue.record("\(option) is accepted")
    } catch let error as QuantityError {
      #expect(error.message.contains(message), "\(error.message)")
    } catch {
      Issue.record(error)
    }
  }
}
