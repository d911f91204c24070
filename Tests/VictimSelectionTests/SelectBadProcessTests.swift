import Testing
import VictimSelection

/// The fast loop against `referenceSelection`, on every small world and on many larger ones.
@Suite struct SelectBadProcessTests {
  /// What a row of the columns is for a task of the reference.
  private func select(_ tasks: [ReferenceTask], totalpages: Int64) -> Victim? {
    let pages = tasks.map { $0.rss + $0.swapents + $0.pgtables }
    let weight = tasks.map {
      $0.isUnkillable || $0.oomScoreAdj == -1000 ? neverChosen : $0.oomScoreAdj
    }
    return selectBadProcess(
      pages: pages.span, weight: weight.span, totalpages: totalpages, rule: SelectionRule())
  }

  private func expectAgreement(_ tasks: [ReferenceTask], totalpages: Int64) {
    let expected = referenceSelection(tasks, totalpages: totalpages)
    let actual = select(tasks, totalpages: totalpages)
    #expect(actual?.row == expected?.row, "\(tasks) of \(totalpages)")
    #expect(actual?.points == expected?.points, "\(tasks) of \(totalpages)")
  }

  @Test("every world of up to four processes, with ties, negative points and nobody killable")
  func exhaustive() {
    // Values chosen so that every comparison can be less, equal and greater: 2 × 100 pages are 200 units.
    let kinds = [
      ReferenceTask(rss: 0, swapents: 0, pgtables: 0, oomScoreAdj: 0, isUnkillable: false),
      ReferenceTask(rss: 150, swapents: 40, pgtables: 10, oomScoreAdj: 0, isUnkillable: false),
      ReferenceTask(rss: 0, swapents: 0, pgtables: 0, oomScoreAdj: 100, isUnkillable: false),
      ReferenceTask(rss: 400, swapents: 0, pgtables: 0, oomScoreAdj: -100, isUnkillable: false),
      ReferenceTask(rss: 9, swapents: 0, pgtables: 0, oomScoreAdj: -999, isUnkillable: false),
      ReferenceTask(rss: 999, swapents: 0, pgtables: 0, oomScoreAdj: -1000, isUnkillable: false),
      ReferenceTask(rss: 999, swapents: 9, pgtables: 9, oomScoreAdj: 1000, isUnkillable: true),
    ]
    for totalpages: Int64 in [0, 999, 1000, 2000] {
      expectAgreement([], totalpages: totalpages)
      for count in 1...4 {
        var odometer = [Int](repeating: 0, count: count)
        repeat {
          expectAgreement(odometer.map { kinds[$0] }, totalpages: totalpages)
        } while advance(&odometer, base: kinds.count)
      }
    }
  }

  private func advance(_ odometer: inout [Int], base: Int) -> Bool {
    for index in odometer.indices {
      odometer[index] += 1
      if odometer[index] < base { return true }
      odometer[index] = 0
    }
    return false
  }

  @Test("worlds of up to two hundred processes", arguments: 0..<40)
  func generated(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for _ in 0..<250 {
      let count = Int.random(in: 0...200, using: &random)
      // A narrow range of sizes makes ties frequent.
      let largest: Int64 = Bool.random(using: &random) ? 8 : 1 << 40
      let tasks = (0..<count).map { _ in
        ReferenceTask(
          rss: .random(in: 0...largest, using: &random),
          swapents: .random(in: 0...largest, using: &random),
          pgtables: .random(in: 0...8, using: &random),
          oomScoreAdj: [0, 0, 0, -1000, -999, 1000, .random(in: -1000...1000, using: &random)]
            .randomElement(using: &random) ?? 0,
          isUnkillable: Int.random(in: 0..<8, using: &random) == 0)
      }
      expectAgreement(tasks, totalpages: .random(in: 0...(1 << 42), using: &random))
    }
  }

