import Foundation
import RecordingConverter

/// Writes scenario files made from recorded kernel runs, and says what could not be made.
///
/// Returns false if the selection names a scenario that the recordings do not give.
func convert(_ input: URL, to output: URL, selection: Selection) throws -> Bool {
  let names = try FileManager.default.contentsOfDirectory(atPath: input.path)
    .filter { $0.contains("@") && $0.hasSuffix(".json") }
    .sorted()
  var written: Set<String> = []
  var skipped = 0
  for name in names {
    let recording = try Recording(contentsOf: input.appendingPathComponent(name))
    for converted in scenarios(of: recording) {
      switch converted {
      case .skipped(let name, let reason):
        print("skipped \(name): \(reason)")
        skipped += 1
      case .scenario(let scenario):
        guard selection.includes(scenario) else { continue }
        let file = output.appendingPathComponent(scenario.path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(scenario.text.utf8).write(to: file)
        written.insert(scenario.name)
      }
    }
  }
  print("\(written.count) written, \(skipped) skipped")
  let missing = selection.missing(from: written)
  for name in missing { print("missing \(name)") }
  return missing.isEmpty
}

let arguments = CommandLine.arguments.dropFirst()
let folders = arguments.filter { $0 != "--all" }
if folders.count == 2, let input = folders.first, let output = folders.last {
  let isComplete = try convert(
    URL(fileURLWithPath: input), to: URL(fileURLWithPath: output),
    selection: arguments.contains("--all") ? .all : .curated)
  exit(isComplete ? 0 : 1)
} else {
  FileHandle.standardError.write(
    Data("usage: convert-recordings INPUT_DIR OUTPUT_DIR [--all]\n".utf8))
  exit(64)
}
