// The steps of a program over one block of processes: a loop for each operation, of which a compiler makes vectors. None of
// the loops asks which operation it is.

/// The numbers that a scan works in: of 32 bits where all fit, else of 64.
protocol BadnessLane: FixedWidthInteger, SignedInteger, BitwiseCopyable {
  static func quotient(ofPositive number: Self, _ divisor: BadnessDivisor) -> Self
  /// Whether one of the numbers is above another one. Of a loop over all a compiler makes a jump for each. Each width has its
  /// own: with one for both, no compiler makes vectors of it, and a scan takes twenty times as long.
  static func isAny(_ numbers: UnsafePointer<Self>, _ count: Int, above number: Self) -> Bool
}

extension BadnessLane {
  /// Cut off towards 0, as in C.
  @inline(__always)
  static func quotient(_ number: Self, _ divisor: BadnessDivisor) -> Self {
    // All bits of a negative number's sign.
    let sign = number &>> Self(truncatingIfNeeded: bitWidth - 1)
    return (quotient(ofPositive: (number ^ sign) &- sign, divisor) ^ sign) &- sign
  }
}

extension Int32: BadnessLane {
  @inline(__always)
  static func isAny(_ numbers: UnsafePointer<Self>, _ count: Int, above number: Self) -> Bool {
    var isAbove = SIMDMask<SIMD8<Self>>()
    let vector = SIMD8(repeating: number)
    var row = 0
    while row &+ 8 <= count {
      isAbove .|= unsafe UnsafeRawPointer(numbers + row).loadUnaligned(as: SIMD8<Self>.self)
        .> vector
      row &+= 8
    }
    if any(isAbove) { return true }
    while row < count {
      if unsafe numbers[row] > number { return true }
      row &+= 1
    }
    return false
  }

  @inline(__always)
  static func quotient(ofPositive number: Self, _ divisor: BadnessDivisor) -> Self {
    divisor.quotient(ofPositive: number)
  }
}

extension Int64: BadnessLane {
  @inline(__always)
  static func isAny(_ numbers: UnsafePointer<Self>, _ count: Int, above number: Self) -> Bool {
    var isAbove = SIMDMask<SIMD8<Self>>()
    let vector = SIMD8(repeating: number)
    var row = 0
    while row &+ 8 <= count {
      isAbove .|= unsafe UnsafeRawPointer(numbers + row).loadUnaligned(as: SIMD8<Self>.self)
        .> vector
      row &+= 8
    }
    if any(isAbove) { return true }
    while row < count {
      if unsafe numbers[row] > number { return true }
      row &+= 1
    }
    return false
  }

  @inline(__always)
  static func quotient(ofPositive number: Self, _ divisor: BadnessDivisor) -> Self {
    divisor.quotient(ofPositive: number)
  }
}

/// Room for one block a step, in the arrays of a scratch, which outlive it.
@safe struct BadnessBlock<Lane: BadnessLane> {
  static var mostRows: Int { 256 }

  /// The results of the steps, `mostRows` each.
  let base: UnsafeMutablePointer<Lane>
  /// How many processes the block has.
  var length = 0

  /// What an operand is of each process.
  @safe enum Numbers {
    case same(Lane)
    case each(UnsafePointer<Lane>)

    @inline(__always)
    subscript(row: Int) -> Lane {
      switch self {
      case .same(let number): number
      case .each(let numbers): unsafe numbers[row]
      }
    }
  }

  @inline(__always)
  func numbers(_ operand: BadnessProgram.Operand) -> Numbers {
    switch operand {
    case .same(BadnessExpression.noPoints): .same(.min)
    case .same(let number): .same(Lane(truncatingIfNeeded: number))
    case .each(let step): unsafe .each(results(of: step))
    }
  }

  @inline(__always)
  func results(of step: Int) -> UnsafeMutablePointer<Lane> { unsafe base + step * Self.mostRows }

  /// Works all steps out for some processes.
  ///
  /// - Parameters:
  ///   - rows: the processes; nil where they are those from `begin` on.
  /// - Returns: false where a step has no value for one of them.
  func workOut(
    _ steps: [BadnessProgram.Step], _ columns: BadnessColumns, _ rows: [Int32]?, from begin: Int
  ) -> Bool {
    for index in steps.indices {
      let step = steps[index]
      if step.isJoined { continue }
      let into = unsafe results(of: index)
      if let addend = step.addend {
        unsafe load(columns[addend], rows, from: begin, onto: numbers(step.a), into)
      } else if case .column(let column) = step.operation {
        unsafe load(columns[column], rows, from: begin, onto: .same(0), into)
      } else if step.isChecked {
        if unsafe !check(step, into) { return false }
      } else {
        unsafe work(step, into)
      }
    }
    return true
  }

  /// Reads a column and adds it to numbers.
  private func load(
    _ column: borrowing BadnessColumns.Column, _ rows: [Int32]?, from begin: Int,
    onto numbers: Numbers, _ into: UnsafeMutablePointer<Lane>
  ) {
    switch column.width {
    case .bits8: unsafe load(column.numbers8, rows, from: begin, onto: numbers, into)
    case .bits16: unsafe load(column.numbers16, rows, from: begin, onto: numbers, into)
    case .bits32: unsafe load(column.numbers32, rows, from: begin, onto: numbers, into)
    case .bits64: unsafe load(column.numbers64, rows, from: begin, onto: numbers, into)
    }
  }

