/// What one scan does for a block of processes: the parts of an expression that differ between processes, one step each, in
/// order. It is made before the scan from the bounds of the columns, in the room of the last one.
///
/// - What is the same for all processes is a number: sums of constants, `totalpages / 1000`, a comparison that nobody passes.
/// - What occurs twice is worked out once.
/// - A division by a constant becomes a multiplication, together with a multiplication before it.
/// - A product with what is 0 or 1 becomes a choice of bits.
/// - Where no step needs more than 32 bits, the scan works in them.
struct BadnessProgram: Sendable {
  /// What a part comes to.
  enum Operand: Equatable, Sendable {
    /// The same for all processes.
    case same(Int64)
    /// Of each process, the result of a step.
    case each(Int)
  }

  struct Step: Sendable {
    var operation: BadnessExpression.Operation
    var a = Operand.same(0)
    var b = Operand.same(0)
    var c = Operand.same(0)
    var bounds: BadnessBounds
    /// The least that `a` is.
    var least: Int64 = 0
    /// Whether it may have no value for some process.
    var isChecked = false
    /// What it divides by without a division, if it does.
    var divisor: BadnessDivisor?
    /// The column that it adds to `a`, if it is read while it is added.
    var addend: BadnessColumn?
    /// Whether `a` is 0 or 1 for all processes, in a product.
    var isMask = false
    /// Whether a later step does it, so that there is nothing to be done here.
    var isJoined = false
  }

  private(set) var steps: [Step] = []
  /// What the whole expression comes to.
  private(set) var result = Operand.same(BadnessExpression.noPoints)
  private(set) var isNarrow = true
  private var parts: [Part]

  /// What is known of a part of the expression.
  private struct Part: Sendable {
    var bounds = BadnessBounds(0, 0)
    var isChecked = false
    /// Whether it or a part that it is made of is checked.
    var hasChecks = false
    /// Whether it has to be worked out: the side of a choice that nobody takes has not.
    var isNeeded = false
    var operand = Operand.same(0)

    /// The number that it is for all processes, when that is known.
    var number: Int64? { bounds.least == bounds.most && !hasChecks ? bounds.least : nil }
  }

  init(for expression: BadnessExpression) {
    parts = Array(repeating: Part(), count: expression.parts.count)
    steps.reserveCapacity(expression.parts.count)
  }

  /// Makes the program for a scan.
  ///
  /// - Complexity: O(parts²), no allocation.
  mutating func prepare(
    _ expression: BadnessExpression, _ columns: BadnessColumns, totalpages: Int64
  ) {
    for index in parts.indices { find(index, expression.parts[index], columns, totalpages) }
    parts[parts.count - 1].isNeeded = true
    for index in parts.indices.reversed() where parts[index].isNeeded {
      need(expression.parts[index], of: index)
    }
    steps.removeAll(keepingCapacity: true)
    for index in parts.indices where parts[index].isNeeded {
      parts[index].operand = operand(index, expression.parts[index])
    }
    result = parts[parts.count - 1].operand
    isNarrow = steps.allSatisfy { $0.isNarrow }
    for index in steps.indices where !joinProduct(index) {
      steps[index].findDivisor(isNarrow: isNarrow)
    }
    for index in steps.indices { addOnReading(index) }
  }

  /// Joins a division by a constant with the multiplication by a constant before it, which nothing else needs.
  private mutating func joinProduct(_ index: Int) -> Bool {
    let step = steps[index]
    guard isNarrow, step.operation == .divide, step.least >= 0, case .same(let divisor) = step.b,
      case .each(let place) = step.a, steps[place].operation == .multiply, uses(of: step.a) == 1
    else { return false }
    let product = steps[place]
    let factors =
      switch (product.a, product.b) {
      case (.each, .same(let factor)): (product.a, factor)
      case (.same(let factor), .each): (product.b, factor)
      default: (product.a, Int64(0))
      }
    guard
      let ratio = BadnessDivisor(
        factor: factors.1, divisor: divisor, mostProduct: product.bounds.most)
    else { return false }
    steps[index].a = factors.0
    steps[index].divisor = ratio
    steps[place].isJoined = true
    return true
  }

