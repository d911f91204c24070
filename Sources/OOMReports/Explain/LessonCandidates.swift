internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// The processes that are looked at, and which of them cannot be chosen.
struct LessonCandidates {
  let scene: OOMScene
  let rules: RulesInForce
  let numbers: LessonNumbers

  /// More than this are summed up.
  static let most = 40

  func step() -> Lesson.Step {
    let all = scene.candidates
    let eligible = all.filter { $0.ineligible == nil }
    var step = Lesson.Step(name: .candidates, title: "Who can be killed")
    let others = all.count - eligible.count
    step.say(
      "The kernel visits \(count(all.count, "process", "processes")); "
        + "\(eligible.count) of them can be chosen, \(others) cannot.")
    step.parts += order
    step.parts.append(.lines(table(eligible)))
    for (reason, candidates) in ineligible {
      let names = candidates.prefix(6).map { numbers.name($0.identity) }.joined(separator: ", ")
      let rest = candidates.count > 6 ? " and \(candidates.count - 6) more" : ""
      step.field("not", "\(names)\(rest): \(reason.rawValue)")
      step.parts += rule(reason)
    }
    step.facts = [
      Lesson.Fact("visited", all.count), Lesson.Fact("eligible", eligible.count),
      Lesson.Fact("ineligible", others),
    ]
    return step
  }

  private func count(_ count: Int, _ one: String, _ many: String) -> String {
    "\(count) \(count == 1 ? one : many)"
  }

  private var order: [Lesson.Part] {
    if scene.constraint == .memcg { return rules.main(.memcgWalk) }
    return rules.main(.candidates)
  }

  /// Those that cannot be chosen, by reason, in the order in which the reasons first appear.
  var ineligible: [(reason: Ineligible, candidates: [Candidate])] {
    var groups: [(reason: Ineligible, candidates: [Candidate])] = []
    for candidate in scene.candidates {
      guard let reason = candidate.ineligible else { continue }
      if let index = groups.firstIndex(where: { $0.reason == reason }) {
        groups[index].candidates.append(candidate)
      } else {
        groups.append((reason, [candidate]))
      }
    }
    return groups
  }

  private func rule(_ reason: Ineligible) -> [Lesson.Part] {
    switch reason {
    case .globalInit:
      rules.held(.globalInit)
    case .kernelThread:
      rules.held(.noAddressSpace)
    case .disabled, .oomAdjDisabled, .sharerDisabled: rules.main(.disabled)
    case .inVfork: rules.main(.vforkChildren)
    case .otherNodes: rules.main(.constraint)
    case .dying: rules.main(.dying)
    case .wrapped: rules.main(.badness)
    case .never, .withoutValue: []
    }
  }

  /// What badness will read of each, without the sum.
  private func table(_ eligible: [Candidate]) -> [String] {
    if eligible.isEmpty { return [] }
    let shown =
      eligible.count <= Self.most
      ? eligible : Array(eligible.sorted { size($0) > size($1) }.prefix(10))
    let isLegacy = shown.contains { $0.legacy != nil }
    let head =
      isLegacy
      ? ["total_vm", "children", "cpu_s", "run_s", "nice", "oom_adj", "pid", "name"]
      : ["anon", "file", "shmem", "swap", "pgtables", "oom_score_adj", "pid", "name"]
    let rows = [head] + shown.map { row($0) }
    var lines = TextTable.lines(ofNumbers: rows)
    if shown.count < eligible.count {
      lines.append("the \(shown.count) largest; \(eligible.count - shown.count) more are no larger")
    }
    return lines
  }

  private func size(_ candidate: Candidate) -> Int64 {
    candidate.legacy?.totalVM ?? candidate.pages
  }

  private func row(_ candidate: Candidate) -> [String] {
    let name = plain(candidate.name) + (candidate.isAdmin ? "   (root)" : "")
    let end = ["\(candidate.pid)", name]
    if let task = candidate.legacy {
      return [
        SizeFormat.grouped(task.totalVM), SizeFormat.grouped(Int128(task.childrenVM)),
        SizeFormat.grouped(Int64(task.cpuJiffies) / max(task.hz, 1)),
        SizeFormat.grouped(task.runSeconds), "\(task.nice)", "\(task.oomAdj)",
      ] + end
    }
    return [
      candidate.anon, candidate.file, candidate.shmem, candidate.swap, candidate.countedTables,
    ].map { SizeFormat.grouped($0) } + ["\(candidate.oomScoreAdj)"] + end
  }
}
