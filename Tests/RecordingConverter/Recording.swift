public import Foundation

/// One run of one script on one real kernel, as recorded.
///
/// Only what a scenario is made of is read. Absent fields and nulls are normal: a run that ended in
/// a panic has no later steps, and the runs on cgroup v1 have no script: see `LiveRun`.
public struct Recording: Sendable {
  public var name: String
  public var title: String
  public var rule: String
  public var kernel: Kernel
  public var machine: Machine?
  public var script: Script?
  public var sysctls: [Sysctls] = []
  public var processes: [StartedProcess] = []
  public var steps: [Step] = []
  public var events: [Event] = []
  public var dumps: [String: Dump] = [:]
  public var ooms: [OOM] = []
  public var commitRequests: [CommitRequest] = []
  public var panic: String?
  /// What a run on a live host had in place of a script.
  var live: LiveRun?

  /// Reads a file, and for a run on a live host the host's size from the file beside it.
  public init(contentsOf file: URL) throws {
    try self.init(json: Data(contentsOf: file))
    guard live != nil else { return }
    let host = file.deletingLastPathComponent().appendingPathComponent("host_scores.json")
    guard let json = try? Data(contentsOf: host) else { return }
    machine = try JSONDecoder().decode(LiveRun.Host.self, from: json).machine
  }

  public init(json: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Recording.self, from: json)
  }
}

extension Recording {
  public struct Kernel: Decodable, Sendable {
    /// Which of the recorded machines it was, such as `qemu-6.12`.
    public var id: String
    public var release: String
    public var version: String?
  }

  public struct Machine: Decodable, Sendable {
    public var ramPages: Int64
    public var swapPages: Int64
    public var meminfo: [String: Int64]
    public var zones: [Zone]?
  }

  public struct Script: Decodable, Sendable {
    public var script: [String]
    public var memMib: Int?
  }

  /// One line of the script as it was carried out.
  public struct Step: Decodable, Sendable {
    public var line: String
    /// Which of the script's lines it is, from 1.
    public var n: Int?
    public var t: Double
    public var result: String?
    public var replies: [Reply]?

    public var words: [String] { line.split(separator: " ").map(String.init) }
    /// The value of `KEY=VALUE` in the line.
    func option(_ key: String) -> String? {
      words.first { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
    }
    /// How many pages the operation touched, in its own count.
    public var grownPages: Int64? { replies?.first?.r?.first }
    /// Free memory and swap after a growth of anonymous memory.
    public var freePages: Int64? {
      guard words.count > 2, words[2] == "anon", let r = replies?.first?.r, r.count > 2 else {
        return nil
      }
      return r[2]
    }
  }

  /// What an operation answered: how many pages it touched and the negative errno, or what became of a request.
  public struct Reply: Decodable, Sendable {
    public var r: [Int64]?
    public var ok: Bool?
    public var pages: Int64?
    public var errno: Int64?

    var isRefusedForWantOfMemory: Bool { (errno ?? -(answer(1) ?? 0)) == 12 }
    /// Whether the kernel said no for another reason, such as a limit on locked memory or the file's permissions.
    var isRefusedOtherwise: Bool { (answer(1) ?? 0) < 0 && !isRefusedForWantOfMemory }

    private func answer(_ index: Int) -> Int64? {
      guard let r, index < r.count else { return nil }
      return r[index]
    }
  }

  public struct Event: Decodable, Sendable {
    public var type: String
    public var t: Double
    public var pid: Int64?
    public var name: String?
    public var errno: Int?
    public var tag: String?
    /// Of a `cgset`: a group's file and what was written to it.
    public var path: String?
    public var key: String?
    public var value: String?
  }

  public struct StartedProcess: Decodable, Sendable {
    public var name: String
    public var pid: Int64
    public var mode: String
    public var by: String
    public var uid: Int64
    public var adj: Int64?
    public var cg: String
    public var t: Double
  }

  /// The values of one moment. The keys are the files below `/proc/sys/vm`.
  public struct Sysctls: Sendable {
    public var t: Double
    public var values: [String: Int64]
  }
}

extension Recording.Sysctls: Decodable {
  public init(from decoder: any Decoder) throws {
    let all = try decoder.singleValueContainer().decode([String: Double].self)
    t = all["t"] ?? 0
    values = all.filter { $0.key != "t" }.mapValues { Int64($0) }
  }
}

extension Recording: Decodable {
  private enum CodingKeys: String, CodingKey {
    case name, title, rule, kernel, machine, scenario, sysctls, procs, steps, events, dumps
    case ooms, overcommit, panic
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    title = try container.decode(String.self, forKey: .title)
    rule = try container.decodeIfPresent(String.self, forKey: .rule) ?? ""
    kernel = try container.decode(Kernel.self, forKey: .kernel)
    ooms = try container.decodeIfPresent([OOM].self, forKey: .ooms) ?? []
    script = try container.decodeIfPresent(Script.self, forKey: .scenario)
    guard script != nil else {
      adopt(try LiveRun(from: decoder))
      return
    }
    machine = try container.decodeIfPresent(Machine.self, forKey: .machine)
    sysctls = try container.decodeIfPresent([Sysctls].self, forKey: .sysctls) ?? []
    processes = try container.decodeIfPresent([StartedProcess].self, forKey: .procs) ?? []
    steps = try container.decodeIfPresent([Step].self, forKey: .steps) ?? []
    events = try container.decodeIfPresent([Event].self, forKey: .events) ?? []
    dumps = try container.decodeIfPresent([String: Dump].self, forKey: .dumps) ?? [:]
    commitRequests =
      try container.decodeIfPresent([CommitRequest].self, forKey: .overcommit) ?? []
    panic = try container.decodeIfPresent(String.self, forKey: .panic)
  }
}
