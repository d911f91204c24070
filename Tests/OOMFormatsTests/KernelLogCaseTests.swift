import Foundation
import OOMFormats
import OOMSimulator
import Testing

@testable import KernelLog

/// Logs as people have them, each with what has to be found in it.
@Suite struct KernelLogCaseTests {
  static let folder = Logs.folder.appending(path: "cases")

  /// A line of `expected.jsonl`; what is nil is not compared.
  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    var file: String
    var reports: Int
    var constraint: String?
    var killed: [Int64]?
    var cgroup: String?
    var tasks: Int?
    var verdict: String?
    var predicted: Int32?

    var testDescription: String { file }
  }

  static let cases: [Case] = {
    let text = try? String(contentsOf: folder.appending(path: "expected.jsonl"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Case.self, from: Data($0.utf8))
    }
  }()

  /// Their verdicts are those of rules about evidence, not of reading.
  static let ofEvidence: Set<String> = ["i04", "i09", "i20"]

  @Test(arguments: cases) func `what is read`(expected: Case) throws {
    let bytes = try Logs.bytes(expected.file, in: Self.folder)
    let autopsies = Autopsy.of(KernelLogReader.reports(in: bytes))
    #expect(autopsies.count == expected.reports)
    guard let autopsy = autopsies.first else { return }
    if let constraint = expected.constraint { #expect(autopsy.constraint?.rawValue == constraint) }
    if let killed = expected.killed { #expect(autopsy.report.kills.map(\.pid) == killed) }
    if let cgroup = expected.cgroup { #expect(autopsy.cgroup == cgroup) }
    if let tasks = expected.tasks { #expect(autopsy.report.table?.rows.count ?? 0 == tasks) }
    if Self.ofEvidence.contains(String(expected.file.prefix(3))) { return }
    if let verdict = expected.verdict {
      #expect(autopsy.verdict.rawValue == verdict, "\(autopsy.why)")
    }
    if let pid = expected.predicted {
      #expect(autopsy.kill.map { Int32($0.victim.pid) } == pid)
    }
  }

  @Test(arguments: cases) func `in pieces of any size`(expected: Case) throws {
    let bytes = try Logs.bytes(expected.file, in: Self.folder)
    let whole = KernelLogReader.reports(in: bytes)
    for size in [1, 7, 64, 1000] {
      var reader = KernelLogReader()
      for start in stride(from: 0, to: bytes.count, by: size) {
        reader.read(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(reader.finish() == whole, "\(size) bytes a piece")
    }
  }

  @Test func `there are cases`() { #expect(Self.cases.count > 30) }

  private func report(_ name: String) throws -> OOMReport {
    try #require(KernelLogReader.reports(in: try Logs.bytes("cases/" + name)).first)
  }

  @Test func `rows without their header are shown`() throws {
    let report = try report("i34-rows-without-header.txt")
    #expect(
      report.table?.isHeaderMissing == true && report.table?.rows.map(\.name) == ["db", "worker"])
    #expect(report.table?.rows.map(\.rss) == [90544, 12608])
  }

  @Test func `a row that cannot be read is named`() throws {
    let report = try report("i45-en-dash.txt")
    #expect(report.unreadable?.line == 10)
    #expect(report.unreadable?.problem == "its oom_score_adj is no number: \u{2013}500")
  }

  @Test func `what the stack and the lines after the kill say`() throws {
    #expect(try report("i22-stack-names-memcg-oom.txt").callers == [.outOfMemory, .memcg])
    #expect(try report("i10-pagefault-oom-plenty-free.txt").callers == [.outOfMemory, .pageFault])
    let report = try report("i13-sharers-and-reaper-failure.txt")
    #expect(report.sharers.map(\.pid) == [230] && report.sharers.map(\.kind) == [.pinning])
    #expect(report.unreaped.map(\.pid) == [201])
  }

  @Test func `kills by others are named`() throws {
    var reader = KernelLogReader()
    reader.read(try Logs.bytes("cases/i16-userspace-killers-only.txt"))
    #expect(reader.finish().isEmpty)
    #expect(reader.otherKills.map(\.killer) == [.systemdOomd, .earlyoom, .systemd])
    #expect(reader.otherKills.map(\.line) == [1, 2, 3])
    #expect(reader.otherKills[1].text.hasPrefix("sending SIGTERM to process 4242"))
  }
}
