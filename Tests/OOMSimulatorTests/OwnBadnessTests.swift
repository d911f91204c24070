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
  private static let worlds =
    ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 48

  // MARK: The text

  /// What a process may have in each column, the ends of its range more often than anything else.
  private static func columns(_ random: inout SplitMix) -> [BadnessColumn: Int64] {
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

  // MARK: The scan

  /// Processes as columns, each set as memory moves: from what another process has to its own.
  private static func columns(
    _ rows: [[BadnessColumn: Int64]], for expression: BadnessExpression, _ random: inout SplitMix
  ) -> BadnessColumns {
    var columns = BadnessColumns(for: expression)
    for row in rows {
      let before = Bool.random(using: &random) ? row : rows.randomElement(using: &random) ?? row
      columns.append { before[$0] ?? 0 }
    }
    for column in columns.kept {
      for (row, values) in rows.enumerated() {
        columns.set(column, of: row, to: values[column] ?? 0)
        #expect(columns.value(column, of: row) == values[column] ?? 0)
      }
    }
    return columns
  }

  @Test("a scan takes the process that looking at one after the other takes, ties, faults and all")
  func scan() throws {
    var ends = (victims: 0, nobody: 0, faults: 0)
    for seed in 0..<Self.worlds {
      var random = SplitMix(seed: seed)
      var text = BadnessTree.generated(&random, depth: Int.random(in: 1...3, using: &random)).text
      if Bool.random(using: &random) { text = "uid == 0 ? never : \(text)" }
      let expression = try BadnessExpression(text)
      // Of few kinds many are equal; where memory is small, 32 bits are enough.
      let isSmall = Bool.random(using: &random)
      let kinds = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        Self.columns(&random).mapValues { isSmall ? $0 % 30_000 : $0 }
      }
      let totalpages = kinds[0][.totalpages] ?? 0
      let count = Int.random(in: 0...1200, using: &random)
      let processes = (0..<count).map { row in
        // The last kind is in one block, so that what only it has comes at one of its edges.
        let others = kinds.dropLast(row / 256 == 2 ? 0 : 1)
        return others.randomElement(using: &random) ?? kinds[0]
      }
      let weight = (0..<count).map { _ in
        Int.random(in: 0..<8, using: &random) > 0 ? 0 : neverChosen
      }
      let columns = Self.columns(processes, for: expression, &random)
      var visited: [Int32]?
      if Bool.random(using: &random) {
        visited = (0..<Int32(count)).filter { _ in Bool.random(using: &random) }
          .shuffled(using: &random)
      }
      for equalsReplace in [false, true] {
        var expected: Victim?
        var fault: BadnessFailure?
        for row in visited.map({ $0.map { Int($0) } }) ?? Array(0..<count)
        where weight[row] != neverChosen && fault == nil {
          do throws(BadnessFault) {
            let points = try expression.points {
              $0 == .totalpages ? totalpages : processes[row][$0] ?? 0
            }
            if points == BadnessExpression.noPoints { continue }
            let isMore = expected.map {
              points > $0.points || (equalsReplace && points == $0.points)
            }
            if isMore ?? true { expected = Victim(row: row, points: points) }
          } catch {
            fault = BadnessFailure(row: row, fault: error)
          }
        }
        // One scratch for two scans: of the first nothing is left.
        var scratch = BadnessScratch(for: expression)
        _ = try? selectBadProcess(
          columns, among: nil, weight: weight, totalpages: totalpages ^ 1, by: &scratch,
          equalsReplace: !equalsReplace)
        do throws(BadnessFailure) {
          let victim = try selectBadProcess(
            columns, among: visited, weight: weight, totalpages: totalpages, by: &scratch,
            equalsReplace: equalsReplace)
          #expect(fault == nil && victim == expected, "\(text), seed \(seed)")
          if victim == nil { ends.nobody += 1 } else { ends.victims += 1 }
        } catch {
          #expect(error == fault, "\(text), seed \(seed)")
          ends.faults += 1
        }
      }
    }
    #expect(ends.victims > 0 && ends.nobody > 0 && ends.faults > 0)
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
      #expect(run.digest == expected.digest, "seed \(seed), \(simulator.kernel)")
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

  @Test("a product that does not fit is a fault wherever its process stands in a block")
  func blockEdges() throws {
    let expression = try BadnessExpression("uid == 7 ? 0 : rss * 2000")
    var scratch = BadnessScratch(for: expression)
    for count in [1, 255, 256, 257, 512, 513] {
      for row in [0, count / 2, count - 1] {
        for isSpared in [false, true] {
          var columns = BadnessColumns(for: expression)
          for other in 0..<count {
            columns.append { column in
              if other != row { return column == .rss ? 3 << 40 : 0 }
              return column == .rss ? 3 << 52 : isSpared ? 7 : 0
            }
          }
          let weight = Array(repeating: Int16(0), count: count)
          do throws(BadnessFailure) {
            let victim = try selectBadProcess(
              columns, among: nil, weight: weight, totalpages: 0, by: &scratch, equalsReplace: true)
            let last = row == count - 1 ? count - 2 : count - 1
            let expected =
              count == 1 ? Victim(row: 0, points: 0) : Victim(row: last, points: 2000 * (3 << 40))
            #expect(isSpared && victim == expected)
          } catch {
            #expect(!isSpared && error.row == row && error.fault.kind == .overflow)
          }
        }
      }
    }
  }

  @Test("a division by a constant is C's for every number of 32 and 64 bits at its edges")
  func divisions() throws {
    var random = SplitMix(seed: 5)
    var numbers: [Int64] = [0, 1, -1, 99, 100, 101, 1 << 31 - 1, -(1 << 31) + 1, .max, .min + 1]
    for bits in 1..<63 { numbers += [1 << bits - 1, 1 << bits, -(1 << bits), 1 - 1 << bits] }
    var divisors: [Int64] = [2, 3, 7, 100, 1000, 1024, 1 << 31 - 1, 1 << 31 + 1, .max, .max - 1]
    for _ in 0..<Self.worlds {
      divisors.append(
        Int64.random(in: 2...(.max), using: &random) >> Int64.random(in: 0..<61, using: &random))
    }
    for divisor in divisors where divisor > 1 {
      // Each by itself in its block and in its width, so that it is the victim.
      let expression = try BadnessExpression("run_time / \(divisor)")
      var scratch = BadnessScratch(for: expression)
      for number in numbers
        + numbers.compactMap({
          let (product, overflows) = $0.multipliedReportingOverflow(by: divisor)
          return overflows || product < .min + 3 ? nil : product - 1
        })
      {
        var columns = BadnessColumns(for: expression)
        // Another one, so that the column is not the same for all.
        for value in [number, number > 0 ? -1 : number - 1] { columns.append { _ in value } }
        let victim = try selectBadProcess(
          columns, among: nil, weight: [0, neverChosen], totalpages: 0, by: &scratch,
          equalsReplace: true)
        #expect(victim == Victim(row: 0, points: number / divisor), "\(number) / \(divisor)")
      }
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
