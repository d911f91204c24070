internal import OOMFormats
package import OOMSimulator

/// What to say to a reader who guessed which process the kernel chose.
package enum Guess {
  /// - Parameters:
  ///   - line: what was typed: a name, a pid, or nothing.
  ///   - candidates: those that could be chosen.
  package static func answer(
    _ line: String, chosen: ProcessIdentity, among candidates: [ProcessIdentity]
  ) -> String {
    let word = line.drop { $0 == " " }.prefix { $0 != " " && $0 != "\r" }
    let truth = "\(plain(chosen.name)) (\(chosen.pid))"
    if word.isEmpty { return "It is \(truth)." }
    if "\(chosen.pid)" == word { return "Right: \(truth)." }
    if chosen.name == word {
      let alike = candidates.count { $0.name == chosen.name }
      return "Right: \(truth)" + (alike > 1 ? ", of \(alike) with this name." : ".")
    }
    if candidates.contains(where: { $0.name == word || "\($0.pid)" == word }) {
      return "No: it is \(truth). See why."
    }
    return "'\(plain(String(word)))' is none of those that can be killed. It is \(truth)."
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
