import Foundation
import Testing

/// Copies of a host that are broken, and what tells a page size.
@Suite struct SnapshotFaultTests {
  @Test(
    arguments: [
      ("proc/meminfo", "MemTotal: abc kB\n", "proc/meminfo:1:11: error: MemTotal: 'abc kB'"),
      ("proc/meminfo", "MemFree: 8 kB\n", "proc/meminfo:1:1: error: no MemTotal in it"),
      ("proc/20/oom_score_adj", "abc\n", "proc/20/oom_score_adj:1:1: error: 'abc' is no number"),
      ("proc/20/status", "VmRSS:\t-8 kB\n", "proc/20/status:1:8: error: VmRSS: '-8 kB'"),
      ("sys/fs/cgroup/a/memory.max", "1x\n", "sys/fs/cgroup/a/memory.max:1:1: error: '1x'"),
    ])
  func `a broken file is named`(name: String, text: String, message: String) async throws {
    let host = try FakeHost()
    try host.process(20, cgroup: "0::/a")
    try host.file("sys/fs/cgroup/a/memory.max", "max\n")
    try host.file(name, text)
    for command in [["snapshot"], ["next"], ["next", "--json"]] {
      let output = try await Program.run(command + ["--root", host.path])
      #expect(output.code == 65 && output.out == "", "\(output)")
      #expect(output.error.hasPrefix("\(host.path)/\(message)"), "\(output.error)")
    }
  }

  @Test func `an empty proc`() async throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      at: scratch.url.appending(path: "proc"), withIntermediateDirectories: true)
    for command in ["snapshot", "next"] {
      let output = try await Program.run([command, "--root", scratch.url.path])
      #expect(output.code == 65 && output.out == "", "\(output)")
      #expect(output.error.contains("neither /proc/meminfo nor a process in it"))
    }
  }

  /// A container's own MemFree beside the kernel's counters is a fourth of them here.
  @Test func `statm proves the page size`() async throws {
    let host = try FakeHost()
    try host.process(20, anon: 4000)
    try host.file("proc/vmstat", "nr_free_pages 12500\n")
    let guessed = try await host.snapshot()
    #expect(guessed.scenario.machine["page_size"] as? Int == 16384)
    #expect(guessed.output.error.contains("no file tells the page size: taken for 16 KiB"))
    try host.file("proc/20/statm", "1250 1000 0 0 0 0 0\n")
    let proved = try await host.snapshot()
    #expect(proved.scenario.machine["page_size"] == nil)
    #expect(!proved.output.error.contains("no file tells the page size"))
  }
}
