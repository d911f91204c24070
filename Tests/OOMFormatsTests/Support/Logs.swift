import Foundation
import KernelLog
import OOMFormats
import SharedData

/// Kernel logs of the tests, and those that may lie beside the package.
enum Logs {
  static let folder = Files.packageRoot.appending(path: "Tests/Data/logs")
  static let shared = SharedData.folder
  static let hasReports = SharedData.has("reports", for: "kernel logs that people posted")

  static let names = texts(in: folder)

  /// `OOMSIM_MUTATIONS` says how many damaged logs a test makes of all, 120 by default.
  static let mutations =
    ProcessInfo.processInfo.environment["OOMSIM_MUTATIONS"].flatMap { Int($0) } ?? 120

  static let sharedReports = texts(in: shared.appending(path: "reports"))
  static let sharedConsoles = texts(in: Recordings.folder.appending(path: "console"))

  static func texts(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { $0.hasSuffix(".txt") }.sorted()
  }

  static func bytes(_ name: String, in folder: URL = folder) throws -> [UInt8] {
    try Files.bytes(of: folder.appending(path: name))
  }

  /// The lines of a log without the times before them.
  static func bareLines(_ name: String) throws -> [String] {
    String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").map { line in
      line.firstIndex(of: "]").map { String(line[line.index($0, offsetBy: 2)...]) } ?? String(line)
    }
  }

  /// The reports of a text, each as if it began in line 0, so that logs with other lines compare.
  static func reports(_ text: String) -> [OOMReport] { reports(Array(text.utf8)) }

  static func reports(_ bytes: [UInt8]) -> [OOMReport] {
    KernelLogReader.reports(in: bytes).map { report in
      var report = report
      (report.line, report.time, report.host) = (0, "", "")
      report.chosen?.line = 0
      for index in report.kills.indices { report.kills[index].line = 0 }
      for index in report.reaped.indices { report.reaped[index].line = 0 }
      for index in (report.table?.rows ?? []).indices { report.table?.rows[index].line = 0 }
      return report
    }
  }
}

/// Numbers that are the same in every run.
struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
