import Foundation
import Testing

/// `snapshot --script`, and what `--root` takes: a directory, the archive of the script, no empty copy.
@Suite struct SnapshotArchiveTests {
  private static let hasProc = FileManager.default.fileExists(atPath: "/proc/self/oom_score")

  @Test func `the script is one that a POSIX shell takes`() async throws {
    let scratch = try Scratch()
    let output = try await Program.shell(
      "oomsim snapshot --script > a && oomsim snapshot --script -o b && cmp a b && sh -n a",
      in: scratch.url)
    #expect(output.code == 0 && output.error == "", "\(output)")
    let wrong = try await Program.run(["snapshot", "--script", "--root", "/"])
    #expect(wrong.code == 64 && wrong.error.contains("--script prints what is to be run"))
  }

  /// The archive of this host is this host: each oom_score by the archive's own numbers is what the kernel showed.
  @Test(.enabled(if: hasProc))
  func `the archive of this host gives its scenario`() async throws {
    let scratch = try Scratch()
    let output = try await Program.shell(
      """
      set -e
      sleep 600 > /dev/null 2>&1 &
      trap "kill -9 $!" EXIT
      oomsim snapshot --script > collect.sh
      sh collect.sh host.tar 2> told
      sh collect.sh > piped.tar
      oomsim snapshot --root host.tar -o archive.json 2> scores
      oomsim snapshot --root - -o piped.json < piped.tar 2>> scores
      oomsim snapshot -o live.json 2> /dev/null
      oomsim score archive.json --json > scored.json
      mkdir later && tar -xf piped.tar -C later
      oomsim next --root host.tar --json > next.json 2> /dev/null
      mkdir unpacked && tar -xf host.tar -C unpacked
      oomsim snapshot --root unpacked -o unpacked.json 2> /dev/null
      cmp archive.json unpacked.json
      ls -a | grep -c part || true
      """, in: scratch.url)
    #expect(output.code == 0 && output.out == "0\n", "\(output)")
    func text(_ name: String) throws -> String {
      try String(contentsOf: scratch.url.appending(path: name), encoding: .utf8)
    }
    #expect(try text("told").contains(" processes: "))
    let scores = try text("scores").split(separator: "\n").filter { $0.hasPrefix("oom_score: ") }
    #expect(scores.count == 2)
    // The programs of this suite grow between the reads of their sizes and of their oom_score. Of those whose sizes are
    // the same in both archives, as those of the one that sleeps, the kernel's own oom_score has to come out.
    func sizes(_ status: String) -> [Substring] {
      status.split(separator: "\n").filter { line in
        ["RssAnon:", "RssFile:", "RssShmem:", "VmSwap:", "VmPTE:"].contains { line.hasPrefix($0) }
      }
    }
    let scored = try DocumentTests.document(try text("scored.json")).processes
    var still = 0
    var equal = 0
    for process in scored {
      guard let pid = process["pid"] as? Int, let score = process["oom_score"] as? Int,
        let first = try? text("unpacked/proc/\(pid)/oom_score"),
        let kernels = Int(first.trimmingCharacters(in: .whitespacesAndNewlines)),
        first == (try? text("later/proc/\(pid)/oom_score")),
        let status = try? text("later/proc/\(pid)/status"),
        sizes(try text("unpacked/proc/\(pid)/status")) == sizes(status)
      else { continue }
      still += 1
      if score == kernels { equal += 1 }
    }
    #expect(still > 0 && equal * 100 >= still * 99, "\(equal) of \(still)")
    let (live, archived) = try (
      DocumentTests.document(try text("live.json")),
      DocumentTests.document(try text("archive.json"))
    )
    for key in ["kernel", "title"] { #expect(live[key] as? String == archived[key] as? String) }
    #expect(live.machine["memory"] as? String == archived.machine["memory"] as? String)
    #expect(live["sysctl"] as? [String: Int] == archived["sysctl"] as? [String: Int])
    // Tests start and end all the time; process 1 stays.
    let (first, second) = (live.processes.first, archived.processes.first)
    #expect(first?["name"] as? String == second?["name"] as? String)
    #expect(first?["pid"] as? Int == second?["pid"] as? Int)
  }

  @Test(arguments: ["ustar", "pax", "gnu"])
  func `an archive reads as its directory does`(format: String) async throws {
    let host = try FakeHost()
    let group = "/" + String(repeating: "long-name-of-a-slice.slice/", count: 7) + "x.service"
    try host.process(10, "größe", cgroup: "0::\(group)")
    try host.file("sys/fs/cgroup\(group)/memory.max", "8388608\n")
    let scratch = try Scratch()
    let output = try await Program.shell(
      """
      set -e
      tar --format=\(format) -cf host.tar -C \(host.path) proc sys
      oomsim snapshot --root \(host.path) > directory.json 2> one
      oomsim snapshot --root host.tar > archive.json 2> two
      cmp directory.json archive.json && cmp one two && grep -c '"memory.max": "8M"' archive.json
      """, in: scratch.url)
    #expect(output.code == 0 && output.out == "1\n", "\(output)")
  }

  /// What no file of the kernel's shows: OOMPolicy and Restart of a unit, what it asks systemd-oomd for, and that it runs.
  @Test func `units are as systemctl shows them`() async throws {
    let host = try FakeHost()
    try host.process(10, "api", cgroup: "0::/system.slice/api.service")
    try host.process(11, "systemd-oomd", cgroup: "0::/system.slice/systemd-oomd.service")
    try host.process(12, "earlyoom", cgroup: "0::/system.slice/earlyoom.service")
    try host.file("sys/fs/cgroup/system.slice/api.service/memory.max", "8388608\n")
    try host.file("sys/fs/cgroup/system.slice/systemd-oomd.service/memory.max", "max\n")
    try host.file(
      "proc/pressure/memory",
      "some avg10=12.50 avg60=1.00 avg300=0.00 total=5\nfull avg10=3.20 avg60=0.00 avg300=0.00 total=3\n"
    )
    try host.file(
      "oomsim/units",
      """
      Restart=on-failure
      RestartUSec=5s
      StartLimitIntervalUSec=10s
      StartLimitBurst=5
      TimeoutStopUSec=20s
      Id=api.service
      MainPID=10
      ActiveState=active
      ControlGroup=/system.slice/api.service
      OOMPolicy=stop
      ManagedOOMSwap=auto
      ManagedOOMMemoryPressure=kill
      ManagedOOMMemoryPressureLimit=2576980377
      ManagedOOMPreference=avoid

      Id=gone.service
      ActiveState=inactive
      MainPID=0
      ControlGroup=
      OOMPolicy=continue

      """)
    let (output, scenario) = try await host.snapshot()
    #expect(output.code == 0, "\(output.error)")
    let groups = scenario["cgroups"] as? [String: [String: Any]] ?? [:]
    #expect(groups.keys.sorted() == ["/system.slice/api.service"], "\(groups)")
    let api = groups["/system.slice/api.service"] ?? [:]
    #expect(api["memory.max"] as? String == "8M" && api["OOMPolicy"] as? String == "stop")
    #expect(api["TimeoutStopSec"] as? String == "20s")
    #expect(api["ManagedOOMMemoryPressure"] as? String == "kill")
    #expect(api["ManagedOOMMemoryPressureLimit"] as? String == "60%")
    #expect(api["ManagedOOMPreference"] as? String == "avoid")
    let restart = scenario.processes.first?["restart"] as? [String: Any] ?? [:]
    #expect(restart["delay"] as? String == "5s" && restart["burst"] as? Int == 5, "\(restart)")
    let killers = scenario["killers"] as? [[String: Any]] ?? []
    #expect(killers.count == 1 && killers.first?["kind"] as? String == "systemd-oomd")
    let told = (scenario["description"] as? [String] ?? []).joined(separator: "\n")
    #expect(told.contains("waited for memory 12.5% of ten seconds, all of them 3.2%."), "\(told)")
    #expect(told.contains("earlyoom runs here"))

    try host.file("oomsim/units", "no property\n")
    let (wrong, other) = try await host.snapshot()
    #expect(wrong.code == 0 && wrong.error.contains("what systemctl shows is left out: expected"))
    #expect(other.processes.first?["restart"] == nil)
  }

  /// The script and the program ask the same systemctl; where there is none, nothing is said.
  @Test(.enabled(if: hasProc)) func `systemctl is asked on the host`() async throws {
    let scratch = try Scratch()
    try scratch.file(
      "bin/systemctl",
      "#!/bin/sh\n[ \"$1 $2 $5\" = 'show *.service -p' ] || exit 1\n"
        + "printf 'Id=first.service\\nControlGroup=/\\nMainPID=1\\nActiveState=active\\nRestart=always\\n'\n"
    )
    let output = try await Program.shell(
      """
      set -e
      chmod +x bin/systemctl
      PATH=$PWD/bin:$PATH
      oomsim snapshot --script > collect.sh
      sh collect.sh > host.tar
      tar -xOf host.tar ./oomsim/units | head -1
      oomsim snapshot 2> /dev/null | grep -c '"restart": { "policy": "always"'
      oomsim snapshot --root host.tar 2> /dev/null | grep -c '"restart": { "policy": "always"'
      """, in: scratch.url)
    #expect(output.code == 0 && output.out == "Id=first.service\n1\n1\n", "\(output)")
  }

  /// What tar makes of /proc: names, and nothing in the files.
  @Test func `a copy without content is refused with the way that works`() async throws {
    let host = try FakeHost()
    try host.process(10)
    for name in ["proc/meminfo", "proc/10/status", "proc/10/stat", "proc/10/oom_score"] {
      try host.file(name, "")
    }
    let scratch = try Scratch()
    let tar = try await Program.shell("tar -cf host.tar -C \(host.path) proc sys", in: scratch.url)
    #expect(tar.code == 0)
    for root in [host.path, scratch.url.appending(path: "host.tar").path] {
      for command in ["snapshot", "next"] {
        let output = try await Program.run([command, "--root", root])
        #expect(output.code == 65 && output.out == "")
        #expect(output.error.contains("the files of proc are empty: "), "\(output.error)")
        #expect(output.error.contains("oomsim snapshot --script > collect.sh"))
      }
    }
    // One process alone may have ended while it was copied.
    try host.file("proc/meminfo", "MemTotal: 400000 kB\nMemFree: 200000 kB\n")
    try host.process(11)
    let some = try await Program.run(["snapshot", "--root", host.path])
    #expect(some.code == 0 && some.error.contains("1 process left out: their files are empty"))
  }

  @Test func `what is no archive says why`() async throws {
    let scratch = try Scratch()
    try scratch.file("text", "MemTotal: 5 kB\n")
    try scratch.file("zip.tar.gz", Data([0x1F, 0x8B, 8, 0]))
    for (name, message) in [
      ("text", "text: no tar archive"), ("zip.tar.gz", "gunzip makes a plain tar archive of it"),
    ] {
      let output = try await Program.run(["snapshot", "--root", name], in: scratch.url)
      #expect(output.code == 65 && output.out == "" && output.error.contains(message), "\(output)")
    }
  }

  /// A container sees 400 000 KiB, the kernel has ten times as much: its oom_score says so.
  @Test func `a meminfo of a container's own is noticed`() async throws {
    let host = try FakeHost()
    // (1000 + 100 010 × 1000 / 1 000 000) × 2 / 3 = 733 by the kernel's memory, 1333 by the container's.
    try host.process(10, anon: 400_000, score: 733)
    try host.file("proc/vmstat", "nr_free_pages 800000\nnr_file_pages 5000\n")
    try host.file(
      "proc/zoneinfo", "Node 0, zone   Normal\n  pages free 1\n        managed  1000000\n")
    let (output, scenario) = try await host.snapshot()
    #expect(output.code == 0)
    #expect(output.error.contains("a container's own (lxcfs)"), "\(output.error)")
    #expect(output.error.hasSuffix("oom_score: 1 of 1 equal\n"), "\(output.error)")
    #expect(scenario.machine["memory"] as? String == "4000000k")
    // Where no score tells, it is said, and /proc/meminfo is believed.
    let idle = try FakeHost()
    try idle.process(10)
    try idle.file("proc/vmstat", "nr_free_pages 800000\n")
    try idle.file("proc/zoneinfo", "Node 0, zone   Normal\n        managed  1000000\n")
    let (doubt, other) = try await idle.snapshot()
    #expect(doubt.error.contains("the former is taken"), "\(doubt.error)")
    #expect(other.machine["memory"] as? String == "400000k")
    // The usual case: both are the same, read one after the other.
    try idle.file("proc/vmstat", "nr_free_pages 50300\n")
    try idle.file("proc/zoneinfo", "Node 0, zone   Normal\n        managed  100000\n")
    #expect(try await idle.snapshot().output.error == "oom_score: 1 of 1 equal\n")
  }

  @Test func `the page size of an archive is what the host said, or what its counters tell`()
    async throws
  {
    let host = try FakeHost(release: "6.12.0-64k")
    try host.process(10)
    #expect(try await host.snapshot().scenario.machine["page_size"] == nil)
    try host.file("proc/vmstat", "nr_free_pages 3125\n")
    #expect(try await host.snapshot().scenario.machine["page_size"] as? Int == 65536)
    try host.file("proc/vmstat", "nr_free_pages 5\n")
    #expect(try await host.snapshot().scenario.machine["page_size"] as? Int == 65536)
    try host.file("oomsim/page_size", "16384\n")
    #expect(try await host.snapshot().scenario.machine["page_size"] as? Int == 16384)
  }
}
