import Foundation
import SharedData
import Testing
import VictimSelection

@testable import OOMSimulator

/// The vectors of Tests/Vectors: integers worked out by an independent model and, for badness and
/// admission, compared with the kernels' own functions. Those of a `shared` folder beside the project are
/// checked, too.
@Suite struct RuleVectorTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let hasShared = SharedData.has("vectors", for: "the rules by the shared vectors")

  @Test("the shared vectors are read", .enabled(if: hasShared, "../shared/vectors is missing"))
  func shared() throws {
    for (name, section) in [("badness.json", "badness"), ("overcommit.json", "vectors")] {
      let own = Self.files(name).filter { $0.path.hasPrefix(Self.root.path + "/") }
      let all = try Self.vectors(name, section).count
      #expect(Self.files(name).count == own.count + 1)
      #expect(try Self.vectors(own, section).count < all, "\(name)")
    }
  }

  /// The files of that name that are there.
  static func files(_ name: String) -> [URL] {
    [
      root.appending(path: "Tests/Vectors/\(name)"),
      root.appending(path: "Tests/Vectors/\(name.replacing(".json", with: "-more.json"))"),
      SharedData.folder.appending(path: "vectors/\(name)"),
    ].filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  static func vectors(_ name: String, _ section: String) throws -> [Vector] {
    try vectors(files(name), section)
  }

  private static func vectors(_ files: [URL], _ section: String) throws -> [Vector] {
    try files.flatMap { file in
      let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
      let sections = document as? [String: Any] ?? [:]
      return (sections[section] as? [[String: Any]] ?? []).map(Vector.init)
    }
  }

  /// The first and the last release of a rule set.
  private static func releases(of key: String) -> [KernelRelease] {
    let first = KernelRelease(stringLiteral: key)
    guard let at = RuleSet.all.firstIndex(where: { $0.key == key }) else { return [first] }
    let next = at + 1 < RuleSet.all.count ? RuleSet.all[at + 1].since : KernelRelease(7, 2)
    return [first] + RulesByRelease.boundaries.filter { first < $0 && $0 < next }
  }

  /// A process with what a vector gives it; the rest is what a task of the model starts with.
  private static func process(_ task: Vector, hz: Int64) -> Scenario.Process {
    var process = Scenario.Process()
    process.name = "task"
    process.pid = task.flag("global_init") ? 1 : 100
    process.uid = UInt32(task.number("uid") ?? 1000)
    process.anon = task.number("anon") ?? 0
    process.file = task.number("file") ?? 0
    process.shmem = task.number("shmem") ?? 0
    process.swap = task.number("swap") ?? 0
    process.totalVM = task.number("total_vm")
    process.oomScoreAdj = Int16(task.number("oom_score_adj") ?? 0)
    process.isKernelThread = task.flag("kthread") || task.values["has_mm"] as? Bool == false
    process.isInVfork = task.flag("in_vfork")
    process.isSwapoff = task.flag("oom_origin")
    var capabilities: Capabilities = []
    if task.flag("cap_sys_admin") { capabilities.insert(.sysAdmin) }
    if task.flag("cap_sys_resource") { capabilities.insert(.sysResource) }
    if task.flag("cap_sys_rawio") { capabilities.insert(.sysRawIO) }
    process.capabilities = capabilities
    process.legacy.oomAdj = Int16(task.number("oom_adj") ?? 0)
    process.legacy.nice = Int16(task.number("nice") ?? 0)
    let jiffies = (task.number("utime_jiffies") ?? 0) + (task.number("stime_jiffies") ?? 0)
    process.legacy.cpuTime = Microseconds(jiffies * (1_000_000 / hz))
    let seconds = (task.number("uptime_s") ?? 0) - (task.number("start_s") ?? 0)
    process.legacy.runTime = .seconds(seconds)
    if let bytes = task.number("pgtables_bytes") {
      process.pageTables = bytes / 4096
    } else {
      let levels = PageTableLevels(
        pte: task.number("nr_ptes") ?? 0, pmd: task.number("nr_pmds") ?? 0)
      process.pageTableLevels = levels
      process.pageTables = levels.total
    }
    return process
  }

  private static func children(_ task: Vector) -> [Scenario.Process] {
    (task.values["children"] as? [[String: Any]] ?? []).map(Vector.init).map { child in
      var process = Scenario.Process()
      process.name = "child"
      process.ppid = 100
      process.isKernelThread = child.values["has_mm"] as? Bool == false
      if child.flag("same_mm") {
        process.sharesMMWith = .pid(100)
      } else {
        process.totalVM = child.number("total_vm")
        process.pageTables = 0
      }
      return process
    }
  }

  static func word(_ vector: Vector) -> WordBits {
    WordBits(rawValue: Int(vector.number("word_bits") ?? 64)) ?? .bits64
  }

  @Test(
    "badness(), oom_badness(), /proc/PID/oom_score of every rule set: mm/oom_kill.c, fs/proc/base.c"
  )
  func badness() throws {
    let vectors = try Self.vectors("badness.json", "badness")
    var checked: Set<String> = []
    var skipped = 0
    for vector in vectors {
      let (task, key) = (vector["task"], vector.text("ruleset"))
      // A reaped address space, MMF_OOM_SKIP since 4.7, is no state of a scenario.
      if task.flag("oom_skip"), KernelRelease(stringLiteral: key) >= "4.7" {
        skipped += 1
        continue
      }
      var scenario = Scenario()
      let totalpages = vector["system"].number("totalpages") ?? 1 << 22
      scenario.machine.memory = totalpages
      scenario.machine.hz = vector["system"].number("hz") ?? 250
      scenario.machine.wordBits = Self.word(vector)
      scenario.processes.append(Self.process(task, hz: scenario.machine.hz))
      for child in Self.children(task) { scenario.processes.append(child) }
      if task.number("mm_disable_count") ?? 0 > 0 {
        var sharer = Scenario.Process()
        sharer.name = "sharer"
        sharer.oomScoreAdj = -1000
        sharer.sharesMMWith = .pid(100)
        scenario.processes.append(sharer)
      }
      for release in Self.releases(of: key) {
        let rules = RulesByRelease.rules(of: release)
        check(vector, State(of: scenario, rules: rules), totalpages)
        // The same by the release's badness as an expression, which is that of 64 bits; a process in swapoff has 1000
        // points beside it.
        guard let text = rules.expression, scenario.machine.wordBits == .bits64,
          !(task.flag("oom_origin") && rules.selection.swapoff == .thousandPoints)
        else { continue }
        var own = scenario
        own.badness = try BadnessExpression(text)
        check(vector, State(of: own, rules: rules), totalpages)
      }
      checked.insert(key)
    }
    #expect(checked == Set(RuleSet.all.map(\.key)))
    #expect(skipped <= vectors.count / 40)
  }

  private func check(_ vector: Vector, _ world: State, _ totalpages: Int64) {
    let oc = OOMControl(memcg: nil, constraint: .none, totalpages: totalpages)
    let candidate = world.candidate(0, oc)
    let expected = vector["expect"]
    #expect(candidate.oomScore == Self.number(expected, "oom_score"), vector.id)
    if world.rules.badness.isLegacy {
      #expect(
        world.badness(0, totalpages: totalpages) == Self.number(expected, "points"), vector.id)
    } else if expected.text("points") == "LONG_MIN"
      || (expected.number("points") == 0 && world.rules.badness.rule != .signed)
    {
      #expect(candidate.ineligible != nil, vector.id)
    } else {
      #expect(candidate.ineligible == nil, vector.id)
      #expect(candidate.points == Self.number(expected, "points"), vector.id)
    }
  }

  private static func number(_ vector: Vector, _ key: String) -> Int128? {
    vector.text(key) == "ULONG_MAX" ? Int128(UInt64.max) : vector.number(key).map { Int128($0) }
  }

  @Test("which is taken of equals, of the dying, of none: mm/oom_kill.c, release by release")
  func selection() throws {
    let vectors = try Self.vectors("badness.json", "selection")
    #expect(vectors.count >= 30)
    for vector in vectors {
      let tasks = (vector.values["tasks"] as? [[String: Any]] ?? []).map(Vector.init)
      let release = KernelRelease(stringLiteral: vector.text("version"))
      // A victim that is reaped already is no state of a scenario; before 4.6 nothing marked it.
      if release >= "4.6", tasks.contains(where: { $0.flag("victim_skip") }) { continue }
      let isMemcg = vector.flag("memcg")
      var scenario = Scenario()
      // One step of oom_score_adj is 10000 pages: -1 makes points negative. In thousandths a page is a point.
      let isPerMille = release >= "2.6.36" && release < "3.5"
      scenario.machine.memory = isPerMille ? 1000 : 10_000_000
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
        process.isDying = task.flag("victim")
        process.isSwapoff = task.flag("origin")
        scenario.processes.append(process)
      }
      var world = State(of: scenario, rules: RulesByRelease.rules(of: release))
      let domain = isMemcg ? world.groups.number(of: "/group") : nil
      switch world.outOfMemory(world.oomControl(domain: domain, invoker: nil, nodes: nil)) {
      case .kill(let choice):
        #expect(Int64(world.tasks.pids[choice.victim]) == vector.number("victim"), vector.id)
      case .waiting:
        #expect(vector.text("victim") == "ABORT", vector.id)
      case .panic, .noVictim, .disabled, .fault:
        #expect(vector.values["victim"] is NSNull, vector.id)
      }
    }
  }

  @Test("mem_cgroup_get_limit() and mem_cgroup_get_max(), release by release: mm/memcontrol.c")
  func memcgTotalpages() throws {
    let vectors = try Self.vectors("badness.json", "memcg_totalpages")
    #expect(vectors.count >= 5)
    for vector in vectors {
      let memcg = vector["memcg"]
      let first = vector.text("ruleset").prefix { $0 != "-" && $0 != "+" }
      let limit = memcg.number("limit") ?? 0
      let total = memCgroupGetMax(
        max: limit,
        swapMax: memcg.number("memsw").map { $0 - limit } ?? memcg.number("swap_max")
          ?? Cgroup.unlimited,
        totalSwap: memcg.number("total_swap") ?? 0, swappiness: memcg.number("swappiness") ?? 60,
        rule: RulesByRelease.rules(of: KernelRelease(stringLiteral: String(first))).constraint
          .memcgTotalpages)
      #expect(total == vector.number("totalpages"), vector.id)
    }
  }

  @Test("oom_adj and oom_score_adj, written and read back: fs/proc/base.c")
  func adjConversion() throws {
    let vectors = try Self.vectors("badness.json", "adj_conversion")
    #expect(vectors.count >= 13)
    for vector in vectors {
      let value = Int16(vector.number("value") ?? 0)
      if vector.text("write") == "oom_adj" {
        #expect(
          Int64(oomScoreAdj(writing: value)) == vector.number("oom_score_adj"), "\(vector.values)")
        continue
      }
      for (release, key) in [
        ("2.6.36", "read_oom_adj_2.6.36_to_3.7"), ("3.7", "read_oom_adj_2.6.36_to_3.7"),
        ("3.8", "read_oom_adj_3.8_to_5.9"), ("5.9", "read_oom_adj_3.8_to_5.9"),
        ("5.10", "read_oom_adj_5.10+"),
      ] {
        let rules = RulesByRelease.rules(of: KernelRelease(stringLiteral: release))
        let read = rules.proc.oomAdj.map { readOOMAdj(value, $0) }
        #expect(read.map { Int64($0) } == vector.number(key), "\(release): \(vector.values)")
      }
    }
  }

  @Test("mem_cgroup_protected() since 4.18, effective_protection() since 5.7: mm/memcontrol.c")
  func protection() throws {
    for vector in try Self.vectors("badness.json", "memcg_protection") {
      let given = vector["in"]
      let effective = effectiveProtection(
        usage: given.number("usage") ?? 0, setting: given.number("setting") ?? 0,
        parentEffective: given.number("parent_eff") ?? 0,
        siblingsProtected: given.number("siblings_protected") ?? 0,
        recursiveParentUsage: given.flag("recursive") ? given.number("parent_usage") : nil,
        rule: vector.text("ruleset").hasPrefix("4.18") ? .shareOfParent : .proportional)
      #expect(effective == vector.number("effective"), vector.id)
    }
  }

  @Test("calculate_min_free_kbytes() and the watermarks, release by release: mm/page_alloc.c")
  func watermarks() throws {
    for vector in try Self.vectors("badness.json", "watermarks") {
      let pages = vector.number("lowmem_pages") ?? 0
      for (releases, minFreeKey, marksKey) in [
        (["2.6.11", "4.5"], "min_free_kbytes_to_5_6", "watermarks_pages_to_4_5"),
        (["4.6", "5.6"], "min_free_kbytes_to_5_6", "watermarks_pages_4_6_to_5_6"),
        (["5.7", "7.1"], "min_free_kbytes_5_7", "watermarks_pages_5_7"),
      ] {
        for release in releases {
          let rules = RulesByRelease.rules(of: KernelRelease(stringLiteral: release))
          let minFree = defaultMinFreeKbytes(
            lowmem: Kibibytes(pages * 4), most: rules.watermarks.mostMinFreeKbytes)
          #expect(minFree.rawValue == vector.number(minFreeKey), "\(release)")
          let min = minWatermark(minFreeKbytes: minFree, machine: Machine())
          let (low, high) = lowAndHighWatermark(
            min: min, managed: pages, step: rules.watermarks.step)
          #expect([min, low, high] == vector.values[marksKey] as? [Int64], "\(release)")
        }
      }
    }
  }
}
