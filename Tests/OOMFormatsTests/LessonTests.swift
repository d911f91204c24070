import Foundation
import Testing

@testable import OOMFormats
@testable import OOMReports
@testable import OOMSimulator

/// `explain`: its text has the numbers of `run --json`, and what it says of kernels stands in the table of
/// rules.
@Suite struct LessonTests {
  /// The lines of one step as they are printed, without a window to fit.
  private struct PrintedStep {
    var title = ""
    var fields: [(label: String, value: String)] = []
    var lines: [String] = []

    /// What stands behind a label, the first of several.
    func value(_ label: String) -> String? { fields.first { $0.label == label }?.value }

    /// The number that a value begins with, without the blanks between its digits.
    func number(_ label: String) -> String? {
      value(label).map { LessonTests.number($0) }
    }
  }

  static func number(_ text: String) -> String {
    String(text.prefix { $0.isNumber || $0 == " " || $0 == "-" }.filter { $0 != " " })
  }

  private func print(_ lesson: Lesson) -> [PrintedStep] {
    let text = LessonText(lesson, style: Style(isColored: false), width: 100_000)
    return lesson.steps.indices.map { number in
      let lines = text.step(number).split(separator: "\n")
      var step = PrintedStep(title: String(lines[0].drop { $0 != " " }.drop { $0 == " " }))
      for line in lines.dropFirst() {
        let inner = line.dropFirst(4)
        step.lines.append(String(inner))
        if inner.first != " ", inner.count > 14, inner.dropFirst(13).first == " " {
          let label = inner.prefix(14).reversed().drop { $0 == " " }.reversed()
          step.fields.append((String(label), String(inner.dropFirst(14))))
        }
      }
      return step
    }
  }

  private func lesson(_ scenario: Scenario, _ simulator: Simulator, _ run: Run, _ number: Int)
    -> Lesson
  {
    Lesson(of: run, number: number, in: scenario, simulator: simulator)
  }

  private func run(_ path: String) throws -> (Scenario, Simulator, Run) {
    let bytes = try Files.bytes(of: Files.scenarios.appending(path: path))
    let scenario = try Scenario(json: bytes, file: path)
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = true
    return (scenario, simulator, simulator.run(scenario))
  }

  /// As `run --json --candidates` has it; without the candidates where they are tens of thousands.
  private func document(_ run: Run) throws -> JSONTree {
    var run = run
    if run.processCount > 5000 {
      for index in run.kills.indices { run.kills[index].decision?.candidates = nil }
    }
    var writer = JSONWriter()
    writer.result(run)
    return try JSONTree(writer.bytes)
  }

  @Test("every kill of every shipped scenario: the text has the numbers of run --json")
  func numbers() throws {
    var kills = 0
    for path in Files.shippedScenarios {
      let (scenario, simulator, run) = try run(path)
      let document = try document(run)
      guard case .array(let list)? = document["kills"] else { continue }
      for (index, kill) in list.enumerated() {
        let steps = print(lesson(scenario, simulator, run, index + 1))
        if kill["ground"] != nil {
          #expect(microseconds(steps[0].value("at")) == shown(kill.text("at_us")))
          #expect(steps[1].number("freed") == kill.text("freed_pages"))
          continue
        }
        try compare(kill, steps, "\(path) kill \(index + 1)")
        checkToldSteps(lesson(scenario, simulator, run, index + 1), kill, "\(path) \(index + 1)")
        kills += 1
      }
    }
    #expect(kills > 250)
  }

  /// Steps that have no part in a kill are not told, and all others are.
  private func checkToldSteps(_ lesson: Lesson, _ kill: JSONTree, _ name: Comment) {
    let told = Set(lesson.steps.filter(\.applies).map(\.name))
    for always in [.allocation, .domain, .candidates, .points, .victim, .freed] as [Lesson.Name] {
      #expect(told.contains(always), "\(name) \(always)")
    }
    guard case .array(let dead)? = kill["killed"] else { return }
    let isAlone = dead.count == 1 && dead[0].identity == kill["victim"]?.identity
    #expect(told.contains(.deaths) != isAlone, name)
    if case .array(let all)? = kill["candidates"], kill.text("chosen") == nil {
      let hasSettings = all.contains {
        $0.text("points") != nil
          && ($0.text("oom_score_adj") != "0" || $0.text("oom_adj") ?? "0" != "0")
      }
      #expect(!told.contains(.totalpages) || hasSettings || lesson.title.isEmpty, name)
    }
  }

