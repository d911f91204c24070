internal import OOMFormats
internal import OOMSimulator

/// One kill on the page: what is said of it, its candidates, the what-if, the steps.
struct KillSection {
  let run: Run
  /// From 1.
  let number: Int
  let scenario: Scenario
  let simulator: Simulator

  private var kill: Kill { run.kills[number - 1] }

  var whatIf: WhatIf? { kill.decision?.candidates.flatMap { WhatIf(kill, $0) } }

  var html: String {
    let fields = TextReport(run, style: Style(isColored: false)).fields(of: kill).map {
      ($0.0, $0.1.replacing("   of totalpages", with: ", of totalpages"))
    }
    let heading =
      "<h3 id=\"k\(number)\">Kill \(number): \(PageNames.name(kill.dyingFirst)) at \(PageNames.time(kill.at))</h3>"
    let section =
      "<section class=\"case\" id=\"kill-\(number)\" aria-labelledby=\"k\(number)\">"
    // The first is what somebody wants to know; a link to one of the others unfolds it.
    var text =
      number == 1
      ? section + heading : "<details class=\"brief\"><summary>\(heading)</summary>\(section)"
    text += LessonSection.list(fields)
    if let decision = kill.decision, let candidates = decision.candidates {
      text +=
        CandidateTable(
          victim: kill.victim.identity, decision: decision, number: number,
          candidates: candidates, pageSize: run.pageSize, most: number <= 3 ? 20 : 10,
          isPrivate: hasOwnMemory
        ).html
    }
    return text + whatIfPart + steps + "</section>" + (number == 1 ? "\n" : "</details>\n")
  }

  /// Whether no process has its anonymous memory from another one.
  private var hasOwnMemory: Bool {
    let forks = scenario.events.contains { if case .fork = $0.action { true } else { false } }
    return !forks
      && !(0..<scenario.processes.count).contains {
        scenario.processes[$0].sharesMMWith != nil
      }
  }

  private var whatIfPart: String {
    if let whatIf {
      let rest =
        whatIf.isWhole
        ? "" : " The \(WhatIf.most) with most points can be tried."
      return
        "<details class=\"tool\" id=\"w\(number)\" hidden><summary>What if one had another oom_score_adj</summary>"
        + "<p class=\"soft\">The script computes its points as the kernel does. Sizes stay as they were at this kill."
        + "\(rest)</p></details>"
    }
    guard let decision = kill.decision else { return "" }
    if decision.arithmetic.unit == .none {
      return
        "<p class=\"soft\">No what-if here: before 2.6.36 there is no oom_score_adj to change.</p>"
    }
    if decision.arithmetic.unit == .own {
      return
        "<p class=\"soft\">No what-if here: points are those of a badness of its own.</p>"
    }
    return decision.chosen == .points
      ? "" : "<p class=\"soft\">No what-if here: it was not points that chose.</p>"
  }

  private var steps: String {
    let lesson = Lesson(of: run, number: number, in: scenario, simulator: simulator)
    return
      "<details><summary>Step by step, as the kernel went through it</summary>"
      + LessonSection(lesson: lesson, level: 4).html + "</details>"
  }
}
