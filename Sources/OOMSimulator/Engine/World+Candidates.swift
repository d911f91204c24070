internal import VictimSelection

// What a run says of the processes that an OOM looked at.

extension World {
  func identity(_ row: Int) -> ProcessIdentity {
    ProcessIdentity(pid: tasks.pids[row], name: tasks.names[row])
  }

  /// A process as selection sees it.
  func candidate(_ row: Int, points: Int64) -> Candidate {
    let owner = tasks.owner(row)
    var candidate = Candidate(identity: identity(row))
    candidate.points = points
    candidate.oomScoreAdj = tasks.oomScoreAdj[row]
    candidate.ineligible = tasks.eligibility(row)
    candidate.oomScore = procOOMScore(row)
    candidate.uid = tasks.uids[row]
    candidate.cgroup = groups.paths[Int(tasks.groups[row])]
    candidate.anon = tasks.anon[owner]
    candidate.file = tasks.file[owner]
    candidate.shmem = tasks.shmem[owner]
    candidate.swap = tasks.swap[owner]
    candidate.pageTables = tasks.pageTables[owner]
    return candidate
  }

  func procOOMScore(_ row: Int) -> Int64 {
    // oom_badness() does not ask whether somebody is dying: that is a test of the scan.
    let eligibility = tasks.eligibility(row)
    let isCandidate =
      eligibility == nil || (eligibility == .dying && tasks.oomScoreAdj[row] != -1000)
    let badness = SignedBadness(totalpages: totalpages)
    return OOMSimulator.procOOMScore(
      points: isCandidate
        ? badness.points(pages: tasks.pages[row], oomScoreAdj: tasks.oomScoreAdj[row]) : .min,
      totalpages: totalpages)
  }

  /// Badness of a row, `Int64.min` when it is no candidate. Kernel: `oom_badness()`.
  func oomBadness(_ row: Int, totalpages: Int64) -> Int64 {
    guard tasks.eligibility(row) == nil else { return .min }
    return SignedBadness(totalpages: totalpages)
      .points(pages: tasks.pages[row], oomScoreAdj: tasks.oomScoreAdj[row])
  }

  /// The living processes of a domain in the order in which the kernel visits them.
  func rowsVisited(domain: Int?) -> [Int] {
    guard let domain else {
      return (0..<tasks.count).filter { tasks.isAlive($0) || tasks.states[$0] == .dying }
    }
    return groups.descendants(of: domain).flatMap { group in
      groups.members[group].map(Int.init).filter {
        tasks.isAlive($0) || tasks.states[$0] == .dying
      }
    }
  }

  func candidates(domain: Int?, totalpages: Int64) -> [Candidate] {
    rowsVisited(domain: domain).map {
      candidate($0, points: oomBadness($0, totalpages: totalpages))
    }
  }

  func limitState(domain: Int?) -> Kill.LimitState {
    let group = domain ?? MemcgTree.root
    let account = ledger.accounts[group]
    return Kill.LimitState(
      limit: domain == nil ? machine.memory : ledger.limits[group].max,
      usage: domain == nil ? used : account.usage, free: free, minWatermark: minWatermark,
      swapLimit: ledger.limits[group].swapMax, swapUsage: account.swapUsage)
  }
}
