package import OOMSimulator

/// A small world made of a seed: the same seed gives the same one.
package struct RandomWorld {
  private var state: UInt64
  private let seed: UInt64

  package init(seed: UInt64) {
    self.seed = seed
    state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678
  }

  /// What sets one kind of world apart.
  private enum Kind: String, CaseIterable { case plain, swap, group, swappedGroup, cache }

  /// The world, in the sizes of a guest, so that none of it is scaled.
  package func scenario(on guest: GuestSize) -> Scenario {
    var generator = self
    return generator.make(guest)
  }

  private mutating func make(_ guest: GuestSize) -> Scenario {
    let kind = Kind.allCases[Int(seed % UInt64(Kind.allCases.count))]
    var machine = Machine(memory: guest.memory)
    machine.kernel = guest.used
    if kind == .swap || kind == .swappedGroup { machine.swap = [2048, 4096, 8192].pick(number(3)) }
    if kind == .cache { machine.pageCache = guest.free / 8 }
    let isGrouped = kind == .group || kind == .swappedGroup
    // What all of them may have together: the machine's free memory, or the group's.
    let room = isGrouped ? between(4000, guest.free / 2) : guest.free
    var cgroups: [String: Cgroup] = [:]
    if isGrouped {
      cgroups["/a"] = Cgroup(max: room)
      if kind == .swappedGroup { cgroups["/a"]?.swapMax = [0, 1024, .max].pick(number(3)) }
    }
    let count = between(2, 7)
    var processes: [Scenario.Process] = []
    for index in 0..<count {
      let size = between(room / (count * 8), room * 7 / (count * 10))
      var process = Scenario.Process(
        name: "p\(index)", cgroup: isGrouped ? "/a" : "/", oomScoreAdj: adj())
      process.uid = number(3) == 0 ? 1000 : 0
      if number(5) == 0 { process.shmem = size } else { process.anon = size }
      processes.append(process)
    }
    // Somebody has to grow beyond all there is, until it dies itself.
    let growers = between(1, min(3, count))
    var events: [Event] = []
    for index in 0..<growers {
      let sizes = Event.Sizes(anon: room + machine.swap)
      events.append(
        Event(
          at: .seconds(1 + index * 100),
          action: .grow(.name("p\(index)"), sizes, over: .seconds(60))))
    }
    return Scenario(
      name: "world-\(seed)-\(kind.rawValue)", machine: machine, cgroups: cgroups,
      processes: ProcessTable(processes), events: events)
  }

  private mutating func adj() -> Int16 {
    switch number(10) {
    case 0...3: 0
    case 4...6: Int16(between(-60, 60))
    case 7, 8: Int16(between(-300, 300))
    default: [-1000, 1000, 500, -500].pick(number(4))
    }
  }

  private mutating func between(_ low: Int64, _ high: Int64) -> Int64 {
    low + number(max(high - low + 1, 1))
  }

  /// A number from 0 below a bound. The generator is SplitMix64 by Sebastiano Vigna.
  private mutating func number(_ bound: Int64) -> Int64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Int64(mixed % UInt64(bound))
  }
}

extension Array {
  fileprivate func pick(_ index: Int64) -> Element { self[Int(index)] }
}
