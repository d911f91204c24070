import Foundation
import OOMFormats
import OOMReports
import OOMSimulator
import Testing

/// The setting of a story, before its reader guesses what comes of it.
@Suite struct StorySettingTests {
  private func setting(_ path: String) throws -> String {
    let bytes = try Files.bytes(of: Files.scenarios.appending(path: path))
    return StorySetting(try Scenario(json: bytes, file: path)).lines.joined(separator: "\n")
  }

  /// Whoever guesses has to know what decides: of each story the settings that its lesson is about.
  @Test func `what decides is told`() throws {
    let decisive: [(String, [String])] = [
      (
        "memcg/oom-kill-disable.json",
        ["/docker/sim: memory.limit_in_bytes 1 GiB, oom_kill_disable 1"]
      ),
      ("memcg/v1-no-hierarchy.json", ["memory.limit_in_bytes 2 GiB, memory.use_hierarchy 0"]),
      ("memcg/memory-low-gives-way.json", ["memory.low 4 GiB, 2 GiB of clean cache"]),
      ("fork/shared-mm.json", ["writer, in the address space of recorder"]),
      ("fork/vfork-child.json", ["job, a child of vfork, before its exec"]),
      ("global/hugetlb-pool.json", ["a pool of 8 GiB of huge pages"]),
      ("global/hugetlb-pool-freed.json", ["At 30s the pool of huge pages is set to 0 B."]),
      ("global/sysrq-f.json", ["vm.panic_on_oom 1", "a kill by hand, with SysRq f"]),
      ("numa/cpuset-mems.json", ["cpuset.mems 0", "2 NUMA nodes"]),
      ("old/exit-delay-3-16.json", ["a victim's memory is back 30s after the kill"]),
      ("old/nice-batch.json", ["batch, nice 10, has run for 1h", "oom_adj -17"]),
      (
        "overcommit/enomem-exit.json",
        ["importer, ends when it is refused memory, is started again", "vm.overcommit_ratio 80"]
      ),
      ("userspace/earlyoom-sort-by-rss.json", ["earlyoom watches, with --sort-by-rss."]),
      (
        "fork/redis-bgsave-mode0.json",
        ["redis-server forks: its child is redis-rdb-bgsave", "that it shares within 2m"]
      ),
    ]
    for (path, parts) in decisive {
      let text = try setting(path)
      for part in parts { #expect(text.contains(part), "\(path): \(text)") }
    }
  }

  /// Nothing of the end: no kill, no refusal, no time of either.
  @Test func `the end is not told`() throws {
    for path in Files.shippedScenarios where !path.hasPrefix("recorded") {
      let text = try setting(path)
      for word in ["killed", "dies", "panics", "refused at", "survives"] {
        #expect(!text.contains(word), "\(path): \(text)")
      }
    }
  }
}
