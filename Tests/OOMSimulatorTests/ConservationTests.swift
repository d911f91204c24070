import Foundation
import Testing
import VictimSelection

@testable import OOMSimulator

/// No page is lost or invented: after every event and every kill of generated worlds the sums of the
/// ledger are those of its parts, and those of the processes.
@Suite struct ConservationTests {
  /// What does not add up in a world, nil when all does.
  static func imbalance(in world: World) -> String? {
    var world = world
    world.settle()
    if let group = world.ledger.firstImbalance() { return "sums of \(world.groups.paths[group])" }
    var anon = [Int64](repeating: 0, count: world.groups.count)
    var (file, shmem, swap, tables) = (anon, anon, anon, anon)
    func add(_ sizes: World.Sizes, _ group: Int) {
      anon[group] += sizes.anon
      file[group] += sizes.file
      shmem[group] += sizes.shmem
      swap[group] += sizes.swap + sizes.swappedShmem
      tables[group] += sizes.pageTables
    }
    var committed: Int64 = 0
    for row in 0..<world.tasks.count where world.tasks.owner(row) == row {
      add(world.sizesInOwnGroup(row), Int(world.tasks.groups[row]))
      if world.tasks.hasMemory(row) { committed += world.tasks.committed(row) }
      let tasks = world.tasks
      let pages =
        tasks.anon[row] + tasks.file[row] + tasks.shmem[row] + tasks.swap[row]
        + tasks.pageTables[row]
      let countsAll = world.rules.pageTables == .all && world.rules.rootBonus != .ofOwnUse
      if countsAll, tasks.usersOfMM(row).contains(where: { tasks.pages[$0] != pages }) {
        return "selection column of \(tasks.names[row])"
      }
      if [
        tasks.anon[row], tasks.file[row], tasks.shmem[row], tasks.swap[row], tasks.locked[row],
        tasks.pageTables[row], tasks.touched[row], tasks.anon[row] - tasks.locked[row],
      ].contains(where: { $0 < 0 }) {
        return
          "a negative size of \(tasks.names[row]): \([tasks.anon[row], tasks.file[row], tasks.shmem[row], tasks.swap[row], tasks.locked[row], tasks.pageTables[row], tasks.touched[row]]) at \(world.now)"
      }
    }
    for holding in world.holdings.list {
      if holding.mappers.contains(where: { !world.tasks.hasMemory($0) }) || holding.mappers.isEmpty
      {
        return "pages that nobody maps"
      }
      add(holding.sizes, holding.group)
    }
    for object in world.shared.list {
      committed += object.committed
      for extent in object.extents {
        var sizes = World.Sizes()
        if object.kind == .file {
          sizes.file = extent.resident
        } else {
          sizes.shmem = extent.resident
        }
        sizes.swappedShmem = extent.swapped
        add(sizes, extent.group)
        if extent.resident < 0 || extent.swapped < 0 { return "a negative size of \(object.name)" }
      }
      for (row, mapped) in object.mapped where mapped < 0 || mapped > object.size {
        return
          "\(world.tasks.names[row]) maps \(mapped) pages of the \(object.size) of \(object.name)"
      }
    }
    if let imbalance = nodeImbalance(in: world) { return imbalance }
    for (group, account) in world.ledger.accounts.enumerated() {
      let path = world.groups.paths[group]
      if account.anon + account.locked != anon[group] { return "anon of \(path)" }
      if account.file != file[group] { return "file of \(path)" }
      if account.shmem != shmem[group] { return "shmem of \(path)" }
      if account.swappedAnon + account.swappedShmem != swap[group] { return "swap of \(path)" }
      if account.pageTables != tables[group] { return "page tables of \(path)" }
      if account.own < 0 || account.cache < 0 || account.tmpfs < 0 || account.kernel < 0 {
        return "a negative account of \(path)"
      }
    }
    let root = world.ledger.accounts[MemcgTree.root]
    if root.swapUsage > world.machine.swap + world.leavingSwap {
      return "more swap used than there is"
    }
    let tmpfs = world.ledger.accounts.reduce(0) { $0 + $1.tmpfs + $1.swappedTmpfs }
    if world.committed != committed + tmpfs { return "Committed_AS" }
    if world.committed < 0 { return "a negative Committed_AS" }
    return nil
  }

