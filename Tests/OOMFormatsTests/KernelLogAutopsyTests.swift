import Foundation
import KernelLog
import OOMFormats
import OOMSimulator
import SharedData
import Testing

/// What the rules say of reports of real kernels: those of the tests, and all that lie beside the package.
@Suite struct KernelLogAutopsyTests {
  @Test(arguments: Logs.names) func `recorded kernels chose by the rules`(name: String) throws {
    let reports = KernelLogReader.reports(in: try Logs.bytes(name))
    #expect(reports.count == 1)
    for autopsy in Autopsy.of(reports) {
      #expect(autopsy.verdict == .match, "\(name): \(autopsy.why)")
      #expect(autopsy.isKernelStated)
    }
  }

  @Test(arguments: Logs.names) func `a scenario reads back and replays to the same`(name: String)
    throws
  {
    for autopsy in Autopsy.of(KernelLogReader.reports(in: try Logs.bytes(name))) {
      guard let scenario = autopsy.scenario else { continue }
      var writer = JSONWriter()
      writer.scenario(scenario)
      writer.finish()
      let read = try Scenario(json: writer.bytes)
      let run = Simulator(for: read).run(read)
      #expect(run.kills.first?.victim.pid == autopsy.kill?.victim.pid)
      #expect(run.kills.first?.decision?.totalpages == autopsy.kill?.decision?.totalpages)
      let expectation = try #require(read.expectation)
      #expect(expectation.differences(from: run) == [])
    }
  }

  /// A report of 3.13 whose scores were worked out by hand: 3 % of own use less for root, 8 pages an adj.
  static func oldReport(score: Int = 488, victim: Int = 20, extra: String = "") -> String {
    """
    b invoked oom-killer: gfp_mask=0x280da, order=0, oom_score_adj=0
    b cpuset=/ mems_allowed=0
    CPU: 0 PID: 20 Comm: b Not tainted 3.14.2 #1
    Mem-Info:
    Total swap = 4000kB
    8000 pages RAM
    1000 pages reserved
    [ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name
    [   10]     0    10     5000     3900      20       80             0 a
    [   20]    33    20     5000     3800      10       90             0 b
    [   30]    33    30     5000      100      10        0          -1000 c
    \(extra)Out of memory: Kill process \(victim) (b) score \(score) or sacrifice child
    Killed process \(victim) (b) total-vm:20000kB, anon-rss:\(victim == 30 ? 400 : 15200)kB, file-rss:0kB

    """
  }

