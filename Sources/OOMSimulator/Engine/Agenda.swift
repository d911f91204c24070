/// The agenda of a replay: what wants to act at a time, in the order in which it acts at one instant. A new clock is a
/// case here, and says below when it wants to act next and what it does then.
enum Clock: CaseIterable {
  /// Growth that has reached its end.
  case growth
  /// Victims whose memory comes back.
  case exits
  /// Processes that come back.
  case restarts
  /// Killers that poll.
  case killers
  /// Events of the scenario.
  case events
}

extension Replay {
  /// The next instant at which anything wants to act, nil when nothing does any more.
  var nextInstant: Microseconds? {
    mutating get {
      var next: Microseconds?
      for clock in Clock.allCases {
        if let at = self.next(clock) { next = min(next ?? at, at) }
      }
      return next
    }
  }

  private mutating func next(_ clock: Clock) -> Microseconds? {
    switch clock {
    case .growth: state.growths.nextEnd
    case .exits: state.exits.first?.at
    case .restarts: state.restarts.pending.first?.at
    // Nobody polls for ever: a killer looks as long as something else happens.
    case .killers: hasMoreToDo ? nextLook : nil
    case .events: nextEvent < events.count ? events[nextEvent].at : nil
    }
  }

  /// Does all that wants to act by now.
  mutating func actAll() {
    for clock in Clock.allCases where record.panic == nil { act(clock) }
  }

  private mutating func act(_ clock: Clock) {
    switch clock {
    case .growth: endGrowths()
    case .exits:
      finishExits()
      goOn()
    case .restarts: restartDue()
    case .killers: letKillersLook()
    case .events: actOnEvents()
    }
  }

  private var hasMoreToDo: Bool {
    nextEvent < events.count || state.growths.count > 0 || !state.exits.isEmpty
      || !state.restarts.pending.isEmpty
  }

  private mutating func actOnEvents() {
    while record.panic == nil, nextEvent < events.count, events[nextEvent].at == now {
      endForcedCharges()
      act(events[nextEvent].action)
      nextEvent += 1
      goOn()
      show()
    }
  }
}
