import Foundation

/// A machine's process with its console: standard input goes there, standard output to a file.
struct ConsoleSession {
  private let process: Process
  private let input = Pipe()
  private let console: URL

  /// Starts the process.
  init(_ process: Process, to console: URL) throws {
    self.process = process
    self.console = console
    let output = try FileHandle(creating: console)
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
  }

  func send(_ text: String) {
    // A machine that has ended reads no more; its console says why.
    try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  }

  /// Waits until the console has said something.
  func wait(for text: String, seconds: Int) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      let said = try self.said
      if let range = said.range(of: text), said[range.upperBound...].contains("\n") { return }
      if !process.isRunning {
        throw LabError.failed("the machine ended before it was ready: \(lastLines)")
      }
      if ContinuousClock.now > deadline {
        end()
        throw LabError.failed("the machine was not ready in \(seconds) s: \(lastLines)")
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  /// Waits for the process to end; one that takes longer is ended.
  func waitForEnd(seconds: Int) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while process.isRunning, ContinuousClock.now < deadline {
      Thread.sleep(forTimeInterval: 0.02)
    }
    if process.isRunning { end() }
  }

  private func end() {
    process.terminate()
    process.waitUntilExit()
  }

  /// All that the console has said.
  var said: String {
    get throws { String(decoding: try Data(contentsOf: console), as: UTF8.self) }
  }

  var lastLines: String {
    let said = (try? self.said) ?? ""
    return said.split(whereSeparator: \.isNewline).suffix(5).joined(separator: "\n")
  }
}