  /// What does not add up on the memory nodes: of a settled world.
  private static func nodeImbalance(in world: World) -> String? {
    guard let memory = world.ledger.nodes else {
      return world.machine.nodes.count > 1 ? "no nodes" : nil
    }
    var held: [Int: NodeShares] = [:]
    func hold(_ sizes: World.Sizes, _ group: Int) -> Bool {
      held[group, default: NodeShares(nodes: memory.count)] += sizes.nodes
      return Ledger.PageKind.allCases.filter(\.isHeld).allSatisfy { kind in
        let onNodes = (0...memory.count).map { sizes.nodes[kind, $0] }
        return onNodes.allSatisfy { $0 >= 0 } && onNodes.reduce(0, +) == sizes[kind]
      }
    }
    for row in 0..<world.tasks.count where world.tasks.owner(row) == row {
      if !hold(world.sizesInOwnGroup(row), Int(world.tasks.groups[row])) {
        return "nodes of \(world.tasks.names[row])"
      }
    }
    for holding in world.holdings.list where !hold(holding.sizes, holding.group) {
      return "nodes of a holding"
    }
    for object in world.shared.list {
      for extent in object.extents {
        var sizes = World.Sizes()
        (sizes.shmem, sizes.file) =
          object.kind == .file ? (0, extent.resident) : (extent.resident, 0)
        sizes.nodes = extent.nodes
        if !hold(sizes, extent.group) { return "nodes of \(object.name)" }
      }
    }
    var used = [Int64](repeating: 0, count: memory.count + 1)
    for (group, account) in world.ledger.accounts.enumerated() {
      for kind in Ledger.PageKind.allCases {
        let onNodes = (0...memory.count).map { memory.pages(kind, of: group, node: $0) }
        let path = world.groups.paths[group]
        if onNodes.contains(where: { $0 < 0 }) { return "negative \(kind) on a node, \(path)" }
        if onNodes.reduce(0, +) != account[kind] { return "\(kind) on nodes, \(path)" }
        for node in onNodes.indices {
          used[node] += onNodes[node]
          if kind.isHeld, held[group]?[kind, node] ?? 0 != onNodes[node] {
            return "\(kind) of holders on node \(node), \(path)"
          }
        }
      }
    }
    if used != memory.used { return "sums of the nodes" }
    if used[memory.count] != 0 { return "pages without a node" }
    if used.reduce(0, +) != world.ledger.accounts[MemcgTree.root].usage {
      return "the nodes and the machine"
    }
    // A start state that needs more than there is leaves nothing free.
    if world.warnings.contains(where: { $0.contains("nothing is free") }) { return nil }
    for (node, size) in memory.sizes.enumerated() where used[node] > size {
      return "more on node \(node) than it has"
    }
    return nil
  }

  /// `OOMSIM_SWARM` sets how many worlds, 640 by default, `OOMSIM_SEED` takes a single one.
  private static let seeds: [Range<UInt64>] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["OOMSIM_SEED"].flatMap(UInt64.init) { return [seed..<seed + 1] }
    let perBlock = max((environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 640) / 64, 1)
    return (0..<64).map { $0 * perBlock..<($0 + 1) * perBlock }
  }()

  @Test(
    "pages are conserved in the machine and in every group, under every release", arguments: seeds)
  func conserved(seeds: Range<UInt64>) {
    for seed in seeds {
      var worlds = Worlds(seed: seed)
      let releases = RulesByRelease.boundaries
      let rules = RulesByRelease.rules(
        of: seed % 2 == 0 ? .standard : releases[Int(seed / 2) % releases.count])
      var replay = Replay(
        worlds.scenario(usesVersionOne: true, usesRestarts: true, usesNodes: true), rules: rules,
        recordsCandidates: false)
      replay.mostRestarts = 12
      var found: String?
      replay.observe = { world in
        if found == nil { found = Self.imbalance(in: world) }
      }
      #expect(Self.imbalance(in: replay.world) == nil, "seed \(seed), at the start")
      replay.run()
      #expect(found == nil, "seed \(seed): OOMSIM_SEED=\(seed) replays it")
    }
  }

  @Test("a run is the same twice, and its digest with it", arguments: 0..<16)
  func deterministic(block: UInt64) throws {
    var simulator = Simulator()
    simulator.mostRestarts = 100
    for seed in (block * 10)..<(block * 10 + 10) {
      var (first, second) = (Worlds(seed: seed), Worlds(seed: seed))
      #expect(
        simulator.run(first.scenario(usesRestarts: true))
          == simulator.run(second.scenario(usesRestarts: true)))
    }
  }

  @Test("no group that grew is above its limit, and the machine keeps its min watermark")
  func limits() {
    for seed in UInt64(0)..<400 {
      var worlds = Worlds(seed: seed)
      var replay = Replay(worlds.scenario(), recordsCandidates: false)
      var last = replay.world.ledger
      replay.observe = { world in
        let ledger = world.ledger
        for group in ledger.accounts.indices
        where ledger.accounts[group].usage > last.accounts[group].usage {
          // It may have grown before this very event lowered the limit.
          let limit = max(ledger.limits[group].max, last.limits[group].max)
          #expect(
            ledger.accounts[group].usage <= limit, "seed \(seed): \(world.groups.paths[group])")
        }
        last = ledger
      }
      replay.run()
    }
  }
}
