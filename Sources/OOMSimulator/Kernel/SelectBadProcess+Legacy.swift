internal import VictimSelection

// The walk of 2.6.11 to 2.6.35: the first candidate, then whoever has strictly more points.

extension State {
  /// The process that a release before 2.6.36 takes; the first of equals, with 0 points if need be.
  ///
  /// Until 2.6.18 kernel threads take part, with 0 points, and -17 and foreign cpusets are tested before anybody is found
  /// dying or in swapoff; since 2.6.19 -17 is tested after. Not modelled: tasks that exit without having been killed.
  ///
  /// Kernel: `select_bad_process()`, mm/oom_kill.c.
  func selectByLegacyBadness(_ oc: OOMControl) -> Selection {
    var chosen: Int?
    var chosenPoints: Int128 = 0
    ledger.effort.add(16 * tasks.count)
    for row in rowsVisited(domain: oc.memcg) {
      if tasks.pids[row] == 1 || oc.excluded.contains(row) { continue }
      if tasks.isKernelThread(row), !rules.selection.kernelThreadsTakePart { continue }
      let isDisabled = rules.selection.hasOOMDisable && tasks.oomAdj(row) == -17
      if rules.selection.testsDisabledFirst, isDisabled { continue }
      let isForeign = oc.foreign.contains(row)
      if isForeign, !rules.constraint.nodes.countsAnEighth { continue }
      if tasks.states[row] == .dying {
        if !oc.ignoresVictims { return .aborted }
        continue
      }
      if isDisabled { continue }
      if rules.selection.swapoff == .returnedAtOnce, tasks.flags[row].contains(.swapoff) {
        return .victim(row)
      }
      let points: Int128
      if let own = rules.badness.own {
        do throws(OwnBadnessFault) {
          guard let own = try ownPoints(own, row, totalpages: oc.totalpages) else { continue }
          points = own
        } catch {
          return .fault(error)
        }
      } else {
        points = Int128(legacyBadness(row, isForeign: isForeign))
      }
      if chosen == nil || points > chosenPoints {
        chosen = row
        chosenPoints = points
      }
    }
    return chosen.map { .victim($0) } ?? .nobody
  }

  /// Points of one process by the rules before 2.6.36; a kernel thread has none.
  ///
  /// Kernel: `badness()`, mm/oom_kill.c.
  func legacyBadness(_ row: Int, isForeign: Bool = false) -> UInt64 {
    if tasks.isKernelThread(row) { return 0 }
    var task = legacyTask(row)
    task.isOnOtherNodes = isForeign
    return rules.badness.legacy.points(task, word: machine.wordBits)
  }

  /// What the rules before 2.6.36 read of a process.
  func legacyTask(_ row: Int) -> LegacyTask {
    var task = LegacyTask()
    let inputs =
      (tasks.rare.legacy.isEmpty ? nil : tasks.rare.legacy[row]) ?? Scenario.Process.LegacyInputs()
    let capabilities = tasks.capabilities(row)
    task.totalVM = tasks.totalVM(row)
    if !tasks.children.isEmpty, let children = tasks.children[tasks.pids[row]] {
      for child in children where hasOwnMM(child, from: row) {
        task.childrenVM &+= rules.badness.legacy.childShare(totalVM: tasks.totalVM(child))
      }
    }
    task.hz = machine.hz
    // Microseconds are below 2^50 and ticks a second below 2^11: no overflow.
    task.cpuJiffies = UInt64(inputs.cpuTime * machine.hz / .seconds(1))
    task.runSeconds =
      (inputs.runTime + now - (tasks.rare.startedAt.isEmpty ? 0 : tasks.rare.startedAt[row] ?? 0))
      / .seconds(1)
    task.nice = Int(inputs.nice)
    task.isUidZero = tasks.uids[row] == 0
    task.isAdmin = capabilities.contains(.sysAdmin)
    task.hasResource = capabilities.contains(.sysResource)
    task.hasRawIO = capabilities.contains(.sysRawIO)
    task.oomAdj = tasks.oomAdj(row)
    task.isSwapoff = tasks.flags[row].contains(.swapoff)
    return task
  }

  /// Whether a child that is there has an address space other than its parent's.
  func hasOwnMM(_ child: Int, from parent: Int) -> Bool {
    tasks.hasNotExited(child) && !tasks.isKernelThread(child)
      && tasks.owner(child) != tasks.owner(parent)
  }
}
