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
    for (arguments, stdin, code, error) in [
      (["autopsy", "-"], text, 0, ""),
      (["autopsy", "-"], mismatch, 1, ""),
      (["autopsy", "-", "--json"], mismatch, 1, ""),
      (["autopsy", "-"], "", 65, "no OOM report"),
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
}
