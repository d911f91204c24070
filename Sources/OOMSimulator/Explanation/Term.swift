internal import VictimSelection

/// One step of the sum that gives a process its points.
public struct Term: Equatable, Sendable {
  /// How a term joins the terms before it; the raw value is its sign.
  public enum Operation: String, Sendable {
    /// Added.
    case plus = "+"
    /// Taken off.
    case minus = "-"
    /// The sum of all terms before it times `value`.
    case times = "×"
    /// The sum of all terms before it divided by `value`, rounded towards zero.
    case dividedBy = "/"
    /// The sum of all terms before it doubled `value` times.
    case shiftedLeft = "<<"
    /// The sum of all terms before it halved `value` times.
    case shiftedRight = ">>"
    /// All before it times 1000 and by `value`.
    case thousandthsOf = "× 1000 /"
    /// All before it times 1000, which does not fit in an `int` and is `factor` there, and by `value`.
    case wrappedThousandthsOf = "× 1000 in an int /"
    /// Held between 1 and 1000, or at 1 and above.
    case limitedTo = "limited to"
    /// Not an arithmetic step: all there is to say.
    case fixed = ""
  }

  /// What is done with the value.
  public var operation: Operation
  /// What it is, in the kernel's words.
  public var name: String
  /// The number itself: pages in the sums of 3.5 and later, else what the release counts in.
  public var value: Int64
  /// What `value` is multiplied by, or what a product wraps to; 1 mostly.
  public var factor: Int64 = 1

  /// The terms in a line: `anon 10 + file 5 - oom_score_adj 3 × 20`.
  package static func text(_ terms: [Term], number: (Int64) -> String) -> String {
    var text = ""
    // A sum stands in parentheses before it is divided or shifted.
    var isSum = false
    for (index, term) in terms.enumerated() {
      let isFirst = index == 0
      let isAdded = [.plus, .minus, .fixed, .limitedTo].contains(term.operation)
      if isSum, !isAdded {
        text = "(\(text))"
        isSum = false
      } else if isAdded, !isFirst {
        isSum = true
      }
      switch term.operation {
      case .fixed: text += term.name
      case .limitedTo: text += ", limited to \(term.name)"
      case .thousandthsOf:
        text = "\(text.isEmpty ? "0" : text) × \(number(1000)) / \(number(term.value))"
      case .wrappedThousandthsOf:
        text +=
          " × \(number(1000)), which is \(number(term.factor)) in an int, / \(number(term.value))"
      case .plus, .minus:
        let sign = isFirst ? (term.operation == .minus ? "-" : "") : " \(term.operation.rawValue) "
        text += "\(sign)\(term.name) \(number(term.value))"
        if term.factor != 1 { text += " × \(number(term.factor))" }
      default:
        text += " \(term.operation.rawValue) \(number(term.value)) (\(term.name))"
      }
    }
    return text.isEmpty ? "0" : text
  }
}

extension BadnessArithmetic {
  /// The terms of a process's points, in the order in which the release's function takes them.
  package func terms(of candidate: Candidate) -> [Term] {
    if let own = rules.badness.own { return terms(of: candidate, by: own) }
    if let legacy = candidate.legacy { return terms(of: legacy) }
    if let term = swapoffTerm(of: candidate) { return [term] }
    var terms: [Term] = []
    for (name, pages) in [
      ("anon", candidate.anon), ("file", candidate.file), ("shmem", candidate.shmem),
      ("swap", candidate.swap), ("page tables", candidate.countedTables),
    ] where pages != 0 {
      terms.append(Term(operation: .plus, name: name, value: pages))
    }
    if unit == .thousandths {
      let product = Int64(Int32(truncatingIfNeeded: candidate.pages) &* 1000)
      let isWrapped = rules.badness.rule == .perMille(.int) && product != candidate.pages * 1000
      terms.append(
        Term(
          operation: isWrapped ? .wrappedThousandthsOf : .thousandthsOf, name: "totalpages",
          value: max(totalpages, 1), factor: isWrapped ? product : 1))
    }
    if let bonus = rootBonusTerm(of: candidate) { terms.append(bonus) }
    let adj = effectiveAdj(of: candidate)
    if adj != 0 {
      terms.append(
        Term(
          operation: adj < 0 ? .minus : .plus, name: "oom_score_adj", value: Int64(adj.magnitude),
          factor: pointsPerAdj))
    }
    if let bounds = bounds(of: points(of: candidate, adj: adj)) { terms.append(bounds) }
    return terms
  }

  private func terms(of task: LegacyTask) -> [Term] {
    if let term = disabledTerm(of: task) ?? swapoffTerm(of: task) { return [term] }
    var terms = [Term(operation: .plus, name: "total_vm", value: task.totalVM)]
    if task.childrenVM != 0 {
      terms.append(
        Term(
          operation: .plus, name: "children", value: Int64(truncatingIfNeeded: task.childrenVM)))
    }
    let divisors = rules.badness.legacy.divisors(task, word: word)
    for (name, divisor) in [("CPU time", divisors.cpu), ("run time", divisors.run)]
    where divisor > 1 {
      terms.append(
        Term(operation: .dividedBy, name: name, value: Int64(truncatingIfNeeded: divisor)))
    }
    if task.nice > 0 { terms.append(Term(operation: .times, name: "nice \(task.nice)", value: 2)) }
    if rules.badness.legacy.isSuperuser(task) {
      terms.append(Term(operation: .dividedBy, name: "superuser", value: 4))
    }
    if task.hasRawIO { terms.append(Term(operation: .dividedBy, name: "raw I/O", value: 4)) }
    if task.oomAdj != 0 {
      terms.append(
        Term(
          operation: task.oomAdj > 0 ? .shiftedLeft : .shiftedRight, name: "oom_adj",
          value: Int64(task.oomAdj.magnitude)))
    }
    return terms
  }
}
