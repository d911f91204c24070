import OOMSimulator
import Testing
import VictimSelection

/// The scan by an expression over many processes, against looking at one after the other.
extension OwnBadnessTests {
  /// Processes as columns, each set as memory moves: from what another process has to its own.
  private static func kept(
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
      let columns = Self.kept(processes, for: expression, &random)
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

  /// One multiplication does both, where the product has 31 bits; a multiplier that is too small would show where the product
  /// is a multiple of the divisor, one that is too large right below it.
  @Test(
    "a multiplication before a division is C's at each edge, and bits choose what they multiply")
  func proportions() throws {
    var random = SplitMix(seed: 6)
    func number(below bits: Int64) -> Int64 {
      let shift = Int64.random(in: 0..<bits, using: &random)
      return max(Int64.random(in: 1..<(1 << bits), using: &random) >> shift, 1)
    }
    for _ in 0..<20 * Self.worlds {
      let factor = number(below: 20)
      let divisor = number(below: 40)
      let most = Int64(Int32.max) / factor
      let edge = Int64.random(in: 0...(most * factor / divisor), using: &random) * divisor / factor
      let expression = try BadnessExpression("rss * \(factor) / \(divisor) - (swap > 0) * uid")
      var scratch = BadnessScratch(for: expression)
      for number in [edge - 1, edge, edge + 1, most] where (0...most).contains(number) {
        let swap = Int64.random(in: 0...1, using: &random)
        var columns = BadnessColumns(for: expression)
        for row in [number, 0, most] {
          let uid = 7 + row % 2
          let swapped = row == number ? swap : 1 - swap
          columns.append { column -> Int64 in
            switch column {
            case .rss: row
            case .swap: swapped
            default: uid
            }
          }
        }
        let victim = try selectBadProcess(
          columns, among: nil, weight: [0, neverChosen, neverChosen], totalpages: 0, by: &scratch,
          equalsReplace: true)
        let points = number * factor / divisor - swap * (7 + number % 2)
        #expect(victim == Victim(row: 0, points: points), "\(number) * \(factor) / \(divisor)")
      }
    }
  }
}
