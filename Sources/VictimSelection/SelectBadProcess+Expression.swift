/// Where a scan works: its program, and room for one block of processes a step. It is made once and used for many scans.
package struct BadnessScratch: Sendable {
  fileprivate let expression: BadnessExpression
  fileprivate var program: BadnessProgram
  fileprivate var narrow: [Int32]
  fileprivate var wide: [Int64]

  package init(for expression: BadnessExpression) {
    self.expression = expression
    program = BadnessProgram(for: expression)
    let steps = expression.parts.count
    narrow = Array(repeating: 0, count: steps * BadnessBlock<Int32>.mostRows)
    wide = Array(repeating: 0, count: steps * BadnessBlock<Int64>.mostRows)
  }
}

/// A process whose badness has no value.
package struct BadnessFailure: Error, Equatable, Sendable {
  package var row: Int
  package var fault: BadnessFault

  package init(row: Int, fault: BadnessFault) {
    self.row = row
    self.fault = fault
  }
}

/// Chooses by a badness of one's own.
///
/// The steps of a program are worked out for a block of processes at a time, one step after the other. Both sides of a choice
/// are; where a step of a block has no value, its processes are looked at one by one, so that only sides that are taken count.
///
/// - Parameters:
///   - columns: what the expression reads.
///   - rows: the processes, in the order in which they are visited; nil for all.
///   - weight: `neverChosen` for a row that is no candidate.
///   - scratch: of the expression.
///   - equalsReplace: of equals the last is taken, else the first.
/// - Throws: the first candidate whose badness has no value.
/// - Complexity: O(rows × parts), no allocation.
package func selectBadProcess(
  _ columns: BadnessColumns, among rows: [Int32]?, weight: [Int16], totalpages: Int64,
  by scratch: inout BadnessScratch, equalsReplace: Bool
) throws(BadnessFailure) -> Victim? {
  precondition(weight.count == columns.count, "the columns differ in length")
  scratch.program.prepare(scratch.expression, columns, totalpages: totalpages)
  var scan = OwnScan(
    columns: columns, rows: rows, weight: weight, totalpages: totalpages,
    expression: scratch.expression, program: scratch.program, equalsReplace: equalsReplace)
  let failure =
    scratch.program.isNarrow
    ? unsafe scratch.narrow.withUnsafeMutableBufferPointer { unsafe scan.run($0) }
    : unsafe scratch.wide.withUnsafeMutableBufferPointer { unsafe scan.run($0) }
  if let failure { throw failure }
  return scan.victim
}

/// One scan, and its choice so far. Kernel: `oc->chosen` and `oc->chosen_points`.
private struct OwnScan {
  let columns: BadnessColumns
  let rows: [Int32]?
  let weight: [Int16]
  let totalpages: Int64
  let expression: BadnessExpression
  let program: BadnessProgram
  let equalsReplace: Bool
  private(set) var victim: Victim?

  init(
    columns: BadnessColumns, rows: [Int32]?, weight: [Int16], totalpages: Int64,
    expression: BadnessExpression, program: BadnessProgram, equalsReplace: Bool
  ) {
    self.columns = columns
    self.rows = rows
    self.weight = weight
    self.totalpages = totalpages
    self.expression = expression
    self.program = program
    self.equalsReplace = equalsReplace
  }

  private var count: Int { rows?.count ?? columns.count }

  @inline(__always)
  private func row(_ position: Int) -> Int { rows.map { Int($0[position]) } ?? position }

  @inline(__always)
  private func isCandidate(_ position: Int) -> Bool { weight[row(position)] != neverChosen }