  @inline(__always)
  private func load(
    _ column: [some BinaryInteger], _ rows: [Int32]?, from begin: Int, onto numbers: Numbers,
    _ into: UnsafeMutablePointer<Lane>
  ) {
    if let rows {
      for index in 0..<length {
        let number = Lane(truncatingIfNeeded: column[Int(rows[begin &+ index])])
        unsafe into[index] = numbers[index] &+ number
      }
      return
    }
    precondition(begin + length <= column.count, "a column is shorter than the processes")
    unsafe column.withUnsafeBufferPointer { column in
      guard let first = column.baseAddress else { return }
      let column = unsafe first + begin
      let length = length
      switch numbers {
      case .each(let numbers):
        for row in 0..<length {
          unsafe into[row] = numbers[row] &+ Lane(truncatingIfNeeded: column[row])
        }
      case .same(let number):
        for row in 0..<length {
          unsafe into[row] = number &+ Lane(truncatingIfNeeded: column[row])
        }
      }
    }
  }

  /// Works a step out that may have no value.
  ///
  /// - Returns: whether all processes of the block have one.
  private func check(_ step: BadnessProgram.Step, _ into: UnsafeMutablePointer<Lane>) -> Bool {
    let (a, b) = (numbers(step.a), numbers(step.b))
    for row in 0..<length {
      let (result, fault) = step.operation.apply(Int64(a[row]), Int64(b[row]))
      if fault != nil { return false }
      unsafe into[row] = Lane(truncatingIfNeeded: result)
    }
    return true
  }

  /// Works a step out that has a value for all numbers within the bounds.
  private func work(_ step: BadnessProgram.Step, _ into: UnsafeMutablePointer<Lane>) {
    let (a, b) = (numbers(step.a), numbers(step.b))
    if let divisor = step.divisor {
      return divisor.isOfPositive
        ? unsafe pairs(a, b, into) { number, _ in Lane.quotient(ofPositive: number, divisor) }
        : unsafe pairs(a, b, into) { number, _ in Lane.quotient(number, divisor) }
    }
    switch step.operation {
    case .add: unsafe pairs(a, b, into) { $0 &+ $1 }
    case .subtract: unsafe pairs(a, b, into) { $0 &- $1 }
    case .negate: unsafe pairs(a, b, into) { number, _ in 0 &- number }
    case .multiply where step.isMask: unsafe pairs(a, b, into) { (0 &- $0) & $1 }
    case .multiply: unsafe pairs(a, b, into) { $0 &* $1 }
    case .maximum: unsafe pairs(a, b, into) { max($0, $1) }
    case .minimum: unsafe pairs(a, b, into) { min($0, $1) }
    case .equal: unsafe pairs(a, b, into) { $0 == $1 ? 1 : 0 }
    case .notEqual: unsafe pairs(a, b, into) { $0 != $1 ? 1 : 0 }
    case .less: unsafe pairs(a, b, into) { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: unsafe pairs(a, b, into) { $0 <= $1 ? 1 : 0 }
    case .greater: unsafe pairs(a, b, into) { $0 > $1 ? 1 : 0 }
    case .greaterOrEqual: unsafe pairs(a, b, into) { $0 >= $1 ? 1 : 0 }
    case .and: unsafe pairs(a, b, into) { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .or: unsafe pairs(a, b, into) { $0 | $1 != 0 ? 1 : 0 }
    case .not: unsafe pairs(a, b, into) { number, _ in number == 0 ? 1 : 0 }
    case .choose: unsafe choose(a, b, numbers(step.c), into)
    default:
      unsafe pairs(a, b, into) {
        Lane(truncatingIfNeeded: step.operation.apply(Int64($0), Int64($1)).0)
      }
    }
  }

  @inline(__always)
  private func pairs(
    _ a: Numbers, _ b: Numbers, _ into: UnsafeMutablePointer<Lane>, _ work: (Lane, Lane) -> Lane
  ) {
    switch (a, b) {
    case (.each(let a), .each(let b)):
      for row in 0..<length { unsafe into[row] = work(a[row], b[row]) }
    case (.each(let a), .same(let b)):
      for row in 0..<length { unsafe into[row] = work(a[row], b) }
    case (.same(let a), .each(let b)):
      for row in 0..<length { unsafe into[row] = work(a, b[row]) }
    case (.same(let a), .same(let b)):
      for row in 0..<length { unsafe into[row] = work(a, b) }
    }
  }

  private func choose(
    _ condition: Numbers, _ b: Numbers, _ c: Numbers, _ into: UnsafeMutablePointer<Lane>
  ) {
    // A choice by what is the same for all is no step.
    guard case .each(let condition) = condition else { return }
    // Both sides are read before one is taken, so that no jump depends on a process.
    switch (b, c) {
    case (.each(let b), .each(let c)):
      for row in 0..<length {
        let (then, otherwise) = unsafe (b[row], c[row])
        unsafe into[row] = condition[row] != 0 ? then : otherwise
      }
    case (.each(let b), .same(let otherwise)):
      for row in 0..<length {
        let then = unsafe b[row]
        unsafe into[row] = condition[row] != 0 ? then : otherwise
      }
    case (.same(let then), .each(let c)):
      for row in 0..<length {
        let otherwise = unsafe c[row]
        unsafe into[row] = condition[row] != 0 ? then : otherwise
      }
    case (.same(let then), .same(let otherwise)):
      for row in 0..<length { unsafe into[row] = condition[row] != 0 ? then : otherwise }
    }
  }

  /// Whether a step comes to more than a number for some process.
  func isAny(of step: Int, above number: Lane) -> Bool {
    unsafe Lane.isAny(results(of: step), length, above: number)
  }
}