  private func compare(_ kill: JSONTree, _ steps: [PrintedStep], _ name: Comment) throws {
    let (allocation, domain, total, points, victim, deaths, freed) = (
      steps[0], steps[1], steps[2], steps[4], steps[5], steps[6], steps[7]
    )
    #expect(microseconds(allocation.value("at")) == shown(kill.text("at_us")), name)
    let invoker = kill["invoker"]?.identity
    #expect(allocation.value("asked by") == invoker, name)
    #expect(domain.value("constraint") == kill.text("constraint"), name)
    #expect(domain.value("group") == kill.text("cgroup"), name)
    let limit = try #require(kill["limit"])
    let hit = try #require(domain.value("limit"))
    #expect(hit.hasPrefix((limit.text("file") ?? "") + ": "), name)
    for (label, key) in [
      ("in use", "usage"), ("free", "free"), ("min mark", "min_watermark"),
      ("swap limit", "swap_limit"), ("swap used", "swap_usage"),
    ] {
      // What is 0 is left out, and nothing else is.
      let shown = domain.value(label) == "no limit" ? nil : domain.number(label) ?? "0"
      #expect(shown == limit.text(key), "\(name) \(label)")
    }
    let size = hit.dropFirst((limit.text("file") ?? "").count + 2)
    #expect(
      size == "no limit"
        ? limit.text("limit") == nil : Self.number(String(size)) == limit.text("limit"))
    #expect(total.number("totalpages") == kill.text("totalpages"), name)

    let chosen = try #require(kill["victim"])
    #expect(victim.value("victim") == chosen.identity, name)
    for (label, key) in [
      ("points", "points"), ("oom_score", "oom_score"), ("oom_score_adj", "oom_score_adj"),
      ("anon", "anon"), ("file", "file"), ("shmem", "shmem"), ("swap", "swap"),
      ("page tables", "page_tables"),
    ] { #expect((victim.number(label) ?? "0") == chosen.text(key), "\(name) \(label)") }
    let rival = try #require(victim.value("runner-up"))
    if let runnerUp = kill["runner_up"]?.identity {
      #expect(rival.hasPrefix(runnerUp + ", "), name)
      let score = Self.number(String(rival.dropFirst(runnerUp.count + 2)))
      #expect(score == kill["runner_up"]?.text("points"), name)
    } else {
      #expect(rival.hasPrefix("none"), name)
    }
    let spared = kill.text("spared_at_oom_score_adj") ?? kill.text("spared_at_oom_adj")
    if let spared {
      #expect(victim.value("spared at")?.contains("adj \(spared) or less") == true, name)
    } else {
      #expect(victim.value("spared at")?.contains("or less") != true, name)
    }

    guard case .array(let dead)? = kill["killed"] else { return }
    let shown = deaths.fields.filter { $0.label == "killed" }.map(\.value)
    for (index, casualty) in dead.prefix(20).enumerated() {
      let line = "\(casualty.identity ?? ""): \(casualty.text("because") ?? "")"
      #expect(shown[index] == line, name)
    }
    #expect(dead.count <= 20 || shown.last == "\(dead.count - 20) more", name)
    #expect((freed.number("freed") ?? "0") == kill.text("freed_pages"), name)
    try compareCandidates(kill, steps[3], points, name)
  }

