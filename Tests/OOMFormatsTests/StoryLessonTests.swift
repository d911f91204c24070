import Foundation
import OOMSimulator
import Testing

@testable import OOMFormats
@testable import OOMReports

/// Every lesson of the shipped course as `oomsim learn` prints it: short, and no number in its prose that is not its run's.
@Suite struct StoryLessonTests {
  private static let course = Result {
    let url = Files.scenarios.appending(path: "README.md")
    return try Course(markdown: String(contentsOf: url, encoding: .utf8), file: "README.md")
  }

  private struct Told {
    var story: Course.Story
    var scenario: Scenario
    var run: Run
    var simulator: Simulator
    var text: String
    /// What of the text is its own, by which words are found.
    var own: String
  }

  private func told(_ index: Int, _ scenarios: [Scenario], width: Int) throws -> Told {
    let course = try Self.course.get()
    let style = Style(isColored: false)
    let scenario = scenarios[index]
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = true
    let run = simulator.run(valid: scenario)
    let lesson = Lesson(of: run, number: 1, in: scenario, simulator: simulator)
    let page = CourseText(course, style: style, width: width)
    let story = StoryLesson(
      of: run, in: scenario, simulator: simulator, lesson: lesson, style: style, width: width)
    let difference = StoryDifference(of: scenario, at: index, among: Array(scenarios[..<index]))
    let text =
      page.lesson(index, story, difference: difference) + "\n"
      + page.next(
        index, kills: run.kills.count, file: course.stories[index].path,
        option: ["--progress", "done"])
    return Told(
      story: course.stories[index], scenario: scenario, run: run, simulator: simulator, text: text,
      own: page.story(index, scenario) + story.text)
  }

  @Test("a lesson is at most 60 lines, and its prose has no number that is not its run's")
  func lessons() throws {
    let course = try Self.course.get()
    let scenarios = try course.stories.map { story in
      try Scenario(
        json: Files.bytes(of: Files.scenarios.appending(path: story.path)), file: story.path)
    }
    var numbers = 0
    var unused = NumbersOfTheWorld.all
    var all: [(outcome: StoryOutcome, text: String)] = []
    for index in course.stories.indices {
      let told = try told(index, scenarios, width: 80)
      all.append((StoryOutcome(of: told.run), told.own))
      let lines = told.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines.count <= 60, "\(told.story.name): \(lines.count) lines")
      let wide = lines.filter { $0.count > 80 && !$0.contains("oomsim ") && !$0.hasSuffix(")") }
      #expect(wide.isEmpty, "\(told.story.name): \(wide)")
      let known = try KnownNumbers(told.run, told.scenario, told.simulator)
      let prose =
        ([told.scenario.title, told.story.teaches] + told.scenario.description)
        .joined(separator: " ")
      for number in ProseNumber.all(in: prose) {
        numbers += 1
        if known.has(number) { continue }
        let isOfTheWorld = NumbersOfTheWorld.all[told.story.name]?.contains(number.text) == true
        unused[told.story.name]?.removeAll { $0 == number.text }
        #expect(isOfTheWorld, "\(told.story.name): \(number) is in neither run nor scenario")
      }
    }
    #expect(numbers > 500)
    // Domain and victim of each story are those of its replay, and a word is explained where it first comes.
    let page = Files.scenarios.appending(path: "README.md")
    #expect(
      try course.markdown(of: all) == String(contentsOf: page, encoding: .utf8),
      "make it anew with: oomsim learn --markdown -o Scenarios/README.md")
    for (story, numbers) in unused where !numbers.isEmpty {
      Issue.record("\(story): \(numbers) stand in the run or not in the prose")
    }
  }
}

/// The numbers of a scenario, of its run and of its points, and what follows from them in one step.
private struct KnownNumbers {
  /// Pages, counts and scores.
  private var numbers: Set<Int> = []
  private var times: Set<Int> = []
  /// As the scenario's text has them, in whatever unit.
  private var written: Set<String> = []

  static let releases = Set(RulesByRelease.changes.map(\.since.text))

