import Foundation
import Testing
import VictimSelection

/// The index against the scan: after every step of a generated life of processes both choose the same.
/// `OOMSIM_STEPS` says how many steps a rule has, 4,000 by default.
@Suite struct VictimIndexTests {
  static let steps = ProcessInfo.processInfo.environment["OOMSIM_STEPS"].flatMap { Int($0) } ?? 4000

  /// Every badness since 2.6.36 with both answers to equal points.
  static let rules: [SelectionRule] = [
    BadnessRule.signed, .atLeastOne, .perMille(.unsignedWord), .perMille(.int), .perMille(.long),
  ].flatMap { badness in
    [true, false].flatMap { equalsReplace in
      [true, false].map { isNarrow in
        SelectionRule(
          badness: badness, equalsReplace: equalsReplace,
          holdsPointsIn32Bits: isNarrow && badness == .atLeastOne,
          word: isNarrow && badness != .atLeastOne ? .bits32 : .bits64)
      }
    }
  }

  /// Columns for the scan, and the same processes in an index.
  struct Life {
    var pages: [Int64] = []
    var weights: [Int16] = []
    /// Group in the high half, position in the low half.
    var keys: [Int64] = []
    var order: [Int32] = []
    var index = VictimIndex()
    var joined: Int64 = 0
    var groups: Int64 = 6

    mutating func newKey(_ numbers: inout SplitMix) -> Int64 {
      joined += 1
      // Some come before all others of their group, as a process that is moved in does in some releases.
      let position =
        Int.random(in: 0..<8, using: &numbers) == 0 ? 1 << 30 - joined : 1 << 30 + joined
      return Int64.random(in: 0..<groups, using: &numbers) << 32 | position
    }

    mutating func setKey(_ row: Int, _ key: Int64) {
      order.removeAll { $0 == Int32(row) }
      keys[row] = key
      let at = order.firstIndex { keys[Int($0)] > key } ?? order.count
      order.insert(Int32(row), at: at)
    }

    mutating func tell(_ row: Int) {
      index.set(row, pages: pages[row], weight: weights[row], key: keys[row])
    }

    func scan(_ range: Range<Int64>?, _ totalpages: Int64, _ rule: SelectionRule) -> Victim? {
      let rows = order.filter { range?.contains(keys[Int($0)]) ?? true }
      return selectBadProcess(
        among: rows.span, pages: pages.span, weight: weights.span, totalpages: totalpages,
        rule: rule, after: nil)
    }
  }

  private static func draw(_ numbers: inout SplitMix, largest: Int64) -> (Int64, Int16) {
    let weight: Int16 =
      switch Int.random(in: 0..<8, using: &numbers) {
      case 0: neverChosen
      case 1: .random(in: -1000...1000, using: &numbers)
      case 2: -999
      case 3: 1000
      case 4: -30
      default: 0
      }
    return (.random(in: 0...largest, using: &numbers), weight)
  }

  /// One thing that happens to a process.
  private static func step(_ life: inout Life, _ numbers: inout SplitMix, largest: Int64) {
    let (pages, weight) = draw(&numbers, largest: largest)
    let what = Int.random(in: 0..<20, using: &numbers)
    if life.pages.isEmpty || what == 0 && life.pages.count < 3000 {
      life.pages.append(pages)
      life.weights.append(weight)
      life.keys.append(0)
      life.setKey(life.pages.count - 1, life.newKey(&numbers))
      return life.tell(life.pages.count - 1)
    }
    let row = Int.random(in: life.pages.indices, using: &numbers)
    switch what {
    case 1: life.weights[row] = weight
    case 2: life.weights[row] = neverChosen
    case 3: life.setKey(row, life.newKey(&numbers))
    default:
      life.pages[row] = pages
      if life.weights[row] != neverChosen { return life.index.update(row, pages: pages) }
    }
    life.tell(row)
  }

  @Test(arguments: rules.indices)
  func `the index chooses as the scan does`(number: Int) {
    let rule = Self.rules[number]
    var numbers = SplitMix(seed: UInt64(number))
    var compared = 0
    var left = Self.steps
    while left > 0 {
      var life = Life()
      // Narrow ranges of sizes make ties, wide ones make sums that wrap.
      let largest: Int64 = [3, 40, 100_000, 3_000_000, 1 << 34].randomElement(using: &numbers) ?? 3
      let crowd = Int.random(in: 1...400, using: &numbers)
      for _ in 0..<crowd { Self.step(&life, &numbers, largest: largest) }
      for _ in 0..<min(left, 500) {
        left -= 1
        Self.step(&life, &numbers, largest: largest)
        let totalpages = Int64.random(in: 0...(largest * 4), using: &numbers)
        guard life.index.isOrdered(by: rule, totalpages: totalpages) else { continue }
        compared += 1
        let low = Int64.random(in: 0..<life.groups, using: &numbers)
        let high = Int64.random(in: low...life.groups, using: &numbers)
        let all = life.index.select(totalpages: totalpages, rule: rule)
        #expect(all == life.scan(nil, totalpages, rule), "\(rule)")
        let range = low << 32..<high << 32
        let part = life.index.select(among: range, totalpages: totalpages, rule: rule)
        #expect(part == life.scan(range, totalpages, rule), "\(rule) \(range)")
      }
    }
    // 32-bit words are left to the scan, all others are answered unless sums wrap.
    #expect(rule.word == .bits32 ? compared == 0 : compared > Self.steps / 8, "\(rule)")
  }

  @Test func `many rows come, change and go`() {
    var life = Life()
    life.groups = 1
    var numbers = SplitMix(seed: 5)
    for row in 0..<20_000 {
      life.pages.append(Int64(row) * 7919 % 10_007)
      life.weights.append(Int16(row % 3) * 100)
      life.index.set(row, pages: life.pages[row], weight: life.weights[row], key: Int64(row))
    }
    func check(_ life: Life) {
      let victim = selectBadProcess(
        pages: life.pages.span, weight: life.weights.span, totalpages: 50_000, rule: SelectionRule()
      )
      #expect(life.index.select(totalpages: 50_000, rule: SelectionRule()) == victim)
    }
    check(life)
    // Whoever is chosen goes, until nobody is left.
    while let victim = life.index.select(totalpages: 50_000, rule: SelectionRule()) {
      life.weights[victim.row] = neverChosen
      life.index.set(victim.row, pages: 0, weight: neverChosen, key: 0)
      if Int.random(in: 0..<100, using: &numbers) == 0 { check(life) }
    }
    #expect(life.weights.allSatisfy { $0 == neverChosen })
  }
}
