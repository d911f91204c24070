internal import OOMFormats
package import OOMSimulator

/// One OOM as the kernel went through it, step by step, to learn from.
package struct Lesson: Equatable, Sendable {
  /// What a step is about; the word of the JSON document.
  package enum Name: String, Sendable {
    case allocation, domain, totalpages, candidates, points, victim, deaths, freed, afterwards
    case myths, why, panic, refused, stuck, nothing, userspace
  }

  package enum Part: Equatable, Sendable {
    /// What happened in this scenario.
    case text(String)
    /// A number or a name with its label.
    case field(String, String)
    /// What the kernel does, and where that stands.
    case rule(String, RuleChange)
    /// Lines that are not to be wrapped.
    case lines([String])
    /// Points with their sums.
    case sums([Sum])
  }

  package enum Value: Equatable, Sendable {
    case number(Int128)
    case text(String)
    case none
  }

  package struct Fact: Equatable, Sendable {
    package var name: String
    package var value: Value
  }

  package struct Step: Equatable, Sendable {
    package var name: Name
    package var title: String
    /// Whether it has a part in this kill. What has none is in the document, but not told.
    package var applies = true
    package var parts: [Part] = []
    package var facts: [Fact] = []
    /// Facts of several of a kind: the candidates that are shown, the processes that die.
    package var rows: [[Fact]] = []
  }

  package var scenario: String
  package var title: String
  package var kernel: String
  package var ruleSet: String
  /// Which kill, from 1; a panic is one more than the last; 0 where there is neither.
  package var number: Int
  package var kills: Int
  package var steps: [Step]
  /// The process that died first and the one that was chosen; nil without a kill.
  package var victim: ProcessIdentity?
  package var chosen: ProcessIdentity?
  /// Names and pids of those that could have been chosen.
  package var candidates: [ProcessIdentity]

  /// - Parameters:
  ///   - run: with candidates, by the same simulator.
  ///   - number: of the kill, from 1; the number after the last is the panic, if there is one.
  ///   - why: a name or a pid to explain besides.
  package init(
    of run: Run, number: Int, in scenario: Scenario, simulator: Simulator, why: String? = nil
  ) {
    self.scenario = run.scenario
    title = run.title
    kernel = run.kernel
    ruleSet = run.ruleSet
    kills = run.kills.count
    self.number = number
    let rules = RulesInForce(in: simulator.kernel)
    candidates = []
    if number >= 1, number <= run.kills.count, let decision = run.kills[number - 1].decision,
      let scene = decision.scene
    {
      let builder = KillLesson(
        run: run, number: number, scenario: scenario, decision: decision, scene: scene,
        rules: rules)
      steps = builder.steps(why: why)
      victim = run.kills[number - 1].dyingFirst
      chosen = run.kills[number - 1].victim.identity
      candidates = scene.candidates.filter { $0.ineligible == nil }.map { $0.identity }
    } else if number >= 1, number <= run.kills.count, let ground = run.kills[number - 1].ground {
      let kill = run.kills[number - 1]
      steps = UserspaceLesson(run: run, kill: kill, ground: ground, scenario: scenario).steps
      victim = kill.dyingFirst
      chosen = kill.victim.identity
      candidates = kill.killed.map { $0.process }
    } else if let panic = run.panic, number == run.kills.count + 1, let scene = panic.scene {
      steps = PanicLesson(run: run, panic: panic, scene: scene, rules: rules).steps
    } else {
      self.number = 0
      steps = QuietLesson(run: run, scenario: scenario, simulator: simulator, rules: rules).steps
    }
  }
}

/// The rules that a release has.
struct RulesInForce {
  let kernel: KernelRelease
  private let all: [RuleChange]

  init(in kernel: KernelRelease) {
    self.kernel = kernel
    all = RulesByRelease.inForce(in: kernel)
  }

  /// The last change that says all of a rule, as a part of a step.
  func main(_ name: RuleName) -> [Lesson.Part] {
    all.first { $0.rule == name }.map { [.rule(Self.text($0), $0)] } ?? []
  }

  /// That, and what later releases added.
  func whole(_ name: RuleName, simulatedOnly: Bool = true) -> [Lesson.Part] {
    let rows = all.filter { $0.rule == name }
    return rows.enumerated().filter { $0.offset == 0 || !simulatedOnly || $0.element.isSimulated }
      .map { .rule(Self.text($0.element), $0.element) }
  }

  /// One change, where the release has it.
  func since(_ release: KernelRelease, _ name: RuleName, _ text: String? = nil) -> [Lesson.Part] {
    all.first { $0.rule == name && $0.since == release }.map { [.rule(text ?? Self.text($0), $0)] }
      ?? []
  }

  /// A rule in words of ours, where that of its row would not be understood here.
  func main(_ name: RuleName, _ text: String) -> [Lesson.Part] {
    all.first { $0.rule == name }.map { [.rule(text, $0)] } ?? []
  }

  /// What a row says, under the name of its rule.
  static func text(_ change: RuleChange) -> String { "\(change.rule.rawValue): \(change.says)" }
}

/// How sizes are written in all lessons.
struct LessonNumbers {
  let pageSize: Bytes

  func size(_ pages: Int64) -> String { SizeFormat.binary(pages: pages, pageSize: pageSize) }

  /// `2 852 pages (11.1 MiB)`.
  func pages(_ pages: Int64) -> String {
    pages == Cgroup.unlimited ? "no limit" : "\(SizeFormat.grouped(pages)) pages (\(size(pages)))"
  }

  func name(_ process: ProcessIdentity) -> String { "\(plain(process.name)) (\(process.pid))" }
}

extension Lesson.Fact {
  init(_ name: String, _ number: some BinaryInteger) {
    self.init(name: name, value: .number(Int128(number)))
  }

  init(_ name: String, _ time: Microseconds) { self.init(name, time.rawValue) }

  init(_ name: String, _ text: String?) {
    self.init(name: name, value: text.map(Lesson.Value.text) ?? .none)
  }

  /// A limit, none where it is not set.
  init(_ name: String, limit: Int64) {
    self.init(name: name, value: limit == Cgroup.unlimited ? .none : .number(Int128(limit)))
  }
}

extension Lesson.Step {
  mutating func say(_ text: String) { parts.append(.text(text)) }

  mutating func field(_ label: String, _ value: String) { parts.append(.field(label, value)) }
}
