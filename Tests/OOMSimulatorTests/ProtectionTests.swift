import OOMFormats
import Testing

@testable import OOMSimulator

/// Kernel: `effective_protection()`, mm/memcontrol.c, since 5.7, with the mount option `memory_recursiveprot`.
@Suite struct ProtectionTests {
  @Test("what the children do not claim of a parent's protection goes to them by what they use")
  func recursive() {
    // The parent keeps 50 and uses 50; one child asks for 10 and uses 20, the other asks for none and uses 30.
    // 40 are not claimed: 10 / 40 and 30 / 40 of them.
    func effective(_ usage: Int64, _ setting: Int64, isRecursive: Bool) -> Int64 {
      effectiveProtection(
        usage: usage, setting: setting, parentEffective: 50, siblingsProtected: 10,
        recursiveParentUsage: isRecursive ? 50 : nil)
    }
    #expect(effective(20, 10, isRecursive: true) == 20)
    #expect(effective(30, 0, isRecursive: true) == 30)
    #expect(effective(20, 10, isRecursive: false) == 10)
    #expect(effective(30, 0, isRecursive: false) == 0)
  }

  @Test("children are never given more than their parent has", arguments: 0..<8)
  func law(block: UInt64) {
    for seed in block * 500..<(block + 1) * 500 {
      var random = SplitMix(seed: seed)
      let children = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        (
          usage: Int64.random(in: 0...1000, using: &random),
          setting: Int64.random(in: 0...1000, using: &random)
        )
      }
      let parent = Int64.random(in: 0...3000, using: &random)
      let usage =
        children.reduce(0) { $0 + $1.usage } + Int64.random(in: 0...100, using: &random)
      let claimed = children.reduce(0) {
        $0 + protectedUsage(usage: $1.usage, setting: $1.setting, rule: .proportional)
      }
      for isRecursive in [false, true] {
        let given = children.map {
          effectiveProtection(
            usage: $0.usage, setting: $0.setting, parentEffective: parent,
            siblingsProtected: claimed, recursiveParentUsage: isRecursive ? usage : nil)
        }
        #expect(given.reduce(0, +) <= max(parent, 0), "seed \(seed)")
        // Without the option nobody keeps what it did not ask for.
        for (child, pages) in zip(children, given) where !isRecursive {
          #expect(pages <= min(child.usage, child.setting), "seed \(seed)")
        }
      }
    }
  }

  @Test("a group without settings is spared below a protected parent only with the mount option")
  func replayed() throws {
    func run(_ option: String) throws -> Run {
      let json = """
        { "schema": "oomsim.scenario/1", "name": "t"\(option),
          "machine": { "memory": "10000 pages", "swap": "4000 pages" },
          "sysctl": { "vm.min_free_kbytes": 0, "vm.overcommit_memory": 1 },
          "cgroups": { "/p": { "memory.min": "4100 pages" }, "/p/c": {}, "/q": {} },
          "processes": [
            { "name": "spared", "cgroup": "/p/c", "anon": "4000 pages" },
            { "name": "other", "cgroup": "/q", "anon": "4000 pages" } ],
          "events": [ { "at": 0, "grow": { "process": "other", "locked": "3000 pages" } } ] }
        """
      let scenario = try Scenario(json: Array(json.utf8), file: "test.json")
      return Simulator(for: scenario).run(scenario)
    }
    #expect(try run("").process(0).swap > 0)
    #expect(try run(", \"memory_recursiveprot\": true").process(0).swap == 0)
  }
}
