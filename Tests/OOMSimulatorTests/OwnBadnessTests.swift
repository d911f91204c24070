import Foundation
import OOMFormats
import Testing
import VictimSelection

@testable import OOMSimulator

/// Points of one's own: the text of an expression, the scan over many processes, and that the kernels' own rules, written
/// as expressions, decide as the built-in ones do.
///
/// `OOMSIM_SWARM` says how many worlds, 48 by default, and a thousand times as many single processes in `points`.
@Suite struct OwnBadnessTests {
  static let worlds =
    ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 48

  // MARK: The text

  /// What a process may have in each column, the ends of its range more often than anything else.
  static func columns(_ random: inout SplitMix) -> [BadnessColumn: Int64] {
    var columns: [BadnessColumn: Int64] = [:]
    for column in BadnessColumn.allCases {
      columns[column] =
        switch column {
        case .oomScoreAdj: [-1000, -999, -1, 0, 1, 500, 1000].randomElement(using: &random) ?? 0
        case .nice: Int64.random(in: -20...19, using: &random)
        case .capSysAdmin: Int64.random(in: 0...1, using: &random)
        case .uid: [0, 1, 1000, 4_294_967_295].randomElement(using: &random) ?? 0
        case .runTime, .cpuTime: [0, 1, 3600, 1 << 40].randomElement(using: &random) ?? 0
        default: [0, 1, 7, 1000, 1 << 21, 1 << 42, 1 << 51].randomElement(using: &random) ?? 0
        }
    }
    return columns
  }

  @Test("the operators bind as in C; a number that does not fit, or a division by 0, is a fault")
  func operators() throws {
    var faults = 0
    for seed in 0..<Self.worlds * 10 {
      var random = SplitMix(seed: seed)
      let tree = BadnessTree.generated(&random, depth: Int.random(in: 1...4, using: &random))
      let text = tree.text
      let expression = try BadnessExpression(text)
      #expect(expression.text(of: expression.parts.count - 1).count <= text.count)
      for _ in 0..<4 {
        let columns = Self.columns(&random)
        let value = try? expression.points { columns[$0] ?? 0 }
        let expected = tree.value(columns)
        #expect(value.map { Int128($0) } == expected, "\(text) of \(columns)")
        if expected == nil { faults += 1 }
      }
    }
    #expect(faults > 0)
  }

  @Test(
    "what is wrong is said with its column",
    arguments: [
      ("", "column 1: found the end where a number, a name or '(' is expected"),
      ("rss +", "column 6: found the end where a number, a name or '(' is expected"),
      ("rss rss", "column 5: found 'rss' where an operator or the end is expected"),
      ("(rss", "column 5: found the end where ')' has to close '('"),
      ("rss)", "column 4: found ')' where an operator or the end is expected"),
      ("anom + 1", "column 1: 'anom' is no name; did you mean 'anon'?"),
      ("oom_score", "column 1: 'oom_score' is no name: the names are anon file"),
      ("max(rss)", "column 8: found ')' where ',' has to follow: max is of two numbers or more"),
      ("int(1, 2)", "column 6: found ',' where ')' has to follow"),
      ("udiv(1, 2, 3)", "column 10: found ',' where ')' has to follow"),
      ("min rss", "column 5: found 'rss' where '(' has to follow the name of a function"),
      ("uid ? rss", "column 10: found the end where ':' has to follow"),
      ("8G + rss", "column 1: '8G' is no whole number: sizes are in pages, times in seconds"),
      ("1.5 * rss", "column 2: found '.' where an operator or the end is expected"),
      ("9223372036854775808", "column 1: 9223372036854775808 does not fit into 64 bits"),
      ("rss & 1", "column 5: found '&' where an operator or the end is expected"),
      ("rss + never", "column 7: 'never' is a result"),
      ("never ? 1 : 2", "column 1: 'never' is a result"),
      ("rss × 2", "column 5: found '×' where an operator or the end is expected"),
    ])
  func wrong(text: String, message: String) {
    do throws(BadnessTextFault) {
      _ = try BadnessExpression(text)
      Issue.record("\(text) is read")
    } catch {
      #expect(error.description.hasPrefix(message), "\(text): \(error.description)")
    }
  }

