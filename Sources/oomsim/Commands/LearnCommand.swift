import OOMFormats
import OOMSimulator

let learnCommand = CommandSpec(
  name: "learn",
  overview: "A course in stories: list it, or go through one.",
  operands: "[STORY]", operandHelp: "Its name or its number; the whole course when absent.",
  minOperands: 0, maxOperands: 1,
  options: [
    OptionSpec(
      name: "--scenarios", value: "DIR",
      help:
        "Where the course is, a directory of scenarios with a README.md; by default Scenarios, here or near the program."
    ),
    stepOption, .json,
    OptionSpec(
      name: "--markdown",
      help: "Print the README.md of the course, with domain and victim of each story worked out."),
    .color,
  ],
  example: "oomsim learn agent-minus-500",
  run: learn)

@Sendable private func learn(_ arguments: Arguments, _ terminal: Terminal) throws(ExitCode)
  -> ExitCode
{
  let isStepwise = try arguments.isStepwise(terminal)
  let name = arguments.operands.first
  if arguments.has("--markdown"), name != nil || isStepwise || arguments.has("--json") {
    terminal.error(
      "Error: --markdown is of the whole course: no story, no --json and no --step with it.")
    throw .usage
  }
  if isStepwise, name == nil {
    terminal.error("Error: --step goes through one story: oomsim learn STORY --step.")
    throw .usage
  }
  let directory = try courseDirectory(arguments.value("--scenarios"), terminal)
  let course = try readCourse(directory, terminal)
  if arguments.has("--markdown") {
    terminal.out(try markdown(course, directory, terminal))
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
  let index = try story(name, in: course, terminal)
  let file = "\(directory)/\(course.stories[index].path)"
  let scenario = try readScenario(file, [], terminal)
  var simulator = Simulator(for: scenario)
  simulator.recordsCandidates = true
  let run = simulator.run(scenario)
  let lesson = Lesson(of: run, number: 1, in: scenario, simulator: simulator, why: nil)
  if arguments.has("--json") {
    var writer = JSONWriter { terminal.out($0) }
    writer.story(index, of: course, lesson)
    writer.finish()
    return .done
  }
  let lessonText = LessonText(lesson, style: style, width: terminal.width)
  terminal.out(text.place(index))
  // Who is to guess is not told the story before.
  if isStepwise {
    walk(lesson, lessonText, terminal)
    terminal.out("\n" + text.story(index, scenario))
  } else {
    terminal.out(lessonText.heading + "\n" + text.story(index, scenario) + lessonText.steps)
  }
  if run.kills.count > 1 { terminal.out("\n" + text.outcome(of: run)) }
  terminal.out("\n" + text.next(index, kills: run.kills.count, file: file))
  return .done
}

/// The directory that was named, or the first `Scenarios` with a course: here, or near the program, which is where a
/// checkout and an installation have it.
private func courseDirectory(_ given: String?, _ terminal: Terminal) throws(ExitCode) -> String {
  if let given { return given.count > 1 && given.hasSuffix("/") ? String(given.dropLast()) : given }
  let above = InputFile.directoriesAboveProgram()
  // A checkout has the program in .build/PLATFORM/debug, an installation in bin beside share.
  let candidates =
    ["Scenarios"] + above.prefix(4).map { "\($0)/Scenarios" }
    + above.dropFirst().prefix(1).map { "\($0)/share/oomsim/Scenarios" }
  if let found = candidates.first(where: { InputFile.isThere("\($0)/README.md") }) { return found }
  terminal.error(
    "oomsim: no course: there is no Scenarios/README.md here nor near the program; say where it is with --scenarios DIR"
  )
  throw .noInput
}

private func readCourse(_ directory: String, _ terminal: Terminal) throws(ExitCode) -> Course {
  let file = "\(directory)/README.md"
  let bytes = try readBytes(file, terminal)
  do throws(ScenarioError) {
    return try Course(markdown: String(decoding: bytes, as: UTF8.self), file: file)
  } catch {
    terminal.error(error.description)
    throw .malformed
  }
}

/// Where a story stands, by its name or its number from 1.
private func story(_ name: String, in course: Course, _ terminal: Terminal) throws(ExitCode) -> Int
{
  let stories = course.stories
  if let index = stories.firstIndex(where: { $0.name == name }) { return index }
  if let number = Int(name) {
    if stories.indices.contains(number - 1) { return number - 1 }
    terminal.error("Error: the course has the stories 1 to \(stories.count), not \(number).")
    throw .usage
  }
  let near =
    nearestWord(to: name, among: stories.map(\.name)).map { " Did you mean '\($0)'?" } ?? ""
  terminal.error("Error: no story is called '\(name)'.\(near) 'oomsim learn' lists them.")
  throw .usage
}

private func markdown(
  _ course: Course, _ directory: String, _ terminal: Terminal
) throws(ExitCode) -> String {
  var outcomes: [String: StoryOutcome] = [:]
  for story in course.stories {
    let scenario = try readScenario("\(directory)/\(story.path)", [], terminal)
    outcomes[story.name] = StoryOutcome(of: Simulator(for: scenario).run(scenario))
  }
  return course.markdown { outcomes[$0.name] ?? $0.outcome }
}
