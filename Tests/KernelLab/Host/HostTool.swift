package import Foundation

/// A program of the host.
package struct HostTool: Sendable {
  package var file: URL

  /// Finds a program on the `PATH`.
  ///
  /// - Parameters:
  ///   - name: of the program, or its path.
  ///   - use: what it is needed for, and the Debian package that has it.
  package init(_ name: String, use: String) throws {
    if name.contains("/") {
      file = URL(filePath: name)
      if FileManager.default.isExecutableFile(atPath: name) { return }
    }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for folder in folders {
      let path = "\(folder)/\(name)"
      if FileManager.default.isExecutableFile(atPath: path) {
        file = URL(filePath: path)
        return
      }
    }
    throw LabError.missing("'\(name)', \(use)")
  }

  /// Runs it to its end and returns what it printed on standard output; throws if it fails.
  package func output(_ arguments: [String]) throws -> Data {
    let process = Process()
    let output = Pipe()
    let errors = FileManager.default.temporaryDirectory.appending(path: "kernel-lab-\(UUID())")
    defer { try? FileManager.default.removeItem(at: errors) }
    process.executableURL = file
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = try FileHandle(creating: errors)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus != 0 {
      let said = (try? String(decoding: Data(contentsOf: errors), as: UTF8.self)) ?? ""
      throw LabError.failed("\(file.lastPathComponent) failed: \(said.prefix(2000))")
    }
    return data
  }
}

extension FileHandle {
  /// Makes an empty file and opens it to be written to.
  convenience init(creating file: URL) throws {
    try Data().write(to: file)
    try self.init(forWritingTo: file)
  }
}
