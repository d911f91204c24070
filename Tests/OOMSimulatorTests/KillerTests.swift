import OOMFormats
import Testing

@testable import OOMSimulator

/// Killers that poll stand on the same clock as events, growth and the kernel's killer.
@Suite struct KillerTests {
  /// Takes the largest process every second, from `first` on, while less than `least` pages are free.
  private func watcher(least: Int64, first: Microseconds = 0) -> Killer {
    Killer(name: "watcher", nextLook: first) { oc, state, killer in
      #expect(oc == nil)
      killer.nextLook = state.now + 1_000_000
      killer.memory.clocks = [KillerMemory.Clock()]
      killer.memory.clocks[0].wind(state.now, 1_000_000)
      if state.free >= least { return .noVictim }
      let candidates = (0..<state.tasks.count).filter(state.tasks.isAlive)
      guard let row = candidates.max(by: { state.tasks.pages[$0] < state.tasks.pages[$1] }) else {
        return .noVictim
      }
      return .kill(Choice(victim: row, dead: [(row, .victim)]))
    }
  }

  private func replay(
    _ killers: [Killer], memory: String = "1G", policy: Policy = .kernel
  ) throws -> Replay {
    let scenario = try Scenario(
      json: Array(
        """
        { "schema": "oomsim.scenario/1", "name": "k", "machine": { "memory": "\(memory)" },
          "sysctl": { "vm.overcommit_memory": 1 },
          "processes": [ { "name": "leak", "anon": "10M" }, { "name": "big", "anon": "300M" } ],
          "events": [ { "at": "500ms", "grow": { "process": "leak", "anon": "2G", "over": "20s" } } ] }
        """.utf8))
    var replay = Replay(scenario, policy: policy, recordsCandidates: false)
    replay.killers = killers
    var broken: String?
    replay.observe = { broken = broken ?? $0.brokenInvariant() }
    replay.run()
    #expect(broken == nil)
    return replay
  }

  @Test("one that polls acts at its next look after its condition holds, before memory ends")
  func polls() throws {
    // Of 262,144 pages 79,360 are taken, and the leak takes 26,214 a second from 0.5 s on: of what is left less than
    // 60,000 are free after 5.1 s, which the look at 6 s finds.
    let replay = try replay([watcher(least: 60_000)])
    #expect(replay.record.kills.map(\.by) == ["watcher"])
    #expect(replay.record.kills.map(\.victim.name) == ["leak"])
    #expect(replay.record.kills.map(\.at) == [6_000_000])
    let kernel = try self.replay([])
    #expect(kernel.record.kills.map(\.by) == ["kernel"])
    #expect(kernel.record.kills[0].decision?.chosen == .points)
    #expect(replay.record.kills[0].decision == nil)
    #expect(replay.record.kills[0].at < kernel.record.kills[0].at)
  }

  @Test("the kernel acts where memory ends between two looks")
  func kernelFirst() throws {
    let replay = try replay([watcher(least: 60_000, first: 30_000_000)])
    #expect(replay.record.kills.map(\.by) == ["kernel"])
  }

  @Test("what a policy that is no kernel's decides carries its name, and the kernel's terms")
  func policy() throws {
    let kill = try #require(try replay([], policy: .cgroupAware).record.kills.first)
    #expect(kill.by == "cgroup-aware" && kill.decision?.chosen == .policy)
  }

  @Test("a kill without a decision is written and explained without one")
  func written() throws {
    let kill = try #require(try replay([watcher(least: 60_000)]).record.kills.first)
    let explanation = Explanation(of: kill)
    #expect(explanation.terms.isEmpty && explanation.margin == nil)
    #expect(explanation.description == "leak (pid 1000): taken by watcher")
  }

  @Test("of two that look at one instant the second finds what the first has left")
  func inOrder() throws {
    let replay = try replay([watcher(least: 60_000), watcher(least: 60_000)])
    let one = try self.replay([watcher(least: 60_000)])
    #expect(replay.record.kills == one.record.kills)
  }

  @Test("after the last event, growth, exit and restart everybody looks once more, and no more")
  func ends() throws {
    let replay = try replay([watcher(least: 0)], memory: "8G")
    #expect(replay.record.kills.isEmpty)
    #expect(replay.now == 21_000_000)
  }
}
