internal import OOMFormats
package import OOMSimulator
internal import VictimSelection

/// Two badnesses over many scenarios: the sums first, then the cases that differ, the most first.
package struct BadnessComparisonText {
  let comparison: BadnessComparison
  let style: Style
  /// How many cases are shown.
  static let most = 40

  package init(_ comparison: BadnessComparison, style: Style) {
    self.comparison = comparison
    self.style = style
  }

  package var text: String {
    let cases = comparison.cases
    let differing = cases.filter { $0.kind != .same }
    var lines = [
      "A  \(name(comparison.before))", "B  \(name(comparison.after))", "",
      "\(SizeFormat.grouped(cases.count)) case\(cases.count == 1 ? "" : "s"): "
        + style.bold("another process dies first in \(comparison.count(.anotherFirst))")
        + ", another one later in \(comparison.count(.anotherLater)), the same die in "
        + "\(comparison.count(.same))",
    ]
    for (label, sides) in [("A", cases.map { $0.before }), ("B", cases.map { $0.after })] {
      let died = sides.reduce(0) { $0 + $1.died.count }
      let freed = sides.reduce(Int128(0)) { $0 + $1.freedBytes }
      let panics = sides.count { $0.outcome == .panic }
      let without = sides.count { $0.hasNoValue }
      lines.append(
        "\(label)  \(SizeFormat.grouped(died)) processes die, \(size(freed)) come back"
          + (panics > 0 ? ", \(panics) panic\(panics == 1 ? "" : "s")" : "")
          + (without > 0 ? ", no value in \(without)" : ""))
    }
    if differing.isEmpty { return lines.joined(separator: "\n") + "\n" }
    var table = TextTable([.left, .left, .left, .right, .right, .left])
    table.add(["case", "A takes", "B takes", "freed", "died", "kernel"])
    for entry in differing.prefix(Self.most) {
      table.add([
        plain(entry.name), victim(entry.before, entry), victim(entry.after, entry),
        signed(entry.moreFreedBytes) { size($0) }, signed(Int128(entry.moreDied)) { "\($0)" },
        plain(entry.kernel),
      ])
    }
    lines += [""] + table.lines
    if differing.count > Self.most {
      lines.append("and \(differing.count - Self.most) more; --json has all")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func name(_ badness: BadnessExpression?) -> String {
    badness.map { plain($0.text) } ?? "the release's own badness"
  }

  private func victim(_ side: BadnessComparison.Side, _ entry: BadnessComparison.Case) -> String {
    if side.hasNoValue { return "no value" }
    guard let first = side.first else { return side.outcome == .panic ? "panic" : "nobody" }
    let later = entry.kind == .anotherLater ? ", \(side.kills) kills" : ""
    return "\(first.pid) (\(plain(first.name)))\(later)"
  }

  private func size(_ bytes: Int128) -> String {
    SizeFormat.binary(Bytes(Int64(clamping: bytes)))
  }

  private func signed(_ number: Int128, _ text: (Int128) -> String) -> String {
    number > 0 ? "+" + text(number) : text(number)
  }
}

extension JSONWriter {
  /// `oomsim.badness/1`: every case, those that differ most first.
  package mutating func comparison(_ comparison: BadnessComparison) {
    object { writer in
      writer.field("schema", "oomsim.badness/1")
      writer.field("before", comparison.before?.text)
      writer.field("after", comparison.after?.text)
      writer.field("count", Int64(comparison.cases.count))
      writer.field("another_first", Int64(comparison.count(.anotherFirst)))
      writer.field("another_later", Int64(comparison.count(.anotherLater)))
      writer.key("cases")
      writer.array { writer in
        for entry in comparison.cases {
          writer.object { writer in
            writer.field("case", entry.name)
            writer.field("kernel", entry.kernel)
            writer.field("differs", entry.kind.word)
            writer.key("before")
            writer.side(entry.before)
            writer.key("after")
            writer.side(entry.after)
          }
        }
      }
    }
  }

  private mutating func side(_ side: BadnessComparison.Side) {
    object(inline: true) { writer in
      writer.field("outcome", side.outcome.rawValue)
      writer.field("first_pid", side.first.map { Int64($0.pid) })
      writer.field("first_name", side.first?.name)
      writer.field("kills", Int64(side.kills))
      writer.field("died", Int64(side.died.count))
      writer.field("freed_bytes", side.freedBytes)
      if side.hasNoValue { writer.field("no_value", true) }
    }
  }
}

extension BadnessComparison.Kind {
  fileprivate var word: String {
    switch self {
    case .anotherFirst: "first"
    case .anotherLater: "later"
    case .same: "no"
    }
  }
}
