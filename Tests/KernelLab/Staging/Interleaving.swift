import OOMSimulator

/// The events of a scenario one after the other, as one process after the other can do them: growth that goes on at the
/// same time takes turns.
struct Interleaving {
  /// Something that is done in one go.
  enum Act: Equatable {
    case event(Event)
    /// A part of a growth over a time: how much of each kind it had come to before, and has come to then.
    case part(Event, from: Event.Sizes, to: Event.Sizes)
  }

  private(set) var acts: [Act] = []

  /// In how many turns growth is cut between two moments at which others begin or end.
  private static let turns: Int64 = 24

  init(_ events: [Event]) {
    let ordered = events.enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }
    .map(\.element)
    let growths = ordered.filter { $0.duration > 0 }
    var moments = Set(ordered.map(\.at))
    moments.formUnion(growths.map { $0.at + $0.duration })
    for (begin, end) in zip(moments.sorted(), moments.sorted().dropFirst()) {
      let active = growths.count { $0.at <= begin && $0.at + $0.duration >= end }
      if active < 2 { continue }
      for turn in 1..<Self.turns {
        moments.insert(begin + (end - begin).share(turn, of: Self.turns))
      }
    }
    let sorted = moments.sorted()
    for (index, moment) in sorted.enumerated() {
      let next = index + 1 < sorted.count ? sorted[index + 1] : moment
      for event in ordered where event.at == moment && event.duration == 0 {
        acts.append(.event(event))
      }
      for event in growths where event.at <= moment && event.at + event.duration > moment {
        let (from, to) = (event.sizes(at: moment), event.sizes(at: next))
        if from != to { acts.append(.part(event, from: from, to: to)) }
      }
    }
  }
}

extension Microseconds {
  fileprivate func share(_ part: Int64, of whole: Int64) -> Microseconds {
    Microseconds(rawValue * part / whole)
  }
}

extension Event {
  /// How long a growth of a process takes; 0 for all else, which is done at once.
  fileprivate var duration: Microseconds {
    if case .grow(_, _, let over, _) = action { return over }
    return 0
  }

  /// What a growth over a time has come to.
  fileprivate func sizes(at moment: Microseconds) -> Sizes {
    guard case .grow(_, let all, let over, _) = action else { return Sizes() }
    let reached = { (total: Int64) in min(moment - at, over).part(of: over, in: total) }
    return Sizes(
      anon: reached(all.anon), file: reached(all.file), shmem: reached(all.shmem),
      locked: reached(all.locked))
  }
}