  @Test("neither depth nor length brings the reader down")
  func hostile() {
    let texts = [
      String(repeating: "(", count: 100_000), String(repeating: "-", count: 100_000) + "1",
      String(repeating: "rss+", count: 100_000) + "1", String(repeating: "1?", count: 100_000),
      String(repeating: "min(", count: 100_000), String(repeating: "!(", count: 50_000),
      String(repeating: "1 ? 2 : ", count: 100_000) + "3",
    ]
    for text in texts {
      #expect(throws: BadnessTextFault.self, "\(text.prefix(8))…") {
        try BadnessExpression(text)
      }
    }
    // Bytes of any kind, and pieces of what is right.
    let pieces = [
      "rss", "never", "+", "-", "*", "/", "(", ")", "?", ":", ",", "min", "1", " ", "\u{0}", "é",
      "&&",
    ]
    for seed in 0..<Self.worlds * 10 {
      var random = SplitMix(seed: seed)
      let text = (0..<Int.random(in: 0...12, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      guard let expression = try? BadnessExpression(text) else { continue }
      #expect(expression.parts.allSatisfy { text.utf8.count >= $0.range.upperBound })
    }
  }

  // MARK: The kernels' own rules

  @Test(
    "the expression of a release gives the points of its oom_badness(): mm/oom_kill.c since 2.6.36")
  func points() throws {
    for release in RulesByRelease.boundaries {
      let rules = RulesByRelease.rules(of: release)
      guard let text = rules.expression, let rule = rules.badness.rule else {
        #expect(release < "2.6.36")
        continue
      }
      let expression = try BadnessExpression(text)
      var random = SplitMix(
        seed: UInt64(release.version * 10_000 + release.patchlevel * 100 + release.sublevel))
      for _ in 0..<Self.worlds * 1000 / UInt64(RulesByRelease.boundaries.count) {
        var columns = Self.columns(&random)
        let most: Int64 = [100, 1 << 21, 1 << 30, 1 << 40].randomElement(using: &random) ?? 0
        for column: BadnessColumn in [.anon, .file, .shmem, .swap, .pageTables] {
          columns[column] = Int64.random(in: 0...most, using: &random)
        }
        columns[.totalpages] = Int64.random(in: 0...most * 4, using: &random)
        if rules.badness.pageTables == .none { columns[.pageTables] = 0 }
        columns[.rss] = [.anon, .file, .shmem].reduce(0) { $0 + (columns[$1] ?? 0) }
        let adj = columns[.oomScoreAdj] ?? 0
        let isAdmin = columns[.capSysAdmin] == 1
        let sum = [.rss, .swap, .pageTables].reduce(0) { $0 + (columns[$1] ?? 0) }
        let expected = SelectionRule(badness: rule).points(
          pages: rules.badness.rootBonus.pages(sum, isAdmin: isAdmin),
          weight: rules.badness.rootBonus.weight(Int16(adj), isAdmin: isAdmin),
          totalpages: columns[.totalpages] ?? 0)
        let value = try expression.points { columns[$0] ?? 0 }
        #expect(
          value == (adj == -1000 ? BadnessExpression.noPoints : expected),
          "\(release): \(text) of \(columns)")
      }
    }
  }

