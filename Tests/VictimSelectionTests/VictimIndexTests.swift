import Foundation
import Testing
import VictimSelection

/// The index against the scan: after every step of a generated life of processes both choose the same.
/// `OOMSIM_STEPS` says how many steps a rule has, 600 by default.
@Suite struct VictimIndexTests {
  static let steps = ProcessInfo.processInfo.environment["OOMSIM_STEPS"].flatMap { Int($0) } ?? 600

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
      // In half of the lives totalpages stays and few ask for a range: then most answers stand.
      let isSteady = Bool.random(using: &numbers)
      var totalpages = Int64.random(in: 0...(largest * 4), using: &numbers)
      for _ in 0..<min(left, 500) {
        left -= 1
        for _ in 0..<(isSteady ? Int.random(in: 1...3, using: &numbers) : 1) {
          Self.step(&life, &numbers, largest: largest)
        }
        if !isSteady { totalpages = Int64.random(in: 0...(largest * 4), using: &numbers) }
        guard life.index.isOrdered(by: rule, totalpages: totalpages) else { continue }
        compared += 1
        let low = Int64.random(in: 0..<life.groups, using: &numbers)
        let high = Int64.random(in: low...life.groups, using: &numbers)
        let all = life.index.select(totalpages: totalpages, rule: rule)
        #expect(all == life.scan(nil, totalpages, rule), "\(rule)")
        if isSteady, Int.random(in: 0..<16, using: &numbers) > 0 { continue }
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
    func check(_ life: inout Life) {
      let victim = selectBadProcess(
        pages: life.pages.span, weight: life.weights.span, totalpages: 50_000, rule: SelectionRule()
      )
      let chosen = life.index.select(totalpages: 50_000, rule: SelectionRule())
      #expect(chosen == victim)
    }
    check(&life)
    // Whoever is chosen goes, until nobody is left.
    while let victim = life.index.select(totalpages: 50_000, rule: SelectionRule()) {
      life.weights[victim.row] = neverChosen
      life.index.set(victim.row, pages: 0, weight: neverChosen, key: 0)
      if Int.random(in: 0..<100, using: &numbers) == 0 { check(&life) }
    }
    #expect(life.weights.allSatisfy { $0 == neverChosen })
  }

  /// Changes that cannot matter to the last answer are put off, some thousand of them: none is lost, whether it is
  /// asked after each or after many, and whoever changes what is asked hears of all.
  @Test(arguments: [false, true]) func `changes that are put off`(equalsReplace: Bool) {
    var life = Life()
    life.groups = 1
    var numbers = SplitMix(seed: 6)
    for row in 0..<500 {
      life.pages.append(.random(in: 0...2000, using: &numbers))
      life.weights.append([-30, 0, 1].randomElement(using: &numbers) ?? 0)
      life.keys.append(Int64(row))
      life.order.append(Int32(row))
      life.tell(row)
    }
    var rule = SelectionRule(
      badness: .atLeastOne, equalsReplace: equalsReplace, holdsPointsIn32Bits: false, word: .bits64)
    var silence = 0
    for step in 0..<20_000 {
      // Rarely somebody comes near the top, or the top itself falls.
      let isHigh = Int.random(in: 0..<300, using: &numbers) == 0
      let row = Int.random(in: 0..<500, using: &numbers)
      life.pages[row] = .random(in: isHigh ? 2000...2010 : 0...1990, using: &numbers)
      life.index.update(row, pages: life.pages[row])
      if silence > 0 {
        silence -= 1
        continue
      }
      if Int.random(in: 0..<4000, using: &numbers) == 0 { silence = 3000 }
      if step % 5000 == 4999 { rule.badness = rule.badness == .signed ? .atLeastOne : .signed }
      let chosen = life.index.select(totalpages: 9000, rule: rule)
      #expect(chosen == life.scan(nil, 9000, rule), "\(step)")
    }
  }

  /// A process too large for the sums of a rule leaves its mark on the index only as long as it is so large.
  @Test func `an index answers again when the large process is gone`() {
    let rule = SelectionRule(
      badness: .perMille(.int), equalsReplace: true, holdsPointsIn32Bits: false, word: .bits64)
    var index = VictimIndex()
    for row in 0..<100 { index.set(row, pages: 1000, weight: 0, key: Int64(row)) }
    var answers = [index.isOrdered(by: rule, totalpages: 5000)]
    for pages: Int64 in [1 << 40, 2000] {
      index.update(40, pages: pages)
      answers.append(index.isOrdered(by: rule, totalpages: 5000))
    }
    #expect(answers == [true, false, true])
    let chosen = index.select(totalpages: 5000, rule: rule)
    #expect(chosen?.row == 40)
  }
}
