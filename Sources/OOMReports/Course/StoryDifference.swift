internal import OOMFormats
package import OOMSimulator

/// In what a story differs from an earlier one that is much like it.
package struct StoryDifference: Equatable, Sendable {
  /// With more differences than this it is another story.
  private static let most = 8

  /// Of the story that it is held against, in the course.
  package var index: Int
  /// Settings with what they were and are.
  package var settings: [Row]

  package struct Row: Equatable, Sendable {
    package var path: String
    package var text: String
  }

  /// Against the story before it where the two are alike, else against the earlier one that is most alike.
  ///
  /// - Parameter scenarios: those of the course up to the story itself; nil for one that cannot be read.
  package init?(of story: Scenario, at index: Int, among scenarios: [Scenario?]) {
    var best: StoryDifference?
    for earlier in (0..<index).reversed() {
      guard let scenario = scenarios[earlier] else { continue }
      let all = ScenarioDifference.all(from: scenario, to: story)
      // Where a process has gone and another one has come it is another story.
      let processes = all.filter { $0.path.hasPrefix("processes.") }
      if processes.contains(where: { $0.before == .absent }),
        processes.contains(where: { $0.after == .absent })
      {
        continue
      }
      let rows = ScenarioDifference.rows(
        all, pageSizes: (scenario.machine.pageSize, story.machine.pageSize),
        sides: ("there", "here"))
      if rows.count > Self.most || rows.isEmpty { continue }
      if rows.count < best?.settings.count ?? .max {
        best = StoryDifference(index: earlier, settings: rows)
      }
      // What the reader has just seen is the first choice.
      if earlier == index - 1 { break }
    }
    guard let best else { return nil }
    self = best
  }

  /// What only one of the two has, in words.
  private static func words(_ text: String) -> String {
    if text.hasPrefix("- → ") { return text.dropFirst(4) + ", new here" }
    return text.hasSuffix(" → -") ? text.dropLast(4) + ", not here" : text
  }

  private init(index: Int, settings: [(path: String, text: String)]) {
    self.index = index
    self.settings = settings.map { Row(path: $0.path, text: Self.words($0.text)) }
  }
}
