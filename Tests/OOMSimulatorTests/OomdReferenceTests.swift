import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// Meta's oomd kills at each tick what `ReferenceOomd` does, which was written from oomd's sources by a person that had not
/// read this engine, over generated configurations and worlds in which stalls, swap and memory come and go between ticks.
///
/// What is scanned is the engine's model, so that a world has stalls or `memory_reclaim`, not both. `OOMSIM_SWARM` says how
/// many worlds, 800 by default.
@Suite struct OomdReferenceTests {
  private static let seeds: [Range<UInt64>] = {
    let worlds = ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 800
    return (0..<16).map { $0 * (worlds / 16)..<($0 + 1) * (worlds / 16) }
  }()

  private static let paths = [
    "/a.slice", "/a.slice/x", "/a.slice/y", "/a.slice/y/k", "/a.slice/y/l", "/b.slice",
    "/b.slice/w", "/b.slice/v", "/c",
  ]
  private static let patterns = [
    "a.slice", "a.slice/*", "b.slice/*", "*", "a.slice,b.slice", "a.slice/[xy]", "?.slice", "d",
    "a.slice/y/*,c",
  ]

  // MARK: Generated configurations, in both forms

  private struct Plugin {
    var json: String
    var reference: ReferenceOomd.Plugin

    init(_ name: String, _ args: [String: String], _ reference: ReferenceOomd.Plugin) {
      let pairs = args.sorted { $0.key < $1.key }.map { #""\#($0.key)": "\#($0.value)""# }
      json = #"{ "name": "\#(name)", "args": { \#(pairs.joined(separator: ", ")) } }"#
      self.reference = reference
    }
  }

  private func split(_ patterns: String) -> [String] {
    patterns.split(separator: ",").map(String.init)
  }

  private func detector(_ random: inout SplitMix, stalls: Bool) -> Plugin {
    let pattern = Self.patterns.randomElement(using: &random) ?? "*"
    let duration = Int.random(in: 0...12, using: &random)
    func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    switch int(0...7) {
    case 0 where stalls, 1 where stalls:
      let threshold = int(0...70)
      return Plugin(
        "pressure_above",
        [
          "cgroup": pattern, "resource": "memory", "threshold": "\(threshold)",
          "duration": "\(duration)",
        ], .pressureAbove(split(pattern), threshold: threshold, duration: duration))
    case 2 where stalls:
      let threshold = int(0...40)
      return Plugin(
        "pressure_rising_beyond",
        [
          "cgroup": pattern, "resource": "memory", "threshold": "\(threshold)",
          "duration": "\(duration)",
        ],
        .pressureRisingBeyond(
          split(pattern), threshold: threshold, duration: duration, fastFall: 0.85))
    case 0, 1:
      return Plugin(
        "memory_reclaim", ["cgroup": pattern, "duration": "\(duration)"],
        .memoryReclaim(split(pattern), duration: duration))
    case 3:
      let percent = int(0...100)
      return Plugin(
        "swap_free", ["threshold_pct": "\(percent)"],
        .swapFree(thresholdPct: percent, swapoutBps: 0))
    case 4, 5:
      let (mebibytes, isAnon) = (int(0...60), Bool.random(using: &random))
      return Plugin(
        "memory_above",
        [
          "cgroup": pattern, isAnon ? "threshold_anon" : "threshold": "\(mebibytes)M",
          "duration": "\(duration)",
        ],
        .memoryAbove(
          split(pattern), bytes: mebibytes << 20, anon: isAnon, duration: duration))
    case 6:
      let isNegated = Bool.random(using: &random)
      return Plugin(
        "exists", ["cgroup": pattern, "negate": "\(isNegated)"],
        .exists(split(pattern), negate: isNegated))
    default: return Plugin("continue", [:], .continue)
    }
  }

