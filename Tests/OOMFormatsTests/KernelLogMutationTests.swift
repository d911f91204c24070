import Foundation
import KernelLog
import OOMFormats
import OOMSimulator
import Testing

/// Reports with bytes flipped, removed, doubled, cut and lines swapped: nothing crashes or hangs, and what the
/// bytes do not support is no match. `OOMSIM_MUTATIONS` says how many, 120 by default.
@Suite struct KernelLogMutationTests {
  static let count = Logs.mutations

  /// The reports of the tests, and with more mutations all that lie beside the package.
  static let reports: [[UInt8]] = {
    let own = Logs.names.map { try? Logs.bytes($0) }
    let folder = Logs.shared.appending(path: "reports")
    let shared = count > 500 ? Logs.sharedReports.map { try? Logs.bytes($0, in: folder) } : []
    return (own + shared).compactMap { $0 }
  }()

  static let short = reports.filter { $0.count < 20_000 }

  private func mutate(_ bytes: [UInt8], _ numbers: inout Numbers) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &numbers) where bytes.count > 80 {
      let at = Int.random(in: 0..<bytes.count, using: &numbers)
      let end = min(at + Int.random(in: 1...60, using: &numbers), bytes.count)
      switch Int.random(in: 0..<5, using: &numbers) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &numbers)
      case 1: bytes.removeSubrange(at..<end)
      case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
      case 3: bytes.removeSubrange(max(at, 80)...)
      default:
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        lines.swapAt(
          Int.random(in: lines.indices, using: &numbers),
          Int.random(in: lines.indices, using: &numbers))
        bytes = Array(lines.joined(separator: [0x0A]))
      }
    }
    return bytes
  }

  @Test func `a damaged report claims nothing`() {
    var numbers = Numbers(state: 11)
    for number in 0..<Self.count {
      // The long ones take as much time as all others together.
      let bytes = mutate(Self.short[number % Self.short.count], &numbers)
      Self.check(bytes, "mutation \(number)")
    }
  }

  @Test func `a report that is cut after any line`() {
    let every = Self.count > 500 ? 1 : 5
    for (number, bytes) in Self.reports.enumerated() {
      let ends = bytes.indices.filter { bytes[$0] == 0x0A }
      for (line, end) in ends.enumerated() where line % every == 0 {
        Self.check(Array(bytes[...end]), "report \(number) to line \(line + 1)")
      }
    }
  }

  /// A match has a victim that a line of the kill and a row name, or words that say why there is none; and the
  /// prediction is that row.
  static func check(_ bytes: [UInt8], _ comment: String) {
    for autopsy in Autopsy.of(KernelLogReader.reports(in: bytes)) where autopsy.verdict == .match {
      guard let chosen = autopsy.logged else {
        #expect(autopsy.report.ending != nil, "\(comment)")
        continue
      }
      let rows = autopsy.report.table?.rows ?? []
      // The line of the decision may name a thread; then that of the kill names the process.
      let named =
        [chosen.pid] + autopsy.report.kills.prefix(1).filter { $0.name == chosen.name }.map(\.pid)
      let row = named.compactMap { pid in rows.first { $0.pid == pid || $0.tgid == pid } }.first
      #expect(row != nil && autopsy.report.unreadableRows == 0, "\(comment)")
      let predicted = autopsy.kill.map { Int64($0.victim.pid) }
      #expect(
        predicted == row?.pid || autopsy.report.kills.contains { $0.pid == predicted },
        "\(comment)")
    }
  }
}
