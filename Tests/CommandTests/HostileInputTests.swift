import Foundation
import Testing

/// Whatever a command is given, it ends by itself, with one of five exit codes: 0, 1, 64, 65 or 66.
///
/// `OOMSIM_SWARM` says how many inputs each test makes, 6 by default; each is a function of its number, and
/// `OOMSIM_SEED` takes a single one. With it, for a release build, none may take more than five seconds of processor time or
/// 200 MB; of scenarios at every limit, which take longest, there are fifty times fewer then.
@Suite struct HostileInputTests {
  private static let isSwarm = ProcessInfo.processInfo.environment["OOMSIM_SWARM"] != nil
  private static let seeds: Range<UInt64> = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["OOMSIM_SEED"].flatMap(UInt64.init) { return seed..<seed + 1 }
    return 0..<(environment["OOMSIM_SWARM"].flatMap(UInt64.init) ?? 6)
  }()

  private static let codes: Set<Int32> = [0, 1, 64, 65, 66]

  /// A signal is an error of `Program`.
  private func run(_ arguments: [String], _ comment: Comment) async {
    await #expect(throws: Never.self, comment) {
      let output =
        Self.isSwarm
        ? try await Program.run(arguments, seconds: 5, kilobytes: 200_000)
        : try await Program.run(arguments)
      #expect(Self.codes.contains(output.code), comment)
    }
  }

  /// What is run with a file: `FILE` stands for it.
  private static let commands = [
    "run --json FILE", "run --chart FILE", "run --timeline - FILE", "explain FILE",
    "score FILE --at 30s", "report FILE -o -", "next FILE", "check FILE",
    "compare FILE", "protect FILE --process p0",
    "sweep FILE --vary machine.kernel=0..4096T --find no-kills",
    "sweep FILE --vary sysctl.vm.swappiness=0..200/50",
    "sweep FILE --jitter machine.memory=±10% --runs 4",
  ]

  private static func words(_ command: String, _ file: String) -> [String] {
    command.split(separator: " ").map { $0 == "FILE" ? file : String($0) }
  }

  private static func scenario(_ seed: UInt64) throws -> Data {
    var scenario = HostileScenario(seed: seed)
    return try scenario.json()
  }

  @Test func `most of the hostile scenarios are valid, and kill`() async throws {
    let scratch = try Scratch()
    var (valid, kills) = (0, 0)
    for seed in 0..<12 as Range<UInt64> {
      let file = try scratch.file("\(seed).json", Self.scenario(seed)).path
      let output = try await Program.run(["run", "--json", "--max-work", "2", file])
      valid += output.code == 0 ? 1 : 0
      kills += output.out.contains("\"victim\"") ? 1 : 0
    }
    #expect(valid > 6 && kills > 2, "\(valid) valid, \(kills) with kills")
  }

  @Test func `commands with scenarios at every limit`() async throws {
    let scratch = try Scratch()
    for seed in Self.seeds where seed % 50 == 0 || !Self.isSwarm {
      let file = try scratch.file("\(seed).json", Self.scenario(seed)).path
      // What replays many times, or all that there is, takes a debug build minutes where one replay takes it seconds.
      let plain = try await Program.run(["run", "--json", "--max-work", "1", file])
      #expect(Self.codes.contains(plain.code), "seed \(seed)")
      let isShort = plain.code == 0 && plain.out.split(separator: "\n").count < 1000
      if Self.seeds.count <= 6, !isShort { continue }
      for command in Self.commands {
        await run(Self.words(command, file), "seed \(seed): \(command)")
      }
      let log = try await Program.run(["run", "--kernel-log", file])
      try scratch.file("\(seed).log", log.out)
      await run(["autopsy", scratch.url.appending(path: "\(seed).log").path], "seed \(seed): log")
      try FileManager.default.removeItem(atPath: file)
    }
  }

  private static let shipped: [URL] = {
    let folder = Program.packageRoot.appending(path: "Scenarios")
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().filter { $0.hasSuffix(".json") && $0 != "schema.json" }
      .map { folder.appending(path: $0) }
  }()

  @Test("commands with damaged scenarios that are shipped", arguments: 0..<2 as Range<UInt64>)
  func damagedShipped(part: UInt64) async throws {
    try #require(Self.shipped.count > 100)
    let scratch = try Scratch()
    for seed in Self.seeds where seed % 2 == part {
      var mutation = Mutation(seed: seed)
      let text = try Data(contentsOf: Self.shipped[Int(seed * 31) % Self.shipped.count])
      let object = try JSONSerialization.jsonObject(with: text)
      let processes = (object as? [String: Any])?["processes"] as? [[String: Any]] ?? []
      let name = processes.compactMap { $0["name"] as? String }.last ?? "p0"
      var damaged = Data(text)
      if seed % 3 == 0 {
        damaged = Data(mutation.bytes(Array(text)))
      } else {
        let document = mutation.document(object)
        guard JSONSerialization.isValidJSONObject(document) else { continue }
        damaged = try JSONSerialization.data(withJSONObject: document, options: .sortedKeys)
      }
      let file = try scratch.file("\(seed).json", damaged).path
      for command in Self.commands {
        let words = Self.words(command, file).map { $0 == "p0" ? name : $0 }
        await run(words, "seed \(seed): \(command)")
      }
      let log = try await Program.run(["run", "--kernel-log", file])
      if !log.out.isEmpty {
        try scratch.file("\(seed).log", log.out)
        await run(
          ["autopsy", scratch.url.appending(path: "\(seed).log").path], "seed \(seed): log")
      }
      try FileManager.default.removeItem(atPath: file)
    }
  }

  /// Many in one process: the first that ends it is found by its number.
  @Test func `damaged scenarios in a batch`() async throws {
    let scratch = try Scratch()
    var lines: [String] = []
    for seed in 0..<UInt64(Self.seeds.count * 10) {
      var mutation = Mutation(seed: seed)
      let text = try Self.scenario(Self.isSwarm ? seed : seed % 40)
      if seed % 4 == 3 {
        lines.append(String(decoding: text, as: UTF8.self))
      } else if seed % 3 == 0 {
        let bytes = mutation.bytes(Array(text)).map { $0 == 0x0a ? 0x20 : $0 }
        lines.append(String(decoding: bytes, as: UTF8.self))
      } else {
        let damaged = mutation.document(try JSONSerialization.jsonObject(with: text))
        guard JSONSerialization.isValidJSONObject(damaged) else { continue }
        let data = try JSONSerialization.data(withJSONObject: damaged, options: .sortedKeys)
        lines.append(String(decoding: data, as: UTF8.self))
      }
    }
    lines.removeAll { line in line.allSatisfy(\.isWhitespace) }
    let file = try scratch.file("lines.jsonl", lines.joined(separator: "\n") + "\n")
    let output = try await Program.run(["batch", file.path])
    #expect(Self.codes.contains(output.code))
    #expect(output.out.split(separator: "\n").count == lines.count, "an answer for each line")
  }

  @Test func `damaged logs`() async throws {
    let scratch = try Scratch()
    let folder = Program.packageRoot.appending(path: "Tests/Data/logs")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".txt") }.sorted()
    for seed in Self.seeds {
      var mutation = Mutation(seed: seed)
      let name = names[Int(seed) % names.count]
      let bytes = mutation.bytes(Array(try Data(contentsOf: folder.appending(path: name))))
      let file = try scratch.file("log", Data(bytes)).path
      await run(["autopsy", "--json", file], "seed \(seed)")
    }
  }

  @Test func `damaged lists of pods`() async throws {
    let scratch = try Scratch()
    let folder = Program.packageRoot.appending(path: "Tests/Data/k8s")
    for seed in Self.seeds {
      var mutation = Mutation(seed: seed)
      let name = ["qos-trio", "who-is-right", "eviction-order"][Int(seed) % 3]
      let pods = try Data(contentsOf: folder.appending(path: name + ".json"))
      let damaged = mutation.document(try JSONSerialization.jsonObject(with: pods))
      guard JSONSerialization.isValidJSONObject(damaged) else { continue }
      let file = try scratch.file(
        "pods.json", JSONSerialization.data(withJSONObject: damaged, options: .sortedKeys)
      ).path
      let top = try Data(contentsOf: folder.appending(path: name + ".top"))
      let topFile = try scratch.file("top", Data(mutation.bytes(Array(top)))).path
      let capacity = seed % 2 == 0 ? "128Gi" : mutation.option("128Gi")
      await run(["k8s", file, "--capacity", capacity], "seed \(seed)")
      await run(["k8s", file, "--capacity", "128Gi", "--top", topFile], "seed \(seed)")
    }
  }

  @Test func `damaged hosts`() async throws {
    for seed in Self.seeds {
      var mutation = Mutation(seed: seed)
      let host = try FakeHost()
      for pid in 1...4 { try host.process(pid, "task\(pid)", cgroup: "0::/a") }
      let files = try FileManager.default.subpathsOfDirectory(atPath: host.path + "/proc").sorted()
      for (number, name) in files.enumerated() where (number + Int(seed)) % 5 == 0 {
        let url = URL(filePath: host.path + "/proc/" + name)
        guard let data = try? Data(contentsOf: url), !data.isEmpty else { continue }
        try Data(mutation.bytes(Array(data))).write(to: url)
      }
      await run(["snapshot", "--root", host.path], "seed \(seed)")
      await run(["next", "--root", host.path], "seed \(seed)")
    }
  }

  /// Values of options, each with something strange in it.
  private static let options = [
    "run|--set|processes.app.anon=1G", "run|--kernel|6.12", "run|--max-kills|3",
    "run|--max-work|1", "run|--timeline|-|--every|10s", "score|--at|1m30s", "explain|--kill|1",
    "explain|--why|agent", "protect|--process|app", "compare|--kernels|4.19,6.12",
    "sweep|--vary|machine.memory=8G..9G/512M", "sweep|--jitter|machine.memory=±20%|--runs|3",
    "sweep|--vary|machine.memory=4G..16G|--find|survives=app", "next|--near|50",
  ]

  @Test func `strange values of options`() async throws {
    let file = "Scenarios/protection/agent-minus-500.json"
    for seed in 0..<UInt64(Self.seeds.count * 2) {
      var mutation = Mutation(seed: seed)
      let option = Self.options[Int(seed) % Self.options.count]
      var words = option.split(separator: "|").map(String.init)
      let last = words.count - 1
      words[last] = mutation.option(words[last])
      await run(words + [file], "seed \(seed): \(words)")
    }
  }
}
