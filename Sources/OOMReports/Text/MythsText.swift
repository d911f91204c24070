package import OOMFormats
package import OOMSimulator

/// What people believe of the OOM killer, what is true, and a command that shows it.
package struct MythsText {
  let style: Style
  let width: Int

  package init(style: Style, width: Int) {
    self.style = style
    self.width = width
  }

  package func text(of myths: [Myth]) -> String {
    myths.map { text(of: $0) }.joined(separator: "\n")
  }

  private func text(of myth: Myth) -> String {
    let proof = MythProof(of: myth)
    var text = style.bold(myth.claim) + style.dim("   \(myth.rawValue)") + "\n"
    text +=
      "    " + (myth.verdict == .isTrue ? style.green(myth.ruling) : style.red(myth.ruling)) + "\n"
    text += block(myth.truth) { $0 }
    text += block(myth.place) { style.dim($0) }
    if let command = shellCommand(["oomsim"] + proof.command) {
      text += "    $ \(command)\n"
    }
    for part in proof.shows { text += "      … \(part)\n" }
    return text
  }

  private func block(_ text: String, _ styled: (String) -> String) -> String {
    wrapped(text, width: max(width - 4, 30)).map { "    \(styled($0))\n" }.joined()
  }
}

extension Myth {
  /// The verdict with its releases: `once: true to 4.16, wrong since 4.17`.
  package var ruling: String {
    let ranges = releases
    func text(_ ranges: [Releases]) -> String {
      ranges.map { range in
        range.first == .oldestKnown ? "to \(range.last)" : "from \(range.first) to \(range.last)"
      }.joined(separator: " and ")
    }
    switch verdict {
    case .wrong: return "wrong, in every release"
    case .isTrue:
      let first = ranges[ranges.count - 1].first
      if first == .oldestKnown { return "true, in every release" }
      let earlier = ranges.dropLast()
      return "true since \(first)" + (earlier.isEmpty ? "" : ", and \(text(Array(earlier)))")
    case .once:
      let end = RulesByRelease.boundaries.first { $0 > ranges[ranges.count - 1].last }
      return "once: true \(text(ranges))" + (end.map { ", wrong since \($0)" } ?? "")
    }
  }

  /// The myth of a name; a hyphen is as good as an underline.
  package init?(named name: String) {
    let word = name.lowercased()
    let found = Myth.allCases.first { myth in
      myth.rawValue == word || myth.option == word
    }
    guard let found else { return nil }
    self = found
  }

  /// Its name with hyphens.
  private var option: String { replacing("_", with: "-", in: rawValue) }

  /// The name that is spelt most like another.
  package static func nearest(to name: String) -> String? {
    nearestWord(to: name, among: allCases.map { $0.rawValue })
  }
}

extension JSONWriter {
  /// `oomsim.myths/1`: verdicts with the releases in which a myth holds, and a command that shows it.
  package mutating func myths(_ myths: [Myth]) {
    object { writer in
      writer.field("schema", "oomsim.myths/1")
      writer.key("myths")
      writer.array { for myth in myths { $0.myth(myth) } }
    }
  }

  private mutating func myth(_ myth: Myth) {
    object { writer in
      writer.field("name", myth.rawValue)
      writer.field("claim", myth.claim)
      writer.field("verdict", myth.verdict.rawValue)
      writer.key("true_in")
      writer.array {
        for range in myth.releases {
          $0.object(inline: true) {
            $0.field("first", range.first.text)
            $0.field("last", range.last.text)
          }
        }
      }
      writer.field("truth", myth.truth)
      writer.field("source", myth.place)
      let proof = MythProof(of: myth)
      writer.field("command", ["oomsim"] + proof.command)
      writer.field("shows", proof.shows)
    }
  }
}
