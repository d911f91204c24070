package import VictimSelection

// A badness of one's own in the place of the release's arithmetic. Which processes are candidates at all, what happens with
// equals and what dies with the victim stay the release's.

extension State {
  /// The process with the most points by an expression; of equals the one that the release takes.
  mutating func selectByOwnBadness(_ own: BadnessExpression, _ oc: OOMControl) -> Selection {
    // Taken out of its box meanwhile, so that nothing is copied.
    var box: OwnColumns?
    swap(&box, &ownColumns.wrappedValue)
    var kept = box ?? OwnColumns(own)
    box = nil
    defer { ownColumns.wrappedValue = kept }
    kept.follow(&self)
    let rows = oc.memcg.map { domain in rowsVisited(domain: domain).map { Int32($0) } }
    ledger.effort.add((rows?.count ?? tasks.count) * own.parts.count / 4)
    var weight = tasks.candidateWeight
    for row in oc.excluded { weight[row] = neverChosen }
    for row in oc.foreign { weight[row] = neverChosen }
    do throws(BadnessFailure) {
      let victim = try VictimSelection.selectBadProcess(
        kept.columns, among: rows, weight: weight, totalpages: oc.totalpages, by: &kept.scratch,
        equalsReplace: rules.equalsReplace(in: oc.memcg == nil ? .none : .memcg))
      return victim.map { .victim($0.row) } ?? .nobody
    } catch {
      return .fault(fault(own, error.fault, of: error.row))
    }
  }

  /// Points of a row by an expression; nil where they are `never`.
  func ownPoints(
    _ own: BadnessExpression, _ row: Int, totalpages: Int64
  ) throws(OwnBadnessFault) -> Int128? {
    do throws(BadnessFault) {
      let points = try own.points {
        $0 == .totalpages ? totalpages : value($0, of: row)
      }
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
    func value(_ column: BadnessColumn) -> Int64 { self.value(column, of: row) }
    return OwnBadnessInputs(
      pageTables: value(.pageTables), totalVM: value(.totalVM), nice: value(.nice),
      runTime: value(.runTime), cpuTime: value(.cpuTime), cgroupCurrent: value(.cgroupCurrent),
      cgroupMax: value(.cgroupMax))
  }

  /// What a process has in a column; not `totalpages`, which is of the OOM.
  func value(_ column: BadnessColumn, of row: Int) -> Int64 {
    let owner = tasks.owner(row)
    return switch column {
    case .anon: tasks.counters(owner).anon
    case .file: tasks.counters(owner).file
    case .shmem: tasks.counters(owner).shmem
    case .swap: tasks.counters(owner).swap
    case .rss: tasks.counters(owner).rssAndSwap - tasks.counters(owner).swap
    case .pageTables:
      // Where a release counts none, they are there all the same.
      rules.badness.pageTables == .none
        ? tasks.mms[owner].pageTables : tasks.countedTables(owner: owner)
    case .totalVM: tasks.totalVM(row)
    case .oomScoreAdj: Int64(tasks.effectiveAdj(row))
    case .totalpages: 0
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
