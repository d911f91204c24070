/// One rule of a release, from then until the next change of the same rule.
package struct RuleChange: Sendable {
  /// How a boundary or a commit is known.
  package enum Evidence: Equatable, Sendable {
    /// The source was read on both sides of the boundary.
    case read
    /// The release of the boundary itself was not read; it follows from the ones named.
    case inferred(String)
    /// Real kernel logs prove it.
    case logs(String)
  }

  package let rule: RuleName
  package let since: KernelRelease
  /// What the rule does, in a sentence.
  package let says: String
  /// Kernel source file and function.
  package let file: String
  package let function: String
  /// The abbreviated id of an upstream commit, which was found in a git history or in public text that names its
  /// subject, too; nil when none was.
  package let commit: String?
  /// Which processes the change hurts, or what it changes for users; empty for what a kernel always did.
  package let hurts: String
  package internal(set) var evidence: Evidence
  /// It adds to what the rule said before instead of taking its place.
  package let adds: Bool
  /// Whether a replay goes by it; false for what a scenario cannot show.
  package let isSimulated: Bool
  /// What it changes in the rules; nil for what is not simulated, or stands there from the start.
  let apply: (@Sendable (inout Rules) -> Void)?
  /// The rule whose row of the same release makes the difference: this one says what comes with it.
  let follows: RuleName?
  /// A replay cannot tell it from the row before: they differ in what no scenario describes.
  let asBefore: Bool

  init(
    _ rule: RuleName, _ since: KernelRelease, _ says: String, _ file: String, _ function: String,
    commit: String? = nil, hurts: String = "", evidence: Evidence = .read,
    isSimulated: Bool = true, adds: Bool = false, follows: RuleName? = nil, asBefore: Bool = false,
    apply: (@Sendable (inout Rules) -> Void)? = nil
  ) {
    self.rule = rule
    self.since = since
    self.says = says
    self.file = file
    self.function = function
    self.commit = commit
    self.hurts = hurts
    self.evidence = evidence
    self.isSimulated = isSimulated
    self.adds = adds
    self.follows = follows
    self.asBefore = asBefore
    self.apply = apply
  }

  /// The same change, where somebody has it before its release.
  func takenOver(because proof: String) -> RuleChange {
    var change = self
    change.evidence = .logs(proof)
    return change
  }
}

extension RuleChange: Equatable {
  /// Whether both are the same row of the table, whoever has taken it over.
  package static func == (left: Self, right: Self) -> Bool {
    left.rule == right.rule && left.since == right.since
  }
}
