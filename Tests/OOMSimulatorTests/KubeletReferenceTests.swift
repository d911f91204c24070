import Foundation
import OOMFormats
import Testing

@testable import OOMSimulator

/// The kubelet evicts at each look what `ReferenceKubeletEviction` does, which was written from the kubelet's sources by a
/// person that had not read this engine, over generated worlds in which volumes and page cache come and go between looks.
///
/// `OOMSIM_SWARM` says how many worlds, 4000 by default.
@Suite struct KubeletReferenceTests {
  private static let seeds: [Range<UInt64>] = {
    let worlds = ProcessInfo.processInfo.environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 4000
    return (0..<16).map { $0 * (worlds / 16)..<($0 + 1) * (worlds / 16) }
  }()

  private let memory: Int64 = 60_000

  private func world(_ random: inout SplitMix) throws -> Scenario {
    var (processes, groups): ([String], [String]) = ([], [])
    if Bool.random(using: &random) {
      groups.append(
        #""/kubepods": { "memory.max": "\#(Int64.random(in: 5000...30_000, using: &random)) pages" }"#
      )
    }
    for index in 0..<Int.random(in: 1...7, using: &random) {
      let path =
        "/kubepods/\(["", "burstable/", "besteffort/"].randomElement(using: &random) ?? "")pod-\(index)"
      var keys: [String] = []
      if Bool.random(using: &random) {
        let pages = [1000, 2000, 3000].randomElement(using: &random) ?? 1000
        keys.append(#""requests.memory": "\#(pages * 4096)""#)
      }
      if Bool.random(using: &random) {
        let priority = [-1, 1, 1, 1_999_999_999, 2_000_000_000].randomElement(using: &random) ?? 0
        keys.append(#""priority": \#(priority)"#)
      }
      if Int.random(in: 0..<8, using: &random) == 0 { keys.append(#""static": true"#) }
      if !keys.isEmpty { groups.append(#""\#(path)": { \#(keys.joined(separator: ", ")) }"#) }
      for container in 0..<Int.random(in: 1...2, using: &random) {
        let anon = [500, 1000, 2000, 3000].randomElement(using: &random) ?? 500
        let file = [0, 0, 300].randomElement(using: &random) ?? 0
        processes.append(
          #"{ "name": "p\#(index)-\#(container)", "cgroup": "\#(path)/c\#(container)", "#
            + #""anon": "\#(anon) pages", "file": "\#(file) pages" }"#)
      }
    }
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t", "cgroup_version": \(Int.random(in: 1...2, using: &random)),
        "machine": { "memory": "\(memory) pages", "kernel": "\(Int.random(in: 0...3000, using: &random)) pages",
          "page_cache": "\(Int.random(in: 0...2000, using: &random)) pages" },
        "cgroups": { \(groups.joined(separator: ",")) },
        "processes": [ { "name": "rest", "anon": "\(Int.random(in: 5000...25_000, using: &random)) pages" },
          \(processes.joined(separator: ",")) ] }
      """
    return try Scenario(
      json: Array(
        text.replacing(
          "memory.max",
          with: text.contains(#""cgroup_version": 1"#) ? "memory.limit_in_bytes" : "memory.max"
        ).utf8))
  }

  private typealias Reference = ReferenceKubeletEviction

  /// An amount, as it is written.
  private func value(_ random: inout SplitMix, most: Int) -> String {
    let hundredths = ["", "", ".5", ".07"].randomElement(using: &random) ?? ""
    return Bool.random(using: &random)
      ? "\(Int.random(in: 1...most, using: &random))\(hundredths)%"
      : "\(Int.random(in: 1...most * 600 * 4096, using: &random))"
  }

  private func referenceValue(_ text: String) throws -> Reference.Value {
    if text.hasSuffix("%") { return .percent(try #require(Float(text.dropLast()))) }
    return .bytes(try #require(Int(text)))
  }

  /// What the manager is told: sums of the pages that each group has, written apart from `State.workingSet`.
  private func observations(
    _ state: State, addsUp: Bool
  ) -> (memory: Reference.Observation, allocatable: Reference.Observation?) {
    var used: Int64 = 0
    for account in state.ledger.accounts {
      let pages = account.pages
      used += pages.anon + pages.shmem + pages.file + pages.tmpfs + pages.locked
      if !addsUp { used += pages.kernel + pages.slabReclaimable + pages.pageTables }
    }
    var allocatable: Reference.Observation?
    if let all = state.groups.number(of: "/kubepods"),
      state.ledger.limits[all].max != Cgroup.unlimited
    {
      let limit = state.ledger.limits[all].max
      let used = workingSet(all, state)
      allocatable = Reference.Observation(
        available: Int(limit - used) * 4096, capacity: Int(limit) * 4096)
    }
    return (
      Reference.Observation(available: Int(memory - used) * 4096, capacity: Int(memory) * 4096),
      allocatable
    )
  }

  private func workingSet(_ group: Int, _ state: State) -> Int64 {
    var used: Int64 = 0
    for one in 0..<state.groups.count where state.groups.contains(one, in: group) {
      let pages = state.ledger.accounts[one].pages
      used += pages.anon + pages.shmem + pages.file + pages.tmpfs + pages.pageTables + pages.kernel
    }
    return used
  }

  private func pods(_ state: State) -> [Reference.Pod] {
    let paths = state.groups.paths
    var inhabited: Set<Int> = []
    for row in 0..<state.tasks.count where state.tasks.isAlive(row) {
      inhabited.insert(Int(state.tasks.groups[row]))
    }
    return paths.indices.filter { index in
      paths[index].split(separator: "/").last?.hasPrefix("pod-") == true
        && inhabited.contains { state.groups.contains($0, in: index) }
    }.sorted { paths[$0] < paths[$1] }.map { index in
      let pod = state.groups.settings[index].pod
      return Reference.Pod(
        uid: paths[index], name: paths[index], request: Int(pod.request?.value ?? 0),
        usage: Int(workingSet(index, state)) * 4096, priority: Int(pod.priority ?? 0),
        isStatic: pod.isStatic ?? false)
    }
  }

  @Test(arguments: seeds) func `eviction`(seeds: Range<UInt64>) throws {
    var evictions = 0
    for seed in seeds {
      var random = SplitMix(seed: seed &+ 10_000_000)
      let scenario = try world(&random)
      var state = State(of: scenario)
      let (hard, soft) = (value(&random, most: 30), value(&random, most: 50))
      let grace: Int64 = [1, 10, 15, 40].randomElement(using: &random) ?? 1
      let hasSoft = Bool.random(using: &random)
      let least = Bool.random(using: &random) ? value(&random, most: 10) : nil
      var configuration = Kubernetes.EvictionConfiguration()
      configuration.hard = try Kubernetes.EvictionThreshold(hard)
      if hasSoft {
        configuration.soft = try Kubernetes.EvictionThreshold(soft)
        configuration.softGracePeriod = .seconds(grace)
      }
      configuration.minimumReclaim = try least.map { try Kubernetes.EvictionThreshold($0) }
      var program = UserspaceKiller(.kubelet)
      program.eviction = configuration
      let minor = [28, 29, 34].randomElement(using: &random) ?? 34
      program.version = ProgramVersion("1.\(minor)")
      var killer = program.killer
      var reference = Reference(
        minor: minor,
        thresholds: Reference.configured(
          hard: [(.memoryAvailable, try referenceValue(hard))],
          soft: hasSoft
            ? [(.memoryAvailable, try referenceValue(soft), Int(grace) * 1_000_000)] : [],
          minReclaim: try least.map { [(.memoryAvailable, try referenceValue($0))] } ?? [],
          enforcePods: true))
      for _ in 0..<40 {
        state.now = killer.nextLook ?? 0
        if Bool.random(using: &random) { change(&state, &random) }
        let addsUp = minor >= 29 || scenario.cgroupVersion == 1
        let (pods, seen) = (pods(state), observations(state, addsUp: addsUp))
        let expected = reference.look(
          at: Int(state.now.rawValue), memory: seen.memory, allocatable: seen.allocatable,
          pods: pods
        ).map { pods[$0.pod].name }
        let decision = killer.decide(nil, &state, &killer)
        var found: String?
        if case .kill(let choice) = decision {
          found = choice.ground?.cgroup
          evictions += 1
          _ = state.end(choice.dead.map(\.row), as: .killed)
        }
        #expect(found == expected, "seed \(seed) at \(state.now)")
        if found != expected { return }
        let pause = (killer.nextLook ?? 0) - state.now
        #expect(pause == (found == nil ? .seconds(10) : .seconds(1)), "seed \(seed)")
      }
    }
    #expect(evictions > seeds.count / 2)
  }

  /// A volume or page cache of some group grows or shrinks, within the machine and the limit of all pods.
  private func change(_ state: inout State, _ random: inout SplitMix) {
    let group = Int.random(in: 0..<state.groups.count, using: &random)
    let kind: PageKind = Bool.random(using: &random) ? .tmpfs : .cache
    let pages = Int64.random(in: 1...4000, using: &random)
    if Bool.random(using: &random) {
      var room = state.free - 1000
      if let all = state.groups.number(of: "/kubepods"), state.groups.contains(group, in: all),
        state.ledger.limits[all].max != Cgroup.unlimited
      {
        room = min(room, state.ledger.limits[all].max - state.ledger.accounts[all].usage)
      }
      let some = min(pages, room)
      if some > 0 { state.bookUnowned(some, kind, group: group, on: nil) }
    } else {
      state.giveBackUnowned(
        min(pages, state.ledger.accounts[group].pages[kind]), kind, group: group)
    }
  }
}
