import OOMFormats
import Testing

@testable import OOMSimulator

/// Which group oomd kills: BaseKillPlugin.cpp and the plugins that rank.
@Suite struct OomdKillTests {
  typealias Machine = OomdDetectorTests.Machine

  private func machine(
    _ plugin: String, _ args: String, _ processes: String, groups: String = "",
    machine: String = ""
  ) throws -> Machine {
    try Machine(
      OomdTests.plugin("continue"), action: OomdTests.plugin(plugin, args), groups: groups,
      processes: processes, machine: machine)
  }

  /// Groups below /s with so many pages of anonymous memory each, and so many in swap.
  private func processes(_ sizes: [String: (anon: Int, swap: Int)]) -> String {
    sizes.sorted { $0.key < $1.key }.map {
      #"{ "name": "p\#($0.key.replacing("/", with: "-"))", "cgroup": "/s/\#($0.key)", "anon": "\#($0.value.anon) pages", "swap": "\#($0.value.swap) pages" }"#
    }.joined(separator: ", ")
  }

  // MARK: Size and growth

  /// Sets what a group uses, page tables or not, and what it has used on average.
  private func set(_ machine: inout Machine, _ path: String, usage: Int64, mean: Int64? = nil) {
    let group = machine.number(path)
    machine.state.ledger.accounts[group].usage = usage
    let bytes = usage * 4096
    // After the tick the average is (3 × old + usage) / 4.
    let old = mean.map { ($0 * 4 - bytes) / 3 } ?? bytes
    machine.killer.memory.oomd.averages[group] = OomdMemory.Average(usage: bytes, mean: old)
  }

  private let six = ["a", "b", "c", "d", "e", "f"]