  init(_ run: Run, _ scenario: Scenario, _ simulator: Simulator) throws {
    var run = run
    // One table of candidates is enough, and as values it is read faster.
    for candidate in (run.kills.first?.decision?.candidates ?? []).prefix(500)
    where candidate.ineligible == nil {
      numbers.formUnion(
        [
          candidate.anon, candidate.file, candidate.shmem, candidate.swap, candidate.pageTables,
          candidate.pages, Int64(clamping: candidate.points), Int64(clamping: candidate.oomScore),
        ].map { abs(Int($0)) })
    }
    for index in run.kills.indices { run.kills[index].decision?.candidates = nil }
    var writer = JSONWriter()
    writer.result(run)
    add(try JSONTree(writer.bytes), "")
    writer = JSONWriter()
    writer.scenario(scenario)
    add(try JSONTree(writer.bytes), "")
    if run.kills.isEmpty, run.processCount < 500 {
      for process in simulator.score(valid: scenario, at: run.end).processes {
        numbers.formUnion([Int(clamping: process.points), Int(clamping: process.oomScore)])
      }
    }
    follow(run, scenario)
  }

  /// What one multiplication, division or addition makes of them.
  private mutating func follow(_ run: Run, _ scenario: Scenario) {
    let machine = scenario.machine
    numbers.formUnion([
      Int(machine.memory), Int(machine.memory + machine.swap), Int(machine.kernel),
      run.processes.reduce(0) { $0 + Int($1.swap) },
    ])
    for index in 0..<scenario.processes.count {
      let process = scenario.processes[index]
      let own = Int(process.anon + process.file + process.shmem + process.swap)
      let count = Int(process.count)
      numbers.formUnion([own, own * count, Int(process.anon), Int(process.anon) * count, count])
    }
    for kill in run.kills {
      guard let decision = kill.decision else { continue }
      let explanation = Explanation(of: kill)
      for adj in Set((decision.scene?.candidates ?? []).map { Int($0.oomScoreAdj) }) {
        numbers.insert(abs(adj * Int(explanation.pointsPerAdj)))
      }
      if let adj = explanation.runnerUpChosenAtAdj { numbers.insert(abs(Int(adj))) }
      numbers.insert(kill.killed.count)
    }
    for event in scenario.events {
      guard case .grow(_, let sizes, let over, _) = event.action, over > 0 else { continue }
      times.insert(Int((event.at + over).rawValue))
      // A rate, by the second, the minute and the hour.
      for size in [sizes.anon, sizes.file, sizes.shmem] where size > 0 {
        for unit in [1_000_000, 60_000_000, 3_600_000_000] {
          numbers.insert(Int(Int128(size) * Int128(unit) / Int128(over.rawValue)))
        }
      }
    }
  }

  private mutating func add(_ tree: JSONTree, _ key: String) {
    switch tree {
    case .number(let text):
      guard let number = Int(text) else { return }
      if key.hasSuffix("_us") { times.insert(number) } else { numbers.insert(abs(number)) }
    case .string(let text):
      // Prose is what is held against them, and names of thousands of processes have numbers, too.
      if ["title", "description", "source", "name", "state", "because"].contains(key) { return }
      for part in text.split(whereSeparator: { !$0.isASCII || !$0.isNumber && $0 != "." }) {
        written.insert(String(part))
      }
    case .array(let elements): for element in elements { add(element, key) }
    case .object(let members): for member in members { add(member.value, member.key) }
    default: break
    }
  }

  /// Whether a number of prose is one of them in its unit, rounded to as many places as it has, or cut off there.
  func has(_ number: ProseNumber) -> Bool {
    if written.contains(number.text) || Self.releases.contains(number.text) { return true }
    let parts = number.text.split(separator: ".")
    guard parts.count <= 2, let whole = Int(parts[0]) else { return false }
    let places = parts.count == 2 ? parts[1].count : 0
    let scale = [1, 10, 100, 1000][min(places, 3)]
    let value = whole * scale + (places > 0 ? Int(parts[1]) ?? 0 : 0)
    func isOne(of known: Set<Int>, in unit: Int) -> Bool {
      known.contains { known in
        let product = Int128(known) * Int128(scale)
        return (product * 2 + Int128(unit)) / Int128(2 * unit) == value
          || product / Int128(unit) == value
      }
    }
    switch number.unit {
    case "GiB", "GB": return isOne(of: numbers, in: 256 * 1024)
    case "MiB", "MB": return isOne(of: numbers, in: 256)
    case "KiB": return numbers.contains { $0 * 4 * scale == value }
    case "h", "hour", "hours": return isOne(of: times, in: 3_600_000_000)
    case "minute", "minutes": return isOne(of: times, in: 60_000_000)
    case "second", "seconds", "s": return isOne(of: times, in: 1_000_000)
    default: return numbers.contains(value) && places == 0
    }
  }
}

