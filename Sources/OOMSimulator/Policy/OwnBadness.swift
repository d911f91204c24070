package import VictimSelection

// A badness of one's own in the place of the release's arithmetic. Which processes are candidates at all, what happens with
// equals and what dies with the victim stay the release's.

extension Rules.Badness {
  /// Whether points depend on how long a process has been there.
  var countsAges: Bool { own?.reads(.runTime) ?? isLegacy }
}

extension Rules {
  /// These rules with a badness of one's own; as they are without one.
  package func with(_ own: BadnessExpression?) -> Rules {
    var rules = self
    rules.badness.own = own
    return rules
  }
}

extension State {
  /// The process with the most points by an expression; of equals the one that the release takes.
  func selectByOwnBadness(_ own: BadnessExpression, _ oc: OOMControl) -> Selection {
    let visited = VisitedRows(
      state: self, rows: rowsVisited(domain: oc.memcg), oc: oc)
    ledger.effort.add(visited.count * own.parts.count / 4)
    var scratch = BadnessScratch(for: own)
    do throws(BadnessFailure) {
      let victim = try VictimSelection.selectBadProcess(
        visited, by: &scratch,
        equalsReplace: rules.equalsReplace(in: oc.memcg == nil ? .none : .memcg))
      return victim.map { .victim(visited.rows[$0.row]) } ?? .nobody
    } catch {
      return .fault(fault(own, error.fault, of: visited.rows[error.position]))
    }
  }

  /// Points of a row by an expression; nil where they are `never`.
  func ownPoints(
    _ own: BadnessExpression, _ row: Int, totalpages: Int64
  ) throws(OwnBadnessFault) -> Int128? {
    do throws(BadnessFault) {
      let points = try own.points { value($0, of: row, totalpages: totalpages) }
      return points == BadnessExpression.noPoints ? nil : Int128(points)
    } catch {
      throw fault(own, error, of: row)
    }
  }

  private func fault(
    _ own: BadnessExpression, _ fault: BadnessFault, of row: Int
  ) -> OwnBadnessFault {
    OwnBadnessFault(
      process: identity(row), kind: fault.kind, part: own.text(of: fault.part),
      offset: own.parts[fault.part].range.lowerBound)
  }

  /// What a badness of one's own reads of a process that is in none of the other columns of a candidate.
  func ownInputs(_ row: Int) -> OwnBadnessInputs {
    func value(_ column: BadnessColumn) -> Int64 { self.value(column, of: row, totalpages: 0) }
    return OwnBadnessInputs(
      pageTables: value(.pageTables), totalVM: value(.totalVM), nice: value(.nice),
      runTime: value(.runTime), cpuTime: value(.cpuTime), cgroupCurrent: value(.cgroupCurrent),
      cgroupMax: value(.cgroupMax))
  }

  fileprivate func value(_ column: BadnessColumn, of row: Int, totalpages: Int64) -> Int64 {
    let owner = tasks.owner(row)
    return switch column {
    case .anon: tasks.mms[owner].anon
    case .file: tasks.mms[owner].file
    case .shmem: tasks.mms[owner].shmem
    case .swap: tasks.mms[owner].swap
    case .rss: tasks.mms[owner].anon + tasks.mms[owner].file + tasks.mms[owner].shmem
    case .pageTables:
      // Where a release counts none, they are there all the same.
      rules.badness.pageTables == .none
        ? tasks.mms[owner].pageTables : tasks.countedTables(owner: owner)
    case .totalVM: tasks.totalVM(row)
    case .oomScoreAdj: Int64(tasks.effectiveAdj(row))
    case .totalpages: totalpages
    case .uid: Int64(tasks.uids[row])
    case .nice: Int64(tasks.rare.legacy[row]?.nice ?? 0)
    case .runTime:
      ((tasks.rare.legacy[row]?.runTime ?? 0) + now - (tasks.rare.startedAt[row] ?? 0))
        / .seconds(1)
    case .cpuTime: (tasks.rare.legacy[row]?.cpuTime ?? 0) / .seconds(1)
    case .cgroupCurrent:
      tasks.groups[row] == MemcgTree.root
        ? used : ledger.accounts[Int(tasks.groups[row])].usage
    case .cgroupMax:
      min(
        tasks.groups[row] == MemcgTree.root ? .max : ledger.limits[Int(tasks.groups[row])].max,
        .max / machine.pageSize.rawValue)
    case .capSysAdmin: tasks.capabilities(row).contains(.sysAdmin) ? 1 : 0
    }
  }
}

/// The processes of a domain, as the release visits them.
private struct VisitedRows: BadnessRows {
  let state: State
  let rows: [Int]
  let oc: OOMControl

  var count: Int { rows.count }

  func isCandidate(_ position: Int) -> Bool {
    let row = rows[position]
    return state.tasks.candidateWeight[row] != neverChosen
      && (oc.excluded.isEmpty || !oc.excluded.contains(row))
      && (oc.foreign.isEmpty || !oc.foreign.contains(row))
  }

  func value(_ column: BadnessColumn, at position: Int) -> Int64 {
    state.value(column, of: rows[position], totalpages: oc.totalpages)
  }

  func load(
    _ column: BadnessColumn, from begin: Int, into block: UnsafeMutableBufferPointer<Int64>
  ) {
    for index in 0..<block.count {
      unsafe block[index] = value(column, at: begin + index)
    }
  }
}

/// Why a badness of one's own has no value for a process, so that nobody can be chosen.
package struct OwnBadnessFault: Error, Equatable, Sendable {
  package var process: ProcessIdentity
  package var kind: BadnessFault.Kind
  /// The part of the expression, and where it begins, in bytes from 0.
  package var part: String
  package var offset: Int
}

/// What a badness of one's own reads of a process besides what a candidate shows. Sizes in pages, times in seconds.
package struct OwnBadnessInputs: Equatable, Sendable {
  package var pageTables: Int64 = 0
  package var totalVM: Int64 = 0
  package var nice: Int64 = 0
  package var runTime: Int64 = 0
  package var cpuTime: Int64 = 0
  package var cgroupCurrent: Int64 = 0
  package var cgroupMax: Int64 = 0

  package init() {}

  init(
    pageTables: Int64, totalVM: Int64, nice: Int64, runTime: Int64, cpuTime: Int64,
    cgroupCurrent: Int64, cgroupMax: Int64
  ) {
    self.pageTables = pageTables
    self.totalVM = totalVM
    self.nice = nice
    self.runTime = runTime
    self.cpuTime = cpuTime
    self.cgroupCurrent = cgroupCurrent
    self.cgroupMax = cgroupMax
  }
}

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
