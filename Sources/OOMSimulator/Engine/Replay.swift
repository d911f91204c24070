/// One replay: events in order of time, growth between them, an OOM where memory ends.
///
/// Time has no ticks. Between two instants all growth is linear, so the engine asks whether everything
/// still fits at the next one and, if not, searches the first microsecond at which it does not.
struct Replay {
  var state: State
  /// What has happened so far.
  var record = Record()
  var now: Microseconds { state.now }
  /// Whether growth that is sure to fit may wait; a test compares with what comes of applying all of it every time.
  var putsGrowthOff = true
  /// Growth that is sure to fit was not applied up to now.
  var isBehind = false
  /// Reclaim may have taken pages since growth was last looked at.
  var isReviewDue = false
  var proof = LoopProof()
  /// Deaths that the proof has looked at.
  var provenDeaths = 0
  /// Whether a loop that is proved ends the run; not where the state at a later time is asked for.
  var stopsAtLoop = true
  /// How many restarts are followed without a proof.
  var mostRestarts: Int
  var isAbandoned = false
  /// Process 1 is systemd, which watches its units.
  let hasSystemd: Bool
  let hasVersionTwo: Bool
  /// How many kills are followed; what comes later is cut off.
  var mostKills = Int.max

  /// In order of time, then of position.
  let events: [Event]
  var nextEvent = 0
  /// When stalls are estimated anew though nothing else happens, and when they last were.
  var nextEstimate: Microseconds?
  var estimatedAt: Microseconds = 0
  /// Since when nothing but killers wants to act any more.
  var idleSince: Microseconds?
  /// When anything last happened but looks that led to nothing.
  var changedAt: Microseconds = .zero - 1
  /// The one that an allocation calls that fails.
  let killer: Killer
  /// Those that poll, in the order in which they look at one instant.
  var killers: [Killer] = []
  var references: ReferenceIndex
  let recordsCandidates: Bool
  /// Called after every event and every kill, with all growth applied; for tests.
  var observe: ((State) -> Void)?
  #if DEBUG
    private var looks = 0
  #endif
  /// Takes samples over time; nil where nobody wants them.
  var recorder: Recorder?
  /// Which kills list everybody in their domain.
  var listedKills = 0..<Int.max

  init(
    _ scenario: Scenario, rules: Rules = RulesByRelease.rules(of: .standard),
    policy: Policy = .kernel, recordsCandidates: Bool
  ) {
    state = State(of: scenario, rules: rules)
    killer = policy.killer
    record.warnings = state.startWarnings
    references = ReferenceIndex(of: scenario, tasks: state.tasks)
    // So many that everybody can come back at least once, and few enough for a second: each costs the more, the more
    // processes there are beside it.
    let services = state.restarts.services.count
    mostRestarts = max(1000, 20_000 / max(services, 10)) + services
    state.ledger.effort.most = Effort.usual(scenario)
    state.ledger.effort.add(16 * state.tasks.count)
    // Sorted by time, then by position: sort() is stable.
    events = scenario.events.sorted { $0.at < $1.at }
    self.recordsCandidates = recordsCandidates
    hasVersionTwo = scenario.cgroupVersion != 1
    hasSystemd = scenario.processes.initName == "systemd"
    killers = scenario.killers.map { $0.killer }
    if !killers.isEmpty || !scenario.processes.hot.isEmpty
      || scenario.events.contains(where: { $0.action.isPressure || $0.action.makesHot })
    {
      state.pressures = Pressures(of: scenario, state.groups)
    }
  }

  /// Replays everything up to and including `last`, or to the end.
  mutating func run(until last: Microseconds = .max) {
    let lastEvent = events.last?.at ?? 0
    // Growth that dies with its process still makes the run as long as it was to take.
    var end: Microseconds = 0
    if state.hasRefaults { state.deriveStalls() }
    if recorder != nil { recordInstant() }
    while !record.hasPanicked, record.loop == nil, !isExhausted() {
      guard let instant = nextInstant else {
        if recorder != nil { recordGrid(before: end) }
        state.now = max(now, end)
        break
      }
      if nextEvent == events.count, instant > lastEvent + Self.longestTail,
        !state.restarts.pending.isEmpty
      {
        abandon(after: .time(Self.longestTail))
        break
      }
      if min(instant, last) > Self.endOfTime {
        abandon(after: .endOfTime(Self.endOfTime))
        break
      }
      end = max(end, min(instant, last))
      let isLook = nextBesideLooks != instant
      advance(to: min(instant, last))
      if !isLook || now < min(instant, last) { changedAt = now }
      state.pressures.pass(to: now)
      if recorder != nil { recordInstant() }
      if record.hasPanicked || (now == last && instant > last) { break }
      actAll()
      deriveStalls()
      if recorder != nil { recordInstant() }
      if nextEvent == events.count, stopsAtLoop, !record.hasPanicked { proveLoop() }
    }
    catchUp()
  }

  /// 10 million days. Each delay of a scenario is below 2^50 microseconds, but they add up: victims whose exits take long one
  /// after the other, sleeps above memory.high. What is added to an instant before this one still fits.
  static let endOfTime = Microseconds.seconds(10_000_000 * 86_400)

  /// Works out anew how groups stall. Refaults, of which there may be many, are looked at again where anything has happened
  /// but a look that led to nothing, and while something grows as often as the kernel takes its averages.
  private mutating func deriveStalls() {
    if state.hasRefaults {
      let isDue = state.growths.count > 0 && now - estimatedAt >= PSIAverages.period
      if changedAt != now, !isDue { return }
      catchUp()
      estimatedAt = now
    }
    state.deriveStalls()
    planNextEstimate()
  }

  /// Refaults follow what growth drives out of memory: while it goes on they are estimated anew every two seconds, as often
  /// as the kernel takes its averages, or where that is long 256 times.
  private mutating func planNextEstimate() {
    nextEstimate = nil
    guard state.hasRefaults, state.growths.nextEnd != nil, let next = nextBesideLooks else {
      return
    }
    let step = max(PSIAverages.period, (next - now) / 256)
    if step < next - now { nextEstimate = now + step }
  }

  /// Lets a test look at the state after an event or a kill, and debug builds at its invariants.
  mutating func show() {
    #if DEBUG
      checkInvariants()
    #endif
    guard let observe else { return }
    catchUp()
    observe(state)
  }

  #if DEBUG
    /// Every time in a small state, ever more seldom in a large one.
    private mutating func checkInvariants() {
      looks += 1
      let isSmall = state.tasks.count + state.groups.count <= 64
      guard isSmall || looks & (looks - 1) == 0, state.tasks.count < 10_000 else { return }
      let broken = state.brokenInvariant()
      assert(broken == nil, "\(broken ?? ""), at \(now) us")
    }
  #endif

  /// Perhaps another process can be killed now, so groups are charged up to their limits again.
  mutating func endForcedCharges() {
    if state.forced.isEmpty { return }
    catchUp()
    for group in state.forced { state.ledger.limits[group].isForced = false }
    state.ledger.promises.doubtAll()
  }
}
