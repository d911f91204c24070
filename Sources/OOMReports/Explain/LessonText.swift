package import OOMFormats
internal import OOMSimulator

/// A lesson for people.
package struct LessonText {
  let lesson: Lesson
  let style: Style
  let width: Int
  let citations: Citations

  /// How much is said of the kernel's rules.
  package enum Citations: Sendable {
    case none
    /// What the kernel does.
    case statements
    /// Besides, where that stands, and since when.
    case sources
  }

  package init(_ lesson: Lesson, style: Style, width: Int, citations: Citations = .sources) {
    self.lesson = lesson
    self.style = style
    self.width = width
    self.citations = citations
  }

  package var text: String { heading + steps }

  /// The steps that apply, each after an empty line.
  package var steps: String { told.map { "\n" + step($0) }.joined() }

  /// The steps that apply, by their place among all.
  package var told: [Int] { lesson.steps.indices.filter { lesson.steps[$0].applies } }

  /// The scenario, its kernel, and which kill it is about.
  package var heading: String { heading(lesson.title.isEmpty ? lesson.scenario : lesson.title) }

  /// As `heading`, without the title: it may tell who dies.
  package var blindHeading: String {
    let isPanic = lesson.number > lesson.kills
    return heading(lesson.scenario, which: !isPanic)
  }

  /// The scenario and its kernel: not even how many die.
  package var plainHeading: String { heading(lesson.scenario, which: false) }

  private func heading(_ title: String, which: Bool = true) -> String {
    var line =
      style.bold(plain(title.isEmpty ? "scenario" : title))
      + style.dim("   " + kernelText(lesson.kernel, ruleSet: lesson.ruleSet)) + "\n"
    if !which { return line }
    if lesson.number > lesson.kills {
      line += "the panic" + (lesson.kills > 0 ? ", after \(lesson.kills) kills" : "") + "\n"
    } else if lesson.number > 0 {
      line += "kill \(lesson.number) of \(lesson.kills)\n"
    }
    return line
  }

  /// One step with its number among those that apply.
  package func step(_ index: Int) -> String {
    let step = lesson.steps[index]
    let number = told.count { $0 < index } + 1
    let lines = [style.bold("\(number)  \(step.title)")] + self.lines(of: step)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The parts of a step, below its title.
  func lines(of step: Lesson.Step) -> [String] { step.parts.flatMap(lines) }

  private func lines(_ part: Lesson.Part) -> [String] {
    switch part {
    case .text(let text): return block(text, indent: 4)
    // What is nothing need not be read.
    case .field(_, "0 pages (0 B)"): return []
    case .field(let label, let value): return field(label, value)
    case .lines(let lines): return lines.map { "    " + $0 }
    case .sums(let sums):
      return Lesson.Sum.lines(sums, width: max(width - 4, 30)).map { "    " + $0 }
    case .rule(let says, let change):
      if citations == .none { return [] }
      let statement = block(says, indent: 8).map(style.dim)
      if citations == .statements { return statement }
      return statement + block(Self.source(change), indent: 8).map(style.dim)
    }
  }

  /// Where a rule stands: `since 5.9: mm/oom_kill.c oom_badness(), commit 9066e5cfb73c`.
  static func source(_ change: RuleChange) -> String {
    let since =
      change.since == .oldestKnown ? "since \(change.since) or earlier" : "since \(change.since)"
    return "\(since): " + RulesText(style: Style(isColored: false), width: 80).source(change)
  }

  private func field(_ label: String, _ value: String) -> [String] {
    let head = "    " + label + String(repeating: " ", count: max(14 - label.count, 1))
    return wrapped(value, width: max(width - head.count, 30)).enumerated().map {
      ($0.offset == 0 ? head : String(repeating: " ", count: head.count)) + $0.element
    }
  }

  private func block(_ text: String, indent: Int) -> [String] {
    wrapped(text, width: max(width - indent, 30)).map { String(repeating: " ", count: indent) + $0 }
  }
}

extension JSONWriter {
  /// `oomsim.explain/1`: the steps of one kill, each with its numbers and with the rules that it goes by.
  package mutating func lesson(_ lesson: Lesson) {
    object { writer in
      writer.field("schema", "oomsim.explain/1")
      writer.field("scenario", lesson.scenario)
      writer.field("kernel", lesson.kernel)
      writer.field("rule_set", lesson.ruleSet)
      writer.field("kill", Int64(lesson.number))
      writer.field("kills", Int64(lesson.kills))
      writer.key("steps")
      writer.array { for step in lesson.steps { $0.step(step) } }
    }
  }

  private mutating func step(_ step: Lesson.Step) {
    object { writer in
      writer.field("step", step.name.rawValue)
      writer.field("title", step.title)
      writer.key("numbers")
      writer.object {
        for fact in step.facts {
          $0.key(named: fact.name)
          $0.value(fact.value)
        }
      }
      if !step.rows.isEmpty {
        writer.key("rows")
        writer.array {
          for row in step.rows {
            $0.object(inline: true) {
              for fact in row {
                $0.key(named: fact.name)
                $0.value(fact.value)
              }
            }
          }
        }
      }
      writer.key("text")
      writer.array { for part in step.parts { $0.part(part) } }
      writer.key("rules")
      writer.array {
        for case .rule(_, let change) in step.parts { $0.ruleChange(change) }
      }
    }
  }

  private mutating func value(_ value: Lesson.Value) {
    switch value {
    case .number(let number): integer(wide: number)
    case .text(let text): string(text)
    case .none: null()
    }
  }

  private mutating func part(_ part: Lesson.Part) {
    switch part {
    case .text(let text): string(text)
    case .field(let label, let value): string("\(label): \(value)")
    case .rule(let says, let change): string("\(says) (\(LessonText.source(change)))")
    case .lines(let lines): for line in lines { string(line) }
    case .sums(let sums): for line in Lesson.Sum.lines(sums, width: .max) { string(line) }
    }
  }
}
