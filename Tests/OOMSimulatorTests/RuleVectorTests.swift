import Foundation
import Testing

@testable import OOMSimulator

/// The vectors of Tests/Vectors: integers worked out by an independent model and, for badness and
/// admission, compared with the kernels' own functions. Those of the releases that this project has rules
/// for are checked here, and those of a `shared` folder beside the project, too.
@Suite struct RuleVectorTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The files of that name that are there.
  static func files(_ name: String) -> [URL] {
    [
      root.appending(path: "Tests/Vectors/\(name)"),
      root.deletingLastPathComponent().appending(path: "shared/vectors/\(name)"),
    ].filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  private static func vectors(_ name: String, _ section: String) throws -> [Vector] {
    try files(name).flatMap { file in
      let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
      let sections = document as? [String: Any] ?? [:]
      return (sections[section] as? [[String: Any]] ?? []).map(Vector.init)
    }
  }

  /// One vector, with the numbers that it leaves out as 0.
  struct Vector {
    let values: [String: Any]

    init(_ values: [String: Any]) { self.values = values }

    subscript(_ key: String) -> Vector { Vector(values[key] as? [String: Any] ?? [:]) }
    func number(_ key: String) -> Int64? { (values[key] as? NSNumber)?.int64Value }
    func text(_ key: String) -> String { values[key] as? String ?? "" }
    func flag(_ key: String) -> Bool { (values[key] as? NSNumber)?.boolValue ?? false }
    var id: Comment { "\(text("id")): \(text("note"))" }
  }

  @Test("oom_badness() and /proc/PID/oom_score since 5.9: mm/oom_kill.c, fs/proc/base.c")
  func badness() throws {
    let vectors = try Self.vectors("badness.json", "badness").filter {
      $0.text("ruleset") == "5.9" && $0.number("word_bits") == 64
    }
    #expect(vectors.count >= 10)
    for vector in vectors {
      var process = Scenario.Process()
      let task = vector["task"]
      process.name = "task"
      process.pid = task.flag("global_init") ? 1 : 100
      process.anon = task.number("anon") ?? 0
      process.file = task.number("file") ?? 0
      process.shmem = task.number("shmem") ?? 0
      process.swap = task.number("swapents") ?? task.number("swap") ?? 0
      process.oomScoreAdj = Int16(task.number("oom_score_adj") ?? 0)
      process.isKernelThread = task.flag("kthread")
      let bytes =
        task.number("pgtables_bytes")
        ?? ["pte_pages", "pmd_pages", "pud_pages", "nr_ptes", "nr_pmds", "nr_puds"].reduce(0) {
          $0 + (task.number($1) ?? 0) * 4096
        }
      process.pageTables = bytes / 4096
      // Keys that this format does not have yet: not eligible for a reason of their own.
      if ["in_vfork", "oom_skip", "vfork", "no_mm", "has_mm", "reaped", "origin"].contains(where: {
        task.values[$0] != nil
      }) {
        continue
      }
      var scenario = Scenario()
      let totalpages = vector["system"].number("totalpages") ?? 0
      scenario.machine.memory = totalpages
      scenario.processes.append(process)
      let world = World(of: scenario)
      let candidate = world.candidates(domain: nil, totalpages: totalpages)[0]
      let expected = vector["expect"]
      let points = expected.text("points") == "LONG_MIN" ? .min : expected.number("points")
      #expect(candidate.points == points, vector.id)
      #expect(candidate.oomScore == expected.number("oom_score"), vector.id)
    }
  }

  @Test("the last of equals is taken since 5.3, in the machine and in a memcg")
  func selection() throws {
    let vectors = try Self.vectors("badness.json", "selection").filter {
      ["5.9", "6.12", "7.1"].contains($0.text("version"))
    }
    #expect(vectors.count >= 4)
    for vector in vectors {
      let tasks = (vector.values["tasks"] as? [[String: Any]] ?? []).map(Vector.init)
      // swapoff's process is not in the scenario format yet.
      if tasks.contains(where: { $0.values["origin"] != nil }) { continue }
      let isMemcg = vector.flag("memcg")
      var scenario = Scenario()
      // One step of oom_score_adj is 10000 pages: -1 makes points negative.
      scenario.machine.memory = 10_000_000
      scenario.machine.exitDelay = 1
      for task in tasks {
        var process = Scenario.Process()
        process.name = "task"
        process.pid = Int32(task.number("pid") ?? 0)
        process.cgroup = isMemcg ? "/group" : "/"
        process.pageTables = 0
        let points = task.number("points") ?? 0
        process.anon = points < 0 ? points + 10_000 : points
        process.oomScoreAdj = points < 0 ? -1 : 0
        if task.text("points") == "LONG_MIN" { process.oomScoreAdj = -1000 }
        scenario.processes.append(process)
      }
      var world = World(of: scenario)
      for (row, task) in tasks.enumerated() where task.flag("victim") {
        _ = world.end([row], as: .dying)
      }
      let domain = isMemcg ? world.groups.number(of: "/group") : nil
      let result = world.outOfMemory(
        domain: domain, invoker: nil, at: 0, recordingCandidates: false)
      switch result {
      case .killed(let kill):
        #expect(Int64(kill.victim.pid) == vector.number("victim"), vector.id)
      case .waiting:
        #expect(vector.text("victim") == "ABORT", vector.id)
      case .panicked, .noVictim:
        #expect(vector.values["victim"] is NSNull, vector.id)
      }
    }
  }

  @Test("mem_cgroup_get_max(), version 2 since 5.10: mm/memcontrol.c")
  func memcgTotalpages() throws {
    for vector in try Self.vectors("badness.json", "memcg_totalpages")
    where vector.text("ruleset").hasPrefix("5.10") && vector["memcg"].flag("v2") {
      let memcg = vector["memcg"]
      let total = memCgroupGetMax(
        max: memcg.number("limit") ?? 0, swapMax: memcg.number("swap_max") ?? Cgroup.unlimited,
        totalSwap: memcg.number("total_swap") ?? 0, swappiness: memcg.number("swappiness") ?? 60)
      #expect(total == vector.number("totalpages"), vector.id)
    }
  }

  @Test("effective_protection() since 5.7: mm/memcontrol.c")
  func protection() throws {
    for vector in try Self.vectors("badness.json", "memcg_protection")
    where vector.text("ruleset") == "5.7+" && !vector["in"].flag("recursive") {
      let given = vector["in"]
      let effective = effectiveProtection(
        usage: given.number("usage") ?? 0, setting: given.number("setting") ?? 0,
        parentEffective: given.number("parent_eff") ?? 0,
        siblingsProtected: given.number("siblings_protected") ?? 0)
      #expect(effective == vector.number("effective"), vector.id)
    }
  }

  @Test("calculate_min_free_kbytes() and WMARK_MIN since 5.7: mm/page_alloc.c")
  func watermarks() throws {
    for vector in try Self.vectors("badness.json", "watermarks") {
      let pages = vector.number("lowmem_pages") ?? 0
      let minFree = defaultMinFreeKbytes(lowmemKiB: pages * 4)
      #expect(minFree == vector.number("min_free_kbytes_5_7"), vector.id)
      let marks = vector.values["watermarks_pages_5_7"] as? [Int64]
      #expect(minWatermark(minFreeKbytes: minFree, machine: Machine()) == marks?.first, vector.id)
    }
  }

  private func state(_ vector: Vector) -> OvercommitState {
    let state = vector["state"]
    return OvercommitState(
      mode: Sysctl.OvercommitMemory(rawValue: state.number("mode") ?? 0) ?? .heuristic,
      limit: limit(state), committed: state.number("committed") ?? 0,
      isAdmin: state.flag("admin"),
      adminReserve: (state.number("admin_reserve_kbytes") ?? 8192) / 4,
      userReserve: (state.number("user_reserve_kbytes") ?? 131_072) / 4,
      totalVM: state.number("total_vm"))
  }

  private func limit(_ state: Vector) -> CommitLimitInputs {
    CommitLimitInputs(
      totalram: state.number("totalram") ?? 0, hugetlb: state.number("hugetlb") ?? 0,
      totalSwap: state.number("total_swap") ?? 0,
      overcommitRatio: state.number("overcommit_ratio") ?? 50,
      overcommitKbytes: state.number("overcommit_kbytes") ?? 0)
  }

  @Test("__vm_enough_memory() since 5.2: mm/util.c")
  func enoughMemory() throws {
    let vectors = try Self.vectors("overcommit.json", "vectors").filter {
      $0.text("kind") == "enough_memory" && $0.text("ruleset") == "5.2"
        && $0.number("word_bits") == 64
    }
    #expect(vectors.count >= 8)
    for vector in vectors {
      let isAdmitted = vmEnoughMemory(
        pages: vector.number("request_pages") ?? 0, state(vector))
      #expect(isAdmitted == vector["expect"].flag("ok"), vector.id)
    }
  }

  @Test("vm_commit_limit(): mm/util.c")
  func commitLimit() throws {
    for vector in try Self.vectors("overcommit.json", "vectors")
    where vector.text("kind") == "commit_limit" {
      #expect(
        vmCommitLimit(limit(vector["state"])) == vector["expect"].number("pages"), vector.id)
    }
  }

  @Test("init_user_reserve() and init_admin_reserve(): mm/mmap.c")
  func reserves() throws {
    for vector in try Self.vectors("overcommit.json", "vectors")
    where vector.text("kind") == "reserves" {
      let free = vector.number("free_kb_at_boot") ?? 0
      let expected = vector["expect"]
      #expect(
        defaultUserReserveKbytes(freeAtBootKiB: free) == expected.number("user_reserve_kbytes"),
        vector.id)
      #expect(
        defaultAdminReserveKbytes(freeAtBootKiB: free) == expected.number("admin_reserve_kbytes"),
        vector.id)
    }
  }

  @Test("what a mapping charges: accountable_mapping(), mm/mmap.c; shmem_acct_size(), mm/shmem.c")
  func accountedPages() throws {
    let kinds: [String: Event.MappingKind] = ["private_anon": .private, "shared_anon": .shared]
    for vector in try Self.vectors("overcommit.json", "vectors")
    where vector.text("kind") == "accounted_pages" {
      let mapping = vector["mapping"]
      guard var kind = kinds[mapping.text("kind")], !mapping.flag("hugetlb") else { continue }
      let mode = Sysctl.OvercommitMemory(rawValue: mapping.number("mode") ?? 0) ?? .heuristic
      if kind == .private, !mapping.flag("write") { kind = .readOnly }
      if mapping.flag("norese") { kind = .noReserve }
      var scenario = Scenario()
      scenario.machine.memory = 1 << 30
      scenario.sysctl.overcommitMemory = mode
      var process = Scenario.Process()
      process.name = "task"
      scenario.processes.append(process)
      var world = World(of: scenario)
      let before = world.committed
      let isAdmitted = world.map(mapping.number("pages") ?? 0, kind, row: 0)
      #expect(isAdmitted, vector.id)
      #expect(world.committed - before == vector["expect"].number("pages"), vector.id)
    }
  }
}