  /// Every sum that is printed is that of the candidate, and all are where they are few.
  private func compareCandidates(
    _ kill: JSONTree, _ visited: PrintedStep, _ points: PrintedStep, _ name: Comment
  ) throws {
    guard case .array(let all)? = kill["candidates"] else { return }
    let eligible = all.filter { $0.text("points") != nil }
    #expect(
      visited.lines.contains {
        $0.hasPrefix("The kernel visits \(all.count) ")
          && $0.contains("; \(eligible.count) of them")
      }, name)
    guard points.lines.contains(where: { $0.hasPrefix("The walk keeps") }) else { return }
    var found = 0
    for candidate in eligible {
      guard let identity = candidate.identity else { continue }
      let line = points.lines.first { $0.hasPrefix(identity + " ") && $0.contains(" = ") }
      guard let line else { continue }
      found += 1
      #expect(
        Self.number(String(line.dropFirst(identity.count))) == candidate.text("points"), name)
    }
    #expect(eligible.count > LessonCandidates.most || found == eligible.count, name)
    #expect(found > 0, name)
  }

  /// `1h2m3.5s` as the microseconds of the document.
  /// A time as text has it: to the second, below a minute to the millisecond.
  private func shown(_ text: String?) -> String? {
    text.flatMap { Int($0) }.map { String($0 - $0 % ($0 >= 60_000_000 ? 1_000_000 : 1000)) }
  }

  private func microseconds(_ text: String?) -> String? {
    guard let text,
      let parts = text.wholeMatch(of: /(?:(\d+)h)?(?:(\d+)m)?(\d+)(?:\.(\d+))?s/)
    else { return nil }
    func number(_ part: Substring?) -> Int { part.flatMap { Int($0) } ?? 0 }
    let seconds = number(parts.1) * 3600 + number(parts.2) * 60 + number(parts.3)
    let fraction = String((String(parts.4 ?? "") + "000000").prefix(6))
    return String(seconds * 1_000_000 + (Int(fraction) ?? 0))
  }

  @Test("what is said of kernels stands in the table of rules, at that release and that function")
  func citations() throws {
    var checked = 0
    let paths = Files.shippedScenarios.filter { !$0.hasPrefix("recorded") }
    for path in paths.enumerated().filter({ $0.offset % 12 == 0 }).map(\.element) {
      let bytes = try Files.bytes(of: Files.scenarios.appending(path: path))
      let scenario = try Scenario(json: bytes, file: path)
      for kernel in ["2.6.11", "2.6.32", "2.6.38", "3.10", "4.4", "4.19", "6.12", "2.6.32-el6"]
        as [KernelRelease]
      {
        var simulator = Simulator(kernel: kernel)
        simulator.recordsCandidates = true
        let run = simulator.run(scenario)
        let name = run.kills.first?.decision?.runnerUp?.name
        let lesson = Lesson(
          of: run, number: 1, in: scenario, simulator: simulator, why: name)
        checked += try check(lesson, kernel, "\(path) \(kernel)")
      }
    }
    #expect(checked > 500)
  }

  private func check(_ lesson: Lesson, _ kernel: KernelRelease, _ name: Comment) throws -> Int {
    var count = 0
    for step in lesson.steps {
      for part in step.parts {
        switch part {
        case .rule(let says, let change):
          count += 1
          let known = RulesByRelease.changes.contains {
            $0.rule == change.rule && $0.since == change.since && $0.says == change.says
          }
          #expect(known && !says.isEmpty, name)
          #expect(change.since <= kernel.upstream || kernel.enterpriseKernel != nil, name)
          // It is in force there, or a statement that has held since an earlier row and holds there.
          let isHeld = HeldStatement.allCases.contains { $0.says == says && $0.holds(in: kernel) }
          #expect(
            isHeld || RulesByRelease.inForce(in: kernel).contains(change),
            "\(name): '\(says)' does not hold")
          // What is printed names file, function and release, nothing less.
          let line = LessonText.source(change)
          let printed = line.wholeMatch(of: /since (\S+?)( or earlier)?: (\S+) (\S+?)([,;] .*)?/)
          #expect(printed.map { String($0.1) } == change.since.text, name)
          #expect(printed.map { String($0.3) } == change.file, name)
          #expect(printed.map { String($0.4) } == change.function, name)
        case .text(let text), .field(_, let text):
          #expect(!text.contains("()"), "\(name): a function without its release: \(text)")
        case .lines, .sums: break
        }
      }
      let needsRule: [Lesson.Name] = [
        .domain, .totalpages, .candidates, .points, .victim, .deaths, .freed, .panic, .refused,
        .stuck, .nothing, .myths,
      ]
      if needsRule.contains(step.name) {
        #expect(
          step.parts.contains { if case .rule = $0 { true } else { false } },
          "\(name) \(step.name)")
      }
    }
    return count
  }

  @Test("what to say to a guess")
  func guess() throws {
    let (scenario, _) = reading(
      scenarioText(
        """
        "processes": [ { "pid": 1, "name": "init" }, { "pid": 5, "name": "app", "anon": "60M" },
          { "pid": 6, "name": "app", "anon": "50M" }, { "pid": 7, "name": "agent", "anon": "10M" } ],
        "events": [ { "at": "1s", "oom": {} } ]
        """))
    let loaded = try #require(scenario)
    var simulator = Simulator(kernel: "6.12")
    simulator.recordsCandidates = true
    let run = simulator.run(valid: loaded)
    let guess = try #require(Guess(of: 1, in: run))
    #expect(guess.setting == "an OOM of the machine at 1s")
    #expect(Guess(of: 2, in: run) == nil)
    let own = "agent (7) has 2 574 = anon 2 560 + page tables 14. agent (7) was 12 825 pages"
    for (line, answer) in [
      ("", "It is app (5). app (5) has 15 399 = anon 15 360 + page tables 39. app (6) has"),
      ("5", "Right: app (5). app (5) has"), (" app ", "Right: app (5), of 2 with this name."),
      ("agent", "No: it is app (5). " + own), ("6", "No: it is app (5). app (6) has"),
      ("init", "No: it is app (5). init (1) was no candidate: "),
    ] {
      let reply = guess.reply(to: line)
      #expect(reply.text.hasPrefix(answer) && reply.isFinal, "\(reply.text)")
    }
    // A typo is told what may have been meant, and nothing of the answer.
    let typo = guess.reply(to: "agemt")
    #expect(!typo.isFinal && typo.text.hasSuffix("looks at. Did you mean 'agent'?"))
    let odd = guess.reply(to: "x\u{1B}")
    #expect(odd.text == "'x\\u{1b}' is none of those that the kernel looks at." && !odd.isFinal)
    #expect(GuessedEnd.reply(to: "kill", run).text == "Right: somebody is killed.")
    #expect(GuessedEnd.reply(to: "PANICS", run).text == "No: somebody is killed.")
    let word = GuessedEnd.reply(to: "stals", run)
    #expect(word.text == "'stals' is none of these words. Did you mean 'stalls'?" && !word.isFinal)
  }

  @Test("a hundred thousand candidates are summed up, and it says so")
  func large() throws {
    let (scenario, _) = reading(
      scenarioText(
        """
        "processes": [ { "name": "p", "count": 100000, "page_tables": 0 }, { "name": "big", "anon": "100M" } ],
        "events": [ { "at": "1s", "oom": {} } ]
        """))
    let loaded = try #require(scenario)
    for kernel in ["6.12", "4.14"] as [KernelRelease] {
      var simulator = Simulator(kernel: kernel)
      simulator.recordsCandidates = true
      let run = simulator.run(loaded)
      let lesson = Lesson(of: run, number: 1, in: loaded, simulator: simulator, why: "p-7")
      let text = LessonText(lesson, style: Style(isColored: false), width: 80).text
      #expect(text.split(separator: "\n").count < 250, "\(kernel)")
      #expect(text.contains("The kernel visits 100001 processes"))
      #expect(text.contains("the 10 largest; 99991 more are no larger"))
      #expect(text.contains("times more") == (kernel == "6.12"))
      #expect(text.contains("others never had more"))
      #expect(lesson.victim?.name == "big")
    }
  }
}

extension JSONTree {
  /// A number or a string as it is written; nil for null and for what is not there.
  fileprivate func text(_ key: String) -> String? {
    switch self[key] {
    case .number(let text)?, .string(let text)?: text
    default: nil
    }
  }

  /// `name (pid)`.
  fileprivate var identity: String? {
    guard let name = text("name"), let pid = text("pid") else { return nil }
    return "\(plain(name)) (\(pid))"
  }
}
