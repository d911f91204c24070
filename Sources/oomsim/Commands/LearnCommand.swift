import OOMFormats
internal import OOMReports
import OOMSimulator

let learnCommand = CommandSpec(
  name: "learn",
  overview: "A course in stories: list it, go through one, or answer a quiz.",
  operands: "[STORY]", operandHelp: "Its name or its number; the whole course when absent.",
  minOperands: 0, maxOperands: 1,
  options: [
    OptionSpec(
      name: "--scenarios", value: "DIR",
      help:
        "Where the course is, a directory of scenarios with a README.md; by default Scenarios, here or near the program."
    ),
    stepOption,
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
    throw UsageError("--step goes through one story: oomsim learn STORY --step.")
  }
  let directory = try courseDirectory(arguments.value("--scenarios"), terminal)
  let course = try readCourse(directory, terminal)
  if arguments.has("--markdown") {
    let text = try markdown(course, directory, terminal)
    try OutputFile.write(Array(text.utf8), to: arguments.value("-o") ?? "-", terminal)
    return .done
  }
  let style = terminal.style(arguments)
  let text = CourseText(course, style: style, width: terminal.width)
  guard let name else {
    if arguments.has("--json") {
      var writer = JSONWriter { terminal.out($0) }
      writer.course(course)
      writer.finish()
    } else {
      terminal.out(text.list)
    }
    return .done
  }
  let index = try story(name, in: course)
  let (scenario, file) = try scenario(of: course.stories[index], directory, terminal)
  var simulator = Simulator(for: scenario)
  simulator.recordsCandidates = true
  let run = simulator.run(valid: scenario)
  let lesson = Lesson(of: run, number: 1, in: scenario, simulator: simulator, why: nil)
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.story(index, of: course, StoryOutcome(of: run), lesson)
    writer.finish()
    return .done
  }
  let lessonText = LessonText(lesson, style: style, width: terminal.width)
  terminal.out(text.place(index))
  // A reader who is to guess is not told the story before.
  if isStepwise {
    let walk = Walk(
      run: run, scenario: scenario, lesson: lesson, text: lessonText, terminal: terminal)
    if !walk.go(asksEnd: true) { return .done }
    terminal.out("\n" + text.story(index, scenario))
  } else {
    terminal.out(lessonText.heading + "\n" + text.story(index, scenario) + lessonText.steps)
  }
  if run.kills.isEmpty, run.panic == nil {
    terminal.out("\n" + text.points(simulator.score(valid: scenario, at: run.end)))
  }
  if run.kills.count > 1 { terminal.out("\n" + text.outcome(of: run)) }
  terminal.out(
    "\n"
      + text.next(
        index, kills: run.kills.count, file: file, directory: arguments.value("--scenarios")))
  return .done
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

/// Where a story stands: by its name, its file or its number from 1.
private func story(_ name: String, in course: Course) throws(UsageError) -> Int {
  let stories = course.stories
  if let index = stories.firstIndex(where: { $0.name == name || $0.path == name }) { return index }
  if name.allSatisfy({ $0.isASCII && $0.isNumber }), !name.isEmpty {
    if let number = Int(name), stories.indices.contains(number - 1) { return number - 1 }
    throw UsageError("the course has the stories 1 to \(stories.count), not \(name).")
  }
  let word = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
  let near =
    nearestWord(to: word, among: stories.map(\.name)).map { " Did you mean '\($0)'?" } ?? ""
  throw UsageError("no story is called '\(name)'.\(near) 'oomsim learn' lists them.")
}

/// The scenario of a story, and its file. A mistake in it is followed by where the course has it from.
private func scenario(
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
  var outcomes: [String: StoryOutcome] = [:]
  for story in course.stories {
    let scenario = try scenario(of: story, directory, terminal).scenario
    outcomes[story.name] = StoryOutcome(of: Simulator(for: scenario).run(valid: scenario))
  }
  return course.markdown { outcomes[$0.name] ?? $0.outcome }
}
