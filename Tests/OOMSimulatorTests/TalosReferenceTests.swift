import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// The OOM controller of Talos kills at each look what `ReferenceTalos` does, which was written from Talos' sources by a
/// person that had not read this engine, over generated worlds in which stalls come and go between looks.
///
/// Left out is where the averages of three groups are 5 % together to the hundredth: there floating point decides.
///
/// `OOMSIM_SWARM` says how many worlds, 800 by default.
@Suite struct TalosReferenceTests {
  private static let seeds: [Range<UInt64>] = {
    let worlds = ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 800
    return (0..<16).map { $0 * (worlds / 16)..<($0 + 1) * (worlds / 16) }
  }()

  private static let versions = [
    (12, 0), (12, 1), (12, 2), (12, 9), (12, 10), (13, 0), (13, 3), (13, 4), (13, 5), (13, 6),
    (13, 9), (14, 0),
  ]

  private static let watched = ["/", "/init", "/system", "/podruntime"]

  private func world(_ random: inout SplitMix) throws -> Scenario {
    let paths =
      ["/init", "/system", "/podruntime", "/system/apid", "/podruntime/kubelet"]
      + ["besteffort/", "besteffort/", "burstable/", "burstable/", "", ""].enumerated().map {
        "/kubepods/\($0.element)pod\($0.offset)"
      }
    var (groups, processes): ([String], [String]) = ([], [])
    for path in paths {
      let isLimited = Int.random(in: 0..<3, using: &random) == 0 && path.hasPrefix("/kubepods")
      groups.append(#""\#(path)": { \#(isLimited ? #""memory.max": "90000 pages""# : "") }"#)
      if Int.random(in: 0..<4, using: &random) == 0 { continue }
      let anon = [100, 100, 200, 400].randomElement(using: &random) ?? 100
      processes.append(
        #"{ "name": "p", "cgroup": "\#(path)\#(path.hasPrefix("/kubepods") ? "/c" : "")", "anon": "\#(anon) pages" }"#
      )
    }
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "machine": { "memory": "100000 pages" },
        "killers": [ { "kind": "talos" } ], "cgroups": { \(groups.joined(separator: ",")) },
        "processes": [ \(processes.joined(separator: ",")) ] }
      """
    return try Scenario(json: Array(text.utf8))
  }

  private func groups(_ state: State) -> [ReferenceTalos.Group] {
    state.groups.paths.indices.map { index in
      let path = state.groups.paths[index]
      let kind: ReferenceTalos.Class =
        path.hasPrefix("/kubepods/besteffort")
        ? .besteffort
        : path.hasPrefix("/kubepods/burstable")
          ? .burstable
          : path.hasPrefix("/kubepods")
            ? .guaranteed : path.hasPrefix("/podruntime") ? .podruntime : .system
      // A container is none of the groups that are looked at.
      let isContainer = path.hasSuffix("/c")
      let limit = state.ledger.limits[index].max
      return ReferenceTalos.Group(
        path: path, class: isContainer ? .system : kind,
        memoryCurrent: Int(state.ledger.accounts[index].usage) * 4096,
        memoryMax: limit == Cgroup.unlimited ? nil : Int(limit) * 4096,
        psi: psi(state, index))
    }
  }

  private func psi(_ state: State, _ group: Int) -> ReferenceTalos.PSI {
    let pressure = state.pressures.groups[group]
    return ReferenceTalos.PSI(
      fullAvg10: Int(pressure?.full.avg10 ?? 0), fullTotal: Int(pressure?.fullTotal ?? 0))
  }

  @Test(arguments: seeds) func `the OOM controller of Talos`(seeds: Range<UInt64>) throws {
    var kills = 0
    for seed in seeds {
      var random = SplitMix(seed: seed &+ 11_000_000)
      let scenario = try world(&random)
      var state = State(of: scenario)
      state.pressures = Pressures(of: scenario, state.groups)
      let version = Self.versions.randomElement(using: &random) ?? (13, 0)
      var program = UserspaceKiller(.talos)
      program.version = ProgramVersion("1.\(version.0).\(version.1)")
      var killer = program.killer
      var reference = ReferenceTalos(version: .init(minor: version.0, patch: version.1))
      for _ in 0..<160 {
        state.now = killer.nextLook ?? 0
        state.pressures.pass(to: state.now)
        if Int.random(in: 0..<8, using: &random) == 0,
          let group = state.groups.number(of: Self.watched.randomElement(using: &random) ?? "/")
        {
          let full = Share.percent([0, 0, 3, 6, 30, 80, 100].randomElement(using: &random) ?? 0)
          state.pressures.give(Pressures.Stall(some: full, full: full), to: group, until: nil)
        }
        let groups = groups(state)
        let averages = groups.filter { Self.watched.dropFirst().contains($0.path) }
          .reduce(0) { $0 + $1.psi.fullAvg10 }
        if averages == 500 { break }
        let expected = reference.look(
          at: Int(state.now.rawValue), root: psi(state, 0), groups: groups)
        let decision = killer.decide(nil, &state, &killer)
        var found: String?
        if case .kill(let choice) = decision {
          found = choice.ground?.cgroup
          kills += 1
          _ = state.end(choice.dead.map(\.row), as: .killed)
        }
        // A group without processes is killed in vain.
        let victim = expected.flatMap { index in
          groups[index].memoryCurrent == 0 ? nil : groups[index].path
        }
        #expect(found == victim, "seed \(seed) at \(state.now): \(version)")
        if found != victim { return }
      }
    }
    #expect(kills > seeds.count / 4)
  }
}
