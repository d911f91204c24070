import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// A loop that is called one goes on for ever.
@Suite struct LoopProofTests {
  private typealias State = RestartWorld

  /// The kills after the proof are those of the last period before it, a period later each.
  private func check(_ scenario: Scenario, _ rules: Rules, _ comment: Comment) {
    var proven = Replay(scenario, rules: rules, recordsCandidates: false)
    proven.mostRestarts = 150
    proven.run()
    guard let loop = proven.record.loop else { return }
    var longer = Replay(scenario, rules: rules, recordsCandidates: false)
    longer.stopsAtLoop = false
    longer.mostRestarts = proven.state.restarts.restarts + 60
    longer.run()
    #expect(longer.record.kills.starts(with: proven.record.kills), comment)
    let begin = proven.record.kills.count - loop.kills
    for index in begin..<max(longer.record.kills.count - loop.kills, begin) where loop.kills > 0 {
      let (one, next) = (longer.record.kills[index], longer.record.kills[index + loop.kills])
      #expect(next.at == one.at + loop.period, comment)
      #expect(next.killed.map(\.process.name) == one.killed.map(\.process.name), comment)
      #expect(next.freedPages == one.freedPages, comment)
      #expect(next.victim.points == one.victim.points || rules.badness.isLegacy, comment)
    }
    let later = Set(longer.record.kills.dropFirst(begin).flatMap { $0.killed.map(\.process.name) })
    #expect(later.isSubset(of: loop.processes), comment)
  }

  @Test("what a proof says of generated worlds is what they go on to do", arguments: UInt64(0)..<16)
  func repeats(block: UInt64) {
    for seed in (block * 40)..<(block * 40 + 40) {
      var worlds = Worlds(seed: seed &+ 5_000_000)
      check(
        worlds.scenario(events: 5, usesVersionOne: true, usesRestarts: true),
        RulesByRelease.rules(of: .standard), "seed \(seed)")
    }
  }

  @Test(arguments: [
    "restart/systemd-restart-loop-slow", "restart/prometheus-wal-loop", "tmpfs/tmpfs-restart-loop",
    "ai/concurrent-model-loads",
  ])
  func `the loops of shipped scenarios repeat`(name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Scenarios/\(name).json")
    let scenario = try Scenario(json: Array(Data(contentsOf: file)))
    #expect(Simulator(for: scenario).run(scenario).outcome == .loop)
    check(scenario, Simulator(for: scenario).rules, "\(name)")
  }

  @Test func `generated worlds have loops of one kill and of several`() {
    var kills: Set<Int> = []
    for seed in UInt64(0)..<5000 where !(kills.contains(1) && kills.contains { $0 > 1 }) {
      var worlds = Worlds(seed: seed &+ 5_000_000)
      let scenario = worlds.scenario(events: 5, usesVersionOne: true, usesRestarts: true)
      var replay = Replay(scenario, recordsCandidates: false)
      replay.mostRestarts = 150
      replay.run()
      if let loop = replay.record.loop { kills.insert(loop.kills) }
    }
    #expect(kills.contains(1) && kills.contains { $0 > 1 }, "\(kills)")
  }

