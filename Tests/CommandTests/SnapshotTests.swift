import Foundation
import Testing

/// `snapshot` of directories that look like a host, and of this one.
@Suite struct SnapshotTests {
  /// A scenario that is read back is one that the strict reader takes.
  private func read(_ output: Output) async throws -> String {
    #expect(output.code == 0, "\(output.error)")
    let score = try await Program.run(["score", "-"], stdin: output.out)
    #expect(score.code == 0 && score.error == "", "\(score.error)")
    let run = try await Program.run(["run", "-"], stdin: output.out)
    #expect(run.code == 0, "\(run.error)")
    return score.out
  }

  @Test func `version 2, zram and a zombie`() async throws {
    let root = Program.packageRoot.appending(path: "Tests/Data/hosts/web").path
    let output = try await Program.run(["snapshot", "--root", root])
    #expect(output.error == "oomsim: left out: 1 zombie\noom_score: 8 of 8 equal\n")
    let table = try await read(output)
    #expect(table.contains("709 900") && table.contains("(oom_score_adj is -1000)"), "\(table)")
    let scenario = try #require(
      try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect(scenario["kernel"] as? String == "6.12.57+deb13-amd64")
    let swap = try #require((scenario.machine["swap"] as? [[String: Any]])?.first)
    #expect(swap["kind"] as? String == "zram" && swap["ratio"] as? Double == 2.8)
    let group = try #require(scenario.group("/system.slice/web.service"))
    #expect(group["memory.max"] as? String == "2G")
    #expect(group["memory.swap.max"] as? Int == 0)
    // What is free comes out, and what a group uses.
    let next = try await Program.run(["next", "--json", "--near", "100", "-"], stdin: output.out)
    #expect(next.out.contains("\"usage\": 506880") && next.out.contains("\"usage\": 1897000"))
  }

  @Test func `version 1`() async throws {
    let host = try FakeHost(release: "4.19.0")
    try host.process(1, "init", cgroup: "4:memory:/\n1:name=systemd:/init.scope\n0::/x")
    try host.process(
      30, "mysqld", anon: 40_000, cgroup: "11:cpuset,cpu:/a\n4:memory:/db", score: 100)
    let group = "sys/fs/cgroup/memory/db/"
    for (file, text) in [
      ("memory.limit_in_bytes", "52428800"), ("memory.memsw.limit_in_bytes", "104857600"),
      ("memory.soft_limit_in_bytes", "9223372036854771712"), ("memory.use_hierarchy", "1"),
      ("memory.swappiness", "10"), ("memory.usage_in_bytes", "45056000"),
      ("memory.oom_control", "oom_kill_disable 1\nunder_oom 0\noom_kill 0"),
      ("memory.stat", "cache 9999\ntotal_cache 2867200\ntotal_shmem 0"),
    ] { try host.file(group + file, text + "\n") }
    let (output, scenario) = try await host.snapshot()
    _ = try await read(output)
    #expect(scenario["cgroup_version"] as? Int == 1)
    let db = try #require(scenario.group("/db"))
    #expect(db["memory.limit_in_bytes"] as? String == "50M")
    #expect(db["memory.memsw.limit_in_bytes"] as? String == "100M")
    #expect(db["memory.soft_limit_in_bytes"] == nil && db["memory.swappiness"] as? Int == 10)
    #expect(db["memory.use_hierarchy"] as? Int == 1)
    #expect((db["memory.oom_control"] as? [String: Any])?["oom_kill_disable"] as? Int == 1)
    // 11 000 pages in use: 10 010 of the process, 700 of cache, the rest the kernel's.
    #expect(db["page_cache"] as? String == "2800k" && db["kernel"] as? String == "1160k")
    // The other one's score is that of newer rules.
    #expect(output.error.contains("oom_score: 2 of 2 equal"), "\(output.error)")
  }