  @Test("shipped scenarios end the same by its release's rule and by the expression of it")
  func scenarios() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scenarios")
    var kills = 0
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(".json") && $0 != "schema.json" }
    // A build for debugging takes every fourth.
    let step = Self.worlds < 200 ? 4 : 1
    for path in stride(from: 0, to: paths.count, by: step).map({ paths[$0] }) {
      let bytes = try Data(contentsOf: folder.appending(path: path))
      var scenario = try Scenario(json: Array(bytes), file: path)
      let simulator = Simulator(for: scenario)
      // The expression of a release is that of its kernel for 64 bits; a process in swapoff has 1000 points beside it, and
      // narrow points wrap in the scan, which is no part of it.
      let isWide = scenario.machine.wordBits == .bits64
      let hasSwapoff = bytes.range(of: Data("swapoff".utf8)) != nil
      guard isWide, !hasSwapoff, let text = simulator.rules.expression,
        !simulator.rules.holdsNarrowPoints || scenario.machine.memory < 1 << 31
      else { continue }
      let expected = simulator.run(valid: scenario)
      scenario.badness = try BadnessExpression(text)
      let run = simulator.run(valid: scenario)
      #expect(run.digest == expected.digest, "\(path)")
      kills += run.kills.count
    }
    #expect(kills > 300 / step)
  }

  @Test("generated worlds end the same by the rule and by the expression of it")
  func generated() throws {
    var kills = 0
    let releases = RulesByRelease.boundaries.filter { $0 >= "2.6.36" }
    for seed in 0..<Self.worlds {
      var worlds = Worlds(seed: seed &+ 70_000_000)
      var scenario = worlds.scenario(events: 16, usesVersionOne: true, usesRestarts: true)
      let simulator = Simulator(kernel: releases[Int(seed) % releases.count])
      guard simulator.rules.selection.swapoff != .thousandPoints else { continue }
      let expected = simulator.run(scenario)
      scenario.badness = try simulator.rules.expression.map { try BadnessExpression($0) }
      let run = simulator.run(scenario)
      // A process in swapoff is taken before its badness is asked, even at -1000. Where the scan wraps points, which is no
      // part of the expression either, another one may be chosen.
      if run.kills.contains(where: { $0.decision?.chosen == .swapoff }) { continue }
      let mostHeld: Int128 = simulator.rules.holdsNarrowPoints ? Int128(UInt32.max) : .max
      if run.kills.contains(where: { $0.victim.points > mostHeld }) { continue }
      if expected.outcome == .cutOff || run.outcome == .cutOff {
        // An expression takes more looks, so that such a run is the beginning of the other.
        let both = zip(run.kills, expected.kills)
        let isSame = both.allSatisfy { $0.at == $1.at && $0.killed == $1.killed }
        #expect(
          isSame && run.outcome == .cutOff && run.kills.count <= expected.kills.count
            && !run.kills.isEmpty, "seed \(seed), \(simulator.kernel)")
        continue
      }
      #expect(
        run.digest == expected.digest,
        "seed \(seed), \(simulator.kernel), \(run.outcome), \(expected.outcome)")
      kills += run.kills.count
    }
    #expect(kills > 10)
  }

  // MARK: In a run

  private func scenario(_ badness: String) throws -> Scenario {
    var scenario = Scenario()
    scenario.machine.memory = 10_000
    for (name, uid, anon): (String, UInt32, Int64) in [
      ("root", 0, 4000), ("small", 1000, 10), ("large", 1000, 2000),
    ] {
      var process = Scenario.Process()
      process.name = name
      process.uid = uid
      process.anon = anon
      scenario.processes.append(process)
    }
    scenario.events = [Event(at: .seconds(1), action: .oom(cgroup: nil, invoker: nil, nodes: nil))]
    scenario.badness = try BadnessExpression(badness)
    return scenario
  }

  @Test(
    "never spares a process, a negative result does not",
    arguments: [
      ("rss", "root"), ("uid == 0 ? never : rss", "large"), ("0 - rss", "small"),
      ("uid == 0 ? never : 0 - rss", "small"), ("uid", "large"), ("never", nil as String?),
    ])
  func result(badness: String, victim: String?) throws {
    let run = Simulator(kernel: "6.12").run(try scenario(badness))
    #expect(run.kills.first?.victim.name == victim)
    #expect(run.outcome == (victim == nil ? .panic : .completed))
    let first = run.kills.first?.decision
    #expect(victim == nil || first?.arithmetic.ownBadness == badness)
  }

  @Test(
    "an explanation keeps points as the scan of a badness of one's own does, also from 3.5 to 4.8")
  func negativeOnNarrowScans() throws {
    for release: KernelRelease in ["3.10", "4.4", "6.12"] {
      var simulator = Simulator(kernel: release)
      simulator.recordsCandidates = true
      let run = simulator.run(try scenario("uid == 0 ? 5 : 0 - rss"))
      let scene = try #require(run.kills.first?.decision?.scene)
      let trace = LeadTrace(
        over: scene.candidates, constraint: scene.constraint, rules: scene.arithmetic.rules)
      let leader = try #require(trace.changes.last?.index)
      #expect(scene.candidates[leader].name == "root", "\(release)")
      #expect(run.kills.first?.victim.name == "root", "\(release)")
    }
  }

  @Test(
    "a badness without a value for a candidate cuts the run off, and the warning names process and place"
  )
  func fault() throws {
    let run = Simulator(kernel: "6.12").run(try scenario("rss + 10 / (anon - 10)"))
    #expect(run.outcome == .cutOff && run.kills.isEmpty && run.isWithoutBadness)
    #expect(
      run.warnings.contains {
        $0.text.contains("small (pid")
          && $0.text.contains("10 / (anon - 10) divides by 0, column 7")
      })
    // Where it is no candidate's, nobody asks.
    let spared = Simulator(kernel: "6.12").run(
      try scenario("anon == 10 ? never : 10 / (anon - 10)"))
    #expect(spared.outcome == .completed && spared.kills.count == 1)
  }
}
