import Foundation
import KernelLab
import RecordingConverter
import SharedData
import Testing

/// Consoles of machines of the lab, recorded and kept in Tests/Data/consoles: no machine runs here.
struct KeptConsole {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Data/consoles")

  var text: String

  init(_ name: String) throws {
    text = String(
      decoding: try Data(contentsOf: Self.folder.appending(path: name + ".txt")), as: UTF8.self)
  }

  /// The recording that the lab makes of it.
  func recording() throws -> Data {
    let document = RecordingMaker(Console(text), kind: "qemu").document(
      name: "kept", title: "kept", memoryMiB: 512)
    return try document.json
  }

  func verification() throws -> Verification { try Verification(recording: recording()) }
}

struct ConsoleTests {
  @Test(
    "what a console says is what the prediction says",
    arguments: [
      ("agent-plus-1000@qemu-6.1", ["netdata", "apps.plugin", "mysqld"], 3, 0),
      ("docker-memory-swap@qemu-6.12", ["app"], 1, 0),
      ("panic-on-oom@qemu-6.12", [], 1, 0),
      ("mode0-one-request@qemu-6.12", [], 0, 1),
    ])
  func verdict(name: String, kills: [String], tables: Int, refused: Int) throws {
    let verification = try KeptConsole(name).verification()
    #expect(verification.isAsPredicted, "\(verification.lines(of: name))")
    #expect(verification.isWhole)
    #expect(verification.recorded.compactMap(\.first) == kills)
    #expect(verification.predicted.compactMap(\.first) == kills)
    #expect(verification.decisions.right == tables)
    #expect(verification.decisions.all == tables)
    #expect(verification.refusals?.recorded ?? 0 == refused)
  }

  @Test func panicIsRead() throws {
    let recording = try Recording(json: KeptConsole("panic-on-oom@qemu-6.12").recording())
    #expect(recording.panic?.hasPrefix("Out of memory") == true)
    #expect(recording.ooms.count == 1)
    #expect(recording.ooms.first?.killed.isEmpty == true)
  }

  @Test func machineAndProcessesAreRead() throws {
    let recording = try Recording(json: KeptConsole("agent-plus-1000@qemu-6.1").recording())
    #expect(recording.kernel.id == "qemu-6.1")
    #expect(recording.machine?.ramPages ?? 0 > 100_000)
    #expect(recording.processes.map(\.name).contains("mysqld"))
    #expect(recording.dumps["pre"]?.zones?.contains { $0.pcp ?? 0 > 0 } == true)
    #expect(recording.steps.first?.n == 1)
    #expect(recording.ooms.allSatisfy { $0.stepN != nil })
  }

  @Test func sizeOfTheGuest() throws {
    let console = try Console(KeptConsole("mode0-one-request@qemu-6.12").text)
    let size = try console.guestSize(disk: "/dev/vda")
    #expect(size.free < size.memory && size.free > size.memory * 9 / 10)
    #expect(console.isFinished)
    #expect(console.errors.isEmpty)
    #expect(throws: LabError.self) { try Console("[ 1.0] nothing").guestSize(disk: "") }
  }

  @Test func cutConsoleIsNotFinished() throws {
    let text = try KeptConsole("docker-memory-swap@qemu-6.12").text
    let half = String(text.prefix(text.utf8.count / 2))
    #expect(!Console(half).isFinished)
  }
}

/// The comparison can fail: each test makes one fact of a console another one.
struct VerificationTests {
  private func differences(
    _ name: String, _ old: String, _ new: String, all: Bool = false
  ) throws -> [String] {
    var console = try KeptConsole(name)
    let found = try #require(console.text.range(of: old), "\(old) is not in \(name)")
    if all {
      console.text = console.text.replacingOccurrences(of: old, with: new)
    } else {
      console.text.replaceSubrange(found, with: new)
    }
    return try console.verification().differences
  }

  @Test func otherVictim() throws {
    let text = try KeptConsole("agent-plus-1000@qemu-6.1").text
    // The first kill line, with the pid and the name of another process.
    let kill = try #require(text.firstMatch(of: /Killed process (\d+) \(netdata\)/))
    let other = try #require(text.firstMatch(of: /"name":"mysqld","pid":(\d+)/))
    let differences = try differences(
      "agent-plus-1000@qemu-6.1", String(kill.0), "Killed process \(other.1) (mysqld)")
    #expect(differences.contains { $0.hasPrefix("from the table of kill 1") })
    #expect(differences.contains { $0.hasPrefix("kill 1: predicted netdata, the kernel mysqld") })
  }