  private func six(_ args: String = "", groups: String = "") throws -> Machine {
    let sizes = Dictionary(uniqueKeysWithValues: six.map { ($0, (anon: 10, swap: 0)) })
    return try machine(
      "kill_by_memory_size_or_growth", #""cgroup": "s/*""# + args, processes(sizes), groups: groups)
  }

  /// From half of all on the size counts; below it growth of those in the largest fifth, here two of six; then the size.
  @Test func `size, growth, size`() throws {
    func first(
      _ usage: [Int64], growing: [Int: Int64] = [:], _ args: String = "", groups: String = ""
    ) throws -> String? {
      var machine = try six(args, groups: groups)
      for (index, name) in six.enumerated() {
        set(
          &machine, "/s/\(name)", usage: usage[index],
          mean: growing[index].map { usage[index] * 4096 * 100 / $0 })
      }
      return machine.tick()
    }
    // 500 of 1000: size; 499 of 999 would be as well, and 499 of 1000 is not.
    #expect(try first([500, 400, 25, 25, 25, 25], growing: [1: 130]) == "/s/a")
    #expect(try first([499, 400, 26, 25, 25, 25], growing: [1: 130]) == "/s/b")
    // 1.25 times the average, and a little less.
    #expect(try first([499, 400, 26, 25, 25, 25], growing: [1: 125]) == "/s/b")
    #expect(try first([499, 400, 26, 25, 25, 25], growing: [1: 124]) == "/s/a")
    // The third is in no largest fifth of six.
    #expect(try first([400, 300, 200, 40, 30, 30], growing: [2: 300]) == "/s/a")
    #expect(try first([400, 300, 300, 0, 0, 0], growing: [2: 300]) == "/s/c")
    #expect(
      try first(
        [400, 300, 200, 40, 30, 30], growing: [2: 300], #", "growing_size_percentile": "50""#)
        == "/s/c")
    // Of two that grow the one that grows faster.
    #expect(try first([400, 300, 100, 100, 50, 50], growing: [0: 130, 1: 140]) == "/s/b")
    // Of equals the first by path.
    #expect(try first([200, 200, 100, 100, 50, 50]) == "/s/a")
    #expect(try first([100, 100, 200, 200, 50, 50]) == "/s/c")
    // The ratio is read as a whole number: 1.9 is 1, which one that does not grow has, too.
    #expect(
      try first([400, 300, 100, 100, 50, 50], growing: [1: 110], #", "min_growth_ratio": "1.9""#)
        == "/s/b")
    #expect(
      try first([400, 300, 100, 100, 50, 50], growing: [1: 190], #", "min_growth_ratio": "2""#)
        == "/s/a")
    #expect(
      try first([400, 300, 100, 100, 50, 50], growing: [1: 190], #", "size_threshold": "40""#)
        == "/s/a")
    #expect(
      try first([400, 300, 100, 100, 50, 50], growing: [1: 190], #", "size_threshold": "41""#)
        == "/s/b")
  }

  /// By what is used beyond the protection: of two that are both above the threshold the less protected.
  @Test func `protection`() throws {
    var machine = try self.machine(
      "kill_by_memory_size_or_growth", #""cgroup": "s/*", "size_threshold": "10""#,
      processes(["a": (600, 0), "b": (500, 0), "c": (100, 0)]),
      groups: #", "/s": { "memory.low": "400 pages" }, "/s/a": { "memory.low": "400 pages" }"#)
    #expect(machine.tick() == "/s/b")
    // Where a group hands its protection down, each child has its part: a half of 400 pages.
    var shared = try self.machine(
      "kill_by_memory_size_or_growth", #""cgroup": "s/*", "size_threshold": "10""#,
      processes(["a": (600, 0), "b": (450, 0), "c": (600, 0)]),
      groups:
        #", "/s": { "memory.min": "400 pages" }, "/s/a": { "memory.low": "400 pages" }, "/s/c": { "memory.min": "400 pages" }"#
    )
    #expect(shared.tick() == "/s/b")
    // None above: nothing to hand down.
    var bare = try self.machine(
      "kill_by_memory_size_or_growth", #""cgroup": "s/*", "size_threshold": "10""#,
      processes(["a": (600, 0), "b": (500, 0)]), groups: #", "/s/a": { "memory.low": "400 pages" }"#
    )
    #expect(bare.tick() == "/s/a")
  }

  /// Averages begin at 0 and take a quarter of the difference: whole bytes.
  @Test func `the average`() throws {
    var machine = try six()
    let usage = machine.state.ledger.accounts[machine.number("/s/a")].usage * 4096
    var mean: Int64 = 0
    for _ in 0..<120 {
      _ = machine.tick()
      mean = (mean * 3 + usage) / 4
      #expect(machine.killer.memory.oomd.averages[machine.number("/s/a")]?.mean == mean)
    }
    #expect(mean <= usage && mean > usage - 4)
    // Ticks that were left out are made up for.
    var other = try six()
    _ = other.tick()
    other.killer.nextLook = .seconds(120)
    _ = other.tick()
    #expect(other.killer.memory.oomd.averages == machine.killer.memory.oomd.averages)
  }

  // MARK: Preferences, recursion, what is empty

  @Test func `oomd_prefer and oomd_avoid`() throws {
    func first(_ groups: String) throws -> String? {
      var machine = try self.machine(
        "kill_by_memory_size_or_growth", #""cgroup": "s/*""#,
        processes(["a": (100, 0), "b": (900, 0)]), groups: ", " + groups)
      return machine.tick()
    }
    #expect(try first(#""/s/a": { "oomd_prefer": true }"#) == "/s/a")
    #expect(try first(#""/s/b": { "oomd_avoid": true }"#) == "/s/a")
    #expect(try first(#""/s/b": { "ManagedOOMPreference": "avoid" }"#) == "/s/a")
    #expect(try first(#""/s/b": { "ManagedOOMPreference": "omit" }"#) == "/s/b")
    #expect(try first(#""/s/b": { "oomd_avoid": true, "oomd_prefer": true }"#) == "/s/b")
    #expect(try first(#""/s/b": { "oomd_avoid": false }"#) == "/s/b")
    #expect(
      try first(#""/s/a": { "oomd_avoid": true }, "/s/b": { "oomd_avoid": true }"#) == "/s/b")
    // It counts on the group itself alone.
    #expect(try first(#""/s": { "oomd_prefer": true }, "/s/a": { "oomd_avoid": true }"#) == "/s/b")
  }

  /// It walks down from the best group to the best in it, not below one that dies as a whole, and back where it is empty.
  @Test func `recursive`() throws {
    let tree = processes(["a/x": (300, 0), "a/y": (200, 0), "b/z": (400, 0)])
    func first(_ args: String, groups: String = "", cgroup: String = "s/*") throws -> String? {
      var machine = try self.machine(
        "kill_by_memory_size_or_growth", #""cgroup": "\#(cgroup)""# + args, tree,
        groups: ", \"/s/a\": { \(groups) }")
      return machine.tick()
    }
    let recursive = #", "recursive": "true""#
    #expect(try first("") == "/s/a")
    #expect(try first(recursive) == "/s/a/x")
    #expect(try first(recursive, cgroup: "/") == "/s/a/x")
    #expect(try first(recursive, groups: #""memory.oom.group": 1"#) == "/s/a")
    #expect(try first(recursive, groups: #""OOMPolicy": "kill""#) == "/s/a")
    #expect(try first(recursive, groups: #""oomd_avoid": true"#) == "/s/b/z")
    // The best has only empty groups: the next best is tried.
    var machine = try self.machine(
      "kill_by_memory_size_or_growth", #""cgroup": "s/*", "recursive": "1""#,
      processes(["b/z": (10, 0)]),
      groups: #", "/s/a": { "page_cache": "4M" }, "/s/a/x": { "page_cache": "1M" }"#)
    #expect(machine.tick() == "/s/b/z")
  }

  /// What has no processes, or no anonymous memory, is passed over.
  @Test func `empty groups`() throws {
    var machine = try self.machine(
      "kill_by_memory_size_or_growth", #""cgroup": "s/*""#,
      processes(["a": (1, 0)])
        + #", { "name": "f", "cgroup": "/s/f", "file": "900 pages" }, { "name": "m", "cgroup": "/s/m", "anon": "50 pages" }"#,
      groups: #", "/s/cache": { "page_cache": "9M" }"#)
    #expect(machine.tick() == "/s/m")
  }

  // MARK: Swap, pressure, pages scanned

  @Test func `kill_by_swap_usage`() throws {
    func first(
      _ args: String, _ sizes: [String: (anon: Int, swap: Int)], swap: Int = 10_000,
      groups: String = ""
    ) throws -> String? {
      var machine = try self.machine(
        "kill_by_swap_usage", #""cgroup": "s/*""# + args, processes(sizes), groups: groups,
        machine: #", "swap": "\#(swap) pages""#)
      return machine.tick()
    }
    #expect(try first("", ["a": (900, 10), "b": (1, 20)]) == "/s/b")
    #expect(try first("", ["a": (1, 20), "b": (900, 20)]) == "/s/a")
    #expect(try first("", ["a": (1, 0), "b": (900, 0)]) == nil)
    // A threshold that is reached counts; a bare number is MiB, 256 pages.
    #expect(try first(#", "threshold": "1""#, ["a": (1, 255)]) == nil)
    #expect(try first(#", "threshold": "1""#, ["a": (1, 256)]) == "/s/a")
    #expect(try first(#", "threshold": "5%""#, ["a": (1, 499)]) == nil)
    #expect(try first(#", "threshold": "5%""#, ["a": (1, 500)]) == "/s/a")
    // Of 2^20 pages, 4 GiB, an int has nothing: any group is above 5 % of that.
    #expect(try first(#", "threshold": "5%""#, ["a": (1, 0)], swap: 1 << 20) == "/s/a")
  }

  /// By the swap beyond SwapTotal / MemTotal of the protection, where both fit into an int.
  @Test func `biased_swap_kill`() throws {
    func first(_ args: String) throws -> String? {
      let text = processes(["a": (500, 200), "b": (500, 150)])
      var machine = try Machine(
        OomdTests.plugin("continue"),
        action: OomdTests.plugin("kill_by_swap_usage", #""cgroup": "s/*""# + args),
        groups: #", "/s": { "memory.low": "1000 pages" }, "/s/a": { "memory.low": "200 pages" }"#,
        processes: text, machine: #", "swap": "50000 pages""#)
      machine.state = {
        var state = machine.state
        _ = state.apply(Event.MachineChange(memory: 100_000))
        return state
      }()
      return machine.tick()
    }
    // Half of 200 pages are in their place: 100 beyond them, and 150 of the other.
    #expect(try first("") == "/s/a")
    #expect(try first(#", "biased_swap_kill": "true""#) == "/s/b")
  }

  /// Whole per cent of half avg10 and half avg60: what is equal then goes by path.
  @Test func `kill_by_pressure`() throws {
    func first(a: Int64, b: Int64, recursive: Bool = false) throws -> String? {
      var machine = try self.machine(
        "kill_by_pressure",
        recursive
          ? #""cgroup": "s", "resource": "memory", "recursive": true"#
          : #""cgroup": "s/*", "resource": "memory""#,
        processes(["a": (10, 0), "b": (900, 0)]))
      machine.stall(a, "/s/a")
      machine.stall(b, "/s/b")
      var last: String?
      for _ in 0..<20 { last = machine.tick() }
      return last
    }
    #expect(try first(a: 40, b: 90) == "/s/b")
    #expect(try first(a: 90, b: 40) == "/s/a")
    #expect(try first(a: 90, b: 40, recursive: true) == "/s/a")
    #expect(try first(a: 50, b: 50) == "/s/a")
    // What is less than a whole per cent apart is equal.
    func average(_ stall: Int64) -> Int64 {
      var psi = PSIAverages()
      psi.pass(from: 0, to: .seconds(20), stall: .percent(stall))
      return (psi.avg10 + psi.avg60) / 200
    }
    let equal = try #require((50..<90).first { average($0) == average($0 + 1) })
    #expect(try first(a: equal, b: equal + 1) == "/s/a")
    let less = try #require((50..<90).first { average($0) + 1 == average($0 + 1) })
    #expect(try first(a: less, b: less + 1) == "/s/b")
  }

  /// The first call waits for the next tick; then those with pages scanned since the last one, most first.
  @Test func `kill_by_pg_scan`() throws {
    var machine = try self.machine(
      "kill_by_pg_scan", #""cgroup": "s/*""#,
      processes(["a": (10, 0), "b": (900, 0), "c": (5, 0)]))
    func scan(_ path: String, _ pages: Int64) {
      machine.state.ledger.accounts[machine.number(path)].reclaimed += pages
    }
    scan("/s/b", 100)
    #expect(machine.tick() == nil)
    #expect(machine.killer.memory.oomd.rulesets[0].waiting?.action == 0)
    scan("/s/a", 7)
    scan("/s/c", 7)
    #expect(machine.tick() == "/s/a")
    // Nothing was scanned: nobody.
    #expect(machine.tick() == nil)
    scan("/s/c", 1)
    #expect(machine.tick() == "/s/c")
  }

  /// What waits goes on though no detector fires any more, and not while its ruleset pauses.
  @Test func `an action that waits`() throws {
    var machine = try Machine(
      OomdTests.plugin("memory_reclaim", #""cgroup": "s/b", "duration": "0""#),
      action: OomdTests.plugin("kill_by_pg_scan", #""cgroup": "s/*""#),
      processes: processes(["a": (10, 0), "b": (900, 0)]))
    machine.state.ledger.accounts[machine.number("/s/b")].reclaimed += 1
    #expect(machine.tick() == nil)
    machine.state.ledger.accounts[machine.number("/s/a")].reclaimed += 1
    #expect(machine.tick() == "/s/a")
    machine.state.ledger.accounts[machine.number("/s/a")].reclaimed += 1
    #expect(machine.ticks(2) == [false, false])
  }
}
