/// One rule of a release, from then until the next change of the same rule.
public struct RuleChange: Sendable {
  /// How a boundary or a commit is known.
  public enum Evidence: Equatable, Sendable {
    /// The source was read on both sides of the boundary.
    case read
    /// The release of the boundary itself was not read; it follows from the ones named.
    case inferred(String)
    /// From memory, not read again.
    case memory
    /// Real kernel logs prove it.
    case logs(String)
  }

  public let rule: RuleName
  public let since: KernelRelease
  /// What the rule does, in a sentence.
  public let says: String
  /// Kernel source file and function.
  public let file: String
  public let function: String
  /// The upstream commit; nil when none is known. `isCommitResolved` says whether it was found in a git history.
  public let commit: String?
  public let isCommitResolved: Bool
  /// Whom the change hurts, or what it changes for users; empty for what a kernel always did.
  public let hurts: String
  public let evidence: Evidence
  /// It adds to what the rule said before instead of taking its place.
  public let adds: Bool
  /// Whether a replay goes by it; false for what a scenario cannot show.
  public let isSimulated: Bool
  /// What it changes in the rules; nil for what is not simulated, or stands there from the start.
  let apply: (@Sendable (inout Rules) -> Void)?

  /// - Parameter commit: a mark ✓ at its end says that it was found in a git history.
  init(
    _ rule: RuleName, _ since: KernelRelease, _ says: String, _ file: String, _ function: String,
    commit: String? = nil, hurts: String = "", evidence: Evidence = .read,
    isSimulated: Bool = true, adds: Bool = false,
    apply: (@Sendable (inout Rules) -> Void)? = nil
  ) {
    self.rule = rule
    self.since = since
    self.says = says
    self.file = file
    self.function = function
    self.commit = commit.map { $0.hasSuffix("✓") ? String($0.dropLast()) : $0 }
    isCommitResolved = commit?.hasSuffix("✓") ?? false
    self.hurts = hurts
    self.evidence = evidence
    self.isSimulated = isSimulated
    self.adds = adds
    self.apply = apply
  }
}