  /// Two that fill the machine in turn: the invoker and the victim are not the same.
  @Test func `a process that dies because another one asks is hurt besides`() throws {
    let run = try State.run(
      """
      { "name": "c", "anon": 0, "restart": { "policy": "always" } },
      { "name": "big", "anon": "60000 pages", "restart": { "policy": "always", "delay": "2s" } },
      { "name": "lost", "anon": "70000 pages" }
      """, State.fill, machine: #", "swap": "100000 pages""#)
    let loop = try #require(run.loop)
    #expect(run.kills.first?.victim.name == "lost")
    #expect(loop.hurtBesides.contains("lost") && !loop.processes.contains("lost"))
    #expect(loop.processes.contains("c"))
  }

  /// Before 2.6.36 a process that runs on loses points without end, so nothing is ever the same again.
  @Test func `what cannot be proved ends with a warning`() throws {
    let scenario = try State.scenario(
      State.filler(#""policy": "always", "delay": "1s""#)
        + #", { "name": "old", "anon": "9 pages" }"#, State.fill)
    var replay = Replay(
      scenario, rules: RulesByRelease.rules(of: "2.6.32"), recordsCandidates: false)
    replay.mostRestarts = 25
    replay.run()
    #expect(replay.record.loop == nil && replay.record.kills.count == 26 && replay.isAbandoned)
    #expect(replay.record.warnings.contains { $0.fact == .stopped(after: .restarts(25)) })
  }

  @Test func `a pause of years ends the run with a warning`() throws {
    let run = try State.run(
      #"{ "name": "c", "anon": 0, "restart": { "policy": "always", "delay": "500d" } }"#,
      #"{ "at": "1s", "oom": {} }"#)
    #expect(run.outcome == .cutOff && run.end == 1_000_000)
    #expect(run.warnings.contains { $0.text.contains("stopped after 400 days") })
  }

  /// 54 lives and pauses of 99797 us and 1 s are 59.389 s; the exit comes 50 ms into the next life.
  @Test func `while an event is left nothing is for ever`() throws {
    let run = try State.run(
      State.filler(#""policy": "on-failure", "delay": "1s""#),
      State.fill + #", { "at": "59439038us", "exit": { "process": "c" } }"#)
    #expect(run.kills.count == 54 && run.outcome == .completed && run.warnings.isEmpty)
  }

  /// The state at a time is asked for, and a proof does not answer that.
  @Test func `the score at a time after the proof is that of the life at that time`() throws {
    let scenario = try State.scenario(
      State.filler(#""policy": "always", "delay": "900203us""#), State.fill)
    let table = Simulator().score(scenario, at: 100_050_000)
    #expect(table.processes.map(\.pid) == [1100])
    #expect(table.processes.first?.anon == 50_000)
  }

  @Test func `a run and its digest are the same twice`() throws {
    let scenario = try State.scenario(
      State.filler(#""policy": "always", "burst": 3, "interval": "1s""#)
        + #", { "name": "d", "anon": "60000 pages", "restart": { "policy": "always" } }"#,
      State.fill)
    let runs = (0..<3).map { _ in Simulator().run(scenario) }
    #expect(runs[0] == runs[1] && runs[1] == runs[2] && Set(runs.map(\.digest)).count == 1)
  }

  /// Whoever adds state to a replay has to say whether it decides what comes next.
  @Test func `every stored property is compared or known to decide nothing`() throws {
    let scenario = try State.scenario(#"{ "name": "c", "anon": 0 }"#, "")
    let replay = Replay(scenario, recordsCandidates: false)
    func labels(_ value: Any) -> Set<String> {
      Set(Mirror(reflecting: value).children.compactMap(\.label))
    }
    #expect(
      labels(replay.state.tasks).subtracting(
        ["rules", "word", "pagesPerTable", "holdsBack", "changes"]) == [
          "names", "pids", "uids", "groups", "oomScoreAdj", "flags", "states", "ppids", "mms",
          "heldBack", "mappings", "_rare", "owners", "sharers", "pages", "candidateWeight",
          "children",
          "dyingRows", "swapoffRows", "committedAS",
        ])
    #expect(
      labels(MM()) == [
        "anon", "file", "shmem", "swap", "locked", "lazyFree", "pageTables", "touched",
        "swappedShmem",
      ])
    #expect(
      labels(Mappings()) == [
        "untouched", "noReserve", "noReserveTouched", "claimed", "untouchedShared",
        "claimedShared", "uncommitted", "commitBeside", "committedShmem", "extraVM", "extraTables",
      ])
    let constant: Set = ["threads", "memsAllowed", "mempolicy", "segments", "mappedFiles"]
    #expect(
      labels(RareColumns()).subtracting(constant) == [
        "legacy", "startedAt", "upperTables", "threadGroups", "nodes", "ages", "hot",
      ])
    #expect(
      labels(replay.state) == [
        "machine", "rules", "cgroupVersion", "now", "sysctl", "vm", "groups", "ledger",
        "tasks", "pids", "tmpfs", "committedBeside", "leavingSwap", "holdings", "shared",
        "logForms", "selectionIndex", "ownColumns", "startExceedsMemory", "startExceedsSwap",
        "growths",
        "promisedRequests", "tmpfsAges", "hasAges", "growthsBegun",
        "exits", "restarts", "somethingFreed", "overMax", "forced", "chargesHugetlb",
        "pressures",
      ])
    #expect(
      labels(Growth(total: Pages(), start: 0, duration: 0)) == [
        "order", "row", "owner", "unownedGroup", "tmpfsSize", "verb", "total", "nodes", "start",
        "duration",
        "number", "admittedPrivate", "admittedShared", "pace", "promisedRequests",
        "done", "stop", "stoppedAt", "stuckSince", "isEntangled", "promised", "promisedGroup",
        "isGone",
      ])
    #expect(
      labels(Pages()) == [
        "anon", "locked", "shmem", "file", "pageTables", "lazyFree", "tmpfs", "cache",
        "slabReclaimable",
        "kernel", "zswap", "zram", "swappedAnon", "swappedShmem", "swappedTmpfs",
      ])
    #expect(labels(Held()) == ["pages", "nodes", "ages"])
    #expect(
      labels(replay).subtracting(["looks"]) == [
        "state", "record", "putsGrowthOff", "isBehind", "isReviewDue", "proof", "provenDeaths",
        "stopsAtLoop", "mostRestarts", "isAbandoned", "events", "nextEvent", "killer", "killers",
        "references", "recordsCandidates", "hasSystemd", "hasVersionTwo",
        "observe", "recorder", "listedKills", "mostKills",
        "idleSince", "changedAt", "nextEstimate", "estimatedAt",
      ])
    #expect(
      labels(KillerMemory()) == [
        "wait", "clocks", "aboveSince", "lastReclaim", "scanned", "candidatesScanned", "lastKill",
        "lastAverage", "stalled", "eviction", "cleanup", "oomd", "changedAt", "actsUntil",
      ])
    #expect(
      labels(OomdMemory()) == ["plugins", "rulesets", "averages", "scanned", "nextTick"])
    #expect(
      labels(OomdMemory.Plugin()) == [
        "groups", "above", "scanned", "lastReclaim", "lastAvg10", "hasSample",
      ])
    #expect(labels(OomdMemory.Ruleset()) == ["pause", "waiting"])
  }
}
