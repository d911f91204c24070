/// The agenda of a replay: what wants to act at a time, in the order in which it acts at one instant. A new clock is a
/// case here, and says below when it wants to act next and what it does then.
enum Clock: CaseIterable {
  /// Stalls that are estimated anew, which they are at every instant.
  case estimates
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
      let next = nextBesideLooks
      guard let look = nextLook else { return next }
      if let next { return min(next, look) }
      return isStallingOn || haveLooksLeft ? look : nil
    }
  }

  /// The next instant at which anything but a killer wants to act.
  var nextBesideLooks: Microseconds? {
    mutating get {
      var next: Microseconds?
      for clock in Clock.allCases {
        if let at = self.next(clock) { next = min(next ?? at, at) }
      }
      if next != nil { idleSince = nil } else { idleSince = idleSince ?? now }
      return next
    }
  }

  /// Whether a killer has not looked yet since anything last happened, or waits for time to pass: what it finds then it
  /// acts on, whether or not anything else is to come.
  private var haveLooksLeft: Bool {
    // Asked at every look: another method than a mutating one would get a copy of the replay.
    mutating get {
      let changedAt = changedAt
      return killers.contains { killer in
        killer.nextLook != nil
          && (killer.memory.waitsForTime || killer.memory.clocks.contains { $0.last <= changedAt })
      }
    }
  }

  /// Whether killers look on though nothing else happens any more: while a group stalls, and for ten minutes, in which
  /// the average over 60 s comes to rest.
  private var isStallingOn: Bool {
    mutating get {
      guard let idleSince, now - idleSince < .seconds(600) else { return false }
      let (pressures, now) = (state.pressures, now)
      return pressures.groups.keys.contains { pressures.isStalling($0, at: now) }
    }
  }

  private mutating func next(_ clock: Clock) -> Microseconds? {
    switch clock {
    case .estimates: nextEstimate
    case .growth: state.growths.nextEnd
    case .exits: state.exits.first?.at
    case .restarts: state.restarts.pending.first?.at
    // Nobody polls for ever: killers look as long as something else happens.
    case .killers: nil
    case .events: nextEvent < events.count ? events[nextEvent].at : nil
    }
  }

  /// Does all that wants to act by now.
  mutating func actAll() {
    for clock in Clock.allCases where !record.hasPanicked { act(clock) }
  }

  private mutating func act(_ clock: Clock) {
    switch clock {
    case .estimates: break
    case .growth: endGrowths()
    case .exits:
      finishExits()
      goOn()
    case .restarts: restartDue()
    case .killers: letKillersLook()
    case .events: actOnEvents()
    }
  }

  private mutating func actOnEvents() {
    while !record.hasPanicked, nextEvent < events.count, events[nextEvent].at == now {
      endForcedCharges()
      act(events[nextEvent].action)
      nextEvent += 1
      goOn()
      show()
    }
  }
}
