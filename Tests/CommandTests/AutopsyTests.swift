import Foundation
import Testing

/// `autopsy` of the built program: its documents, its exit codes, and the scenario that it writes.
@Suite struct AutopsyTests {
  static let logs = Program.packageRoot.appending(path: "Tests/Data/logs")
  static let log = logs.appending(path: "g01-largest-rss-qemu-6.12.txt").path

  @Test func `a report for people`() async throws {
    let output = try await Program.run(["autopsy", Self.log])
    #expect(output.code == 0 && output.error == "")
    for part in [
      "Out of memory: killed process 130 (B)", "Linux 6.12.117+deb12-cloud-amd64, as logged",
      "match: the rules choose it, too", "min watermark", "runner-up  131 (C)", "spared at",
      "1 report: 1 match",
    ] { #expect(output.out.contains(part), "\(output.out)") }
  }

  @Test func `the keys of the document`() async throws {
    let output = try await Program.run(["autopsy", "--json", Self.log])
    #expect(output.code == 0)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "oomsim.autopsy/1")
    let report = try #require((document["reports"] as? [[String: Any]])?.first)
    #expect(report["line"] as? Int == 1 && report["tasks"] as? Int == 4)
    #expect(report["kernel"] as? String == "6.12.117+deb12-cloud-amd64")
    #expect(report["kernel_stated"] as? Bool == true)
    #expect(report["constraint"] as? String == "none" && report["cgroup"] is NSNull)
    #expect(report["totalpages"] as? Int == 54589 && report["totalpages_from"] as? String == "log")
    #expect(report["verdict"] as? String == "match" && report["why"] is String)
    let logged = try #require(report["logged"] as? [String: Any])
    #expect(logged["pid"] as? Int == 130 && logged["name"] as? String == "B")
    #expect(logged["score"] is NSNull)
    let predicted = try #require(report["predicted"] as? [String: Any])
    #expect(predicted["pid"] as? Int == 130 && predicted["points"] as? Int == 13735)
    #expect(predicted["score"] as? Int == 251)
  }

  @Test func `exit codes`() async throws {
    let text = try String(contentsOfFile: Self.log, encoding: .utf8)
    let mismatch = text.replacingOccurrences(of: "pid=130", with: "pid=131")
      .replacingOccurrences(of: "task=B", with: "task=C")
      .replacingOccurrences(of: "process 130 (B)", with: "process 131 (C)")
      .replacingOccurrences(
        of: "total-vm:55836kB, anon-rss:54656kB", with: "total-vm:34000kB, anon-rss:32768kB")
    for (arguments, stdin, code, error) in [
      (["autopsy", "-"], text, 0, ""),
      (["autopsy", "-"], mismatch, 1, ""),
      (["autopsy", "-", "--json"], mismatch, 1, ""),
      (["autopsy", "-"], "{}", 65, "no OOM report"),
      (["autopsy", "-", "--scenario", "s.json"], "", 65, "no scenario"),
      (["autopsy", "-", "--report", "1"], "", 64, "there are 0 reports"),
      (["autopsy", "-"], "nothing\nhappened\n", 65, "no OOM report"),
      (["autopsy", "/nonexistent"], "", 66, "no such file"),
      (["autopsy"], "", 64, "Missing operand"),
      (["autopsy", "-", "--report", "2"], text, 64, "there are 1 reports"),
      (["autopsy", "-", "--report", "x"], text, 64, "a number from 1"),
    ] {
      let output = try await Program.run(arguments, stdin: stdin)
      #expect(output.code == Int32(code), "\(arguments): \(output.error)")
      #expect(
        error.isEmpty ? output.error.isEmpty : output.error.contains(error), "\(output.error)")
      #expect((code > 1) == output.out.isEmpty)
    }
  }

