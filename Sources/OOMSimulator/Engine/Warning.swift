/// Something that a replay has to say besides its kills, refusals and growth that stands still: a value, whose words
/// the formats make.
public struct Warning: Equatable, Sendable {
  /// When, since the start; nil for what concerns the rules or the start state.
  public var at: Microseconds?
  /// What there is to say.
  package var fact: Fact

  /// What there is to say. Sizes are in pages.
  package enum Fact: Equatable, Sendable {
    /// The release is not decided by rules that are proved to be its own.
    case release(ReleaseNote)

    /// The start state needs more than the machine's memory: nothing is free.
    case startExceedsMemory(needed: Int64, memory: Int64)
    /// The start state has more in swap than the machine has.
    case startExceedsSwap(used: Int64, swap: Int64)
    /// A group starts above its limit, which is in this file.
    case startExceedsLimit(cgroup: String, usage: Int64, file: String, limit: Int64)
    /// The release has no memory cgroups, so no limit of a group holds.
    case limitsBeforeMemcg
    /// `memory.max` is read as the files of version 1 that the release has.
    case readAsVersionOne
    /// A file or mount option that only later releases have does nothing.
    case unknownFile(String, since: String)
    /// zswap is on and there is no swap, so that nothing goes to its pool.
    case zswapWithoutSwap

    /// The magic key was pressed and no task is eligible.
    case sysrqWithoutVictim
    /// An event of this key asked for a kill while a victim is still dying: no other process is killed.
    case victimStillDying(event: String)
    /// An OOM in a group is declared, and the release has no memory cgroups: the event is passed over.
    case oomBeforeMemcg
    /// An OOM is declared and no process of the group, or of the machine where it is nil, can be killed.
    case oomWithoutVictim(cgroup: String?)
    /// An OOM is declared in a group whose `oom_kill_disable` is 1.
    case oomKillDisabled(cgroup: String)

    /// An event of this key is passed over: its process is not running.
    case notRunning(event: String, process: ProcessReference)
    /// An event of this key is passed over: a kernel thread has lost the address space that it borrowed.
    case memoryGone(event: String, process: String)
    /// `mbind()` fails with EINVAL: the process may not have memory on any of the nodes. The event is passed over.
    case nodesNotAllowed(process: String, allowed: NodeMask, wanted: NodeMask)
    /// Two living processes have one name: events mean the younger one.
    case sameName(String)
    /// A process is to share the address space of one that is not running, and is not started.
    case noAddressSpace(process: String, of: ProcessReference)
    /// A fork fails with ENOMEM: there is no room for the page tables of the child.
    case noRoomForChild(of: String)
    /// A read finds no room for a single page of cache in a group.
    case noRoomForPageCache(cgroup: String)
    /// The rest of what a write to tmpfs, or the kernel for itself, asks for fails with ENOMEM, without a kill.
    case notCharged(Event.Unowned, pages: Int64, cgroup: String)
    /// Memory that was to be taken from the machine, or to become huge pages, is in use and stays as it was.
    case memoryInUse(pages: Int64)
    /// `MADV_FREE` gets EINVAL: the release does not know it. The event is passed over.
    case noMadviseFree(String)
    /// The group has no file that reclaims: the event is passed over.
    case noReclaimFile(cgroup: String)
    /// A write to `memory.reclaim` gets EAGAIN: so many pages fewer could be reclaimed.
    case reclaimedLess(cgroup: String, pages: Int64)

    /// A write fails with EINVAL: the limit of memory and swap would be below that of memory.
    case memswBelowLimit(cgroup: String)
    /// A write to `memory.use_hierarchy` fails with EBUSY: there are groups below.
    case hierarchyIsBusy(cgroup: String)
    /// A write of 0 to `memory.use_hierarchy` fails with EINVAL: the group above has 1.
    case hierarchyIsInherited(cgroup: String)
    /// A write fails with EBUSY: reclaim cannot get down to the new limit.
    case limitStays(cgroup: String)
    /// No process of a group can be killed, so that it is charged over its limit.
    case chargedOverLimit(cgroup: String)
    /// swapoff fails: not all that is in swap came back to memory.
    case swapStays

    /// A service was started as often as its limit allows within `interval`, and stays down.
    case startLimitHit(process: String, starts: Int, interval: Microseconds)
    /// Processes still come back, no loop could be proved, and the run is followed no further.
    case stopped(after: Bound)
  }

  /// How far a run is followed that neither settles nor repeats itself.
  package enum Bound: Equatable, Sendable {
    case restarts(Int)
    case kills(Int)
    /// Of one growth at one instant, each by few pages.
    case steps(Int)
    /// Time without any other event.
    case time(Microseconds)
    /// Looks at groups, processes and growths.
    case effort(Int64)
    /// No later time is reckoned with.
    case endOfTime(Microseconds)
    /// The scenario's own badness has no value for a candidate of an OOM.
    case badness(OwnBadnessFault)
  }

  init(at: Microseconds? = nil, _ fact: Fact) {
    self.at = at
    self.fact = fact
  }
}

extension KernelRelease {
  /// `notes` as a run begins with them.
  var warnings: [Warning] { notes.map { Warning(.release($0)) } }
}
