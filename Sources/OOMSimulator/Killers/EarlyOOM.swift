// earlyoom: where both memory and swap are short, the process with the largest oom_score gets SIGTERM, and SIGKILL where
// they are shorter still.
//
// Exact: thresholds, poll times to the millisecond, the choice among what /proc shows. Not modelled: the time that a look
// takes, and `-g`, for which the descendants of the victim stand instead of its process group.
//
// Source: `poll_loop()` and `lowmem_sig()`, main.c; `is_larger()` and `kill_wait()`, kill.c; `parse_meminfo()`, meminfo.c.

/// What earlyoom does by its options, in one release.
struct EarlyOOM: Sendable {
  let options: EarlyOOMOptions
  let program: UserspaceKiller

  /// How long it waits for a victim, and how often it looks meanwhile.
  static let waitInterval = Microseconds.milliseconds(100)
  static let mostWaits = 100

  func look(_ state: inout State, _ killer: inout Killer) -> Decision {
    let (decision, pause) = look(&state, &killer.memory)
    killer.memory.clocks = [KillerMemory.Clock()]
    killer.memory.clocks[0].wind(state.now, pause)
    killer.nextLook = state.now + pause
    return decision
  }

  /// - Returns: what it does, and how long it sleeps then.
  private func look(
    _ state: inout State, _ memory: inout KillerMemory
  ) -> (Decision, pause: Microseconds) {
    let levels = Levels(state, program)
    if var wait = memory.wait {
      if wait.signal == .term, levels.reach(options.kill) { wait.signal = .kill }
      wait.looks += 1
      if !wait.rows.contains(where: { state.tasks.hasNotExited($0) })
        || wait.looks >= Self.mostWaits
      {
        memory.wait = nil
        return (.noVictim, wait.sleep)
      }
      memory.wait = wait
      return (.noVictim, Self.waitInterval)
    }
    let sleep = levels.sleep(options, program)
    let isKill = levels.reach(options.kill)
    guard isKill || levels.reach(options.term) else { return (.noVictim, sleep) }
    state.settle()
    guard let victim = largest(state) else { return (.noVictim, sleep + .seconds(1)) }
    if options.isDryRun { return (.noVictim, sleep) }
    let signal = isKill ? Ground.Signal.kill : .term
    let rows = [victim] + (options.killsGroup ? state.descendants(of: victim) : [])
    let waits = state.machine.exitDelay > 0
    if waits { memory.wait = KillerMemory.Wait(rows: rows, signal: signal, sleep: sleep) }
    let pause = waits ? Self.waitInterval : sleep
    // One that is on its way out gets its signal again.
    if state.isSignalled(victim) { return (.noVictim, pause) }
    var choice = Choice(victim: victim, dead: rows.map { ($0, .userspace) })
    choice.ground = Ground(signal, levels.checks(isKill ? options.kill : options.term))
    return (.kill(choice), pause)
  }

  /// The process that it takes: the one of the largest oom_score, then of the largest VmRSS, then of the lowest pid.
  private func largest(_ state: State) -> Int? {
    var best: (row: Int, score: Int128, rss: Int64)?
    state.ledger.effort.add(4 * state.tasks.count)
    for row in state.rowsByPid where isCandidate(row, state) {
      var score = state.procOOMScore(row)
      let mm = state.tasks.counters(state.tasks.owner(row))
      var rss = state.machine.kibibytes(mm.anon + mm.file + mm.shmem).rawValue
      if options.prefer != nil || options.avoid != nil || options.ignore != nil {
        let comm = String(decoding: state.tasks.names[row].utf8.prefix(15), as: UTF8.self)
        if let prefer = options.prefer, prefer.isFound(in: comm) { shift(&score, &rss, by: 1) }
        if let avoid = options.avoid, avoid.isFound(in: comm) { shift(&score, &rss, by: -1) }
        if let ignore = options.ignore, ignore.isFound(in: comm) { continue }
      }
      // Before 1.8 the search begins with a process without memory and without a score.
      if !program.isAtLeast(1, 8), rss == 0 || score < 0 { continue }
      if let best, !isLarger((score, rss), than: (best.score, best.rss)) { continue }
      best = (row, score, rss)
    }
    guard let best, state.tasks.names[best.row] != "earlyoom" else { return nil }
    return best.row
  }

  private func isCandidate(_ row: Int, _ state: State) -> Bool {
    let tasks = state.tasks
    guard tasks.hasNotExited(row), tasks.pids[row] > 2, !tasks.isKernelThread(row) else {
      return false
    }
    if options.ignoresRoot, tasks.uids[row] == 0 { return false }
    return tasks.oomScoreAdj[row] != -1000 || !program.isAtLeast(1, 6, 1)
  }

  private func shift(_ score: inout Int128, _ rss: inout Int64, by sign: Int64) {
    if options.sortsByRSS { rss += sign * 3_145_728 } else { score += Int128(sign * 300) }
  }

  private func isLarger(
    _ one: (score: Int128, rss: Int64), than other: (score: Int128, rss: Int64)
  ) -> Bool {
    // Without memory of its own the main thread is a zombie, so that the score says more.
    if options.sortsByRSS, one.rss > 0, other.rss > 0 {
      return one.rss != other.rss ? one.rss > other.rss : one.score > other.score
    }
    return one.score != other.score ? one.score > other.score : one.rss > other.rss
  }
}

