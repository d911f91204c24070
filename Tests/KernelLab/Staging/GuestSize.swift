import OOMSimulator

/// What a machine of the lab has when its processes begin, in pages.
package struct GuestSize: Equatable, Sendable {
  /// File: `MemTotal` in /proc/meminfo.
  package var memory: Int64
  package var free: Int64
  /// The disk that swap lies on and files are read from.
  package var disk: String

  package init(memory: Int64, free: Int64, disk: String) {
    self.memory = memory
    self.free = free
    self.disk = disk
  }

  /// What the kernel has taken already.
  var used: Int64 { memory - free }
}

/// How sizes of a scenario become sizes of the guest: all by one factor, so that what is a share of memory stays one.
package struct Scale: Equatable, Sendable {
  package var guest: Int64
  package var scenario: Int64

  package init(guest: Int64, scenario: Int64) {
    self.guest = guest
    self.scenario = scenario
  }

  /// A size in the guest, rounded to the nearest page.
  package func pages(_ size: Int64) -> Int64 {
    if size == .max { return size }
    return Int64((Int128(size) * Int128(guest) * 2 + Int128(scenario)) / (Int128(scenario) * 2))
  }

  var isAboveOne: Bool { guest > scenario }

  func isSmaller(than other: Scale) -> Bool {
    Int128(guest) * Int128(other.scenario) < Int128(other.guest) * Int128(scenario)
  }

  /// As `1 : 37.5`.
  package var text: String {
    let (left, right) = guest < scenario ? ("1 : ", "") : ("", " : 1")
    let tenths = guest < scenario ? scenario * 10 / guest : guest * 10 / scenario
    return "\(left)\(tenths / 10).\(tenths % 10)\(right)"
  }
}

extension Scenario {
  /// What its processes can have at most, in pages: nobody gives anything back.
  var mostPages: Int64 {
    var pages: Int64 = 0
    var segments: [String: Int64] = [:]
    for row in 0..<processes.count {
      let process = processes[row]
      var own = process.anon + process.file + process.swap
      if let segment = process.segment {
        segments[segment] = max(segments[segment] ?? 0, process.shmem)
      } else {
        own += process.shmem
      }
      pages += own * Int64(max(process.count, 1))
    }
    pages += segments.values.reduce(0, +)
    for group in cgroups.values { pages += group.pageCache ?? 0 }
    for event in events {
      switch event.action {
      case .grow(_, let sizes, _, _): pages += sizes.anon + sizes.file + sizes.shmem
      case .start(let process):
        let own = process.anon + process.file + process.swap
        pages += (own + (process.segment == nil ? process.shmem : 0)) * Int64(max(process.count, 1))
      case .growUnowned(_, let more, _, _, _), .cow(_, let more, _): pages += more
      default: break
      }
    }
    return pages
  }
}
