internal import OOMSimulator

/// The steps of a lesson on the page.
struct LessonSection {
  let lesson: Lesson
  /// Headings of the steps are of this level.
  let level: Int

  var html: String {
    lesson.steps.enumerated().map { "<section>\(step($0.offset, $0.element))</section>" }.joined()
  }

  private func step(_ index: Int, _ step: Lesson.Step) -> String {
    var text = "<h\(level)>\(index + 1). \(OOMReports.html(step.title))</h\(level)>"
    var fields: [(String, String)] = []
    for part in step.parts {
      if case .field(let label, let value) = part {
        fields.append((label, value))
        continue
      }
      text += Self.list(fields) + block(part)
      fields = []
    }
    return text + Self.list(fields)
  }

  private func block(_ part: Lesson.Part) -> String {
    switch part {
    case .text(let says): "<p>\(OOMReports.html(says))</p>"
    case .lines(let lines): Self.pre(lines)
    case .sums(let sums): Self.pre(Lesson.Sum.lines(sums, width: .max))
    case .rule(let says, let change):
      "<p class=\"rule\">\(OOMReports.html(says)) <em>\(OOMReports.html(LessonText.source(change)))</em></p>"
    case .field: ""
    }
  }

  private static func pre(_ lines: [String]) -> String {
    if lines.isEmpty { return "" }
    let text = lines.map { OOMReports.html($0) }.joined(separator: "\n")
    return "<pre tabindex=\"0\">\(text)</pre>"
  }

  static func list(_ fields: [(String, String)]) -> String {
    if fields.isEmpty { return "" }
    let rows = fields.map {
      "<dt>\(OOMReports.html($0.0))</dt><dd>\(PageNames.numbers($0.1))</dd>"
    }
    return "<dl class=\"facts\">\(rows.joined())</dl>"
  }
}