  @Test func `names in any bytes`() async throws {
    let host = try FakeHost()
    let names: [[UInt8]] = [
      Array("a) S 1 (b".utf8), [0xFF, 0x41, 0xC3], Array("tab\t\"\\\n".utf8), [0x1B, 0x5B, 0x4A],
      [],
      Array("größe".utf8),
    ]
    for (index, name) in names.enumerated() {
      try host.process(index + 10)
      try host.stat(index + 10, name, start: index)
    }
    let (output, scenario) = try await host.snapshot()
    _ = try await read(output)
    #expect(
      scenario.processes.map { $0["name"] as? String } == [
        "a) S 1 (b", "\\xffA\\xc3", "tab\t\"\\\n", "\u{1B}[J", "?", "größe",
      ])
    #expect(output.error == "oom_score: 6 of 6 equal\n")
  }

  @Test func `processes that vanish or cannot be read`() async throws {
    let host = try FakeHost()
    try host.process(2, "kept")
    try host.process(3, "no stat")
    try host.process(4, "no score")
    let manager = FileManager.default
    for name in ["proc/3/stat", "proc/4/oom_score"] {
      try manager.removeItem(atPath: host.path + "/" + name)
    }
    // Gone before its files are opened; a file that answers with an error, even to root.
    try manager.createDirectory(
      atPath: host.path + "/proc/5", withIntermediateDirectories: true)
    try manager.createDirectory(
      atPath: host.path + "/proc/6/status", withIntermediateDirectories: true)
    try manager.createDirectory(
      atPath: host.path + "/proc/4/cgroup.d", withIntermediateDirectories: true)
    try manager.removeItem(atPath: host.path + "/proc/4/cgroup")
    try manager.createDirectory(
      atPath: host.path + "/proc/4/cgroup", withIntermediateDirectories: true)
    let (output, scenario) = try await host.snapshot()
    _ = try await read(output)
    #expect(
      output.error == """
        oomsim: 1 process ended while being read
        oomsim: 1 of 4 processes cannot be read
        oomsim: cannot be read: /proc/PID/cgroup (1)
        oom_score: 2 of 2 equal

        """)
    #expect(scenario.processes.map { $0["name"] as? String } == ["kept", "no stat", "no score"])
  }

  @Test func `the order is that in which processes were made`() async throws {
    let host = try FakeHost()
    for (pid, start) in [(5, 900), (300, 20), (20, 20), (4000, 7)] {
      try host.process(pid, "p\(pid)", start: start)
    }
    let scenario = try await host.snapshot().scenario
    #expect(scenario.processes.compactMap { $0["pid"] as? Int } == [4000, 20, 300, 5])
  }

  @Test func `swap, sysctls and what differs`() async throws {
    let host = try FakeHost(swapTotal: 80_000)
    try host.process(10, swap: 8000, score: 17)
    for pid in 11...16 { try host.process(pid, score: 1) }
    try host.file(
      "proc/swaps",
      """
      Filename\tType\tSize\tUsed\tPriority
      /swap\\040file file 60000 0 -2
      /dev/sda2 partition 20000 0 5

      """)
    try host.file("proc/sys/vm/overcommit_memory", "2\n")
    try host.file("proc/sys/vm/overcommit_kbytes", "1000\n")
    try host.file("proc/sys/vm/swappiness", "100\n")
    let (output, scenario) = try await host.snapshot()
    _ = try await read(output)
    #expect(scenario.machine["swap"] as? String == "80000k")
    #expect(scenario.processes.first?["swap"] as? String == "8000k")
    let sysctl = try #require(scenario["sysctl"] as? [String: Int])
    #expect(
      sysctl == [
        "vm.overcommit_memory": 2, "vm.overcommit_kbytes": 1000, "vm.swappiness": 100,
      ])
    #expect(
      output.error.hasPrefix("oom_score: 0 of 7 equal\n  10 (task): computed 683, shown 17\n"))
    #expect(output.error.hasSuffix("  and 2 more\n"))
  }

  @Test func `memory nodes and old counters`() async throws {
    let host = try FakeHost()
    for node in 0...1 {
      try host.file(
        "sys/devices/system/node/node\(node)/meminfo",
        "Node \(node) MemTotal:       200000 kB\nNode \(node) MemFree: 1 kB\n")
    }
    try host.process(10, extra: "Mems_allowed_list:\t1")
    try host.process(11, extra: "Mems_allowed_list:\t0-7")
    // Before 4.5 there is no RssAnon; statm has its parts.
    try host.file(
      "proc/12/status", "Name:\told\nVmSize:\t9000 kB\nVmRSS:\t4000 kB\nVmPTE:\t8 kB\n")
    try host.file("proc/12/statm", "2250 1000 300 1 0 1 0\n")
    let (output, scenario) = try await host.snapshot()
    _ = try await read(output)
    #expect((scenario.machine["nodes"] as? [Any])?.count == 2)
    #expect(scenario.processes.map { $0["mems_allowed"] as? String } == ["1", nil, nil])
    let old = try #require(scenario.processes.last)
    #expect(old["anon"] as? String == "2800k" && old["file"] as? String == "1200k")
  }

  @Test func `no host and wrong usage`() async throws {
    let empty = try Scratch()
    for (arguments, code, error) in [
      (["snapshot", "--root", "/nonexistent"], 66, "no such file"),
      (["snapshot", "--root", empty.url.path], 66, "no directory 'proc'"),
      (["snapshot", "x"], 64, "Unexpected argument"),
      (["next", "--root", empty.url.path], 66, "no directory 'proc'"),
    ] {
      let output = try await Program.run(arguments)
      #expect(output.code == Int32(code) && output.out == "")
      #expect(output.error.contains(error), "\(output.error)")
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/oom_score")))
  func `this host`() async throws {
    let scratch = try Scratch()
    let file = scratch.url.appending(path: "host.json").path
    let output = try await Program.run(["snapshot", "-o", file])
    #expect(output.code == 0 && output.out == "", "\(output.error)")
    let line = try #require(
      output.error.split(separator: "\n").first { $0.hasPrefix("oom_score: ") })
    let numbers = line.split(separator: " ").compactMap { Int($0) }
    #expect(numbers.count == 2 && numbers[0] * 100 >= numbers[1] * 90, "\(output.error)")
    let score = try await Program.run(["score", file])
    #expect(score.code == 0 && score.error == "" && !score.out.isEmpty, "\(score.error)")
    let next = try await Program.run(["next"])
    #expect(next.code == 0 && next.out.contains("the machine"), "\(next)")
  }
}
