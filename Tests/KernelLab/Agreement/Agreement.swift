package import Foundation

/// How the simulator agrees with all recordings, by release and by what is compared.
package struct Agreement: Sendable {
  private var kernels: [String: [String: Score]] = [:]

  /// What is compared, and what the column is called.
  private static let columns: [(kind: String, title: String)] = [
    ("decision", "victim from the kernel's table"), ("overcommit", "requests"),
    ("first", "worlds: first victim"), ("whole", "runs and worlds: all kills in order"),
    ("size", "size at the first kill, within 2 %"),
  ]

  /// - Parameters:
  ///   - runs: the recordings of single rules.
  ///   - worlds: random worlds and runs of swap order.
  package init(_ runs: RecordedRuns, _ worlds: [Tally]) {
    for part in [runs.kernels] + worlds.map(\.kernels) {
      for (release, scores) in part {
        kernels[release, default: [:]].merge(scores, uniquingKeysWith: +)
      }
    }
  }

  /// Reads and runs all recordings of a folder that has worlds and swap-order below it.
  package init(of folder: URL) throws {
    self.init(
      try RecordedRuns(of: folder),
      try ["worlds", "swap-order"].map { try Tally(of: folder.appending(path: $0)) })
  }

  /// The table in Markdown, a line a release, the oldest first.
  package var table: String {
    let titles = Self.columns.map(\.title)
    var lines = [
      "| kernel | " + titles.joined(separator: " | ") + " |",
      "|---|" + String(repeating: "---|", count: titles.count),
    ]
    let releases = kernels.keys.sorted { Self.parts($0).lexicographicallyPrecedes(Self.parts($1)) }
    var all: [String: Score] = [:]
    for release in releases {
      let scores = kernels[release] ?? [:]
      lines.append(Self.line(release, scores))
      all.merge(scores, uniquingKeysWith: +)
    }
    lines.append(Self.line("all", all))
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ name: String, _ scores: [String: Score]) -> String {
    let cells = columns.map { column in
      scores[column.kind].map { "\($0.right) of \($0.count)" } ?? "–"
    }
    return "| \(name) | " + cells.joined(separator: " | ") + " |"
  }

  private static func parts(_ release: String) -> [Int] {
    release.split(separator: ".").map { Int($0) ?? 0 }
  }
}