extension EarlyOOM {
  /// What it reads of memory and swap.
  struct Levels {
    let info: MemoryInfo
    /// What memory is held against: since 1.8 what is not the kernel's, MemAvailable and AnonPages together.
    let total: Int64
    let kibibytesPerPage: Int64

    init(_ state: State, _ program: UserspaceKiller) {
      info = state.memoryInfo
      total = program.isAtLeast(1, 8) ? info.available + info.anon : info.total
      kibibytesPerPage = state.machine.kibibytes(1).rawValue
    }

    func reach(_ levels: EarlyOOMOptions.Levels) -> Bool {
      reaches(levels.memory, info.available, of: total, whole: info.total)
        && reaches(levels.swap, info.swapFree, of: info.swapTotal, whole: info.swapTotal)
    }

    private func reaches(
      _ level: EarlyOOMOptions.Level, _ part: Int64, of total: Int64, whole: Int64
    ) -> Bool {
      // Without swap all of it is gone; without memory 0 / 0 is compared, which is never true.
      if total == 0 { return whole == 0 }
      let isLow = level.share.map {
        Int128(part) * 1_000_000 <= Int128($0.millionths) * Int128(total)
      }
      let isSmall = level.size.map {
        Int128(part) * Int128(whole * kibibytesPerPage) <= Int128($0.rawValue) * Int128(total)
      }
      return isLow ?? true && isSmall ?? true
    }

    /// How long it sleeps: as long as memory and swap take to fill up to where SIGTERM is sent, at 6,000 and 800 KiB a
    /// millisecond, from 100 to 1,000 ms; 100 ms before 1.2.
    func sleep(_ options: EarlyOOMOptions, _ program: UserspaceKiller) -> Microseconds {
      if !program.isAtLeast(1, 2) { return .milliseconds(100) }
      let isRounded = !program.isAtLeast(1, 8)
      let memory = headroom(
        options.term.memory, info.available, of: total, whole: info.total, isRounded)
      let swap = headroom(
        options.term.swap, info.swapFree, of: info.swapTotal, whole: info.swapTotal, isRounded)
      return .milliseconds(min(max(memory / 6000 + swap / 800, 100), 1000))
    }

    /// What there is above a threshold, in KiB.
    ///
    /// - Parameter isRounded: before 1.8 a per cent is reckoned as ten times the MiB of the whole.
    private func headroom(
      _ level: EarlyOOMOptions.Level, _ part: Int64, of total: Int64, whole: Int64,
      _ isRounded: Bool
    ) -> Int64 {
      if total == 0 { return 0 }
      let part = Int128(part * kibibytesPerPage)
      let total = Int128(total * kibibytesPerPage)
      // The threshold as a fraction of the total; with two forms the lower one.
      var most: Int128 = 0
      func look(_ above: Int128, _ unit: Int128) {
        let kibibytes = isRounded ? above * 1000 * (total / 1024) / (unit * total) : above / unit
        most = max(most, kibibytes)
      }
      if let share = level.share {
        look(part * 1_000_000 - Int128(share.millionths) * total, 1_000_000)
      }
      if let size = level.size {
        let whole = Int128(whole * kibibytesPerPage)
        look(part * whole - Int128(size.rawValue) * total, whole)
      }
      return Int64(min(most, Int128(Int64.max)))
    }

    func checks(_ levels: EarlyOOMOptions.Levels) -> [Ground.Check] {
      [
        check("MemAvailable", info.available, of: total, levels.memory, whole: info.total),
        check("SwapFree", info.swapFree, of: info.swapTotal, levels.swap, whole: info.swapTotal),
      ]
    }

    private func check(
      _ what: String, _ part: Int64, of total: Int64, _ level: EarlyOOMOptions.Level,
      whole: Int64
    ) -> Ground.Check {
      let bySize = level.size.map {
        Share(
          millionths: min(
            proportion(of: 1_000_000, $0.rawValue, whole * kibibytesPerPage), 1_000_000))
      }
      let limits = [level.share?.millionths, bySize?.millionths].compactMap { $0 }
      return Ground.Check(
        what: what, value: Share(millionths: proportion(of: 1_000_000, part, total)),
        limit: Share(millionths: limits.min() ?? 0), relation: "<=")
    }
  }
}

extension State {
  /// The rows in the order in which /proc lists them.
  fileprivate var rowsByPid: [Int] {
    let pids = tasks.pids
    return (0..<tasks.count).filter { tasks.hasNotExited($0) }.sorted { pids[$0] < pids[$1] }
  }

  /// The living children of a process and theirs, by pid.
  fileprivate func descendants(of row: Int) -> [Int] {
    var family: Set<Int32> = [tasks.pids[row]]
    var found: [Int] = []
    var isGrowing = !tasks.children.isEmpty
    while isGrowing {
      isGrowing = false
      for child in rowsByPid
      where tasks.isAlive(child) && family.contains(tasks.ppids[child])
        && family.insert(tasks.pids[child]).inserted
      {
        found.append(child)
        isGrowing = true
      }
    }
    let pids = tasks.pids
    return found.sorted { pids[$0] < pids[$1] }
  }
}