/// A number in a text, without its sign, and the word behind it.
private struct ProseNumber {
  var text: String
  var unit: String

  /// Groups of three digits are one number. What is part of a name, such as `2048m` or `memory-1`, is none.
  static func all(in text: String) -> [ProseNumber] {
    text.matches(
      of: #/(?:^|[^\w.\-\/])[+\-]?([0-9]{1,3}(?: [0-9]{3})+|[0-9]+(?:\.[0-9]+)*)(?![\w\-])\s*(\w*)/#
    ).map { ProseNumber(text: String($0.1).filter { $0 != " " }, unit: String($0.2)) }
  }
}

/// Numbers in the prose of lessons that no document of the run has. Each was worked out by hand: sums over several
/// processes, what memory came to in the middle of a run, settings and releases of other programs, what would be without the
/// limit that the lesson sets. A number that changes in the prose has to be looked at here again.
private enum NumbersOfTheWorld {
  static let all: [String: [String]] = [
    "earlyoom-tab": ["3", "24"],
    "postgres-mode2-user-reserve": ["128", "136"],
    "memory-leak-vps": ["27"],
    "make-jobs": ["698", "8.0"],
    "make-j8": ["850"],
    "make-j6": ["1.6"],
    "wsl2-half-ram": ["16"],
    "many-small-vs-one-large": ["480"],
    "idle-666": ["3", "2000"],
    "agent-minus-500": ["2.6"],
    "agent-plus-1000": ["160"],
    "gh-runner-adj-500-flip": ["1300"],
    "electron-adj": ["32"],
    "memory-leak-vps-swap": ["70"],
    "pi-zram-spiral": ["1.17", "1714", "291"],
    "pi-zram-spiral-half": ["857", "146", "950"],
    "pi-zram-spiral-3to1": ["1337", "517", "172"],
    "pi-zram-spiral-disk": ["345"],
    "db-container-no-limit": ["62"],
    "jvm-maxrampercentage": ["95", "80", "700", "36", "1600", "1300"],
    "jvm-maxrampercentage-60": ["1200", "700"],
    "hpc-batch-job": ["0.4"],
    "memory-high-livelock": ["300"],
    "redis-bgsave-mode0-20mib": ["4.2"],
    "fork-bomb": ["0.9"],
    "fork-bomb-pids-max": ["512", "163"],
    "proxmox-arc": ["11", "11.5"],
    "postgres-mode2": ["7396", "200", "900"],
    "redis-bgsave-mode2": ["1500", "22300"],
    "redis-bgsave-mode2-swap": ["23032", "22300"],
    "redis-bgsave-mode1-24g": ["85", "20400", "1440"],
    "k8s-who-is-right-133839": ["66", "100", "70", "31", "4"],
    "k8s-who-is-right-133839-many": ["2.4"],
    "k8s-sidecar-adj-before": ["512", "64"],
    "k8s-sidecar-adj": ["1.29", "984"],
    "oom-group-1-27": ["1.28", "1.27"],
    "oom-group-1-28": ["1.28", "460"],
    "k8s-eviction-in-time": ["99", "89", "1.29"],
    "k8s-eviction-too-slow": ["14900", "3.3", "30"],
    "api-kv-cache-overnight": ["03", "05", "823"],
    "api-kv-cache-sessions": ["700"],
    "concurrent-model-loads-serialised": ["1700"],
    "two-workers-mmap": ["12"],
    "two-workers-no-mmap": ["13", "7.1"],
    "two-workers-mmap-leak": ["4", "1.2"],
    "gpu-memory-unaccounted": ["104"],
    "systemd-restart-loop": ["2.6"],
    "periodic-restart": ["1.1"],
    "prometheus-wal-loop": ["80", "160", "300"],
    "tmpfs-restart-loop": ["40", "80", "160", "300"],
    "root-bonus-3-10": ["3.13", "30", "4.16", "1048"],
    "root-bonus-3-14": ["4.16", "3.13", "30", "12600"],
    "overflow-3-0": ["8.19", "562"],
    "oom-adj-2-6-32": ["3000"],
    "forking-server-2-6-32": ["30001", "60", "8.192", "7"],
    "order2-fragmentation": ["256", "0.5"],
    "lowmem-32bit": ["750", "12"],
    "numa-membind": ["55"],
    "panic-on-oom-0-node": ["50"],
    "panic-on-oom-node": ["50"],
    "panic-on-oom-2-node": ["50"],
  ]
}
