package import OOMFormats

// A directory of scenarios is a course by its README.md: chapters are headings, and a story is a row of a table.
// Whoever writes a story writes the row; two of its cells are worked out:
//
//     ## First principles
//     | story | domain | victim | what it teaches |
//     |---|---|---|---|
//     | [memory-leak-vps](global/memory-leak-vps.json) | machine | worker | The largest dies, … |

/// An ordered course of scenarios.
package struct Course: Sendable {
  /// One scenario of the course.
  package struct Story: Equatable, Sendable {
    /// The name of its file, without `.json`; no two have the same.
    package var name: String
    /// Below the directory of the course.
    package var path: String
    /// What ran out and which processes died, as the README says; `StoryOutcome` works them out.
    package var outcome: StoryOutcome
    package var teaches: String
    /// Of the README, from 1.
    package var line: Int
  }

  package struct Chapter: Equatable, Sendable {
    package var title: String
    /// What the README says of it before its stories.
    package var introduction: [String] = []
    package var stories: [Story]
  }

  /// Chapters without stories are none.
  package private(set) var chapters: [Chapter] = []
  /// The lesson before all stories, for readers who have never looked inside a kernel; nil without one.
  package private(set) var lesson0: Section?
  package private(set) var words: [Word] = []
  private let lines: [String]
  private let lineEnd: String

  /// - Parameters:
  ///   - markdown: the text of the README.
  ///   - file: how it is called in messages.
  package init(markdown: String, file: String) throws(ScenarioError) {
    lineEnd = markdown.contains("\r\n") ? "\r\n" : "\n"
    lines = markdown.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
      .map(String.init)
    let sections = Self.sections(of: lines)
    lesson0 = sections.first { $0.title.lowercased().hasPrefix("lesson 0") }
    words = Self.words(in: lines)
    var diagnostics: [Diagnostic] = []
    var title: String?
    var known: Set<String> = []
    func complain(_ line: Int, _ message: String) {
      diagnostics.append(Diagnostic(line: line, column: 1, path: "", message: message))
    }
    for (index, text) in lines.enumerated() {
      let line = index + 1
      if text.hasPrefix("## ") { title = Self.trimmed(String(text.dropFirst(3))) }
      if !Self.isStory(text) { continue }
      guard let title, !title.isEmpty else {
        complain(line, "a story stands in a chapter: below a heading '## Title'")
        continue
      }
      switch Self.story(Self.trimmed(text), line: line) {
      case .failure(let problem): complain(line, problem.message)
      case .success(let story):
        if !known.insert(story.name).inserted {
          complain(line, "'\(story.name)' is in the course already")
        } else if chapters.last?.title == title {
          chapters[chapters.count - 1].stories.append(story)
        } else {
          let introduction = Self.introduction(sections.last { $0.title == title })
          chapters.append(Chapter(title: title, introduction: introduction, stories: [story]))
        }
      }
    }
    if diagnostics.isEmpty, chapters.isEmpty {
      complain(
        1,
        "no story: a row of a table such as '| [name](directory/name.json) | | | what it teaches |'"
      )
    }
    if !diagnostics.isEmpty {
      throw ScenarioError(diagnostics: Array(diagnostics.prefix(ScenarioError.limit)), file: file)
    }
  }

  /// Whether a text has a story: a `README.md` need not be of a course.
  package static func isCourse(_ markdown: String) -> Bool {
    markdown.split { $0 == "\n" || $0 == "\r\n" }.contains { isStory(String($0)) }
  }

  /// Whether a line is a row of a table with a scenario in it, well made or not.
  private static func isStory(_ text: String) -> Bool {
    trimmed(text).hasPrefix("|") && text.contains(".json)")
  }

  /// All stories in their order.
  package var stories: [Story] { chapters.flatMap { $0.stories } }

  /// The README with the outcomes and the first lessons of words as given, and all else as it was.
  package func markdown(
    outcome: (Story) -> StoryOutcome, first: (Word) -> String? = { $0.first }
  ) -> String {
    var lines = lines
    for word in words {
      guard word.first != nil, let first = first(word) else { continue }
      let cells = Self.cells(of: Self.trimmed(lines[word.line - 1]))
      lines[word.line - 1] =
        "| " + [cells[0], cells[1], first].map(Self.escaped).joined(separator: " | ") + " |"
    }
    for story in stories {
      let outcome = outcome(story)
      let cells = ["[\(story.name)](\(story.path))", outcome.domain, outcome.victim, story.teaches]
      lines[story.line - 1] = "| " + cells.map(Self.escaped).joined(separator: " | ") + " |"
    }
    return lines.joined(separator: lineEnd)
  }

  // MARK: Rows

  private struct Problem: Error {
    var message: String
  }

  private static func story(_ text: String, line: Int) -> Result<Story, Problem> {
    let cells = cells(of: text)
    guard cells.count == 4 else {
      return .failure(
        Problem(
          message: "a story has 4 cells, name, domain, victim and lesson; found \(cells.count)"))
    }
    guard cells[0].hasPrefix("["), cells[0].hasSuffix(")"),
      let middle = cells[0].firstRange(of: "](")
    else {
      return .failure(Problem(message: "a story is a link, [name](directory/name.json)"))
    }
    let name = String(cells[0][..<middle.lowerBound].dropFirst())
    let path = String(cells[0][middle.upperBound...].dropLast())
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.contains("") || parts.contains("..") || parts.contains(".") {
      return .failure(Problem(message: "'\(path)' is no path below the directory of the course"))
    }
    if name.isEmpty { return .failure(Problem(message: "a story has a name, that of its file")) }
    guard parts.last == "\(name).json" else {
      return .failure(
        Problem(message: "'\(name)' is to be called as its file is: '\(path)' is not \(name).json"))
    }
    if cells[3].isEmpty {
      return .failure(Problem(message: "'\(name)' does not say what it teaches"))
    }
    let outcome = StoryOutcome(domain: cells[1], victim: cells[2])
    return .success(
      Story(name: name, path: path, outcome: outcome, teaches: cells[3], line: line))
  }

  private static func escaped(_ cell: String) -> String {
    cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }

  static func cells(of row: String) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isEscaped = false
    for character in row.dropFirst() {
      if character == "|", !isEscaped {
        cells.append(trimmed(cell))
        cell = ""
      } else {
        if character == "|" { cell.removeLast() }
        cell.append(character)
      }
      isEscaped = character == "\\"
    }
    if !trimmed(cell).isEmpty { cells.append(trimmed(cell)) }
    return cells
  }

  static func trimmed(_ text: String) -> String {
    let inside = text.drop { $0 == " " || $0 == "\t" }
    return String(inside.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
