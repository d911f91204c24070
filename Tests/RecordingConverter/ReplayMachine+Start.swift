// What processes had at the start, as the dumps show it.

extension ReplayMachine {
  /// What a process had before the script made it grow.
  ///
  /// The recorder's program lies in memory that the kernel can never reclaim; as file pages it would
  /// be the first to go. So it is given as locked.
  func initialEntry(pid: Int64, name: String, grown: (Moment) -> Growth) -> ProcessEntry {
    var entry = ProcessEntry(pid: pid, name: name)
    entry.anon = 66
    entry.locked = 50
    guard let (state, moment) = firstState(of: pid) else { return entry }
    let grown = grown(moment)
    let others =
      state.walkAnon == nil
      ? (state.rssFile + state.rssShmem) / 4 : state.residentPages - state.anonPages
    let shared = grown.shmem + min(grown.tmpfs, max(state.rssShmem, 0) / 4)
    let program = max(others - shared, 0)
    let all = state.residentPages + state.swapPages - grown.anon - shared
    entry.locked = program
    entry.anon = max(all, program)
    // It touches more of the program as it does what the script says, and where the CPU holds back less than a batch of
    // that no counter shows it.
    if !holdsBack, hasWorked(name), !recording.locksMemory(name), let usual = usualProgram,
      usual > program
    {
      // Unless it had by then.
      if !isReference(moment) {
        entry.anon += usual - program
      }
      entry.locked = min(usual, entry.anon)
    }
    return entry
  }

  /// Whether it is the dump that the machine is measured at that comes at a moment.
  private func isReference(_ moment: Moment) -> Bool {
    recording.events[moment.events].tag == referenceTag
  }

  /// The counters are those of the CPU, from 6.2 to 6.19.
  private var holdsBack: Bool {
    ["6.12", "6.16", "6.17", "6.18", "6.19"].contains(recording.release)
  }

  private var keepsFaults: Bool { ["5.10", "6.1"].contains(recording.release) }

  /// What a process is behind in its counters when the machine is measured: before 6.2 a task keeps up to 64 faults to
  /// itself, /proc does not show them, and neither does badness see them.
  func lag(of pid: Int64, name: String) -> Int64 {
    guard keepsFaults, hasWorked(name),
      let state = reference?.state(of: pid), state.walkRss >= 0, state.swapPages == 0
    else { return 0 }
    return max(state.walkRss - state.rss, 0) / 4
  }

  /// Whether a process had done something by the dump that the machine is measured at. The counters of one that grows
  /// until an OOM are behind by about what it touches of the program then.
  private func hasWorked(_ name: String) -> Bool {
    guard let tag = referenceTag,
      let end = recording.steps.firstIndex(where: { $0.line == "dump " + tag })
    else { return false }
    return recording.steps[..<end].contains { $0.words.starts(with: ["do", name]) }
  }

  /// What a process has of the program once it has done something.
  private var usualProgram: Int64? {
    var most: Int64?
    for process in recording.processes where process.mode == "fork" && process.by == "init" {
      guard !recording.locksMemory(process.name), !touchesShared(process.name),
        let state = reference?.state(of: process.pid), state.walkAnon != nil
      else { continue }
      most = max(most ?? 0, state.residentPages - state.anonPages)
    }
    return most
  }

  private func touchesShared(_ name: String) -> Bool {
    recording.steps.contains {
      $0.words.starts(with: ["do", name]) && ["shmem", "file"].contains($0.words[2])
    }
  }

  /// Pages that locking all memory made a process touch: without that each has what init has.
  func pagesFoundByLocking(_ pid: Int64) -> Int64 {
    guard let state = firstState(of: pid)?.0, let usual = firstState(of: 1)?.0 else { return 0 }
    return max(state.anonPages - usual.anonPages, 0)
  }

  /// How many pages of the program a child by fork has not touched of those that its parent has; nil where no dump tells.
  func programPagesLess(in child: Recording.StartedProcess, than program: Int64) -> Int64? {
    guard let (state, moment) = firstState(of: child.pid), state.walkAnon != nil,
      state.swapPages == 0
    else { return nil }
    if keepsFaults, isReference(moment),
      let parent = recording.processes.first(where: { $0.name == child.by }),
      let other = reference?.state(of: parent.pid), other.swapPages == 0
    {
      let missing = min((other.rss - state.rss) / 4, program)
      return missing > 0 ? missing : nil
    }
    let segment = Replay.growth(
      of: child.by, in: recording, size, before: recording.steps.count
    ).shmem
    let isMapped = segment > 0 && state.rssShmem / 4 > segment / 2
    let own = state.residentPages - state.anonPages - (isMapped ? segment : 0)
    let missing = program - own
    return missing > 0 && missing <= program ? missing : nil
  }

  /// The few pages of its own that a child by fork touches as it starts, besides what it has from its parent; nil
  /// before 6.2, where a task keeps so few to itself and its process's counters do not show them.
  func anonPagesMore(in child: Recording.StartedProcess) -> Int64? {
    guard !["5.10", "6.1"].contains(recording.release),
      let (state, moment) = firstState(of: child.pid), state.swapPages == 0,
      let parent = recording.processes.first(where: { $0.name == child.by }),
      let other = recording.dump(before: Moment(events: moment.events + 1, steps: moment.steps))?
        .state(of: parent.pid), other.swapPages == 0
    else { return nil }
    let more = state.anonPages - other.anonPages
    return more > 0 && more <= 16 ? more : nil
  }

  /// What a process had mapped when it first appears in a dump.
  func firstTotalVM(of pid: Int64) -> Int64 { firstState(of: pid)?.0.totalVm ?? 0 }

  /// What each process adds to Committed_AS before the script makes it grow: all run one program, and init has what
  /// is left over.
  func committedAtStart(isInit: Bool) -> Int64? {
    guard let dump = recording.firstDump, let all = dump.meminfo?["Committed_AS"] else {
      return nil
    }
    let count = Int64((dump.procs ?? []).count { !$0.isKernelThread })
    guard count > 0 else { return nil }
    return isInit ? all / 4 - all / 4 / count * (count - 1) : all / 4 / count
  }

  /// How a process first appears in a dump, and when that was.
  private func firstState(of pid: Int64) -> (Recording.ProcessState, Moment)? {
    for (index, event) in recording.events.enumerated() where event.type == "dumped" {
      guard let tag = event.tag, let state = recording.dumps[tag]?.state(of: pid) else { continue }
      let step = recording.steps.firstIndex { $0.line == "dump " + tag }
      return (state, Moment(events: index, steps: step ?? recording.steps.count))
    }
    return nil
  }
}