  private func action(_ random: inout SplitMix) -> Plugin {
    let pattern = Self.patterns.randomElement(using: &random) ?? "*"
    var kill = ReferenceOomd.Kill(cgroups: split(pattern))
    var args = ["cgroup": pattern]
    if Bool.random(using: &random) {
      kill.recursive = true
      args["recursive"] = "true"
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      kill.postActionDelay = Int.random(in: 0...30, using: &random)
      args["post_action_delay"] = "\(kill.postActionDelay ?? 0)"
    }
    if Int.random(in: 0..<8, using: &random) == 0 {
      kill.alwaysContinue = true
      args["always_continue"] = "true"
    }
    switch Int.random(in: 0..<7, using: &random) {
    case 0, 1:
      let size = [20, 50, 80].randomElement(using: &random) ?? 50
      let percentile = [0, 50, 80, 99].randomElement(using: &random) ?? 80
      args["size_threshold"] = "\(size)"
      args["growing_size_percentile"] = "\(percentile)"
      return Plugin(
        "kill_by_memory_size_or_growth", args,
        .killByMemorySizeOrGrowth(
          kill, sizeThreshold: size, percentile: percentile, minGrowth: 1.25))
    case 2, 3:
      let mebibytes = Int.random(in: 1...20, using: &random)
      let isBiased = Bool.random(using: &random)
      args["threshold"] = "\(mebibytes)M"
      if isBiased { args["biased_swap_kill"] = "true" }
      return Plugin(
        "kill_by_swap_usage", args,
        .killBySwapUsage(kill, threshold: mebibytes << 20, biased: isBiased))
    case 4:
      args["resource"] = "memory"
      return Plugin("kill_by_pressure", args, .killByPressure(kill))
    case 5: return Plugin("kill_by_pg_scan", args, .killByPgScan(kill))
    default:
      return Bool.random(using: &random)
        ? Plugin("continue", [:], .continue) : Plugin("stop", [:], .stop)
    }
  }

  private func rulesets(
    _ random: inout SplitMix, stalls: Bool
  ) -> (json: String, reference: [ReferenceOomd.Ruleset]) {
    var texts: [String] = []
    var references: [ReferenceOomd.Ruleset] = []
    for number in 0..<Int.random(in: 1...2, using: &random) {
      let groups = (0..<Int.random(in: 1...2, using: &random)).map { _ in
        (0..<Int.random(in: 1...2, using: &random)).map { _ in
          detector(&random, stalls: stalls)
        }
      }
      let actions = (0..<Int.random(in: 1...2, using: &random)).map { _ in action(&random) }
      let delay = [0, 5, 15].randomElement(using: &random) ?? 15
      let detectors = groups.enumerated().map { index, group in
        #"[ "g\#(index)", \#(group.map(\.json).joined(separator: ", ")) ]"#
      }
      texts.append(
        """
        { "name": "r\(number)", "post_action_delay": "\(delay)",
          "detectors": [ \(detectors.joined(separator: ", ")) ],
          "actions": [ \(actions.map(\.json).joined(separator: ", ")) ] }
        """)
      references.append(
        ReferenceOomd.Ruleset(
          detectorGroups: groups.map { $0.map(\.reference) },
          actions: actions.map(\.reference), postActionDelay: delay))
    }
    return (texts.joined(separator: ", "), references)
  }

  // MARK: Generated worlds

