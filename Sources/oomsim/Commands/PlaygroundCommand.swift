import OOMFormats
internal import OOMReports
import OOMSimulator

let moduleOption = OptionSpec(
  name: "--module", value: "FILE",
  help:
    "The engine as WebAssembly, packed; by default oomsim.packed, which Sources/WebAssembly/build.sh leaves in .build/wasm."
)

let playgroundCommand = CommandSpec(
  name: "playground",
  overview: "Write one page that runs the engine itself, for a browser without a network.",
  operands: "", operandHelp: "", minOperands: 0, maxOperands: 0,
  options: [
    OptionSpec(name: "-o", value: "FILE", help: "Where the page goes; - is standard output."),
    moduleOption,
    OptionSpec(
      name: "--scenarios", value: "DIR",
      help: "The course whose stories are in it; by default Scenarios, here or near the program."),
  ],
  example: "oomsim playground -o playground.html",
  run: playground)

@Sendable private func playground(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  guard let out = arguments.value("-o") else {
    throw UsageError("playground writes a page: say where with -o FILE.html; - is standard output.")
  }
  let module = try readModule(arguments.value("--module"), terminal)
  let directory = try courseDirectory(arguments.value("--scenarios"), terminal)
  var stories: [PlaygroundPage.Story] = []
  var paths: Set<String> = []
  for chapter in try readCourse(directory, terminal).chapters {
    for story in chapter.stories {
      let text = String(
        decoding: try readBytes("\(directory)/\(story.path)", terminal), as: UTF8.self)
      paths.insert(story.path)
      stories.append(
        PlaygroundPage.Story(
          name: story.name, chapter: chapter.title, teaches: story.teaches, text: text))
    }
  }
  var others: [String: String] = [:]
  for path in PlaygroundPage.proofs where !paths.contains(path) {
    others[path] = String(
      decoding: try readBytes("\(directory)/\(path)", terminal), as: UTF8.self)
  }
  let page = PlaygroundPage(module: module, stories: stories, others: others)
  try OutputFile.write(Array(page.html.utf8), to: out, terminal)
  return .done
}

/// The module: what is given, or what the build script has left.
func readModule(_ given: String?, _ terminal: Terminal) throws -> PackedModule {
  let name = "oomsim.packed"
  var path = given
  if path == nil {
    let above = InputFile.directoriesAboveProgram()
    let candidates =
      [".build/wasm/\(name)"] + above.prefix(5).map { "\($0)/wasm/\(name)" }
      + above.prefix(2).map { "\($0)/\(name)" }
    path = candidates.first { (try? InputFile.readRegular($0)) != nil }
  }
  guard let path else {
    terminal.error(
      "oomsim: no \(name): 'Sources/WebAssembly/build.sh' of the project builds it, in some minutes; --module names it where it "
        + "lies elsewhere")
    throw ExitCode.noInput
  }
  let bytes = try readBytes(path, terminal)
  guard let module = PackedModule(bytes) else {
    terminal.error("oomsim: \(path): is no packed module: give it oomsim.packed")
    throw ExitCode.malformed
  }
  return module
}
