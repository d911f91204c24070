internal import VictimSelection

// What a badness of one's own, as an expression, makes of a candidate.

extension BadnessExpression {
  /// The points of a candidate; nil where they are `never`, or where there is no value.
  func candidatePoints(_ value: (BadnessColumn) -> Int64) -> Int128? {
    do throws(BadnessFault) {
      let points = try points(value)
      return points == Self.noPoints ? nil : Int128(points)
    } catch {
      return nil
    }
  }
}

extension BadnessArithmetic {
  /// The text of the badness that decides in the place of the release's; nil where that does.
  package var ownBadness: String? { rules.badness.own?.text }

  /// What a candidate has in a column.
  func value(_ column: BadnessColumn, of candidate: Candidate, adj: Int16) -> Int64 {
    let inputs = candidate.ownInputs
    return switch column {
    case .anon: candidate.anon
    case .file: candidate.file
    case .shmem: candidate.shmem
    case .swap: candidate.swap
    case .rss: candidate.anon + candidate.file + candidate.shmem
    case .pageTables: inputs?.pageTables ?? candidate.countedTables
    case .oomScoreAdj: Int64(adj)
    case .totalpages: totalpages
    case .uid: Int64(candidate.uid)
    case .capSysAdmin: candidate.isAdmin ? 1 : 0
    case .totalVM: inputs?.totalVM ?? 0
    case .nice: inputs?.nice ?? 0
    case .runTime: inputs?.runTime ?? 0
    case .cpuTime: inputs?.cpuTime ?? 0
    case .cgroupCurrent: inputs?.cgroupCurrent ?? 0
    case .cgroupMax: inputs?.cgroupMax ?? 0
    }
  }

  /// The terms of points by an expression: those of its outermost sum, in the case that is the process's.
  func terms(of candidate: Candidate, by own: BadnessExpression) -> [Term] {
    let adj = effectiveAdj(of: candidate)
    var terms: [Term] = []
    /// The parts still to come, each with its sign, the next one last.
    var open: [(part: Int, operation: Term.Operation)] = [(own.parts.count - 1, .plus)]
    while let (part, sign) = open.popLast() {
      let (a, b, c) = own.parts[part].operands
      let inverse: Term.Operation = sign == .plus ? .minus : .plus
      func value(_ part: Int) -> Int64? {
        do throws(BadnessFault) {
          return try own.value(of: part) { self.value($0, of: candidate, adj: adj) }
        } catch {
          return nil
        }
      }
      switch own.parts[part].operation {
      case .add: open += [(b, sign), (a, sign)]
      case .subtract: open += [(b, inverse), (a, sign)]
      case .choose: open.append(((value(a) ?? 0) != 0 ? b : c, sign))
      case .never: terms.append(Term(operation: .fixed, name: "never", value: 0))
      default:
        guard let value = value(part) else {
          terms.append(Term(operation: .fixed, name: "no value: \(own.text(of: part))", value: 0))
          continue
        }
        if value != 0 {
          terms.append(Term(operation: sign, name: own.text(of: part), value: value))
        }
      }
    }
    return terms
  }
}
