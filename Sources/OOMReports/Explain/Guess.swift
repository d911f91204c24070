internal import OOMFormats
package import OOMSimulator

/// What to say to a reader.
package struct GuessReply: Equatable, Sendable {
  package var text: String
  /// False for a typo, which is told nothing of the answer: the reader may try again.
  package var isFinal: Bool
}

/// A reader's guess which process a kill chose.
package struct Guess {
  package static let question = "Who is chosen? A name or a pid, or nothing to be told."

  private let kill: Kill
  private let scene: OOMScene
  private let numbers: LessonNumbers

  /// Nil where no candidates were recorded, or no kernel chose.
  package init?(of number: Int, in run: Run) {
    guard number >= 1, number <= run.kills.count,
      let scene = run.kills[number - 1].decision?.scene
    else { return nil }
    kill = run.kills[number - 1]
    self.scene = scene
    numbers = LessonNumbers(pageSize: run.pageSize)
  }

  /// What ran out, without the process that was chosen.
  package var setting: String {
    let domain = scene.cgroup.map(plain) ?? scene.nodes.map { $0.inWords } ?? "the machine"
    return "an OOM of \(domain) at \(SizeFormat.time(kill.at))"
  }

  /// - Parameter line: what was typed: a name, a pid, or nothing.
  package func reply(to line: String) -> GuessReply {
    let typed = line.drop { $0 == " " }.prefix { $0 != " " && $0 != "\r" }
    let word = String(typed)
    let chosen = kill.victim.identity
    let sums = WhyNotText(kill: kill, scene: scene, numbers: numbers)
    let truth = numbers.name(chosen)
    if word.isEmpty {
      return GuessReply(
        text: "It is \(truth). " + sums.reasonWithSums("\(chosen.pid)"), isFinal: true)
    }
    if word == chosen.name || word == "\(chosen.pid)" {
      let alike = scene.candidates.count { $0.ineligible == nil && $0.name == chosen.name }
      let of = word == chosen.name && alike > 1 ? ", of \(alike) with this name" : ""
      return GuessReply(
        text: "Right: \(truth)\(of). " + sums.reasonWithSums("\(chosen.pid)"), isFinal: true)
    }
    if scene.candidates.contains(where: { $0.name == word || "\($0.pid)" == word }) {
      return GuessReply(
        text: "No: it is \(truth). " + sums.reasonWithSums(word), isFinal: true)
    }
    let near = nearestWord(to: word, among: scene.candidates.map { $0.name })
    return GuessReply(
      text: "'\(plain(word))' is none of those that the kernel looks at."
        + (near.map { " Did you mean '\(plain($0))'?" } ?? ""), isFinal: false)
  }

  /// Why a process was chosen or was not, with its own sum.
  ///
  /// - Parameter name: a name or a pid.
  static func sums(
    of name: String, in kill: Kill, _ scene: OOMScene, pageSize: Bytes
  ) -> String {
    WhyNotText(kill: kill, scene: scene, numbers: LessonNumbers(pageSize: pageSize))
      .reasonWithSums(name)
  }
}

/// A reader's guess what becomes of a whole scenario.
package enum GuessedEnd: String, CaseIterable, Sendable {
  case kill, refused, panics, stalls, survives

  package static let question =
    "What comes of it: kill, refused, panics, stalls or survives? One of these, or nothing to be told."

  /// The ends that a run has, mostly one.
  package static func all(of run: Run) -> [GuessedEnd] {
    var ends: [GuessedEnd] = []
    if !run.kills.isEmpty { ends.append(.kill) }
    if !run.refused.isEmpty { ends.append(.refused) }
    if run.panic != nil { ends.append(.panics) }
    if !run.stuck.isEmpty { ends.append(.stalls) }
    return ends.isEmpty ? [.survives] : ends
  }

  /// - Parameter line: one of the words, or nothing.
  package static func reply(to line: String, _ run: Run) -> GuessReply {
    let typed = line.drop { $0 == " " }.prefix { $0 != " " && $0 != "\r" }
    let word = typed.lowercased()
    let ends = all(of: run)
    let truth = ends.map { $0.sentence }.joined(separator: ", and ") + "."
    if word.isEmpty { return GuessReply(text: "The answer: \(truth)", isFinal: true) }
    guard let end = GuessedEnd(rawValue: word) else {
      let near = nearestWord(to: word, among: allCases.map { $0.rawValue })
      return GuessReply(
        text: "'\(plain(String(typed)))' is none of these words."
          + (near.map { " Did you mean '\($0)'?" } ?? ""), isFinal: false)
    }
    return GuessReply(text: (ends.contains(end) ? "Right: " : "No: ") + truth, isFinal: true)
  }

  private var sentence: String {
    switch self {
    case .kill: "somebody is killed"
    case .refused: "a request is refused"
    case .panics: "the machine panics"
    case .stalls: "somebody stands still and never goes on"
    case .survives: "nobody is killed, and all goes on"
    }
  }
}