  @Test func missingKill() throws {
    let text = try KeptConsole("docker-memory-swap@qemu-6.12").text
    let lines = text.split(whereSeparator: \.isNewline).filter {
      !$0.contains("oom-killer") && !$0.contains("Killed process") && !$0.contains("oom-kill:")
    }
    var console = try KeptConsole("docker-memory-swap@qemu-6.12")
    console.text = lines.joined(separator: "\n")
    let verification = try console.verification()
    #expect(verification.differences.contains { $0.contains("predicted app, the kernel nobody") })
  }

  @Test func requestThatWasGranted() throws {
    let text = try KeptConsole("mode0-one-request@qemu-6.12").text
    let refused = try #require(text.firstMatch(of: /"op":"reserve","r":\[0,-12,/))
    let differences = try differences(
      "mode0-one-request@qemu-6.12", String(refused.0), "\"op\":\"reserve\",\"r\":[121328,0,")
    #expect(
      differences.contains { $0.hasPrefix("refused: predicted nobody") || $0.contains("refused") })
  }

  @Test func freeMemoryThatWasNotThere() throws {
    let text = try KeptConsole("agent-plus-1000@qemu-6.1").text
    let free = try #require(
      text.firstMatch(of: /"tag":"pre","k":"meminfo","v":\{"MemTotal":\d+,"MemFree":(\d+)/))
    let more = String(free.0).replacing(free.1, with: "\((Int(free.1) ?? 0) + 60_000)")
    let differences = try differences("agent-plus-1000@qemu-6.1", String(free.0), more)
    #expect(!differences.isEmpty)
  }

  @Test func anotherPanic() throws {
    let differences = try differences(
      "panic-on-oom@qemu-6.12", "Kernel panic - not syncing: ", "nothing: ", all: true)
    #expect(differences.contains { $0.hasPrefix("panic") })
  }
}

/// The consoles of the packed recordings, made by another recorder, against the recordings that it made of them.
struct PackedConsoleTests {
  static let names = [
    "g01-largest-rss@qemu-6.1", "g01-largest-rss@qemu-6.12", "o24-mode0-kills@uml-6.1",
    "m04-group-leaf@qemu-6.1", "n01-bind-default-eligible@qemu-6.1", "g30-init-unkillable@uml-6.1",
  ]

  @Test("another recorder's console gives its recording", arguments: names)
  func same(name: String) throws {
    let folder = Recordings.folder
    let text = try String(
      decoding: Data(contentsOf: folder.appending(path: "console/\(name).txt")), as: UTF8.self)
    let theirs = try Recording(
      json: Data(contentsOf: folder.appending(path: "\(name).json")))
    let kind = name.contains("@uml") ? "uml" : "qemu"
    let ours = try Recording(
      json: RecordingMaker(Console(text), kind: kind).document(
        name: theirs.name, title: theirs.title, memoryMiB: 256
      ).json)
    #expect(ours.kernel.id == theirs.kernel.id)
    #expect(ours.machine?.ramPages == theirs.machine?.ramPages)
    #expect(ours.steps.map(\.line) == theirs.steps.map(\.line))
    #expect(ours.processes.map(\.pid) == theirs.processes.map(\.pid))
    #expect(ours.panic == theirs.panic)
    #expect(ours.ooms.count == theirs.ooms.count)
    for (own, other) in zip(ours.ooms, theirs.ooms) {
      #expect(own.invokerPid == other.invokerPid)
      #expect(own.step == other.step)
      #expect(own.memcg == other.memcg)
      #expect(own.summary?.constraint == other.summary?.constraint)
      #expect(own.rows.map(\.pid) == other.rows.map(\.pid))
      #expect(own.rows.map(\.rss) == other.rows.map(\.rss))
      #expect(own.killed.map(\.pid) == other.killed.map(\.pid))
    }
    #expect(ours.commitRequests.map(\.ok) == theirs.commitRequests.map(\.ok))
    #expect(
      ours.commitRequests.map(\.committedBeforeKb) == theirs.commitRequests.map(\.committedBeforeKb)
    )
  }
}
