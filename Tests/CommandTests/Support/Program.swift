import Foundation
import Testing

/// How a program ended and what it wrote.
struct Output {
  var code: Int32
  var out: String
  var error: String
}

/// The built program, run as a user does.
enum Program {
  static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The directory of `oomsim`: that of the test bundle, or where `swift build` puts it.
  static let directory: URL = {
    let bundle = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let candidates = [bundle, packageRoot.appending(path: ".build/debug")]
    return candidates.first {
      FileManager.default.isExecutableFile(atPath: $0.appending(path: "oomsim").path)
    } ?? bundle
  }()

  static let oomsim = directory.appending(path: "oomsim")

  /// Runs `oomsim`, or another program of the package, with arguments.
  static func run(
    _ arguments: [String], stdin: String? = nil, environment: [String: String] = [:],
    in directory: URL = packageRoot, named name: String = "oomsim"
  ) async throws -> Output {
    let program = Self.directory.appending(path: name)
    return try await launch(program, arguments, stdin, environment, directory)
  }

  /// Runs `oomsim`, which a signal ends when it takes more processor time, or writable memory of its own, than that.
  static func run(_ arguments: [String], seconds: Int, kilobytes: Int) async throws -> Output {
    try await launch(
      URL(filePath: "/bin/sh"),
      ["-c", "ulimit -t \(seconds); ulimit -d \(kilobytes); exec \"$0\" \"$@\"", oomsim.path]
        + arguments, nil, [:],
      packageRoot)
  }

  /// Runs a line of shell in which `oomsim` is the built program.
  static func shell(
    _ line: String, environment: [String: String] = [:], in directory: URL = packageRoot
  ) async throws -> Output {
    try await launch(URL(filePath: "/bin/sh"), ["-c", line], nil, environment, directory)
  }

  private static let gate = Gate(width: max(2 * ProcessInfo.processInfo.activeProcessorCount, 4))

  private static func launch(
    _ executable: URL, _ arguments: [String], _ stdin: String?, _ environment: [String: String],
    _ directory: URL
  ) async throws -> Output {
    await gate.enter()
    do {
      let output = try await runAlone(executable, arguments, stdin, environment, directory)
      await gate.leave()
      return output
    } catch {
      await gate.leave()
      throw error
    }
  }

  /// Output goes through files: no pipe can fill up, whatever is read first.
  private static func runAlone(
    _ executable: URL, _ arguments: [String], _ stdin: String?, _ environment: [String: String],
    _ directory: URL
  ) async throws -> Output {
    let scratch = try Scratch()
    let input = try scratch.file("stdin", Data((stdin ?? "").utf8))
    let out = try scratch.file("stdout", Data())
    let error = try scratch.file("stderr", Data())
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = directory
    let path = Self.directory.path + ":/usr/local/bin:/usr/bin:/bin"
    process.environment = ["PATH": path, "LC_ALL": "C.UTF-8", "TERM": "xterm"]
      .merging(environment) { $1 }
    let handles = [
      try FileHandle(forReadingFrom: input), try FileHandle(forWritingTo: out),
      try FileHandle(forWritingTo: error),
    ]
    // Foundation keeps a process that has run, and the handles of a kept process stay open.
    defer { for handle in handles { try? handle.close() } }
    (process.standardInput, process.standardOutput, process.standardError) =
      (handles[0], handles[1], handles[2])
    try await withCheckedThrowingContinuation { (end: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in end.resume() }
      do { try process.run() } catch { end.resume(throwing: error) }
    }
    try #require(process.terminationReason == .exit, "ended by signal \(process.terminationStatus)")
    return Output(
      code: process.terminationStatus,
      out: String(decoding: try Data(contentsOf: out), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: error), as: UTF8.self))
  }
}

/// Lets so many through at a time. Tests start all at once, and Foundation's `Process.run()` crashes where a thousand
/// files are open: it copies whole directory entries out of a buffer in which the last ones are shorter.
private actor Gate {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(width: Int) { free = width }

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}

/// A directory that is gone when nobody refers to it any more.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "oomsim-test-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  @discardableResult
  func file(_ name: String, _ data: Data) throws -> URL {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
    return file
  }

  @discardableResult
  func file(_ name: String, _ text: String) throws -> URL { try file(name, Data(text.utf8)) }
}