  private func world(_ random: inout SplitMix, rulesets: String) throws -> Scenario {
    var (groups, processes): ([String], [String]) = ([], [])
    for path in Self.paths {
      var keys: [String] = []
      if Int.random(in: 0..<4, using: &random) == 0 {
        keys.append(#""memory.low": "\#(Int.random(in: 0...3000, using: &random)) pages""#)
      }
      if Int.random(in: 0..<6, using: &random) == 0 {
        keys.append(#""memory.min": "\#(Int.random(in: 0...2000, using: &random)) pages""#)
      }
      if Int.random(in: 0..<5, using: &random) == 0 {
        keys.append(Bool.random(using: &random) ? #""oomd_prefer": true"# : #""oomd_avoid": true"#)
      }
      if Int.random(in: 0..<6, using: &random) == 0 { keys.append(#""memory.oom.group": 1"#) }
      groups.append(#""\#(path)": { \#(keys.joined(separator: ", ")) }"#)
      if Int.random(in: 0..<4, using: &random) == 0 { continue }
      processes.append(
        """
        { "name": "p", "cgroup": "\(path)", "anon": "\(Int.random(in: 0...4000, using: &random)) pages",
          "swap": "\(Int.random(in: 0...5000, using: &random)) pages" }
        """)
    }
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "200000 pages", "swap": "60000 pages" },
        "killers": [ { "kind": "oomd", "rulesets": [ \(rulesets) ] } ],
        "cgroups": { \(groups.joined(separator: ",")) },
        "processes": [ \(processes.joined(separator: ",")) ] }
      """
    return try Scenario(json: Array(text.utf8))
  }

  private func groups(_ state: State) -> [ReferenceOomd.Group] {
    let page = 4096
    return (1..<state.groups.count).map { index in
      let settings = state.groups.settings[index]
      var group = ReferenceOomd.Group(
        path: String(state.groups.paths[index].dropFirst()),
        parent: state.groups.parents[index] == 0 ? nil : state.groups.parents[index] - 1)
      let account = state.ledger.accounts[index]
      group.current = Int(account.usage) * page
      group.min = Int(settings.min ?? 0) * page
      group.low = Int(settings.low ?? 0) * page
      group.swapCurrent = Int(account.swapUsage) * page
      var anon: Int64 = 0
      for one in state.groups.subtree(of: index) {
        let pages = state.ledger.accounts[one].pages
        anon += pages.anon + pages.locked + pages.lazyFree
      }
      group.anon = Int(anon) * page
      group.pgscan = Int(state.pgscan(index))
      if let full = state.pressures.groups[index]?.full {
        group.full = ReferenceOomd.Pressure(
          avg10: Int(full.avg10), avg60: Int(full.avg60), avg300: Int(full.avg300))
      }
      group.processes = state.groups.members[index].count { state.tasks.isAlive(Int($0)) }
      group.preference =
        settings.oomdPrefer == true ? .prefer : settings.oomdAvoid == true ? .avoid : .normal
      group.oomGroup = settings.oomGroup ?? false
      return group
    }
  }

  private func change(_ state: inout State, _ random: inout SplitMix, stalls: Bool) {
    let group = Int.random(in: 1..<state.groups.count, using: &random)
    let pages = Int64.random(in: 1...2000, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: state.bookUnowned(pages, .cache, group: group, on: nil)
    case 1:
      state.giveBackUnowned(
        min(pages, state.ledger.accounts[group].pages.cache), .cache, group: group)
    case 2 where !stalls: state.ledger.accounts[group].reclaimed += pages
    case 2, 3:
      if !stalls { return }
      let full = Share.percent([0, 0, 30, 60, 100].randomElement(using: &random) ?? 0)
      state.pressures.give(Pressures.Stall(some: full, full: full), to: group, until: nil)
    default: break
    }
  }

  // MARK: The comparison

  @Test(arguments: seeds) func `Meta's oomd`(seeds: Range<UInt64>) throws {
    var kills = 0
    for seed in seeds {
      var random = SplitMix(seed: seed &+ 12_000_000)
      let stalls = Bool.random(using: &random)
      let (json, references) = rulesets(&random, stalls: stalls)
      let scenario = try world(&random, rulesets: json)
      var state = State(of: scenario)
      state.pressures = Pressures(of: scenario, state.groups)
      var killer = try #require(scenario.killers.first).killer
      var reference = ReferenceOomd(rulesets: references)
      for _ in 0..<30 {
        state.now = killer.nextLook ?? 0
        state.pressures.pass(to: state.now)
        for _ in 0..<Int.random(in: 0...2, using: &random) {
          change(&state, &random, stalls: stalls)
        }
        let (groups, info) = (groups(state), state.memoryInfo)
        // The machine has been up for some time: oomd takes its start for reclaim.
        let expected = reference.tick(
          at: Int(state.now.rawValue) + 1_000_000_000,
          system: ReferenceOomd.System(
            memTotal: Int(info.total) * 4096, swapTotal: Int(info.swapTotal) * 4096,
            swapFree: Int(info.swapFree) * 4096), groups: groups
        )?.map { "/" + groups[$0].path }
        var found: [String] = []
        if case .kill(let choice) = killer.decide(nil, &state, &killer) {
          for one in [choice] + choice.others {
            found.append(one.ground?.cgroup ?? "")
            kills += 1
            _ = state.end(one.dead.map(\.row).filter { state.tasks.isAlive($0) }, as: .killed)
          }
        }
        #expect(found == expected ?? [], "seed \(seed) at \(state.now): \(json)")
        if found != expected ?? [] { return }
      }
    }
    #expect(kills > seeds.count / 4)
  }
}
