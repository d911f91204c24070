internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

extension KillLesson {
  /// What people believe, and what the rules of this release make of it.
  func myths() -> Lesson.Step {
    var step = Lesson.Step(name: .myths, title: "What it is not")
    for myth in Myth.touched(by: kill, scene, in: scenario) {
      guard let rule = myth.rule(in: rules.kernel, scene.constraint) else { continue }
      let all = scene.arithmetic.rules
      let isWrong = myth.isWrong(under: all)
      step.say(
        "\"\(myth.claim)\" " + (isWrong ? myth.answer(kill, all) : "Here it is no myth."))
      // What came later of the counters, and of the sum, is not what the myth is about.
      switch rule.rule {
      case .rss where isWrong: step.parts += rules.held(.residentAndSwap)
      case .badness where isWrong && !all.badness.isLegacy: step.parts += rules.held(.noAge)
      default: step.parts.append(.rule(RulesInForce.text(rule), rule))
      }
      step.facts.append(Lesson.Fact(myth.rawValue, isWrong ? "myth" : "true here"))
    }
    return step
  }

  /// Why not that one.
  func why(_ name: String) -> Lesson.Step {
    let why = WhyNot(name, in: kill, scene)
    let text = WhyNotText(kill: kill, scene: scene, numbers: numbers)
    let subject = why.candidate.map { numbers.name($0.identity) } ?? plain(name)
    var step = Lesson.Step(name: .why, title: "Why not \(plain(name))")
    step.facts = [
      Lesson.Fact("name", why.candidate?.name ?? name), Lesson.Fact("reason", why.reason.key),
    ]
    if let place = why.place {
      let all = scene.candidates.count { $0.ineligible == nil }
      step.field("place", "\(place) of \(all) by points")
      step.facts.append(Lesson.Fact("place", place))
    }
    if let candidate = why.candidate, candidate.ineligible == nil {
      step.field("points", text.sum(candidate))
      step.facts.append(Lesson.Fact("points", candidate.points))
    }
    step.say(text.reason(why, subject))
    step.parts += rule(of: why)
    wouldHaveBeen(why, subject, into: &step)
    return step
  }

  private func wouldHaveBeen(_ why: WhyNot, _ subject: String, into step: inout Lesson.Step) {
    let setting = scene.arithmetic.unit == .none ? "oom_adj" : "oom_score_adj"
    if let adj = why.chosenAtAdj {
      let own = why.candidate?.legacy?.oomAdj ?? why.candidate?.oomScoreAdj ?? 0
      step.field("chosen at", "\(setting) \(adj) or more (it had \(own))")
      step.facts.append(Lesson.Fact("chosen_at_\(setting)", adj))
    }
    if let pages = why.pagesMissing {
      step.field("or with", "\(numbers.pages(pages)) more")
      step.facts.append(Lesson.Fact("pages_missing", pages))
    }
    switch why.reason {
    case .fewerPoints, .tie, .ineligible(.disabled), .ineligible(.oomAdjDisabled):
      if why.chosenAtAdj == nil {
        step.say("No value of \(setting) would have made it the victim.")
      }
    default: break
    }
  }

  private func rule(of why: WhyNot) -> [Lesson.Part] {
    switch why.reason {
    case .tie: rules.main(scene.constraint == .memcg ? .memcgTies : .ties)
    case .ineligible(.globalInit):
      rules.held(.globalInit)
    case .ineligible(.disabled), .ineligible(.oomAdjDisabled), .ineligible(.sharerDisabled):
      rules.main(.disabled)
    case .ineligible(.inVfork): rules.main(.vforkChildren)
    case .ineligible(.otherNodes): rules.main(.constraint)
    case .ineligible(.dying): rules.main(.dying)
    case .ineligible(.kernelThread): rules.main(.candidates)
    case .notInDomain where scene.cgroup != nil: rules.main(.memcgWalk)
    case .diedToo(.sharedMM): rules.main(.sharers)
    case .diedToo(.oomGroup): rules.main(.oomGroup)
    case .notByPoints(.allocatingTask): rules.main(.allocatingTask)
    case .notByPoints(.swapoff): rules.main(.swapoff)
    default: []
    }
  }
}

extension WhyNot.Reason {
  /// A word of the JSON document.
  var key: String {
    switch self {
    case .chosen: "chosen"
    case .diedToo: "died_too"
    case .notInDomain: "not_in_domain"
    case .ineligible: "ineligible"
    case .fewerPoints: "fewer_points"
    case .tie: "tie"
    case .notByPoints: "not_by_points"
    }
  }
}