  /// What an alert asks every few minutes mostly has no report in it, which is no mistake.
  @Test func `a log without a report`() async throws {
    for log in [
      "", "\n", "-- No entries --\n", "[   12.345678] usb 1-1: new device\n",
      "Feb 18 15:00:54 h kernel: usb 1-1: new device\n",
      #"{"_TRANSPORT":"kernel","MESSAGE":"usb 1-1: new device"}"#,
    ] {
      let json = try await Program.run(["autopsy", "-", "--json"], stdin: log)
      #expect(json.code == 0, "\(log): \(json)")
      let document = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any]
      #expect((document?["reports"] as? [Any])?.isEmpty == true, "\(json)")
      let text = try await Program.run(["autopsy", "-"], stdin: log)
      #expect(text.code == 0 && text.out == "")
      #expect(text.error == "oomsim: standard input: no OOM report in it\n")
    }
  }

  @Test func `run, check and compare go on from the scenario`() async throws {
    let scratch = try Scratch()
    let path = scratch.url.appending(path: "report.json").path
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.logs.path)
    for name in names.sorted() where name.hasSuffix(".txt") && !name.hasPrefix("g24") {
      let log = Self.logs.appending(path: name).path
      let written = try await Program.run(["autopsy", log, "--scenario", path])
      #expect(written.code == 0, "\(name): \(written.error)")
      let checked = try await Program.run(["check", path])
      #expect(checked.code == 0, "\(name): \(checked.out)\(checked.error)")
    }
    _ = try await Program.run(["autopsy", Self.log, "--scenario", path])
    let spared = try await Program.run(["run", path, "--set", "processes.B.oom_score_adj=-500"])
    #expect(spared.code == 0 && spared.out.contains("killed process 131 (C)"), "\(spared.out)")
    let compared = try await Program.run(["compare", path, "--kernels", "4.4,6.12"])
    #expect(compared.code == 0, "\(compared.error)")
  }

  @Test func `a rotated log that is packed is named as such`() async throws {
    let scratch = try Scratch()
    for (magic, unpacker) in [
      ([0x1F, 0x8B, 0x08, 0x00], "zcat"), ([0x28, 0xB5, 0x2F, 0xFD], "zstdcat"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xzcat"), ([0x42, 0x5A, 0x68, 0x39], "bzcat"),
    ] as [([UInt8], String)] {
      let file = scratch.url.appending(path: "kern.log.1")
      try Data(magic + [UInt8](repeating: 0xC3, count: 5000)).write(to: file)
      let output = try await Program.run(["autopsy", file.path])
      #expect(output.code == 65 && output.out.isEmpty)
      #expect(
        output.error.contains("is compressed: \(unpacker) \(file.path) | oomsim autopsy -"),
        "\(output.error)")
    }
  }

  @Test func `several logs, one after the other`() async throws {
    let other = Self.logs.appending(path: "m03-leaf-before-parent-qemu-6.1.txt").path
    let output = try await Program.run(["autopsy", Self.log, other])
    #expect(output.code == 0 && output.out.contains("2 reports: 2 match"))
    #expect(output.out.contains("m03-leaf-before-parent-qemu-6.1.txt:1"))
  }

  /// Two kills in one service on one host, and one elsewhere: a line each, and the service once more.
  @Test func `many logs are a table`() async throws {
    let scratch = try Scratch()
    func log(_ host: String, _ pid: Int, _ name: String, _ group: String) -> String {
      let words = [
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=\(group),"
          + "task_memcg=\(group),task=\(name),pid=\(pid),uid=0",
        "Memory cgroup out of memory: Killed process \(pid) (\(name)) total-vm:4kB, anon-rss:4kB, file-rss:0kB, "
          + "shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0",
      ]
      return words.map { "Feb 18 15:00:5\(pid % 10) \(host) kernel: \($0)\n" }.joined()
    }
    try scratch.file(
      "a/one.log", log("web1", 11, "api", "/s/api") + log("web1", 12, "api", "/s/api"))
    try scratch.file("b.log", log("web2", 13, "db", "/s/db"))
    try scratch.file("c.log", "nothing happened\n")
    let table = try await Program.run(["autopsy", scratch.url.path])
    #expect(table.code == 0 && table.error == "")
    let rows = table.out.split(separator: "\n").map {
      $0.split(separator: " ").joined(separator: " ")
    }
    #expect(rows.first == "when host group victim limit verdict where")
    #expect(
      rows.contains { $0.hasPrefix("Feb 18 15:00:51 web1 /s/api 11 (api) /s/api undetermined") })
    #expect(rows.contains { $0.hasPrefix("Feb 18 15:00:53 web2 /s/db 13 (db)") })
    #expect(rows.contains("2 times /s/api") && !rows.contains("1 times /s/db"))
    #expect(rows.last == "3 reports: 3 undetermined")
    let lines = try await Program.run(["autopsy", scratch.url.path, "--json"])
    let hosts = try lines.out.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }.map { $0?["host"] as? String }
    #expect(hosts == ["web1", "web1", "web2"])
    let wrong = try await Program.run(["autopsy", scratch.url.path, "--report", "1"])
    #expect(wrong.code == 64 && wrong.error.contains("not of a directory"))
    let none = try await Program.run(["autopsy", "--table", scratch.url.path + "/c.log"])
    #expect(none.code == 65 && none.error.contains("no OOM report in it"))
  }

  /// Kills by other programs are no report of the kernel's, and are named.
  @Test func `a log of other killers`() async throws {
    let log =
      "Feb 18 15:00:54 h earlyoom[7]: sending SIGTERM to process 42 uid 1000 \"fire\": oom_score 900, VmRSS 3 MiB\n"
    let text = try await Program.run(["autopsy", "-"], stdin: log)
    #expect(text.code == 0 && text.out.contains("line 1: earlyoom: sending SIGTERM to process 42"))
    let json = try await Program.run(["autopsy", "-", "--json"], stdin: log)
    let document = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any]
    #expect((document?["reports"] as? [Any])?.isEmpty == true)
    let kills = document?["user_space"] as? [[String: Any]]
    #expect(kills?.count == 1 && kills?.first?["by"] as? String == "earlyoom")
  }
}
