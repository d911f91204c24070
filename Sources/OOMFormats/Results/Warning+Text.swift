public import OOMSimulator
internal import VictimSelection

extension Warning {
  /// The warning in a sentence that begins with its instant, where it has one: `at 1h30m0s: grow: a is not running, …`.
  public var text: String {
    (at.map { "at \(SizeFormat.exactTime($0)): " } ?? "") + fact.text
  }
}

extension Warning.Fact {
  /// The fact in a sentence, without the instant.
  package var text: String {
    switch self {
    case .release(let note): note.text
    case .startExceedsMemory(let needed, let memory):
      "the start state needs \(needed) pages, the machine has \(memory): nothing is free"
    case .startExceedsSwap(let used, let swap):
      "the start state has \(used) pages in swap, the machine has \(swap)"
    case .startExceedsLimit(let cgroup, let usage, let file, let limit):
      "\(cgroup) starts with \(usage) pages, above its \(file) of \(limit)"
    case .limitsBeforeMemcg:
      "there are no memory cgroups before 2.6.25: no limit of a group holds"
    case .readAsVersionOne:
      "memory.max is official since 4.5: read as memory.limit_in_bytes of version 1, and "
        + "memory.swap.max as what memory.memsw.limit_in_bytes leaves beside it"
    case .unknownFile(let file, let since): "\(file) exists since \(since): it does nothing here"
    case .zswapWithoutSwap:
      "zswap is on and there is no swap: nothing goes to its pool before there is"
    case .sysrqWithoutVictim: "sysrq: no task is eligible"
    case .victimStillDying(let event):
      "\(event): a victim is still dying, no other process is killed"
    case .oomBeforeMemcg:
      "oom: there are no memory cgroups before 2.6.25, the event is passed over"
    case .oomWithoutVictim(let cgroup):
      "oom: no process of \(cgroup ?? "the machine") can be killed"
    case .oomKillDisabled(let cgroup):
      "oom: oom_kill_disable of \(cgroup) is 1, nobody is killed"
    case .notRunning(let event, let process):
      "\(event): \(process) is not running, the event is passed over"
    case .memoryGone(let event, let process):
      "\(event): the address space that the kernel thread \(process) borrowed is gone, the event is passed over"
    case .nodesNotAllowed(let process, let allowed, let wanted):
      "grow: EINVAL: \(process) may have memory on nodes \(allowed) only, none of \(wanted): "
        + "the event is passed over"
    case .sameName(let name):
      "two living processes are called '\(name)': events mean the younger one from now on"
    case .noAddressSpace(let process, let other):
      "start: \(other) is not running, '\(process)' has no address space to share"
    case .noRoomForChild(let parent):
      "fork: \(parent) has no room for a child's page tables: ENOMEM"
    case .noRoomForPageCache(let cgroup):
      "page_cache: no room for a single page in \(cgroup)"
    case .notCharged(let what, let pages, let cgroup):
      "\(what.rawValue): \(pages) pages could not be charged to \(cgroup): ENOMEM, no kill"
    case .memoryInUse(let pages):
      "set: \(pages) pages are in use and could not be taken"
    case .noMadviseFree(let process):
      "madvise: EINVAL for \(process): MADV_FREE exists since 4.5, the event is passed over"
    case .noReclaimFile(let cgroup):
      "reclaim: \(cgroup) has no file for it, which version 2 has since 5.19: the event is passed over"
    case .reclaimedLess(let cgroup, let pages):
      "reclaim: EAGAIN: \(pages) pages of \(cgroup) could not be reclaimed"
    case .memswBelowLimit(let cgroup):
      "\(cgroup): EINVAL: memory.memsw.limit_in_bytes below the limit of memory"
    case .hierarchyIsBusy(let cgroup):
      "\(cgroup): memory.use_hierarchy stays, EBUSY: there are groups below"
    case .hierarchyIsInherited(let cgroup):
      "\(cgroup): memory.use_hierarchy stays 1, EINVAL: the group above has 1"
    case .limitStays(let cgroup):
      "\(cgroup): the limit stays, EBUSY: reclaim cannot get down to it"
    case .chargedOverLimit(let cgroup):
      "\(cgroup) is charged over its limit: no process in it can be killed"
    case .swapStays: "swapoff: not all of it came back to memory: the swap stays"
    case .startLimitHit(let process, let starts, let interval):
      "\(process): start-limit-hit: \(starts) starts within \(SizeFormat.exactTime(interval)), "
        + "it stays down"
    case .stopped(let bound):
      switch bound {
      case .kills: "stopped after \(bound.text), as asked: what comes later is not known"
      case .steps: "stopped after \(bound.text) by few pages each: what comes later is not known"
      case .effort:
        "stopped after \(bound.text), which is more than such a scenario usually takes: "
          + "what comes later is not known"
      case .endOfTime:
        "stopped after \(bound.text): no later time is reckoned with; what comes later is not known"
      case .badness(let fault):
        "stopped because the scenario's own badness has no value for "
          + "\(fault.process.name) (pid \(fault.process.pid)): \(fault.part) "
          + "\(fault.kind == .overflow ? "overflows 64 bits" : "divides by 0"), "
          + "column \(fault.offset + 1); what comes later is not known"
      case .restarts, .time:
        "stopped after \(bound.text): processes still come back, and no loop could be proved; "
          + "what comes later is not known"
      }
    }
  }
}

extension Warning.Bound {
  fileprivate var text: String {
    let day = Microseconds.seconds(86_400)
    return switch self {
    case .restarts(let count): "\(count) restarts"
    case .kills(let count): count == 1 ? "1 kill" : "\(count) kills"
    case .steps(let count): "\(count) steps of one growth"
    case .effort(let looks) where looks % 1_000_000 == 0: "\(looks / 1_000_000) million looks"
    case .effort(let looks): "\(looks) looks"
    case .time(let time) where time % day == 0, .endOfTime(let time) where time % day == 0:
      "\(time / day as Int64) days"
    case .time(let time), .endOfTime(let time): SizeFormat.exactTime(time)
    case .badness: "a badness without a value"
    }
  }
}
