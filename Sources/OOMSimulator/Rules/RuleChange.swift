/// One rule of a release, from then until the next change of the same rule.
public struct RuleChange: Sendable {
  /// An upstream commit, by its abbreviated id.
  public enum Commit: Equatable, Sendable {
    /// It was found in a git history.
    case found(String)
    /// Its id is from memory.
    case remembered(String)

    public var id: String {
      switch self {
      case .found(let id), .remembered(let id): id
      }
    }

    public var isFound: Bool { self == .found(id) }
  }

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
  /// Nil when none is known.
  public let commit: Commit?
  /// Which processes the change hurts, or what it changes for users; empty for what a kernel always did.
  public let hurts: String
  public internal(set) var evidence: Evidence
  /// It adds to what the rule said before instead of taking its place.
  public let adds: Bool
  /// Whether a replay goes by it; false for what a scenario cannot show.
  public let isSimulated: Bool
  /// What it changes in the rules; nil for what is not simulated, or stands there from the start.
  let apply: (@Sendable (inout Rules) -> Void)?
  /// The rule whose row of the same release makes the difference: this one says what comes with it.
  let follows: RuleName?
  /// A replay cannot tell it from the row before: they differ in what no scenario describes.
  let asBefore: Bool

  init(
    _ rule: RuleName, _ since: KernelRelease, _ says: String, _ file: String, _ function: String,
    commit: Commit? = nil, hurts: String = "", evidence: Evidence = .read,
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
  public static func == (left: Self, right: Self) -> Bool {
    left.rule == right.rule && left.since == right.since
  }
}
