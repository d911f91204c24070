import Foundation
import Testing
import VictimSelection

@testable import OOMFormats
@testable import OOMReports
@testable import OOMSimulator

/// The what-if of a page: the script's arithmetic is the engine's.
@Suite struct PageFormulaTests {
  static let node: String? = ["/usr/bin/node", "/usr/local/bin/node"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Runs the page's formula on vectors, one JSON line of results each.
  private func evaluate(_ vectors: [String], _ body: String) throws -> [String] {
    let directory = FileManager.default.temporaryDirectory.appending(
      path: "oomsim-node-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let script = directory.appending(path: "formula.js")
    let out = directory.appending(path: "out")
    let text =
      PageScript.formula + "\nconst vectors=[\n" + vectors.joined(separator: ",\n") + "];\n"
      + "for(const v of vectors)console.log(String((\(body))(v)));\n"
    try Data(text.utf8).write(to: script)
    try Data().write(to: out)
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.node))
    process.arguments = [script.path]
    process.standardOutput = try FileHandle(forWritingTo: out)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: try Data(contentsOf: out), as: UTF8.self).split(separator: "\n")
      .map(String.init)
  }

  private struct Draws {
    var state: UInt64

    mutating func next(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 11) % max(bound, 1)
    }
  }

  @Test(
    "points of every kind of release, in both word sizes, with and without root",
    .enabled(if: node != nil))
  func points() throws {
    var draws = Draws(state: 7)
    var vectors: [String] = []
    var expected: [String] = []
    for set in RuleSet.all {
      let rules = RulesByRelease.rules(of: set.since)
      guard !rules.badness.isLegacy else { continue }
      for word in [WordBits.bits64, .bits32] {
        for _ in 0..<150 {
          let bits = draws.next(word == .bits64 ? 44 : 31)
          let total = Int64(draws.next(1 << draws.next(word == .bits64 ? 44 : 31)))
          let adj = draws.next(8) == 0 ? -1000 : Int16(draws.next(2001)) - 1000
          var candidate = Candidate(identity: ProcessIdentity(pid: 5, name: "x"))
          candidate.anon = Int64(draws.next(1 << bits))
          candidate.isAdmin = draws.next(2) == 0
          candidate.oomScoreAdj = adj
          let arithmetic = BadnessArithmetic(rules: rules, word: word, totalpages: total)
          let points = arithmetic.points(of: candidate, adj: adj)
          expected.append(
            adj == -1000 || points == Int128(Int64.min) ? "null" : "\(points)")
          candidate.points = points
          var kill = Kill(at: 0, by: "kernel", victim: candidate)
          kill.decision = Kill.Decision(
            constraint: .none, arithmetic: arithmetic, chosen: .points,
            limit: Kill.LimitState(
              file: "", limit: 0, usage: 0, free: 0, minWatermark: 0, swapLimit: 0, swapUsage: 0))
          let whatIf = try #require(WhatIf(kill, [candidate, candidate]))
          vectors.append(
            "[\(whatIf.json),\"\(candidate.anon)\",\(adj),\(candidate.isAdmin)]")
        }
      }
    }
    let found = try evaluate(
      vectors,
      "v=>{v[0].total=BigInt(v[0].total);return oomsim.points(v[0],BigInt(v[1]),v[2],v[3]);}")
    #expect(found.count == expected.count && found.count > 2000)
    for index in found.indices where found[index] != expected[index] {
      Issue.record("\(vectors[index]): \(found[index]), not \(expected[index])")
    }
  }

  @Test(
    "every shipped story: the script chooses the engine's victim, and with the break-even value the other one",
    .enabled(if: node != nil))
  func choice() throws {
    var vectors: [String] = []
    var expected: [String] = []
    for file in try shippedScenarios() {
      let scenario = try Scenario(json: Array(Data(contentsOf: file)))
      var simulator = Simulator(for: scenario)
      simulator.recordsCandidates = true
      for kill in simulator.run(scenario).kills.prefix(3) {
        guard let whatIf = kill.decision?.candidates.flatMap({ WhatIf(kill, $0) }) else {
          continue
        }
        vectors.append("[\(whatIf.json),0,null]")
        expected.append("\(kill.victim.pid)")
        if let spared = Explanation(of: kill).sparedAtAdj, let runnerUp = kill.decision?.runnerUp,
          whatIf.isWhole
        {
          vectors.append("[\(whatIf.json),\(kill.victim.pid),\(spared)]")
          expected.append("\(runnerUp.pid)")
          vectors.append("[\(whatIf.json),\(kill.victim.pid),\(spared + 1)]")
          expected.append("\(kill.victim.pid)")
        }
      }
    }
    let found = try evaluate(
      vectors,
      """
      v=>{const k=v[0];k.total=BigInt(k.total);const all=k.rows.map(r=>
      !r[6]?(r[5]===null?null:BigInt(r[5])):oomsim.points(k,BigInt(r[2]),r[0]===v[1]?v[2]:r[3],r[4]===1));
      const own=k.rows.every((r,i)=>r[0]===v[1]||String(all[i])===String(r[5]));
      const c=oomsim.choose(k,all);return own?(c<0?"nobody":k.rows[c][0]):"other points";}
      """)
    #expect(found.count == expected.count && found.count > 100)
    for index in found.indices where found[index] != expected[index] {
      Issue.record(
        "\(vectors[index].prefix(400)) … \(vectors[index].suffix(30)): \(found[index]), not \(expected[index])"
      )
    }
  }
}

/// The scenarios that are shipped, but for the recorded ones.
func shippedScenarios() throws -> [URL] {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Scenarios")
  let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
  return paths.filter {
    $0.hasSuffix(".json") && !$0.hasPrefix("recorded/") && $0 != "schema.json"
  }.sorted().map { root.appending(path: $0) }
}