  /// Joins a sum with the reading of the column that it adds, which nothing else needs.
  private mutating func addOnReading(_ index: Int) {
    let step = steps[index]
    if step.operation != .add || step.isChecked { return }
    for (addend, other) in [(step.b, step.a), (step.a, step.b)] {
      guard case .each(let place) = addend, case .column(let column) = steps[place].operation,
        uses(of: addend) == 1
      else { continue }
      steps[index].a = other
      steps[index].b = addend
      steps[index].addend = column
      steps[place].isJoined = true
      return
    }
  }

  private func uses(of operand: Operand) -> Int {
    var count = result == operand ? 1 : 0
    for step in steps {
      if step.a == operand { count += 1 }
      if step.b == operand { count += 1 }
      if step.c == operand { count += 1 }
    }
    return count
  }

  /// Finds the bounds of a part.
  private mutating func find(
    _ index: Int, _ part: BadnessExpression.Part, _ columns: BadnessColumns, _ totalpages: Int64
  ) {
    let (a, b, c) = (
      parts[part.operands.0], parts[part.operands.1], parts[part.operands.2]
    )
    var found = Part()
    switch part.operation {
    case .column(.totalpages): found.bounds = BadnessBounds(totalpages, totalpages)
    case .column(let column): found.bounds = columns[column].bounds
    case .choose where a.number != nil:
      // As the side that is taken by all.
      let taken = a.number != 0 ? b : c
      found.bounds = taken.bounds
      found.hasChecks = taken.hasChecks
      parts[index] = found
      return
    case let operation:
      (found.bounds, found.isChecked) = operation.bounds(a.bounds, b.bounds, c.bounds)
    }
    let count = part.operation.count
    found.hasChecks =
      found.isChecked || (count > 0 && a.hasChecks) || (count > 1 && b.hasChecks)
      || (count > 2 && c.hasChecks)
    parts[index] = found
  }

  /// Marks what a part is worked out from.
  private mutating func need(_ part: BadnessExpression.Part, of index: Int) {
    let (a, b, c) = part.operands
    if part.operation == .choose {
      if let condition = parts[a].number {
        parts[condition != 0 ? b : c].isNeeded = true
        return
      }
    } else if parts[index].number != nil {
      return
    }
    let count = part.operation.count
    if count > 0 { parts[a].isNeeded = true }
    if count > 1 { parts[b].isNeeded = true }
    if count > 2 { parts[c].isNeeded = true }
  }

  /// What a part comes to: a number, what another one comes to, or a step of its own.
  private mutating func operand(_ index: Int, _ part: BadnessExpression.Part) -> Operand {
    let found = parts[index]
    let (a, b, c) = (
      parts[part.operands.0], parts[part.operands.1], parts[part.operands.2]
    )
    switch part.operation {
    case .never: return .same(BadnessExpression.noPoints)
    case .choose:
      if let condition = a.number { return condition != 0 ? b.operand : c.operand }
      return step(
        Step(
          operation: .choose, a: a.operand, b: b.operand, c: c.operand, bounds: found.bounds))
    default: break
    }
    if let number = found.number { return .same(number) }
    switch part.operation {
    case .add where a.number == 0: return b.operand
    case .add where b.number == 0, .subtract where b.number == 0: return a.operand
    case .multiply where a.number == 1: return b.operand
    case .multiply where b.number == 1, .divide where b.number == 1: return a.operand
    // Cut to 32 bits, it stays what it is.
    case .int where found.bounds == a.bounds, .unsignedInt where found.bounds == a.bounds:
      return a.operand
    default: break
    }
    var step = Step(operation: part.operation, bounds: found.bounds)
    step.isChecked = found.isChecked
    if part.operation.count > 0 { step.a = a.operand }
    if part.operation.count > 1 { step.b = b.operand }
    if part.operation == .unsignedDivide, a.bounds.least >= 0, b.bounds.least > 0 {
      step.operation = .divide
    }
    step.least = a.bounds.least
    if step.operation == .multiply, !step.isChecked {
      if b.bounds.isOfBits { (step.a, step.b) = (step.b, step.a) }
      step.isMask = a.bounds.isOfBits || b.bounds.isOfBits
    }
    return self.step(step)
  }

