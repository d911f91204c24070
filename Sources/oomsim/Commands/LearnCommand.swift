import OOMFormats
internal import OOMReports
import OOMSimulator

let learnCommand = CommandSpec(
  name: "learn",
  overview: "A course in stories: list it, go through a lesson, or answer a quiz.",
  operands: "[LESSON]",
  operandHelp:
    "Its name or its number, 0 for the one before all others; a chapter by its title; with --progress also 'next'. The whole course when absent.",
  minOperands: 0, maxOperands: 1,
  options: [
    OptionSpec(
      name: "--scenarios", value: "DIR",
      help:
        "Where the course is, a directory of scenarios with a README.md; by default Scenarios, here or near the program."
    ),
    stepOption,
    OptionSpec(
      name: "--sources",
      help: "Say besides which rules of the kernel a lesson goes by, and where they stand."),
    OptionSpec(name: "--words", help: "The words of the course, each with its meaning."),
    OptionSpec(
      name: "--progress", value: "FILE",
      help: "Keep in FILE, a line each, which lessons are done; mark them in the list."),
  ] + quizOptions + [
    .json,
    OptionSpec(
      name: "--markdown",
      help: "Print the README.md of the course, with domain and victim of each story worked out."),
    OptionSpec(
      name: "-o", value: "FILE", help: "With --markdown: write to a file, the README.md itself."),
    .color,
  ],
  example: "oomsim learn agent-minus-500",
  run: learn)

@Sendable private func learn(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  if arguments.has("--quiz") { return try arguments.quiz(terminal) }
  try arguments.checkQuizOptions()
  let isStepwise = try arguments.isStepwise(terminal)
  let name = arguments.operands.first
  if arguments.has("--markdown"), name != nil || isStepwise || arguments.has("--json") {
    throw UsageError(
      "--markdown is of the whole course: no story, no --json and no --step with it.")
  }
  if arguments.has("-o"), !arguments.has("--markdown") {
    throw UsageError("-o is where --markdown writes.")
  }
  if isStepwise, name == nil {
    throw UsageError("--step goes through one lesson: oomsim learn LESSON --step.")
  }
  if arguments.has("--sources"), name == nil || arguments.has("--json") {
    throw UsageError("--sources is of one lesson, and --json has the sources without it.")
  }
  if arguments.has("--words"), name != nil || arguments.has("--json") || arguments.has("--markdown")
  {
    throw UsageError(
      "--words is of the whole course: no lesson, no --json and no --markdown with it.")
  }
  let directory = try courseDirectory(arguments.value("--scenarios"), terminal)
  let course = try readCourse(directory, terminal)
  if arguments.has("--markdown") {
    let text = try markdown(course, directory, terminal)
    try OutputFile.write(Array(text.utf8), to: arguments.value("-o") ?? "-", terminal)
    return .done
  }
  let desk = try Desk(arguments, course, directory, terminal)
  if arguments.has("--words") {
    terminal.out(desk.text.words)
    return .done
  }
  guard let name else {
    if arguments.has("--json") {
      var writer = JSONWriter { terminal.out($0) }
      writer.course(course, progress: desk.progress)
      writer.finish()
    } else {
      terminal.out(desk.text.list(option: desk.option))
    }
    return .done
  }
  switch try lesson(name, in: course, desk.progress) {
  case .lesson0(let section): try desk.tell(section)
  case .chapter(let index): desk.list(index)
  case .story(let index): try desk.tell(index, isStepwise: isStepwise)
  case .end: terminal.out("All lessons are done. Questions: oomsim learn --quiz\n")
  }
  return .done
}

/// What a word on the command line means.
private enum Place {
  case lesson0(Course.Section)
  case story(Int)
  case chapter(Int)
  /// 'next', after the last lesson.
  case end
}