  @Test func `the sum of an old report`() throws {
    // T = 8000 - 1000 + 1000 = 8000. a: 4000 - 4000 × 3 / 100 = 3880 as root, b: 3900, c never.
    let autopsy = try #require(Autopsy.of(Logs.reports(Self.oldReport(score: 487))).first)
    #expect(autopsy.verdict == .match)
    #expect(autopsy.totalpages == 8000 && autopsy.totalpagesFrom == .log)
    #expect(autopsy.kill?.victim.points == 3900)
    #expect(autopsy.kill?.decision?.runnerUp?.points == 3880)
    #expect(autopsy.predictedScore == 487)
    #expect(
      autopsy.kernel == "3.14.2" && autopsy.isKernelStated && autopsy.constraint == Constraint.none)
    let explanation = try autopsy.kill.map(Explanation.init) ?? #require(nil)
    // One step is 8 pages: 20 pages more are 3 steps.
    #expect(explanation.sparedAtAdj == -3 && explanation.runnerUpChosenAtAdj == 3)
  }

  @Test func `a kernel that chose otherwise is a mismatch, whatever is missing`() throws {
    let log = Self.oldReport(victim: 30)
    let autopsy = try #require(Autopsy.of(Logs.reports(log)).first)
    #expect(autopsy.verdict == .mismatch)
    #expect(autopsy.why.contains("20 (b)") && autopsy.why.contains("30 (c)"))
  }

  @Test(arguments: [
    ("the victim is not in the table", Self.oldReport(victim: 40), "not in the task table"),
    (
      "a row cannot be read",
      Self.oldReport(
        extra: "[   40]    33    40     5000      xx      10       90             0 d\n"),
      "cannot be read"
    ),
    (
      "the table was shortened", Self.oldReport(extra: "...\n"), "shortened"
    ),
    (
      "no table", "Out of memory: Killed process 20 (b) total-vm:1kB, anon-rss:1kB, file-rss:0kB\n",
      "no task table"
    ),
    (
      "no kill line", Self.oldReport().components(separatedBy: "Out of memory")[0],
      "who was killed"
    ),
    (
      "what badness() read before 2.6.36",
      Self.oldReport().replacingOccurrences(of: "3.14.2", with: "2.6.31"), "CPU time"
    ),
  ])
  func `what is missing is named`(what: String, log: String, why: String) throws {
    let autopsy = try #require(Autopsy.of(Logs.reports(log)).first)
    #expect(
      autopsy.verdict == .undetermined && autopsy.why.contains(why), "\(what): \(autopsy.why)")
  }

  @Test func `without a release the forms tell a range, and all of it has to agree`() throws {
    let log = Self.oldReport().replacingOccurrences(of: "Not tainted 3.14.2 #1", with: "")
    let autopsy = try #require(Autopsy.of(Logs.reports(log)).first)
    // To 3.13 root had 30 steps of 8 pages less, so the choice is the same.
    #expect(autopsy.kernel == "3.8..3.19" && !autopsy.isKernelStated)
    #expect(autopsy.verdict == .match)
    let near = log.replacingOccurrences(of: "3900      20", with: "4000      20")
    let other = try #require(Autopsy.of(Logs.reports(near)).first)
    #expect(other.verdict == .undetermined && other.why.contains("release"), "\(other.why)")
  }

  @Test func `uid 0 in a container is no root when its score says so`() throws {
    let log = Self.oldReport(score: 500, victim: 10)
    let autopsy = try #require(Autopsy.of(Logs.reports(log)).first)
    #expect(autopsy.verdict == .match && autopsy.kill?.victim.points == 4000)
    #expect(autopsy.unknowns.contains { $0.contains("no CAP_SYS_ADMIN") })
  }

  // MARK: Beside the package

  /// Reports whose kernels decided by what no table shows, each with a part of the reason.
  static let undecidable: [String: String] = [
    "0005": "lacks swap entries", "0018": "lacks swap entries", "0028": "lacks swap entries",
    "0025": "the invoker", "0026": "the invoker", "0027": "the invoker", "0094": "no release",
    "0095": "passed over", "0096": "shortened", "0107": "development kernel",
    "0108": "development kernel", "0129": "no constraint", "0136": "passed over",
  ]

  @Test(.enabled(if: Logs.hasReports, "../shared/reports is missing"))
  func `reports that people posted`() throws {
    let folder = Logs.shared.appending(path: "reports")
    var index: [String: [String: Any]] = [:]
    for line in try String(contentsOf: folder.appending(path: "index.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    {
      let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      if let entry, let file = entry["file"] as? String { index[file] = entry }
    }
    for name in Logs.sharedReports {
      let entry = try #require(index[name])
      let autopsies = Autopsy.of(KernelLogReader.reports(in: try Logs.bytes(name, in: folder)))
      let victim = (entry["victim_pid"] as? NSNumber)?.int64Value
      let autopsy = try #require(
        autopsies.first {
          $0.logged?.pid == victim && $0.report.table?.isHeaderMissing == false
        }, "\(name)")
      #expect(autopsy.report.table?.rows.count == (entry["rows"] as? NSNumber)?.intValue, "\(name)")
      if let kernel = entry["kernel"] as? String { #expect(autopsy.kernel == kernel) }
      if let reason = Self.undecidable[String(name.dropLast(4))] {
        #expect(
          autopsy.verdict != .match && autopsy.why.contains(reason), "\(name): \(autopsy.why)")
      } else {
        #expect(autopsy.verdict == .match, "\(name): \(autopsy.why)")
      }
    }
  }

  @Test func `every console of a recorded kernel`()
    throws
  {
    let folder = Recordings.folder.appending(path: "console")
    var count = 0
    for name in Logs.sharedConsoles {
      let bytes = try Logs.bytes(name, in: folder)
      let autopsies = Autopsy.of(KernelLogReader.reports(in: bytes))
      let text = String(decoding: bytes, as: UTF8.self)
      let invoked = text.components(separatedBy: " invoked oom-killer:").count - 1
      #expect(autopsies.count { $0.report.invoker != nil } == invoked, "\(name)")
      for autopsy in autopsies where autopsy.report.table != nil {
        #expect(autopsy.verdict == .match, "\(name): \(autopsy.why)")
        count += 1
      }
    }
    #expect(count > 400)
  }
}
