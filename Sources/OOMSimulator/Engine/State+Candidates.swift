internal import VictimSelection

// What a run says of the processes that an OOM looked at.

extension State {
  func identity(_ row: Int) -> ProcessIdentity {
    ProcessIdentity(pid: tasks.pids[row], name: tasks.names[row])
  }

  /// A process as selection sees it.
  func candidate(_ row: Int, _ oc: OOMControl) -> Candidate {
    let owner = tasks.owner(row)
    var candidate = Candidate(identity: identity(row))
    let isForeign = oc.foreign.contains(row)
    candidate.ineligible =
      tasks.ineligibility(row)
      ?? (isForeign && !rules.constraint.nodes.countsAnEighth ? .otherNodes : nil)
    if let own = rules.badness.own {
      candidate.ownInputs = ownInputs(row)
      if candidate.ineligible == nil {
        do throws(OwnBadnessFault) {
          candidate.points = try ownPoints(own, row, totalpages: oc.totalpages) ?? .min
          if candidate.points == .min { candidate.ineligible = .never }
        } catch {
          candidate.ineligible = .withoutValue
        }
      }
    } else if candidate.ineligible == nil {
      candidate.points = badness(row, totalpages: oc.totalpages, isForeign: isForeign) ?? .min
      if candidate.points == .min { candidate.ineligible = .wrapped }
    }
    candidate.oomScoreAdj = tasks.oomScoreAdj[row]
    candidate.oomScore = procOOMScore(row)
    candidate.uid = tasks.uids[row]
    candidate.cgroup = groups.paths[Int(tasks.groups[row])]
    let mm = tasks.counters(owner)
    candidate.anon = mm.anon
    candidate.file = mm.file
    candidate.shmem = mm.shmem
    candidate.swap = mm.swap
    candidate.pageTables = mm.pageTables
    candidate.heldBack = tasks.mms[owner].rssAndSwap - mm.rssAndSwap
    candidate.countedTables = tasks.countedTables(owner: owner)
    candidate.isAdmin = tasks.capabilities(row).contains(.sysAdmin)
    candidate.isSwapoff = tasks.flags[row].contains(.swapoff)
    if rules.badness.isLegacy, rules.badness.own == nil {
      candidate.legacy = legacyTask(row)
      candidate.legacy?.isOnOtherNodes = isForeign
    }
    return candidate
  }

  /// What `/proc/PID/oom_score` shows, always by the machine's totals.
  func procOOMScore(_ row: Int) -> Int128 {
    // badness() knows no init; oom_badness() does not ask whether somebody is dying.
    let hasPoints = rules.badness.isLegacy ? !tasks.isKernelThread(row) : tasks.hasBadness(row)
    return OOMSimulator.procOOMScore(
      points: hasPoints ? badness(row, totalpages: totalpages) : nil,
      totalpages: totalpages, file: rules.proc.oomScore, word: machine.wordBits)
  }

  /// Points of a row as the release's function, or the scenario's own, gives them to one that is a candidate; nil where
  /// they say that it is none, or where there is no value.
  ///
  /// Kernel: `badness()`, `oom_badness()`, mm/oom_kill.c.
  func badness(
    _ row: Int, totalpages: Int64, isForeign: Bool = false
  ) -> Int128? {
    if let own = rules.badness.own {
      do throws(OwnBadnessFault) {
        return try ownPoints(own, row, totalpages: totalpages)
      } catch {
        return nil
      }
    }
    if rules.badness.isLegacy {
      return Int128(legacyBadness(row, isForeign: isForeign))
    }
    let points = selectionRule(in: nil).points(
      pages: tasks.pages[row], weight: tasks.weight(row), totalpages: totalpages)
    return points == .min ? nil : Int128(points)
  }

  func candidates(_ oc: OOMControl) -> [Candidate] {
    rowsVisited(domain: oc.memcg).map { candidate($0, oc) }
  }

  /// - Parameter nodes: those that have run out, nil for a limit of the machine or of a group.
  func limitState(domain: Int?, nodes: NodeMask? = nil) -> Kill.LimitState {
    if domain == nil, let nodes, let memory = ledger.nodes {
      return memory.limitState(nodes, swap: machine.swap, ledger.accounts[MemcgTree.root])
    }
    let group = domain ?? MemcgTree.root
    let account = ledger.accounts[group]
    let limits = ledger.limits[group]
    var state = Kill.LimitState(
      file: domain == nil ? "MemTotal" : limitFile,
      limit: domain == nil ? machine.memory : limits.max,
      usage: domain == nil ? used : account.usage, free: free, minWatermark: minWatermark,
      swapLimit: limits.swapMax, swapUsage: account.swapUsage)
    if domain != nil, limits.memsw != Cgroup.unlimited,
      ledger.memswHeadroom(group) <= limits.max - account.usage
    {
      state.file = "memory.memsw.limit_in_bytes"
      state.limit = limits.memsw
      state.usage += account.swapUsage
    }
    return state
  }
}
