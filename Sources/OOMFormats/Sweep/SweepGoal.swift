package import OOMSimulator

/// What `--find` looks for: `no-kills`, `survives=NAME` or `first=NAME`.
package struct SweepGoal: Equatable, Sendable {
  /// As it was written.
  package var text: String
  var goal: Goal

  /// - Parameter paths: what is varied: where the number of copies is, a name means all copies.
  package init(
    _ text: String, in scenario: Scenario, varying paths: [String]
  ) throws(QuantityError) {
    self.text = text
    if text == "no-kills" {
      goal = .noKills
      return
    }
    let equals = text.firstIndex(of: "=") ?? text.endIndex
    let word = String(text[..<equals])
    let name = String(text[equals...].dropFirst())
    guard ["survives", "first"].contains(word) else {
      let near = nearestWord(to: word, among: ["no-kills", "survives", "first"])
      throw QuantityError(
        message: "--find takes no-kills, survives=NAME or first=NAME, found "
          + "'\(plain(shortened(text)))'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }
    var reference = ProcessReference.name(name)
    var (count, isTemplate) = scenario.processes(meantBy: reference)
    if count == 0, let pid = Int32(name) {
      reference = .pid(pid)
      (count, isTemplate) = scenario.processes(meantBy: reference)
    }
    if count == 0 {
      let near = scenario.nearestProcess(to: name).map { "; did you mean '\($0)'?" } ?? ""
      throw QuantityError(
        message: "--find: no process is called '\(plain(shortened(name)))'\(plain(near))")
    }
    let wanted = Goal.Wanted(
      reference, meansCopies: isTemplate || paths.contains { $0.hasSuffix(".count") })
    goal = word == "first" ? .first(wanted) : .survives(wanted)
  }
}
