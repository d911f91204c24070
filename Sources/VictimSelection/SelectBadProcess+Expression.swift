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
  fileprivate static let blockLength = 256
  fileprivate let expression: BadnessExpression
  fileprivate var columns: [Int64]

  package init(for expression: BadnessExpression) {
    self.expression = expression
    columns = Array(repeating: 0, count: expression.parts.count * Self.blockLength)
  }
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
/// Parts are worked out for a block of processes at a time, one part after the other, which a compiler makes vectors of.
/// Both sides of a choice are; where a part of a block has no value, its processes are looked at one by one, so that
/// only sides that are taken count.
///
/// - Parameter rule: what is done with equals; its badness is not read.
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
    let most = unsafe scratch.columns.withUnsafeMutableBufferPointer { columns -> Int64? in
      unsafe workOut(expression, rows, from: begin, length, in: columns)
    }
    if let most {
      if best.isBeaten(by: most) {
        let last = (expression.parts.count - 1) * BadnessScratch.blockLength
        for index in 0..<length where rows.isCandidate(begin + index) {
          best.offer(scratch.columns[last + index], row: begin + index)
        }
      }
    } else {
      for position in begin..<begin + length where rows.isCandidate(position) {
        do throws(BadnessFault) {
          best.offer(
            try expression.points { rows.value($0, at: position) }, row: position)
        } catch {
          throw BadnessFailure(position: position, fault: error)
        }
      }
    }
    begin += length
  }
  return best.victim
}

/// Works all parts out for some rows; the last part's numbers are the points.
///
/// - Returns: the most points of the rows, candidates or not; nil where a part has no value for one of them.
@inline(__always)
private func workOut(
  _ expression: BadnessExpression, _ rows: some BadnessRows, from begin: Int, _ length: Int,
  in columns: UnsafeMutableBufferPointer<Int64>
) -> Int64? {
  guard let base = columns.baseAddress else { return nil }
  for part in expression.parts.indices {
    let operands = expression.parts[part].operands
    let into = unsafe base + part * BadnessScratch.blockLength
    let a = unsafe UnsafePointer(base + operands.0 * BadnessScratch.blockLength)
    let b = unsafe UnsafePointer(base + operands.1 * BadnessScratch.blockLength)
    let operation = expression.parts[part].operation
    switch operation {
    case .number(let number): unsafe into.update(repeating: number, count: length)
    case .never: unsafe into.update(repeating: BadnessExpression.noPoints, count: length)
    case .column(let column):
      unsafe rows.load(
        column, from: begin, into: UnsafeMutableBufferPointer(start: into, count: length))
    case .choose:
      let c = unsafe UnsafePointer(base + operands.2 * BadnessScratch.blockLength)
      for row in 0..<length { unsafe into[row] = a[row] != 0 ? b[row] : c[row] }
    case let operation where expression.isChecked[part]:
      for row in 0..<length {
        let (result, fault) = unsafe operation.apply(a[row], b[row])
        if fault != nil { return nil }
        unsafe into[row] = result
      }
    // One loop for each of those that cannot overflow, so that none asks in the loop which one it is.
    case .add: for row in 0..<length { unsafe into[row] = a[row] &+ b[row] }
    case .subtract: for row in 0..<length { unsafe into[row] = a[row] &- b[row] }
    case .multiply: for row in 0..<length { unsafe into[row] = a[row] &* b[row] }
    case .divide: unsafe divide(a, b, length, into)
    case .maximum: for row in 0..<length { unsafe into[row] = max(a[row], b[row]) }
    case .minimum: for row in 0..<length { unsafe into[row] = min(a[row], b[row]) }
    case .equal: for row in 0..<length { unsafe into[row] = a[row] == b[row] ? 1 : 0 }
    case .notEqual: for row in 0..<length { unsafe into[row] = a[row] != b[row] ? 1 : 0 }
    case .less: for row in 0..<length { unsafe into[row] = a[row] < b[row] ? 1 : 0 }
    case .greater: for row in 0..<length { unsafe into[row] = a[row] > b[row] ? 1 : 0 }
    default: for row in 0..<length { unsafe into[row] = operation.apply(a[row], b[row]).0 }
    }
  }
  let points = unsafe base + (expression.parts.count - 1) * BadnessScratch.blockLength
  var most = unsafe points[0]
  for row in 0..<length { unsafe most = max(most, points[row]) }
  return most
}

/// Divides; mostly all divide the same number, totalpages or a constant, by the same.
@inline(__always)
private func divide(
  _ a: UnsafePointer<Int64>, _ b: UnsafePointer<Int64>, _ length: Int,
  _ into: UnsafeMutablePointer<Int64>
) {
  var (last, by, quotient) = unsafe (a[0], b[0], a[0] / b[0])
  for row in 0..<length {
    if unsafe a[row] != last || b[row] != by {
      unsafe (last, by) = (a[row], b[row])
      quotient = last / by
    }
    unsafe into[row] = quotient
  }
}
