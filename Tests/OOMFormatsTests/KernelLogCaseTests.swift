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
    var score: Int64?
    var totalpages: Total?

    var testDescription: String { file }
  }

  static let cases: [Case] = {
    let text = try? String(contentsOf: folder.appending(path: "expected.jsonl"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Case.self, from: Data($0.utf8))
    }
  }()

  /// A number, or the first and the last that it may be.
  enum Total: Decodable {
    case exact(Int64)
    case range([Int64])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int64.self) {
        self = .exact(number)
      } else {
        self = .range(try value.decode([Int64].self))
      }
    }
  }

  @Test(arguments: cases) func `what is read`(expected: Case) throws {
    let bytes = try Logs.bytes(expected.file, in: Self.folder)
    let autopsies = Autopsy.of(KernelLogReader.reports(in: bytes))
    #expect(autopsies.count == expected.reports)
    guard let autopsy = autopsies.first else { return }
    if let constraint = expected.constraint { #expect(autopsy.constraint?.rawValue == constraint) }
    if let killed = expected.killed { #expect(autopsy.report.kills.map(\.pid) == killed) }
    if let cgroup = expected.cgroup { #expect(autopsy.cgroup == cgroup) }
    if let tasks = expected.tasks { #expect(autopsy.report.table?.rows.count ?? 0 == tasks) }
    if let verdict = expected.verdict {
      #expect(autopsy.verdict.rawValue == verdict, "\(autopsy.why)")
    }
    if let pid = expected.predicted {
      #expect(autopsy.kill.map { Int32($0.victim.pid) } == pid)
    }
    if let score = expected.score { #expect(autopsy.logged?.score == score) }
    switch expected.totalpages {
    case .exact(let pages): #expect(autopsy.totalpages == pages)
    case .range(let ends):
      let range = autopsy.totalpagesRange
      #expect([range?.low, range?.high] == ends)
    case nil: break
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
