internal import OOMFormats
internal import OOMSimulator
internal import VictimSelection

/// Why a process is not the victim, in sentences with its own sum.
struct WhyNotText {
  let kill: Kill
  let scene: OOMScene
  let numbers: LessonNumbers

  /// `104 468 = anon 1 119 771 + page tables 2 197 - oom_score_adj 500 × 2 035`.
  func sum(_ candidate: Candidate) -> String {
    let terms = Term.text(
      scene.arithmetic.terms(of: candidate), number: { SizeFormat.grouped($0) })
    return "\(SizeFormat.grouped(candidate.points)) = \(terms)"
  }

  /// The reason, after the sums of the process and of the one that was chosen.
  func reasonWithSums(_ name: String) -> String {
    let why = WhyNot(name, in: kill, scene)
    let subject = why.candidate.map { numbers.name($0.identity) } ?? plain(name)
    let reason = reason(why, subject)
    guard let candidate = why.candidate, candidate.ineligible == nil else { return reason }
    let own = "\(subject) has \(sum(candidate)). "
    switch why.reason {
    case .fewerPoints, .tie: return own + reason + " " + chosen(isOther: true)
    case .chosen: return chosen(isOther: false)
    default: return own + reason
    }
  }

  /// The sum of the one that was chosen, and by how much the next one lost.
  private func chosen(isOther: Bool) -> String {
    let text = "\(numbers.name(kill.victim.identity)) has \(sum(kill.victim))"
    guard !isOther, let runnerUp = kill.decision?.runnerUp else {
      return text + (isOther ? "." : ", and nobody else could be killed.")
    }
    let margin = kill.victim.points - runnerUp.points
    return text + ". \(numbers.name(runnerUp.identity)) has \(sum(runnerUp)), "
      + (margin == 0
        ? "just as much: of equals the \(kill.decision?.equalsReplace == true ? "last" : "first") "
          + "in the kernel's list is taken."
        : "\(size(margin)) less.")
  }

  /// A difference of points.
  private func size(_ difference: Int128) -> String {
    scene.arithmetic.unit == .pages
      ? numbers.pages(Int64(clamping: difference)) : "\(SizeFormat.grouped(difference)) points"
  }

  func reason(_ why: WhyNot, _ subject: String) -> String {
    switch why.reason {
    case .chosen:
      return kill.dyingFirst == kill.victim.identity
        ? "\(subject) is the victim."
        : "\(subject) was chosen; its child \(numbers.name(kill.dyingFirst)) died for it."
    case .diedToo(let because): return "\(subject) did die: \(because.rawValue)."
    case .notInDomain:
      let domain = scene.cgroup.map { "in \(plain($0)), whose limit was hit" } ?? "running then"
      return "\(subject) was not \(domain), so nobody looked at it."
    case .ineligible(let reason): return "\(subject) was no candidate: \(reason.rawValue)."
    case .fewerPoints(let points):
      return "\(subject) was \(size(points)) short of \(numbers.name(kill.victim.identity))."
    case .tie:
      return "\(subject) had just as many points; the place in the walk decided."
    case .notByPoints(let chosen):
      return "Points did not decide: the victim was taken \(chosen.reason ?? "")."
    }
  }
}
