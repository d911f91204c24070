import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// earlyoom and systemd-oomd decide as a reference does that was written from a description of their sources by a person
/// that had not read this engine, over generated worlds.
///
/// `OOMSIM_SWARM` says how many worlds, 320 by default.
@Suite struct UserspaceReferenceTests {
  private static let seeds: [Range<UInt64>] = {
    let worlds = ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 320
    return (0..<16).map { $0 * (worlds / 16)..<($0 + 1) * (worlds / 16) }
  }()

  // MARK: earlyoom

  /// The arguments, and the same as the reference takes them.
  private func options(_ random: inout SplitMix) -> (args: String, ReferenceEarlyOOM.Options) {
    let versions = [(1, 1), (1, 2), (1, 5), (1, 7), (1, 8), (1, 9)]
    let version = versions.randomElement(using: &random) ?? (1, 8)
    var options = ReferenceEarlyOOM.Options(version: version)
    var args: [String] = []
    func pair(_ most: Int) -> (Int, Int) {
      let term = Int.random(in: 1...most, using: &random)
      return (term, Int.random(in: 0...term, using: &random))
    }
    if Bool.random(using: &random) {
      let (term, kill) = pair(60)
      args.append("-m \(term),\(kill)")
      options.memPercent = (Int128(term * 10_000), Int128(kill * 10_000))
    }
    if Bool.random(using: &random) {
      let (term, kill) = pair(100)
      args.append("-s \(term).5,\(kill)".replacing("100.5", with: "100"))
      options.swapPercent = (
        Int128(term == 100 ? 1_000_000 : term * 10_000 + 5000), Int128(kill * 10_000)
      )
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      let (term, kill) = pair(400_000)
      args.append("-M \(term),\(kill)")
      options.memSize = (Int128(term), Int128(kill))
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      let (term, kill) = pair(60_000)
      args.append("-S \(term),\(kill)")
      options.swapSize = (Int128(term), Int128(kill))
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      args.append("--ignore-root-user")
      options.ignoreRoot = true
    }
    if version >= (1, 8), Int.random(in: 0..<4, using: &random) == 0 {
      args.append("--sort-by-rss")
      options.sortByRSS = true
    }
    args.append("--prefer ^p --avoid '^a' --ignore i$")
    return (args.joined(separator: " "), options)
  }

