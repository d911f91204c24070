import OOMFormats
internal import OOMReports
import OOMSimulator

/// A course that is open, and what goes with it.
struct Desk {
  let arguments: Arguments
  let course: Course
  let directory: String
  let terminal: Terminal
  let text: CourseText
  private let style: Style
  /// nil where nobody keeps count.
  var progress: CourseProgress?
  /// What a command needs to find all of this again.
  let option: [String]

  init(
    _ arguments: Arguments, _ course: Course, _ directory: String, _ terminal: Terminal
  ) throws {
    self.arguments = arguments
    self.course = course
    self.directory = directory
    self.terminal = terminal
    progress = try arguments.value("--progress").map { try readProgress($0, terminal) }
    style = terminal.style(arguments)
    text = CourseText(
      course, style: style, width: terminal.width, progress: progress)
    option = ["--scenarios", "--progress"].flatMap { name in
      arguments.value(name).map { [name, $0] } ?? []
    }
  }

  func list(_ chapter: Int) {
    if arguments.has("--json") {
      var writer = JSONWriter { terminal.out($0) }
      writer.course(course, only: chapter, progress: progress)
      writer.finish()
    } else {
      terminal.out(text.chapter(chapter))
    }
  }

  func tell(_ lesson0: Course.Section) throws {
    if arguments.has("--json") {
      throw UsageError("lesson 0 is prose: no --json with it.")
    }
    terminal.out(text.lesson0(lesson0, option: option))
    try note("0")
  }

  func tell(_ index: Int, isStepwise: Bool) throws {
    let (scenario, file) = try scenario(of: course.stories[index], directory, terminal)
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = true
    let run = simulator.run(valid: scenario)
    let lesson = Lesson(of: run, number: 1, in: scenario, simulator: simulator, why: nil)
    let difference = StoryDifference(of: scenario, at: index, among: earlier(than: index))
    if arguments.has("--json") {
      var writer = JSONWriter { terminal.out($0) }
      writer.story(index, of: course, StoryOutcome(of: run), lesson, difference)
      writer.finish()
      return try note(course.stories[index].name)
    }
    let story = StoryLesson(
      of: run, in: scenario, simulator: simulator, lesson: lesson, style: style,
      width: terminal.width)
    // A reader who is to guess is not told the story before.
    if isStepwise {
      terminal.out(text.place(index, kernel: run.kernel))
      let steps = LessonText(
        lesson, style: style, width: terminal.width,
        citations: arguments.has("--sources") ? .sources : .statements)
      let walk = Walk(
        run: run, scenario: scenario, lesson: lesson, text: steps, terminal: terminal)
      if !walk.go(asksEnd: true) { return }
      terminal.out("\n" + text.story(index, scenario))
    } else {
      terminal.out(text.lesson(index, story, difference: difference))
      if arguments.has("--sources") { terminal.out(story.sources) }
    }
    terminal.out("\n" + text.next(index, kills: run.kills.count, file: file, option: option))
    try note(course.stories[index].name)
  }

  /// The scenarios before a story. One that cannot be read is no mistake of this story.
  private func earlier(than index: Int) -> [Scenario?] {
    course.stories[..<index].map { story in
      let file = "\(directory)/\(story.path)"
      guard let bytes = try? InputFile.readRegular(file) else { return nil }
      return try? Scenario(json: bytes, file: file)
    }
  }

  private func note(_ name: String) throws {
    guard let file = arguments.value("--progress"), var progress, !progress.has(name) else {
      return
    }
    progress.add(name)
    try OutputFile.write(Array(progress.text.utf8), to: file, terminal)
  }
}

/// A file that is not there yet has no lessons done.
private func readProgress(_ file: String, _ terminal: Terminal) throws -> CourseProgress {
  if file.isEmpty || file == "-" { throw UsageError("--progress takes a file.") }
  if InputFile.realPath(file) == nil { return CourseProgress(text: "") }
  guard let text = String(validating: try readBytes(file, terminal), as: UTF8.self) else {
    terminal.error("\(file): error: is no text in UTF-8")
    throw ExitCode.malformed
  }
  return CourseProgress(text: text)
}
