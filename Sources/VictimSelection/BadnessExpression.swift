/// What a badness of one's own can read of a process; the raw value is its name in the text of an expression.
package enum BadnessColumn: String, CaseIterable, Sendable {
  case anon, file, shmem, swap
  case pageTables = "page_tables"
  /// anon + file + shmem.
  case rss
  case totalVM = "total_vm"
  case oomScoreAdj = "oom_score_adj"
  /// The same for all processes of one OOM.
  case totalpages
  case uid, nice
  /// In seconds.
  case runTime = "run_time"
  /// In seconds.
  case cpuTime = "cpu_time"
  /// Pages that the process's own memory cgroup is charged for.
  case cgroupCurrent = "cgroup_current"
  /// The limit of that group, in pages; `PAGE_COUNTER_MAX` without one.
  case cgroupMax = "cgroup_max"
  /// 1 with `CAP_SYS_ADMIN`, else 0.
  case capSysAdmin = "cap_sys_admin"

}

/// A badness of one's own: what takes the place of the arithmetic in `oom_badness()`, in 64-bit integers.
///
/// Its parts are in an array, each after the parts that it is made of; the last one is the whole. So a scan can work them out
/// one by one for many processes together, and a single process is worked out from the last one down.
package struct BadnessExpression: Equatable, Sendable {
  /// What a part does with the parts that it is made of.
  package enum Operation: Equatable, Sendable {
    case number(Int64)
    case column(BadnessColumn)
    /// No points: the process is no candidate.
    case never
    case negate, not
    case add, subtract, multiply, divide, remainder
    /// Of words without a sign, as C divides an `int` by an `unsigned long`.
    case unsignedDivide
    case minimum, maximum
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
    case and, or
    /// The second where the first is not 0, else the third.
    case choose
    /// Cut to a signed word of 32 bits, as a conversion of C to `int` does.
    case int
    /// Cut to an unsigned word of 32 bits.
    case unsignedInt

    /// How many parts it is made of.
    package var count: Int {
      switch self {
      case .number, .column, .never: 0
      case .negate, .not, .int, .unsignedInt: 1
      case .choose: 3
      default: 2
      }
    }
  }

  /// A part of an expression.
  package struct Part: Equatable, Sendable {
    package var operation: Operation
    /// Where the parts are that it is made of; 0 what it has not.
    package var operands: (Int, Int, Int)
    /// Where it stands in the text, in bytes.
    package var range: Range<Int>

    package init(_ operation: Operation, _ operands: (Int, Int, Int), _ range: Range<Int>) {
      self.operation = operation
      self.operands = operands
      self.range = range
    }

    package static func == (one: Part, other: Part) -> Bool {
      one.operation == other.operation && one.operands == other.operands && one.range == other.range
    }
  }

  /// As it was written.
  package let text: String
  package let parts: [Part]

  /// - Parameter parts: each after those that it is made of, the whole expression last.
  package init(text: String, parts: [Part]) {
    self.text = text
    self.parts = parts
  }

  /// Points of a process that has none. Kernel: `LONG_MIN`, which `oom_badness()` returns since 5.9.
  package static let noPoints = Int64.min

  /// Whether it reads a column.
  package func reads(_ column: BadnessColumn) -> Bool {
    parts.contains { $0.operation == .column(column) }
  }

  /// The text of a part.
  package func text(of part: Int) -> String {
    let bytes = Array(text.utf8)
    return String(decoding: bytes[parts[part].range], as: UTF8.self)
  }
}

/// Why an expression has no value for a process.
package struct BadnessFault: Error, Equatable, Sendable {
  package enum Kind: Sendable {
    case overflow
    case divisionByZero
  }

  package var kind: Kind
  /// The part that has no value.
  package var part: Int
}

extension BadnessExpression {
  /// The points of one process, `noPoints` where they are `never`. Of a choice only the side that is taken is worked out.
  ///
  /// - Parameter value: what the process has in a column.
  /// - Throws: a fault where a number does not fit into 64 bits, or a divisor is 0.
  /// - Complexity: O(parts).
  package func points(_ value: (BadnessColumn) -> Int64) throws(BadnessFault) -> Int64 {
    try self.value(of: parts.count - 1, value)
  }

  /// What a part comes to for one process.
  package func value(
    of part: Int, _ value: (BadnessColumn) -> Int64
  ) throws(BadnessFault) -> Int64 {
    let (a, b, c) = parts[part].operands
    switch parts[part].operation {
    case .number(let number): return number
    case .column(let column): return value(column)
    case .never: return Self.noPoints
    case .and:
      if try self.value(of: a, value) == 0 { return 0 }
      return try self.value(of: b, value) != 0 ? 1 : 0
    case .or:
      if try self.value(of: a, value) != 0 { return 1 }
      return try self.value(of: b, value) != 0 ? 1 : 0
    case .choose:
      return try self.value(of: self.value(of: a, value) != 0 ? b : c, value)
    case let operation:
      let left = try self.value(of: a, value)
      let right = operation.count == 2 ? try self.value(of: b, value) : 0
      let (result, fault) = operation.apply(left, right)
      if let fault { throw BadnessFault(kind: fault, part: part) }
      return result
    }
  }
}

extension BadnessExpression.Operation {
  /// What it makes of one or two numbers, and why that is not its value where it has none.
  @inline(__always)
  func apply(_ left: Int64, _ right: Int64) -> (Int64, BadnessFault.Kind?) {
    let (result, overflows): (Int64, Bool)
    switch self {
    case .negate: (result, overflows) = (0 as Int64).subtractingReportingOverflow(left)
    case .add: (result, overflows) = left.addingReportingOverflow(right)
    case .subtract: (result, overflows) = left.subtractingReportingOverflow(right)
    case .multiply: (result, overflows) = left.multipliedReportingOverflow(by: right)
    case .divide, .remainder:
      if right == 0 { return (0, .divisionByZero) }
      (result, overflows) =
        self == .divide
        ? left.dividedReportingOverflow(by: right)
        : left.remainderReportingOverflow(dividingBy: right)
    case .unsignedDivide:
      if right == 0 { return (0, .divisionByZero) }
      let quotient = UInt64(bitPattern: left) / UInt64(bitPattern: right)
      (result, overflows) = (Int64(bitPattern: quotient), false)
    case .not: (result, overflows) = (left == 0 ? 1 : 0, false)
    case .minimum: (result, overflows) = (min(left, right), false)
    case .maximum: (result, overflows) = (max(left, right), false)
    case .less: (result, overflows) = (left < right ? 1 : 0, false)
    case .lessOrEqual: (result, overflows) = (left <= right ? 1 : 0, false)
    case .greater: (result, overflows) = (left > right ? 1 : 0, false)
    case .greaterOrEqual: (result, overflows) = (left >= right ? 1 : 0, false)
    case .equal: (result, overflows) = (left == right ? 1 : 0, false)
    case .notEqual: (result, overflows) = (left != right ? 1 : 0, false)
    case .and: (result, overflows) = (left != 0 && right != 0 ? 1 : 0, false)
    case .or: (result, overflows) = (left != 0 || right != 0 ? 1 : 0, false)
    case .int: (result, overflows) = (Int64(Int32(truncatingIfNeeded: left)), false)
    case .unsignedInt: (result, overflows) = (Int64(UInt32(truncatingIfNeeded: left)), false)
    case .number, .column, .never, .choose: (result, overflows) = (0, false)
    }
    return (result, overflows ? .overflow : nil)
  }
}
