/// The processes that a scan by a badness of one's own visits, in order.
package protocol BadnessRows {
  var count: Int { get }
  /// Whether the process at a position can be chosen.
  func isCandidate(_ position: Int) -> Bool
  /// What a process has in a column.
  func value(_ column: BadnessColumn, at position: Int) -> Int64
  /// Writes a column of the processes from a position on, as many as there is room for.
  func load(_ column: BadnessColumn, from begin: Int, into block: UnsafeMutableBufferPointer<Int64>)
}

/// Where a scan works its parts out: room for one block of processes a part. It is made once and used for many scans.
package struct BadnessScratch: Sendable {
  fileprivate static let blockLength = 512
  fileprivate let expression: BadnessExpression
  fileprivate var numbers: [Int64]
  fileprivate var results: [PartResult]

  package init(for expression: BadnessExpression) {
    self.expression = expression
    numbers = Array(repeating: 0, count: expression.parts.count * Self.blockLength)
    results = Array(repeating: .same(0), count: expression.parts.count)
  }
}

/// What a part comes to for a block of processes.
private enum PartResult: Sendable {
  /// The same for all of them: constants, and columns in which they do not differ.
  case same(Int64)
  /// The numbers from this place on.
  case each(Int)
}

/// A process whose badness has no value.
package struct BadnessFailure: Error, Equatable, Sendable {
  /// Where it stands among those visited.
  package var position: Int
  package var fault: BadnessFault

  package init(position: Int, fault: BadnessFault) {
    self.position = position
    self.fault = fault
  }
}

/// Chooses by a badness of one's own. The victim's row is its position among those visited.
///
/// Parts are worked out for a block of processes at a time, one part after the other, which a compiler makes vectors of;
/// what is the same for all of a block, once. Both sides of a choice are worked out; where a part of a block has no value,
/// its processes are looked at one by one, so that only sides that are taken count.
///
/// - Parameter equalsReplace: of equals the last is taken, else the first.
/// - Throws: the first candidate whose badness has no value.
/// - Complexity: O(rows × parts), no allocation.
package func selectBadProcess(
  _ rows: some BadnessRows, by scratch: inout BadnessScratch, equalsReplace: Bool
) throws(BadnessFailure) -> Victim? {
  var best = Best(SelectionRule(equalsReplace: equalsReplace), after: nil)
  let expression = scratch.expression
  var begin = 0
  while begin < rows.count {
    let length = min(BadnessScratch.blockLength, rows.count - begin)
    let result = unsafe scratch.numbers.withUnsafeMutableBufferPointer { numbers in
      unsafe scratch.results.withUnsafeMutableBufferPointer { results in
        unsafe workOut(expression, rows, from: begin, length, numbers, results)
      }
    }
    switch result {
    case .same(let points)?:
      if best.isBeaten(by: points) {
        for position in begin..<begin + length where rows.isCandidate(position) {
          best.offer(points, row: position)
        }
      }
    case .each(let place)?:
      if best.isBeaten(by: mostPoints(scratch.numbers.span, from: place, length)) {
        for index in 0..<length where best.isBeaten(by: scratch.numbers[place + index]) {
          if rows.isCandidate(begin + index) {
            best.offer(scratch.numbers[place + index], row: begin + index)
          }
        }
      }
    case nil:
      for position in begin..<begin + length where rows.isCandidate(position) {
        do throws(BadnessFault) {
          best.offer(try expression.points { rows.value($0, at: position) }, row: position)
        } catch {
          throw BadnessFailure(position: position, fault: error)
        }
      }
    }
    begin += length
  }
  return best.victim
}

/// Works all parts out for some rows.
///
/// - Returns: what the whole expression comes to; nil where a part has no value for one of the rows.
private func workOut(
  _ expression: BadnessExpression, _ rows: some BadnessRows, from begin: Int, _ length: Int,
  _ numbers: UnsafeMutableBufferPointer<Int64>,
  _ results: UnsafeMutableBufferPointer<PartResult>
) -> PartResult? {
  guard let base = numbers.baseAddress else { return nil }
  for index in expression.parts.indices {
    let part = expression.parts[index]
    let place = index * BadnessScratch.blockLength
    let into = unsafe base + place
    switch part.operation {
    case .number(let number): unsafe results[index] = .same(number)
    case .never: unsafe results[index] = .same(BadnessExpression.noPoints)
    case .column(.totalpages): unsafe results[index] = .same(rows.value(.totalpages, at: begin))
    case .column(let column):
      unsafe rows.load(
        column, from: begin, into: UnsafeMutableBufferPointer(start: into, count: length))
      unsafe results[index] = areEqual(into, length) ? .same(into[0]) : .each(place)
    case .choose:
      let (b, c) = unsafe (results[part.operands.1], results[part.operands.2])
      switch unsafe results[part.operands.0] {
      case .same(let number): unsafe results[index] = number != 0 ? b : c
      case .each(let at):
        unsafe choose(base + at, base, b, c, length, into)
        unsafe results[index] = .each(place)
      }
    case let operation:
      let a = unsafe results[part.operands.0]
      let b = operation.count > 1 ? unsafe results[part.operands.1] : .same(0)
      if case .same(let left) = a, case .same(let right) = b {
        let (number, fault) = operation.apply(left, right)
        if fault != nil { return nil }
        unsafe results[index] = .same(number)
      } else if operation == .add, case .same(0) = a {
        unsafe results[index] = b
      } else if operation == .add, case .same(0) = b {
        unsafe results[index] = a
      } else if unsafe work(operation, expression.isChecked[index], base, a, b, length, into) {
        // Mostly nobody is what a comparison asks for.
        unsafe results[index] =
          operation.isComparison && areEqual(into, length) ? .same(into[0]) : .each(place)
      } else {
        return nil
      }
    }
  }
  return unsafe results[expression.parts.count - 1]
}

