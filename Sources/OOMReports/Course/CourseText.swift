internal import OOMFormats
package import OOMSimulator

/// A course for people.
package struct CourseText {
  let course: Course
  let style: Style
  let width: Int
  /// Lessons that are done are marked; nil where nobody keeps count.
  let progress: CourseProgress?

  package init(_ course: Course, style: Style, width: Int, progress: CourseProgress? = nil) {
    self.course = course
    self.style = style
    self.width = width
    self.progress = progress
  }

  // MARK: Lists

  /// Lesson 0 and the chapters with their lessons, numbered through.
  ///
  /// - Parameter option: what a command needs to find the course and the progress again.
  package func list(option: [String]) -> String {
    var text = ""
    if let lesson0 = course.lesson0 { text += entry(0, "0", title(of: lesson0)) }
    for index in course.chapters.indices {
      text += (text.isEmpty ? "" : "\n") + lessons(of: index)
    }
    if let progress {
      let names = (course.lesson0 == nil ? [] : ["0"]) + course.stories.map(\.name)
      text += "\n\(names.count(where: progress.has)) of \(names.count) lessons done\n"
      let next = progress.next(in: course)
      let command = next.flatMap { shellCommand(["oomsim", "learn"] + option + [$0]) }
      if let command { text += "The next lesson:  \(command)\n" }
    }
    return text
  }

  /// A chapter with what it is about.
  package func chapter(_ index: Int) -> String {
    let prose = ProseText(style: style, width: width).lines(course.chapters[index].introduction)
    return lessons(of: index, after: prose)
  }

  private func lessons(of chapter: Int, after prose: [String] = []) -> String {
    let first = course.chapters[..<chapter].reduce(1) { $0 + $1.stories.count }
    let head = style.bold(plain(course.chapters[chapter].title)) + "\n"
    return head + prose.map { $0 + "\n" }.joined() + (prose.isEmpty ? "" : "\n")
      + course.chapters[chapter].stories.enumerated().map {
        entry(first + $0.offset, $0.element.name, $0.element.teaches)
      }.joined()
  }

  private func entry(_ number: Int, _ name: String, _ teaches: String) -> String {
    let digits = "\(course.stories.count)".count
    let space = String(repeating: " ", count: digits - "\(number)".count)
    let mark = progress.map { $0.has(name) ? "✓ " : "  " } ?? ""
    let title = number == 0 ? style.bold("0") : "\(number)  " + style.bold(plain(name))
    let indent = String(repeating: " ", count: digits + 4 + mark.count)
    return "  \(mark)\(space)\(title)\n"
      + wrapped(plain(teaches), width: max(width - indent.count, 30))
      .map { indent + $0 + "\n" }.joined()
  }

  private func title(of lesson0: Course.Section) -> String {
    let title = lesson0.title.dropFirst("lesson 0".count).drop { $0 == ":" || $0 == " " }
    return title.isEmpty ? "For readers who begin here." : String(title)
  }

  /// All words of the course with their meanings.
  package var words: String {
    ProseText(style: style, width: width).words(course.words, indent: 0)
      .map { $0 + "\n" }.joined()
  }

  /// Lesson 0, with the words that it has.
  package func lesson0(_ lesson0: Course.Section, option: [String]) -> String {
    var lines = [style.bold("Lesson 0: \(plain(title(of: lesson0)))"), ""]
    lines += ProseText(style: style, width: width).lines(lesson0.lines)
    if let first = course.stories.first,
      let command = shellCommand(["oomsim", "learn"] + option + [first.name])
    {
      lines += ["", "The next lesson:  \(command)"]
    }
    return lines.map { $0 + "\n" }.joined()
  }

  // MARK: A story

  /// A lesson as it is printed, but for what comes next.
  package func lesson(
    _ index: Int, _ story: StoryLesson, difference: StoryDifference?
  ) -> String {
    let title = story.run.title.isEmpty ? story.run.scenario : story.run.title
    let heading = wrapped(plain(title), width: width).map { style.bold($0) + "\n" }.joined()
    let outcome = StoryOutcome(of: story.run)
    return place(index, kernel: story.run.kernel) + heading + "\n"
      + self.story(index, story.scenario) + newWords(index)
      + (difference.map { self.difference($0, index, outcome) } ?? "") + story.text
  }

  /// Where in the course a story stands.
  ///
  /// - Parameter index: of `stories`.
  package func place(_ index: Int, kernel: String) -> String {
    let story = course.stories[index]
    let chapter = course.chapters.first { $0.stories.contains(story) }?.title ?? ""
    return style.dim(
      "Lesson \(index + 1) of \(course.stories.count), \(plain(chapter)): \(plain(story.name)), Linux \(plain(kernel))"
    )
      + "\n"
  }

  /// What happens in a story, in its author's words, and what it teaches; before the first of a chapter what that is about.
  package func story(_ index: Int, _ scenario: Scenario) -> String {
    var text = ""
    let chapter = course.chapters.first { $0.stories.first == course.stories[index] }
    for line in ProseText(style: style, width: width).lines(chapter?.introduction ?? []) {
      text += line + "\n"
    }
    if !text.isEmpty { text += "\n" }
    for line in wrapped(scenario.description.map(plain).joined(separator: " "), width: width) {
      text += line + "\n"
    }
    if !scenario.description.isEmpty { text += "\n" }
    let label = "It teaches: "
    for line in wrapped(label + plain(course.stories[index].teaches), width: width) {
      text += line + "\n"
    }
    return text
  }

  /// The words that the course has first in this lesson; empty without any.
  package func newWords(_ index: Int) -> String {
    let words = course.words(firstIn: course.stories[index].name)
    if words.isEmpty { return "" }
    let lines = ProseText(style: style, width: width).words(words, indent: 4)
    return "\n" + style.bold("New words") + "\n" + lines.map { $0 + "\n" }.joined()
  }

  /// In what a story differs from the earlier one, and what comes of that.
  package func difference(_ difference: StoryDifference, _ index: Int, _ outcome: StoryOutcome)
    -> String
  {
    let before = course.stories[difference.index]
    var rows = difference.settings.map { [$0.path, $0.text] }
    let changed = "\(before.outcome.victim) → \(outcome.victim)"
    rows.append([
      "what comes of it",
      before.outcome.victim == outcome.victim ? "the same: \(outcome.victim)" : changed,
    ])
    let column = min(rows.map { $0[0].count }.max() ?? 0, 40) + 2
    var text =
      "\n" + style.bold("What is different from \(plain(before.name)), by the keys of the file")
      + "\n"
    for row in rows {
      // What is too long for the column stands above its value.
      let isLong = row[0].count + 2 > column
      let indent = isLong ? 8 : 4 + column
      let space = String(repeating: " ", count: indent)
      let parts = wrapped(plain(row[1]), width: max(width - indent, 30)).map { space + $0 + "\n" }
      let head = "    \(row[0])"
      text += isLong ? head + "\n" + parts[0] : head + parts[0].dropFirst(head.count)
      text += parts.dropFirst().joined()
    }
    return text
  }

  /// How to look closer, and what comes next.
  ///
  /// - Parameters:
  ///   - file: of the scenario, as a command takes it.
  ///   - option: what a command needs to find the course and the progress again.
  package func next(_ index: Int, kills: Int, file: String, option: [String]) -> String {
    let file = operand(file)
    var lines: [(String, [String])] = []
    lines.append(("Every step", ["explain", file]))
    if kills > 1 { lines.append(("The next kill", ["explain", file, "--kill", "2"])) }
    if kills == 0 { lines.append(("See the points", ["score", file])) }
    lines.append(("Draw it", ["report", file, "-o", "page.html"]))
    let stories = course.stories
    if index + 1 < stories.count {
      lines.append(("The next lesson", ["learn"] + option + [stories[index + 1].name]))
    }
    var table = TextTable([.left, .left])
    for (label, words) in lines {
      if let command = shellCommand(["oomsim"] + words) { table.add(["\(label):", command]) }
    }
    return table.lines.joined(separator: "\n") + "\n"
  }
}