  @Test("lists of rows that go on from each other choose as one list in their order does")
  func continued() {
    var random = SplitMix(seed: 7)
    for _ in 0..<2000 {
      let count = Int.random(in: 0...12, using: &random)
      let pages = (0..<count).map { _ in Int64.random(in: 0...4, using: &random) }
      let choices: [Int16] = [0, 1, -1, neverChosen]
      let adj: [Int16] = (0..<count).map { _ in
        choices.randomElement(using: &random) ?? 0
      }
      let order = (0..<Int32(count)).shuffled(using: &random)
      let cut = Int.random(in: 0...count, using: &random)
      let (first, second) = (Array(order[..<cut]), Array(order[cut...]))
      var chosen = selectBadProcess(
        among: first.span, pages: pages.span, weight: adj.span, totalpages: 2000,
        rule: SelectionRule(), after: nil)
      chosen = selectBadProcess(
        among: second.span, pages: pages.span, weight: adj.span, totalpages: 2000,
        rule: SelectionRule(), after: chosen)
      let tasks = order.map {
        ReferenceTask(
          rss: pages[Int($0)], swapents: 0, pgtables: 0, oomScoreAdj: adj[Int($0)],
          isUnkillable: adj[Int($0)] == neverChosen)
      }
      let expected = referenceSelection(tasks, totalpages: 2000)
      #expect(chosen?.row == expected.map { Int(order[$0.row]) })
      #expect(chosen?.points == expected?.points)
    }
  }

  /// Blocks are looked at for their maximum first, rows of a list one by one: the same choice, whichever block has a
  /// tie, and whoever has most in a block and is no candidate (with less than 1000 totalpages its weight is worth
  /// nothing, and it has as many points as a candidate).
  @Test(
    "blocks choose as rows that are asked one by one do", arguments: VictimIndexTests.rules.indices)
  func blocks(number: Int) {
    let rule = VictimIndexTests.rules[number]
    var random = SplitMix(seed: UInt64(number) + 100)
    for _ in 0..<60 {
      let count = Int.random(in: 1...(Bool.random(using: &random) ? 3000 : 12_000), using: &random)
      let largest: Int64 = [2, 50, 1 << 30].randomElement(using: &random) ?? 2
      // From nobody to nearly all are no candidates, by stretches as a host has them.
      let share = [0, 1, 15].randomElement(using: &random) ?? 0
      var adj: Int16 = 0
      var pages: [Int64] = []
      var weight: [Int16] = []
      for _ in 0..<count {
        if Int.random(in: 0..<300, using: &random) == 0 {
          adj = [0, 0, 100, -999].randomElement(using: &random) ?? 0
        }
        pages.append(
          Int64.random(in: 0..<64, using: &random) == 0
            ? largest : .random(in: 0...largest, using: &random))
        weight.append(Int.random(in: 0..<16, using: &random) < share ? neverChosen : adj)
      }
      let rows = (0..<Int32(count)).map { $0 }
      for totalpages: Int64 in [0, 999, 5000, 1 << 30] {
        let expected = selectBadProcess(
          among: rows.span, pages: pages.span, weight: weight.span, totalpages: totalpages,
          rule: rule, after: nil)
        let actual = selectBadProcess(
          pages: pages.span, weight: weight.span, totalpages: totalpages, rule: rule)
        #expect(actual == expected, "\(rule) \(count) of \(totalpages)")
      }
    }
  }

  @Test("raising one candidate's pages never takes the choice away from it")
  func monotonic() {
    var random = SplitMix(seed: 11)
    for _ in 0..<2000 {
      var tasks = (0..<Int.random(in: 1...10, using: &random)).map { _ in
        ReferenceTask(
          rss: .random(in: 0...50, using: &random), swapents: 0, pgtables: 0,
          oomScoreAdj: .random(in: -20...20, using: &random), isUnkillable: false)
      }
      guard let before = select(tasks, totalpages: 3000) else { continue }
      tasks[before.row].rss += .random(in: 1...9, using: &random)
      #expect(select(tasks, totalpages: 3000)?.row == before.row)
    }
  }
}

/// A small seeded generator: the same numbers on every machine. Steele, Lea and Flood, 2014.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
