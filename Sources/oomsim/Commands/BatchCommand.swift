import Glibc
import OOMFormats
import OOMSimulator

let batchCommand = CommandSpec(
  name: "batch",
  overview: "Replay scenarios that come as JSON lines; one line of result each, in order.",
  operands: "FILE",
  operandHelp:
    "Lines, each a scenario or { \"file\", \"scenario\" or \"import\": …, \"set\": { PATH: VALUE, … }, \"kernel\": …, \"id\": … }, with \"import\" also \"from\", \"free\", \"node\", \"memory\", \"swap\", \"instance\", \"scale\"; - or none is standard input.",
  minOperands: 0, maxOperands: 1,
  options: [
    OptionSpec(
      name: "--files", value: "DIR",
      help:
        "Lines may name files below this directory, by paths as from the working directory; without it they may name none."
    ),
    .jobs, .kernel, .badness, .policy, .set,
  ],
  example: "oomsim batch --files Scenarios Tests/Data/what-ifs.jsonl",
  run: batch)

@Sendable private func batch(_ arguments: Arguments, _ terminal: Terminal) throws -> ExitCode {
  let settings = try arguments.settings()
  let kernel = try arguments.kernel()
  let jobs = try arguments.jobs()
  let path = arguments.operands.first ?? "-"
  var descriptor = STDIN_FILENO
  if path != "-" {
    descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else {
      terminal.error("oomsim: \(path): \(InputFile.reason(errno))")
      throw ExitCode.noInput
    }
  }
  var directory: String?
  if let files = arguments.value("--files") {
    directory = InputFile.realPath(files)
    if directory == nil {
      terminal.error("oomsim: \(files): \(InputFile.reason(errno))")
      throw ExitCode.noInput
    }
  }
  let cache = ScenarioCache(below: directory)
  let answer = BatchAnswer(settings: settings, kernel: kernel, policy: arguments.policy)
  let pump = BatchPump(
    descriptor, jobs: jobs, write: { terminal.isOpen(after: $0) },
    answer: { (line, number, last) in
      answer.answer(
        line, number: number,
        file: { (path) throws(BatchError) in try cache.scenario(of: path, &last) },
        imported: { (files) throws(BatchError) in try cache.scenario(importing: files, &last) })
    })
  let failure = pump.run()
  if failure != 0 {
    terminal.error("oomsim: \(path): \(InputFile.reason(failure))")
    throw ExitCode.noInput
  }
  return .done
}
