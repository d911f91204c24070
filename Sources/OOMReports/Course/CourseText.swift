internal import OOMFormats
package import OOMSimulator

/// A course for people.
package struct CourseText {
  let course: Course
  let style: Style
  let width: Int

  package init(_ course: Course, style: Style, width: Int) {
    self.course = course
    self.style = style
    self.width = width
  }

  /// The chapters with their stories, numbered through.
  package var list: String {
    let names = course.stories.map { $0.name }
    let digits = "\(names.count)".count
    var text = ""
    var number = 0
    for chapter in course.chapters {
      text += (number > 0 ? "\n" : "") + style.bold(plain(chapter.title)) + "\n"
      for story in chapter.stories {
        number += 1
        let space = String(repeating: " ", count: digits - "\(number)".count)
        text += "  \(space)\(number)  \(style.bold(plain(story.name)))\n"
        let indent = String(repeating: " ", count: digits + 4)
        for line in wrapped(plain(story.teaches), width: max(width - indent.count, 30)) {
          text += indent + line + "\n"
        }
      }
    }
    return text
  }

  /// Where in the course a story stands.
  ///
  /// - Parameter index: of `stories`.
  package func place(_ index: Int) -> String {
    let story = course.stories[index]
    let chapter = course.chapters.first { $0.stories.contains(story) }?.title ?? ""
    return style.dim(
      "Story \(index + 1) of \(course.stories.count), \(plain(chapter)): \(plain(story.name))")
      + "\n"
  }

  /// What happens in a story, in its author's words, and what it teaches.
  package func story(_ index: Int, _ scenario: Scenario) -> String {
    var text = ""
    for line in wrapped(scenario.description.map(plain).joined(separator: " "), width: width) {
      text += line + "\n"
    }
    if !text.isEmpty { text += "\n" }
    let label = "It teaches: "
    for line in wrapped(label + plain(course.stories[index].teaches), width: width) {
      text += line + "\n"
    }
    return text
  }

  /// What a run came to.
  package func outcome(of run: Run) -> String {
    style.bold("What it comes to") + "\n"
      + OutcomeText(style: style, width: width).lines(of: run).joined(separator: "\n") + "\n"
  }

  /// The processes with most points, of a story in which nobody dies.
  package func points(_ table: ScoreTable) -> String {
    let lines = ScoreText.text(table, style: style).split(
      separator: "\n", omittingEmptySubsequences: false)
    // The heading, an empty line and the names of the columns come before the processes.
    let shown = lines.dropFirst(2).dropLast().prefix(11)
    let more = lines.count - 1 - 2 - shown.count
    return style.bold("Who has most points at the end") + "\n"
      + shown.map { "    \($0)\n" }.joined() + (more > 0 ? "    … \(more) more\n" : "")
  }

  /// How to look closer, and what comes next.
  ///
  /// - Parameters:
  ///   - file: of the scenario, as a command takes it.
  ///   - directory: what `--scenarios` was; nil without it.
  package func next(_ index: Int, kills: Int, file: String, directory: String?) -> String {
    let file = operand(file)
    var lines: [(String, [String])] = []
    if kills > 1 { lines.append(("The next kill", ["explain", file, "--kill", "2"])) }
    if kills == 0 { lines.append(("See the points", ["score", file])) }
    lines.append(("See the numbers", ["run", file]))
    lines.append(("Draw it", ["report", file, "-o", "page.html"]))
    let stories = course.stories
    if index + 1 < stories.count {
      let option = directory.map { ["--scenarios", $0] } ?? []
      lines.append(("The next story", ["learn"] + option + [stories[index + 1].name]))
    }
    var table = TextTable([.left, .left])
    for (label, words) in lines {
      if let command = shellCommand(["oomsim"] + words) { table.add(["\(label):", command]) }
    }
    return table.lines.joined(separator: "\n") + "\n"
  }
}