/// Works one part out where at least one of those that it is made of differs between rows.
///
/// - Returns: false where it has no value for one of the rows.
private func work(
  _ operation: BadnessExpression.Operation, _ isChecked: Bool,
  _ base: UnsafeMutablePointer<Int64>, _ a: PartResult, _ b: PartResult, _ length: Int,
  _ into: UnsafeMutablePointer<Int64>
) -> Bool {
  if isChecked {
    for row in 0..<length {
      let (result, fault) = unsafe operation.apply(a.number(base, row), b.number(base, row))
      if fault != nil { return false }
      unsafe into[row] = result
    }
    return true
  }
  // One loop for each of those that cannot overflow, so that none asks in the loop which one it is.
  switch operation {
  case .add: unsafe pairs(base, a, b, length, into) { $0 &+ $1 }
  case .subtract: unsafe pairs(base, a, b, length, into) { $0 &- $1 }
  case .multiply: unsafe pairs(base, a, b, length, into) { $0 &* $1 }
  case .maximum: unsafe pairs(base, a, b, length, into) { max($0, $1) }
  case .minimum: unsafe pairs(base, a, b, length, into) { min($0, $1) }
  case .equal: unsafe pairs(base, a, b, length, into) { $0 == $1 ? 1 : 0 }
  case .notEqual: unsafe pairs(base, a, b, length, into) { $0 != $1 ? 1 : 0 }
  case .less: unsafe pairs(base, a, b, length, into) { $0 < $1 ? 1 : 0 }
  case .greater: unsafe pairs(base, a, b, length, into) { $0 > $1 ? 1 : 0 }
  default: unsafe pairs(base, a, b, length, into) { operation.apply($0, $1).0 }
  }
  return true
}

@inline(__always)
private func pairs(
  _ base: UnsafeMutablePointer<Int64>, _ a: PartResult, _ b: PartResult, _ length: Int,
  _ into: UnsafeMutablePointer<Int64>, _ work: (Int64, Int64) -> Int64
) {
  switch (a, b) {
  case (.each(let first), .each(let second)):
    let (first, second) = unsafe (base + first, base + second)
    for row in 0..<length { unsafe into[row] = work(first[row], second[row]) }
  case (.each(let first), .same(let second)):
    let first = unsafe base + first
    for row in 0..<length { unsafe into[row] = work(first[row], second) }
  case (.same(let first), .each(let second)):
    let second = unsafe base + second
    for row in 0..<length { unsafe into[row] = work(first, second[row]) }
  case (.same(let first), .same(let second)):
    unsafe into.update(repeating: work(first, second), count: length)
  }
}

private func choose(
  _ condition: UnsafePointer<Int64>, _ base: UnsafeMutablePointer<Int64>, _ b: PartResult,
  _ c: PartResult, _ length: Int, _ into: UnsafeMutablePointer<Int64>
) {
  switch (b, c) {
  case (.same(let then), .each(let otherwise)):
    let otherwise = unsafe base + otherwise
    for row in 0..<length { unsafe into[row] = condition[row] != 0 ? then : otherwise[row] }
  default:
    for row in 0..<length {
      unsafe into[row] = condition[row] != 0 ? b.number(base, row) : c.number(base, row)
    }
  }
}

extension PartResult {
  @inline(__always)
  fileprivate func number(_ base: UnsafeMutablePointer<Int64>, _ row: Int) -> Int64 {
    switch self {
    case .same(let number): number
    case .each(let place): unsafe base[place + row]
    }
  }
}

extension BadnessExpression.Operation {
  fileprivate var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }
}

@inline(__always)
private func areEqual(_ numbers: UnsafePointer<Int64>, _ length: Int) -> Bool {
  let first = unsafe numbers[0]
  // Most that differ do so at once.
  if unsafe numbers[length - 1] != first || numbers[length / 2] != first { return false }
  var difference: Int64 = 0
  for row in 0..<length { unsafe difference |= numbers[row] ^ first }
  return difference == 0
}

@inline(__always)
private func mostPoints(_ numbers: Span<Int64>, from place: Int, _ length: Int) -> Int64 {
  // Four at a time, so that no maximum waits for the last one.
  var (a, b, c, d) = (Int64.min, Int64.min, Int64.min, Int64.min)
  var row = place
  let end = place + length
  while row &+ 4 <= end {
    unsafe a = max(a, numbers[unchecked: row])
    unsafe b = max(b, numbers[unchecked: row &+ 1])
    unsafe c = max(c, numbers[unchecked: row &+ 2])
    unsafe d = max(d, numbers[unchecked: row &+ 3])
    row &+= 4
  }
  while row < end {
    unsafe a = max(a, numbers[unchecked: row])
    row &+= 1
  }
  return max(max(a, b), max(c, d))
}
