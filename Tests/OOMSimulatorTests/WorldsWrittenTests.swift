import OOMFormats
import Testing

@testable import OOMSimulator

/// Generated worlds come back from their text as they were.
@Suite struct WorldsWrittenTests {
  @Test("a generated world, written and read, is the same", arguments: 0..<8)
  func roundTrip(part: Int) throws {
    for seed in stride(from: part, to: 400, by: 8) {
      var worlds = Worlds(seed: UInt64(seed))
      let world = worlds.scenario(
        events: 20, usesVersionOne: true, usesRestarts: true, usesNodes: true, usesZswap: true)
      if world.problems().isEmpty == false { continue }
      let once = try Self.readBack(world)
      #expect(once.machine == world.machine && once.sysctl == world.sysctl, "\(seed)")
      #expect(once.cgroups == world.cgroups, "\(seed)")
      #expect(once.events == world.events, "\(seed)")
      #expect(once.processes.count == world.processes.count)
      for row in 0..<min(once.processes.count, world.processes.count) {
        #expect(once.processes[row] == world.processes[row], "\(seed), row \(row)")
      }
      #expect(try Self.readBack(once) == once, "\(seed)")
    }
  }

  @Test("most generated worlds have no contradiction, so that the test above has something to do")
  func valid() {
    let valid = (0..<400).count { seed in
      var worlds = Worlds(seed: UInt64(seed))
      return worlds.scenario(
        events: 20, usesVersionOne: true, usesRestarts: true, usesNodes: true, usesZswap: true
      )
      .problems().isEmpty
    }
    #expect(valid > 200)
  }

  private static func readBack(_ scenario: Scenario) throws -> Scenario {
    var writer = JSONWriter()
    writer.scenario(scenario)
    writer.finish()
    return try Scenario(json: writer.bytes)
  }
}
