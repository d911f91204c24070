package import Foundation
package import OOMSimulator

/// A kernel that waits for scenarios: its machine, its size and its release.
package struct LabKernel: Sendable {
  package var machine: LabMachine
  package var size: GuestSize
  package var release: KernelRelease

  /// Boots the machine, or finds that it has booted before.
  package init(_ machine: LabMachine) throws {
    var machine = machine
    let console = machine.canWait ? try machine.prepare() : try machine.console(of: ["sleep 1"])
    let boot = Console(console)
    size = try boot.guestSize(disk: machine.kernel.disk)
    let said = boot.boot?["release"]?.text ?? ""
    guard let release = KernelRelease(said) else {
      throw LabError.failed("the kernel calls itself '\(said)', which is no release")
    }
    self.release = release
    self.machine = machine
  }

  /// Stages a scenario, does it, and records it.
  package func record(_ scenario: Scenario, _ staging: Staging) throws -> Take {
    let text = try machine.console(of: staging.steps)
    let console = Console(text)
    let maker = RecordingMaker(console, kind: machine.kernel.isUserMode ? "uml" : "qemu")
    let document = maker.document(
      name: scenario.name, title: scenario.title, memoryMiB: machine.memoryMiB)
    return Take(
      name: scenario.name + "@" + maker.kernelID, console: text, recording: try document.json,
      isFinished: console.isFinished || document["panic"] != nil, errors: console.errors)
  }
}

/// One run on a kernel.
package struct Take: Sendable {
  /// As the files of recordings are called: `NAME@KERNEL`.
  package var name: String
  package var console: String
  package var recording: Data
  package var isFinished: Bool
  package var errors: [String]

  /// Writes `NAME@KERNEL.json` and the console beside it.
  package func write(to folder: URL) throws {
    let consoles = folder.appending(path: "console")
    try FileManager.default.createDirectory(at: consoles, withIntermediateDirectories: true)
    try recording.write(to: folder.appending(path: name + ".json"))
    try Data(console.utf8).write(to: consoles.appending(path: name + ".txt"))
  }
}