/// The directory that was named, or the first `Scenarios` with a course: here, or near the program, which is where a
/// checkout and an installation have it.
func courseDirectory(_ given: String?, _ terminal: Terminal) throws -> String {
  if let given {
    if given.isEmpty {
      throw UsageError("--scenarios takes a directory.")
    }
    return given.count > 1 && given.hasSuffix("/") ? String(given.dropLast()) : given
  }
  let above = InputFile.directoriesAboveProgram()
  // A checkout has the program in .build/PLATFORM/debug, an installation in bin beside share.
  let candidates =
    ["Scenarios"] + above.prefix(4).map { "\($0)/Scenarios" }
    + above.dropFirst().prefix(1).map { "\($0)/share/oomsim/Scenarios" }
  for directory in candidates {
    guard let bytes = try? InputFile.readRegular("\(directory)/README.md") else { continue }
    if Course.isCourse(String(decoding: bytes, as: UTF8.self)) { return directory }
  }
  terminal.error(
    "oomsim: no course: there is no Scenarios/README.md with stories here nor near the program; say where it is with --scenarios DIR"
  )
  throw ExitCode.noInput
}

func readCourse(_ directory: String, _ terminal: Terminal) throws(ExitCode) -> Course {
  let file = "\(directory)/README.md"
  let bytes = try readBytes(file, terminal)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    terminal.error("\(file): error: is no text in UTF-8")
    throw .malformed
  }
  do throws(ScenarioError) {
    return try Course(markdown: text, file: file)
  } catch {
    terminal.error(error.description)
    throw .malformed
  }
}

/// A story by its name, its file or its number; lesson 0; a chapter by its title, also with hyphens for blanks.
private func lesson(
  _ name: String, in course: Course, _ progress: CourseProgress?
) throws(UsageError) -> Place {
  let stories = course.stories
  if let index = stories.firstIndex(where: { $0.name == name || $0.path == name }) {
    return .story(index)
  }
  if name.allSatisfy({ $0.isASCII && $0.isNumber }), !name.isEmpty {
    if let number = Int(name), stories.indices.contains(number - 1) { return .story(number - 1) }
    if Int(name) == 0, let lesson0 = course.lesson0 { return .lesson0(lesson0) }
    throw UsageError("the course has the lessons 1 to \(stories.count), not \(name).")
  }
  if name == "next" {
    guard let progress else {
      throw UsageError("'next' goes by a file that says what is done: --progress FILE.")
    }
    guard let next = progress.next(in: course) else { return .end }
    if next == "0", let lesson0 = course.lesson0 { return .lesson0(lesson0) }
    return stories.firstIndex { $0.name == next }.map(Place.story) ?? .end
  }
  let titles = course.chapters.map { chapterWord($0.title) }
  if let index = titles.firstIndex(of: chapterWord(name)) { return .chapter(index) }
  let word = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
  let near =
    (nearestWord(to: word, among: stories.map(\.name))
    ?? nearestWord(to: chapterWord(word), among: titles)).map { " Did you mean '\($0)'?" } ?? ""
  throw UsageError(
    "no lesson and no chapter is called '\(name)'.\(near) 'oomsim learn' lists them.")
}

/// `Old kernels` as `old-kernels`, which needs no quotes in a shell.
private func chapterWord(_ title: String) -> String {
  String(title.lowercased().map { $0 == " " ? "-" : $0 })
}

/// The scenario of a story, and its file. A mistake in it is followed by where the course has it from.
func scenario(
  of story: Course.Story, _ directory: String, _ terminal: Terminal
) throws(ExitCode) -> (scenario: Scenario, file: String) {
  let file = "\(directory)/\(story.path)"
  do throws(ExitCode) {
    return (try readScenario(file, [], terminal), file)
  } catch {
    terminal.error("\(directory)/README.md:\(story.line): note: the story is in the course here")
    throw error
  }
}

private func markdown(
  _ course: Course, _ directory: String, _ terminal: Terminal
) throws(ExitCode) -> String {
  let style = Style(isColored: false)
  let text = CourseText(course, style: style, width: 80)
  var told: [(outcome: StoryOutcome, text: String)] = []
  for (index, story) in course.stories.enumerated() {
    let scenario = try scenario(of: story, directory, terminal).scenario
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = true
    let run = simulator.run(valid: scenario)
    let lesson = Lesson(of: run, number: 1, in: scenario, simulator: simulator, why: nil)
    let page = StoryLesson(
      of: run, in: scenario, simulator: simulator, lesson: lesson, style: style, width: 80)
    told.append((StoryOutcome(of: run), text.story(index, scenario) + page.text))
  }
  return course.markdown(of: told)
}
