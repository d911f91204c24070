/// What became of one recorded decision or run.
public enum Converted: Sendable {
  case scenario(RecordedScenario)
  case skipped(name: String, reason: String)

  public var name: String {
    switch self {
    case .scenario(let scenario): scenario.name
    case .skipped(let name, _): name
    }
  }

  public var scenario: RecordedScenario? {
    guard case .scenario(let scenario) = self else { return nil }
    return scenario
  }
}

/// A scenario file that expects what a real kernel did.
public struct RecordedScenario: Sendable {
  /// The process whose growth met the first OOM, as the kernel's table had it.
  public struct Grower: Sendable, Equatable {
    public var pid: Int64
    /// rss and swap entries together.
    public var pages: Int64
  }

  public enum Kind: String, Sendable { case decision, replay, overcommit }

  public var name: String
  public var kind: Kind
  /// The release key of the rules, such as `6.12`.
  public var kernel: String
  public var document: JSONValue
  public var recordedGrower: Grower?
  /// Events that a reader has to end at the first death after they began, as the recorder did: see `replay(of:untilDeath:)`.
  public var endingAtDeath: [Int] = []

  public var text: String { document.text }
  /// Where the file belongs, below the folder of recorded scenarios.
  public var path: String { kernel + "/" + name + ".json" }
}

/// Thrown where a run needs something that the scenario format cannot say.
struct NotExpressible: Error {
  var reason: String
}

extension Recording {
  /// `6.12` for the machine `qemu-6.12`.
  var release: String { String(kernel.id.split(separator: "-").last ?? "") }

  /// Where the recording was made, in words: `Debian 6.12.117, QEMU, 256 MiB`.
  var origin: String {
    if live != nil { return "Linux \(kernel.release), cgroup version 1 on a live host" }
    let words = (kernel.version ?? "").split(separator: " ")
    let package = words.firstIndex(of: "Debian").map { words[words.index(after: $0)] }
    let version = (package ?? kernel.release[...]).prefix { $0 != "-" }
    let machine = kernel.id.hasPrefix("uml") ? "user-mode Linux" : "QEMU"
    let size = script?.memMib.map { ", \($0) MiB" } ?? ""
    return "Debian \(version), \(machine)\(size)"
  }

  /// The keys that every recorded scenario begins with.
  func head(name: String, title: String, description: [String]) -> [JSONValue.Member] {
    let lines = description.filter { !$0.isEmpty }.map { JSONValue.string($0) }
    return [
      .init(key: "schema", value: "oomsim.scenario/1"),
      .init(key: "name", value: .string(name)),
      .init(key: "title", value: .string(title)),
      .init(key: "description", value: .array(lines)),
      .init(key: "source", value: .array([.string("recorded: " + origin)])),
      .init(key: "kernel", value: .string(release)),
    ]
  }
}
