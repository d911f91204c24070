import Foundation
import OOMFormats
import OOMSimulator
import Testing

@testable import KernelLog

/// The same reports, as forty ways of handing a log on leave them: the same is found, or what could not be read is named.
@Suite struct KernelLogTransformationTests {
  /// Recorded consoles, and logs in other forms of the table and the kill.
  static let names =
    Logs.names + [
      "cases/i10-pagefault-oom-plenty-free.txt", "cases/i13-sharers-and-reaper-failure.txt",
      "cases/i19-el6-memcg-totalpages.txt", "cases/i23-kmem-limit.txt",
    ]

  static let lossless =
    LogTransformation.lossless + LogTransformation.services + LogTransformation.pages

  /// What has to stay.
  struct Finding: Equatable {
    var verdict: Autopsy.Verdict
    var logged: Int64?
    var predicted: Int32?
    var points: Int128?
    var totalpages: Int64?
    var names: [String]

    init(_ autopsy: Autopsy) {
      verdict = autopsy.verdict
      logged = autopsy.logged?.pid
      predicted = autopsy.kill.map { Int32($0.victim.pid) }
      points = autopsy.kill?.victim.points
      totalpages = autopsy.totalpages
      names = autopsy.report.table?.rows.map(\.name) ?? []
    }
  }

  static func autopsies(_ bytes: [UInt8]) -> [Autopsy] {
    Autopsy.of(KernelLogReader.reports(in: bytes))
  }

  /// Compares; what a transformation loses may leave a report undetermined.
  static func check(
    _ transformation: LogTransformation, _ name: String, _ sample: LogSample, _ expected: [Autopsy]
  ) {
    let found = autopsies(transformation.apply(sample))
    let place = "\(name), \(transformation.name)"
    #expect(found.count == expected.count, "\(place)")
    for (found, expected) in zip(found, expected) {
      var finding = Finding(found)
      // A name that is cut where nothing tells is short.
      if !transformation.loses.isEmpty { finding.names = Finding(expected).names }
      if finding == Finding(expected) { continue }
      if found.verdict == .undetermined, found.why == expected.why { continue }
      // Of a panic that is set, nothing depends on the rows.
      if !transformation.loses.isEmpty, found.report.ending == .panicOnOOM,
        found.report.ending == expected.report.ending
      {
        continue
      }
      let isNamed = transformation.loses.contains { found.why.contains($0) }
      #expect(
        found.verdict == .undetermined && isNamed,
        "\(place): \(found.why): \(Finding(found)) is not \(Finding(expected))")
    }
  }

  /// What is found in each log as it is: forty transformations are held against it.
  private static let originals = names.map { name in
    let bytes = (try? Logs.bytes(name)) ?? []
    return (name: name, sample: LogSample(bytes), autopsies: autopsies(bytes))
  }

  static func check(_ transformation: LogTransformation) throws {
    for original in originals {
      #expect(!original.autopsies.isEmpty, "\(original.name)")
      check(transformation, original.name, original.sample, original.autopsies)
    }
  }

  @Test(arguments: lossless)
  func `what stands around a line changes nothing`(transformation: LogTransformation) throws {
    try Self.check(transformation)
  }

  @Test(arguments: LogTransformation.wraps)
  func `a wrapped log is read or refused`(transformation: LogTransformation) throws {
    try Self.check(transformation)
  }

  @Test(arguments: LogTransformation.lossy)
  func `what is lost is named`(transformation: LogTransformation) throws {
    try Self.check(transformation)
  }

  /// The lines of two machines in one file, one of each in turn: as syslog, and as services keep them.
  @Test(arguments: LogTransformation.hosts)
  func `two hosts have two reports`(transformation: LogTransformation) throws {
    for name in Self.names {
      let bytes = try Logs.bytes(name)
      let expected = Self.autopsies(bytes).map(Finding.init)
      let found = Self.autopsies(transformation.apply(LogSample(bytes)))
      let findings = found.map(Finding.init)
      let isInTurn = findings == expected.flatMap { [$0, $0] }
      #expect(isInTurn || findings == expected + expected, "\(name), \(transformation.name)")
      #expect(Set(found.map(\.report.host)).count == 2, "\(name), \(transformation.name)")
    }
  }

  // MARK: Beside the package

  @Test(
    .enabled(if: Logs.hasReports, "../shared/reports is missing"),
    arguments: lossless + LogTransformation.wraps + LogTransformation.lossy)
  func `reports that people posted`(transformation: LogTransformation) throws {
    let folder = Logs.shared.appending(path: "reports")
    // Ten short ones of every age, or all where many mutations are asked for.
    let all = Logs.mutations > 500
    let names = try Logs.sharedReports.filter {
      try all || Logs.bytes($0, in: folder).count < 12_000
    }
    for (index, name) in names.enumerated() where all || index % max(names.count / 10, 1) == 0 {
      let bytes = try Logs.bytes(name, in: folder)
      let expected = Self.autopsies(bytes)
      // Some have parts of other reports around the one.
      guard expected.count == 1, expected[0].report.table != nil else { continue }
      Self.check(transformation, name, LogSample(bytes), expected)
    }
  }
}