  /// A machine of up to 1 GiB with some processes, of which pages are what is left of memory or less.
  private func world(_ random: inout SplitMix) throws -> State {
    let memory = Int64.random(in: 20_000...250_000, using: &random)
    let swap = Bool.random(using: &random) ? 0 : Int64.random(in: 1...20_000, using: &random)
    var (left, swapLeft) = (memory * 3 / 4, swap)
    var processes: [String] = []
    for index in 0..<Int.random(in: 0...8, using: &random) {
      let anon =
        [0, 100, Int64.random(in: 0...max(left / 2, 1), using: &random)]
        .randomElement(using: &random) ?? 0
      let swapped = Int64.random(in: 0...swapLeft, using: &random)
      left = max(left - anon, 0)
      swapLeft -= swapped
      let name = ["p", "a", "i", "ai", "x", "y"].randomElement(using: &random) ?? "x"
      let adj = [-1000, -300, 0, 0, 0, 200, 1000].randomElement(using: &random) ?? 0
      processes.append(
        """
        { "pid": \([1, 2, 50, 40, 30, 20, 10, 60][index]), "name": "\(name)", "anon": "\(anon) pages",
          "swap": "\(swapped) pages", "oom_score_adj": \(adj), "uid": \([0, 1000].randomElement(using: &random) ?? 0) }
        """)
    }
    let kernel = Int64.random(in: 0...max(left, 1), using: &random)
    let cache = Int64.random(in: 0...max((left - kernel) / 2, 1), using: &random)
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "\(memory) pages",
          "swap": "\(swap) pages", "kernel": "\(kernel) pages", "page_cache": "\(cache) pages" },
        "processes": [ \(processes.joined(separator: ",")) ] }
      """
    return State(of: try Scenario(json: Array(text.utf8)))
  }

  @Test(arguments: seeds) func `earlyoom`(seeds: Range<UInt64>) throws {
    for seed in seeds {
      var random = SplitMix(seed: seed &+ 7_000_000)
      var state = try world(&random)
      let (args, options) = options(&random)
      var reference = ReferenceEarlyOOM(options: options)
      reference.alsoFollowsTheSource = true
      let info = state.memoryInfo
      let tasks = state.tasks
      let expected = reference.look(
        ReferenceEarlyOOM.Meminfo(
          memTotal: Int128(info.total * 4), memAvailable: Int128(info.available * 4),
          anonPages: Int128(info.anon * 4), swapTotal: Int128(info.swapTotal * 4),
          swapFree: Int128(info.swapFree * 4)),
        (0..<tasks.count).map { row in
          let name = tasks.names[row]
          return ReferenceEarlyOOM.Process(
            pid: Int(tasks.pids[row]), ppidIsKthreadd: false, uid: Int(tasks.uids[row]),
            oomScore: state.procOOMScore(row), oomScoreAdj: Int(tasks.oomScoreAdj[row]),
            vmRSS: Int128(tasks.mms[row].anon * 4), isPreferred: name.hasPrefix("p"),
            isAvoided: name.hasPrefix("a"), isIgnored: name.hasSuffix("i"))
        })
      var program = UserspaceKiller(.earlyoom)
      program.version = ProgramVersion("\(options.version.0).\(options.version.1)")
      program.args = args
      var killer = program.killer
      let decision = killer.decide(nil, &state, &killer)
      var found: (pid: Int?, isKill: Bool?) = (nil, nil)
      if case .kill(let choice) = decision {
        found = (Int(tasks.pids[choice.victim]), choice.ground?.signal == .kill)
      }
      #expect(found.pid == expected.victim, "seed \(seed): \(args)")
      if found.pid != nil {
        #expect(found.isKill == (expected.signal == .kill), "seed \(seed): \(args)")
      }
      #expect(
        killer.nextLook == .milliseconds(Int64(expected.sleepMilliseconds)), "seed \(seed): \(args)"
      )
    }
  }

  // MARK: systemd-oomd

  private let paths = ["/a", "/a/b", "/a/b/c", "/a/b/d", "/a/e", "/f", "/f/g"]

  private func groupsWorld(_ random: inout SplitMix) throws -> Scenario {
    var groups: [String] = []
    for path in ["/"] + paths {
      var keys: [String] = []
      func maybe(_ odds: Int, _ key: String) {
        if Int.random(in: 0..<odds, using: &random) == 0 { keys.append(key) }
      }
      maybe(3, #""ManagedOOMSwap": "kill""#)
      maybe(3, #""ManagedOOMMemoryPressure": "kill""#)
      maybe(
        3,
        #""ManagedOOMMemoryPressureLimit": "\#([0, 20, 50].randomElement(using: &random) ?? 0)%""#)
      maybe(
        3, #""ManagedOOMMemoryPressureDurationSec": "\#(Int.random(in: 0...12, using: &random))s""#)
      maybe(
        4,
        #""ManagedOOMPreference": "\#(["none", "avoid", "omit"].randomElement(using: &random) ?? "")""#
      )
      if path != "/" { maybe(5, #""memory.oom.group": 1"#) }
      groups.append(#""\#(path)": { \#(keys.joined(separator: ", ")) }"#)
    }
    let swap = Bool.random(using: &random) ? 0 : Int64.random(in: 100...20_000, using: &random)
    var swapLeft = swap
    var processes: [String] = []
    for index in 0..<Int.random(in: 0...10, using: &random) {
      let swapped = Int64.random(in: 0...swapLeft, using: &random)
      swapLeft -= swapped
      processes.append(
        """
        { "name": "p\(index)", "cgroup": "\(paths.randomElement(using: &random) ?? "/a")",
          "anon": "\(Int64.random(in: 0...3, using: &random) * 100) pages", "swap": "\(swapped) pages" }
        """)
    }
    let events = (["/"] + paths).map {
      #"{ "at": "0s", "pressure": { "cgroup": "\#($0)", "full": "0%" } }"#
    }
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "50000 pages",
          "swap": "\(swap) pages", "kernel": "\(Int64.random(in: 30_000...45_000, using: &random)) pages" },
        "cgroups": { \(groups.joined(separator: ",")) },
        "processes": [ \(processes.joined(separator: ",")) ], "events": [ \(events.joined(separator: ",")) ] }
      """
    return try Scenario(json: Array(text.utf8))
  }

  private func groups(_ state: State) -> [ReferenceSystemdOOMd.Group] {
    state.groups.paths.indices.map { group in
      let settings = state.groups.settings[group]
      let account = state.ledger.accounts[group]
      let pressure = state.pressures.groups[group]
      return ReferenceSystemdOOMd.Group(
        path: state.groups.paths[group], parent: group == 0 ? nil : state.groups.parents[group],
        managedSwap: settings.managedOOMSwap == .kill,
        managedPressure: settings.managedOOMMemoryPressure == .kill,
        limitHundredths: settings.managedOOMMemoryPressureLimit.map { Int($0.millionths / 100) },
        durationSeconds: settings.managedOOMMemoryPressureDuration.map {
          Int($0.rawValue / 1_000_000)
        },
        preference: [.avoid: 1, .omit: 2][settings.managedOOMPreference ?? .none] ?? 0,
        oomGroup: settings.oomGroup ?? false,
        processCount: state.groups.members[group].count { state.tasks.isAlive(Int($0)) },
        swapUsage: Int128(account.swapUsage * 4096), memoryCurrent: Int128(account.usage * 4096),
        pgscan: Int128(state.pgscan(group)), fullAvg10Hundredths: Int(pressure?.full.avg10 ?? 0),
        isStalling: state.pressures.isStalling(group, at: state.now))
    }
  }

  @Test(arguments: seeds) func `systemd-oomd`(seeds: Range<UInt64>) throws {
    for seed in seeds {
      var random = SplitMix(seed: seed &+ 8_000_000)
      let scenario = try groupsWorld(&random)
      var state = State(of: scenario)
      state.pressures = Pressures(of: scenario, state.groups)
      var program = UserspaceKiller(.systemdOOMd)
      let version = [252, 257].randomElement(using: &random) ?? 257
      program.version = ProgramVersion("\(version)")
      program.oomdConf?.defaultMemoryPressureLimit = .percent(30)
      program.oomdConf?.defaultMemoryPressureDuration = .seconds(6)
      var killer = program.killer
      var reference = ReferenceSystemdOOMd(
        version: version, swapUsedLimitPermyriad: 9000, defaultLimitHundredths: 3000,
        defaultDurationSeconds: 6)
      reference.alsoFollowsTheSource = true
      for _ in 0..<250 {
        state.now = killer.nextLook ?? 0
        state.pressures.pass(to: state.now)
        if Int.random(in: 0..<40, using: &random) == 0 {
          let group = Int.random(in: 0..<state.groups.count, using: &random)
          let full = Share.percent([0, 0, 40, 60, 100].randomElement(using: &random) ?? 0)
          state.pressures.give(Pressures.Stall(some: full, full: full), to: group, until: nil)
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
          let group = Int.random(in: 1..<state.groups.count, using: &random)
          state.ledger.accounts[group].reclaimed += Int64.random(in: 0...5, using: &random)
        }
        let (groups, info) = (groups(state), state.memoryInfo)
        var expected: Int?
        let clocks = killer.memory.clocks
        if clocks[0].next <= state.now {
          expected = reference.swapLook(
            groups, memTotal: Int128(info.total * 4096),
            memAvailable: Int128(info.available * 4096),
            swapTotal: Int128(info.swapTotal * 4096), swapFree: Int128(info.swapFree * 4096))
        }
        if expected == nil, clocks[1].next <= state.now {
          expected = reference.pressureLook(at: Int(state.now.rawValue), groups)
        }
        let decision = killer.decide(nil, &state, &killer)
        killer.nextLook = killer.nextLook.map { max($0, state.now + 1) }
        var found: String?
        if case .kill(let choice) = decision {
          found = choice.ground?.cgroup
          _ = state.end(choice.dead.map(\.row), as: .killed)
        }
        #expect(found == expected.map { groups[$0].path }, "seed \(seed) at \(state.now)")
        if found != expected.map({ groups[$0].path }) { return }
      }
    }
  }

  @Test(arguments: seeds) func `the averages of pressure`(seeds: Range<UInt64>) {
    for seed in seeds {
      var random = SplitMix(seed: seed &+ 9_000_000)
      var (averages, reference) = (PSIAverages(), ReferencePSI())
      var now = Microseconds(0)
      for _ in 0..<60 {
        let step = Microseconds(Int64.random(in: 0...5_000_000, using: &random))
        let stall = Int64.random(in: 0...1_000_000, using: &random)
        averages.pass(from: now, to: now + step, stall: Share(millionths: stall))
        reference.pass(microseconds: Int(step.rawValue), stallMillionths: Int(stall))
        now = now + step
        #expect(Int(averages.avg10) == reference.avg10Hundredths, "seed \(seed)")
      }
    }
  }
}
