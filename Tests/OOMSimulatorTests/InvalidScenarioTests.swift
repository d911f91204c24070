import OOMFormats
import OOMSimulator
import Testing

/// A scenario that was made in Swift can hold what no file can: nothing of it is replayed.
@Suite struct InvalidScenarioTests {
  /// A change that makes a valid scenario invalid, and where that is.
  struct Mistake: CustomTestStringConvertible {
    var place: String
    var make: @Sendable (inout Scenario) -> Void
    var testDescription: String { place }

    init(_ place: String, _ make: @escaping @Sendable (inout Scenario) -> Void) {
      self.place = place
      self.make = make
    }
  }

  static let valid = Scenario(
    name: "valid", machine: Machine(memory: 100_000),
    cgroups: ["/a": Cgroup(max: 5000)],
    processes: [Scenario.Process(name: "p", cgroup: "/a", anon: 1000)],
    events: [grow("p", Event.Sizes(anon: 9000))])

  static func grow(
    _ name: String, _ sizes: Event.Sizes, over: Microseconds = 0, at: Microseconds = .seconds(1)
  ) -> Event {
    Event(at: at, action: .grow(.name(name), sizes, over: over))
  }

  static let mistakes = [
    Mistake("processes[1].name") { $0.processes.append(Scenario.Process(name: "")) },
    Mistake("processes[1].anon") { $0.processes.append(Scenario.Process(name: "q", anon: -1)) },
    Mistake("processes[1].swap") {
      $0.processes.append(Scenario.Process(name: "q", swap: .max))
    },
    Mistake("processes[1].oom_score_adj") {
      $0.processes.append(Scenario.Process(name: "q", oomScoreAdj: 1001))
    },
    Mistake("processes[1].pid") { $0.processes.append(Scenario.Process(name: "q", pid: -7)) },
    Mistake("processes[1].count") { $0.processes.append(Scenario.Process(name: "q", count: 0)) },
    Mistake("processes[1].cgroup") {
      $0.processes.append(Scenario.Process(name: "q", cgroup: "a/b"))
    },
    Mistake("processes[1].cgroup") {
      $0.processes.append(Scenario.Process(name: "q", cgroup: "/a/../b"))
    },
    Mistake("processes[1]") {
      $0.processes.append(Scenario.Process(name: "q", anon: 3, locked: 4))
    },
    Mistake("processes[1]") {
      $0.processes.append(Scenario.Process(name: "q", pid: 5, count: 2))
    },
    Mistake("processes[1].restart") {
      $0.processes.append(
        Scenario.Process(name: "q", restart: RestartPolicy(.always, delay: 0)))
    },
    Mistake("machine.memory") { $0.machine.memory = 0 },
    Mistake("machine.memory") { $0.machine.memory = -1 },
    Mistake("machine.page_size") { $0.machine.pageSize = 1000 },
    Mistake("machine.page_size") { $0.machine.pageSize = 0 },
    Mistake("machine.swap") { $0.machine.swapDevices = [SwapDevice(size: 7)] },
    Mistake("machine.swap") {
      $0.machine.swapDevices = [SwapDevice(size: 0, kind: .zram, ratio: 0)]
    },
    Mistake("machine.exit_delay") { $0.machine.exitDelay = -1 },
    Mistake("sysctl.vm.swappiness") { $0.sysctl.swappiness = 201 },
    Mistake("sysctl.vm.min_free_kbytes") { $0.sysctl.minFreeKbytes = -1 },
    Mistake("cgroup_version") { $0.cgroupVersion = 3 },
    Mistake("cgroups.b") { $0.cgroups["b"] = Cgroup() },
    Mistake("cgroups./b.memory.low") { $0.cgroups["/b"] = Cgroup(low: -1) },
    Mistake("events[1].grow.process") { $0.events.append(grow("nobody", Event.Sizes(anon: 1))) },
    Mistake("events[1].grow.anon") { $0.events.append(grow("p", Event.Sizes(anon: -1))) },
    Mistake("events[1].grow.over") { $0.events.append(grow("p", Event.Sizes(anon: 1), over: -1)) },
    Mistake("events[1].at") { $0.events.append(grow("p", Event.Sizes(anon: 1), at: -1)) },
    Mistake("events[1].start.name") {
      $0.events.append(Event(at: 0, action: .start(Scenario.Process(name: ""))))
    },
    Mistake("events[1].fork.child") {
      $0.events.append(Event(at: 0, action: .fork(.name("p"), Event.Child(name: ""))))
    },
    Mistake("events[1].set.oom_score_adj") {
      $0.events.append(
        Event(at: 0, action: .setProcess(.name("p"), Event.ProcessChange(oomScoreAdj: -1001))))
    },
    Mistake("events[1].move.cgroup") {
      $0.events.append(Event(at: 0, action: .move(.name("p"), cgroup: "nowhere")))
    },
    Mistake("events[1].swapon.size") { $0.events.append(Event(at: 0, action: .swapon(pages: -1))) },
  ]

  @Test("a valid one is replayed")
  func replaysValid() {
    let run = Simulator().run(Self.valid)
    #expect(run.outcome == .completed && run.problems.isEmpty && run.kills.count == 1)
    #expect(run == Simulator().run(valid: Self.valid))
  }

  @Test("of an invalid one nothing is replayed, and the run says why", arguments: mistakes)
  func refuses(_ mistake: Mistake) {
    var scenario = Self.valid
    mistake.make(&scenario)
    let run = Simulator().run(scenario)
    #expect(run.outcome == .invalid && run.kills.isEmpty && run.processes.isEmpty && run.end == 0)
    #expect(run.problems == scenario.problems())
    #expect(run.problems.map { $0.path.text } == [mistake.place])
    #expect(run.problems.allSatisfy { $0.description.hasPrefix(mistake.place + ": ") })
    let table = Simulator().score(scenario)
    #expect(table.processes.isEmpty && table.problems == run.problems)
  }

  @Test("the reader refuses the same where a file can hold it", arguments: mistakes)
  func readerAgrees(_ mistake: Mistake) {
    var scenario = Self.valid
    mistake.make(&scenario)
    // A size below zero has no spelling in a file, nor has a sum of devices besides the devices.
    guard mistake.place != "machine.swap",
      scenario.problems().allSatisfy({ !$0.description.contains("-") })
    else { return }
    #expect(throws: ScenarioError.self) { try Scenario(json: scenario.json()) }
  }

  @Test("what is expected of a run does not keep it from being replayed")
  func expectationIsLeft() {
    var scenario = Self.valid
    scenario.expectation = Expectation(survivors: ["nobody"])
    #expect(scenario.problems().count == 1)
    #expect(Simulator().run(scenario).outcome == .completed)
  }

  @Test("a group that is not listed exists without limits")
  func unlistedGroup() {
    var scenario = Self.valid
    scenario.processes.append(Scenario.Process(name: "q", cgroup: "/new/group", anon: 10))
    #expect(scenario.problems().isEmpty && Simulator().run(scenario).outcome == .completed)
  }
}