  /// Looks at all processes, block by block.
  mutating func run<Lane>(_ room: UnsafeMutableBufferPointer<Lane>) -> BadnessFailure?
  where Lane: BadnessLane {
    guard let base = room.baseAddress, case .each(let last) = program.result else {
      if case .same(let points) = program.result { takeAny(points) }
      return nil
    }
    var block = unsafe BadnessBlock(base: base)
    // Blocks with equals of the choice, the first one and the last one: of them the last candidate is taken, but not before it
    // is known that nobody has more.
    var tied: (first: Int, last: Int)?
    var begin = 0
    while begin < count {
      block.length = min(BadnessBlock<Lane>.mostRows, count - begin)
      if block.workOut(program.steps, columns, rows, from: begin) {
        let most = victim.map { Lane(truncatingIfNeeded: $0.points) } ?? .min
        // Hardly any block has somebody with more, or with as many where equals replace the choice.
        let hasEquals = equalsReplace && most > .min
        if block.isAny(of: last, above: hasEquals ? most - 1 : most) {
          if hasEquals, !block.isAny(of: last, above: most) {
            tied = (tied?.first ?? begin, begin)
          } else if unsafe take(block.results(of: last), begin..<begin + block.length) {
            tied = nil
          }
        }
      } else {
        let before = victim
        if let failure = lookAt(begin..<begin + block.length) { return failure }
        if victim != before { tied = nil }
      }
      begin += block.length
    }
    if let tied { settle(&block, last, tied.first, tied.last) }
    return nil
  }

  /// Whether a candidate with so many points takes the place of the choice.
  @inline(__always)
  private func isBeaten(by points: Int64) -> Bool {
    guard let victim else { return points != BadnessExpression.noPoints }
    return points > victim.points || (equalsReplace && points == victim.points)
  }

  /// Takes the candidate of all processes, who have as many points each.
  private mutating func takeAny(_ points: Int64) {
    if points == BadnessExpression.noPoints { return }
    let position =
      equalsReplace
      ? (0..<count).last { isCandidate($0) } : (0..<count).first { isCandidate($0) }
    victim = position.map { Victim(row: row($0), points: points) }
  }

  /// Takes the candidate of a block that the scan would end with.
  ///
  /// - Returns: false when it is still the one of before.
  private mutating func take<Lane>(_ points: UnsafePointer<Lane>, _ positions: Range<Int>) -> Bool
  where Lane: BadnessLane {
    let before = victim
    for index in 0..<positions.count where unsafe points[index] != .min {
      let points = unsafe Int64(points[index])
      if isBeaten(by: points), isCandidate(positions.lowerBound + index) {
        victim = Victim(row: row(positions.lowerBound + index), points: points)
      }
    }
    return victim != before
  }

  /// Takes the last candidate with as many points as the choice, of the blocks between two.
  private mutating func settle<Lane>(
    _ block: inout BadnessBlock<Lane>, _ last: Int, _ firstBegin: Int, _ lastBegin: Int
  ) where Lane: BadnessLane {
    guard let most = victim.map({ Lane(truncatingIfNeeded: $0.points) }) else { return }
    for begin in stride(from: lastBegin, through: firstBegin, by: -BadnessBlock<Lane>.mostRows) {
      block.length = min(BadnessBlock<Lane>.mostRows, count - begin)
      // Of one in which somebody has no value, all have been looked at.
      if !block.workOut(program.steps, columns, rows, from: begin) { continue }
      let points = unsafe block.results(of: last)
      for index in (0..<block.length).reversed()
      where unsafe points[index] == most && isCandidate(begin + index) {
        victim = Victim(row: row(begin + index), points: Int64(most))
        return
      }
    }
  }

  /// Looks at processes one by one.
  ///
  /// - Returns: the first one whose badness has no value.
  private mutating func lookAt(_ positions: Range<Int>) -> BadnessFailure? {
    for position in positions where isCandidate(position) {
      let row = row(position)
      do throws(BadnessFault) {
        let points = try expression.points {
          $0 == .totalpages ? totalpages : columns.value($0, of: row)
        }
        if isBeaten(by: points) { victim = Victim(row: row, points: points) }
      } catch {
        return BadnessFailure(row: row, fault: error)
      }
    }
    return nil
  }
}