  /// Adds a step unless there is the same one.
  private mutating func step(_ step: Step) -> Operand {
    for (index, other) in steps.enumerated()
    where other.operation == step.operation && other.a == step.a && other.b == step.b
      && other.c == step.c
    {
      return .each(index)
    }
    steps.append(step)
    return .each(steps.count - 1)
  }
}

extension BadnessProgram.Step {
  /// Whether it can be worked out in 32 bits, in which the lowest number is `never`. What it is made of has steps of its own,
  /// but for numbers.
  fileprivate var isNarrow: Bool {
    func fits(_ operand: BadnessProgram.Operand) -> Bool {
      guard case .same(let number) = operand else { return true }
      return BadnessBounds(number, number).isNarrow
        || (operation == .choose && number == BadnessExpression.noPoints)
    }
    return !isChecked && bounds.isNarrow && operation != .unsignedDivide && fits(a) && fits(b)
      && fits(c)
  }

  fileprivate mutating func findDivisor(isNarrow: Bool) {
    // The lowest number has no magnitude.
    guard operation == .divide, least > .min, case .same(let number) = b, number > 1 else { return }
    divisor = BadnessDivisor(number, bits: isNarrow ? 32 : 64, isOfPositive: least >= 0)
  }
}

/// Divides by a constant of 2 or more as C does, without a division.
///
/// With *l* the least number for which 2^*l* is the divisor or more, and the multiplier 2^(*bits* - 1 + *l*) ÷ divisor rounded
/// up, the quotient of what is not negative is its product with the multiplier, divided by 2^(*bits* - 1 + *l*) and cut off.
/// Granlund and Montgomery, "Division by Invariant Integers using Multiplication", 1994.
struct BadnessDivisor: Sendable {
  /// Of numbers of 32 bits it is less than 2^32, as the divisor is.
  private let multiplier: UInt64
  private let shift: UInt64
  /// Whether nothing that is divided is negative.
  let isOfPositive: Bool

  /// - Parameter bits: of the numbers to be divided, 32 or 64; none is the lowest one.
  init(_ divisor: Int64, bits: Int, isOfPositive: Bool) {
    let power = 64 - (divisor - 1).leadingZeroBitCount
    let scale = UInt128(1) << UInt128(bits - 1 + power)
    let divisor = UInt128(divisor)
    multiplier = UInt64((scale + divisor - 1) / divisor)
    // Of 64 bits the higher word of the product is taken.
    shift = UInt64(bits == 32 ? 31 + power : power - 1)
    self.isOfPositive = isOfPositive
  }

  /// Multiplies by a factor before it divides.
  ///
  /// With the multiplier factor × 2^*k* ÷ divisor rounded up, the result is exact where what rounding adds stays below one part
  /// of the divisor: number × (multiplier × divisor - factor × 2^*k*) < 2^*k*.
  ///
  /// - Parameter mostProduct: of numbers of 32 bits, none negative, and the factor.
  /// - Returns: nil where no multiplier of 32 bits is exact.
  init?(factor: Int64, divisor: Int64, mostProduct: Int64) {
    guard factor > 0, divisor > 0, mostProduct >= 0, mostProduct <= Int32.max else { return nil }
    let (factor, divisor) = (UInt128(factor), UInt128(divisor))
    for power in (0..<64).reversed() {
      let scaled = factor << UInt128(power)
      let multiplier = (scaled + divisor - 1) / divisor
      if multiplier > UInt32.max { continue }
      let excess = multiplier * divisor - scaled
      guard UInt128(mostProduct) / factor * excess < 1 << UInt128(power) else { return nil }
      (self.multiplier, shift, isOfPositive) = (UInt64(multiplier), UInt64(power), true)
      return
    }
    return nil
  }

  @inline(__always)
  func quotient(ofPositive number: Int32) -> Int32 {
    let multiplier = UInt64(UInt32(truncatingIfNeeded: multiplier))
    let product = UInt64(UInt32(bitPattern: number)) &* multiplier
    return Int32(truncatingIfNeeded: product &>> shift)
  }

  @inline(__always)
  func quotient(ofPositive number: Int64) -> Int64 {
    let high = UInt64(bitPattern: number).multipliedFullWidth(by: multiplier).high
    return Int64(truncatingIfNeeded: high &>> shift)
  }
}
