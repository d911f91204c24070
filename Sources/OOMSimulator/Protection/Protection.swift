/// How one process of a scenario could be spared, each setting by its smallest change, and who pays.
public struct Protection: Equatable, Sendable {
  /// One setting that was searched.
  public struct Option: Equatable, Sendable {
    public var lever: Lever
    /// What it is now; nil for a limit that is not set.
    public var from: Int64?
    /// The value nearest to that at which the process is spared; nil where none of those tried spares it.
    public var to: Int64?
    /// How many values were replayed.
    public var tried: Int
    /// Values beyond `to` that were tried and do not spare it, the nearest first: more of the same need not
    /// help more.
    public var exceptions: [Int64]
    /// Every value there is was tried.
    public var isExhaustive: Bool
    /// The replay with `to`.
    @Indirect public var run: Run?
  }

  /// What has to be known before any of it is done.
  public enum Warning: Equatable, Sendable {
    /// It is what grows most, by so many pages: sparing it moves the kill to others.
    case growsItself(pages: Int64)
    /// Nobody else can be killed at the limit of this group, so no `oom_score_adj` matters.
    case aloneInGroup(cgroup: String)
    /// The same for the machine.
    case aloneInMachine
    /// totalpages / 1000 is 0 there, so that only -1000 has a meaning.
    case adjWeighsNothing(cgroup: String?, totalpages: Int64)
    /// At -1000 (-17) the machine panics.
    case disabledPanics(at: Int64, kills: Int)
    /// At -1000 (-17) so many others die one after the other, and more would.
    case disabledSacrificesMany(kills: Int)
    /// At -1000 (-17) somebody stands still for ever.
    case disabledSticks(Stuck)
    /// It is not its points that choose it.
    case notByPoints(Kill.Chosen)
    /// It dies with another process.
    case diesWith(ProcessIdentity, Because)
    /// The machine's memory was not searched, because it is divided into nodes.
    case nodesNotSearched
    /// It has no group of its own to reserve memory for.
    case noGroup
  }

  public var scenario: String
  public var title: String
  public var kernel: String
  /// Key of the rules that decide.
  public var ruleSet: String
  public var pageSize: Int64
  public var process: ProcessIdentity
  public var cgroup: String
  /// What happens without any change.
  @Indirect public var fate: Fate
  /// The replay without any change.
  @Indirect public var run: Run
  public var options: [Option]
  public var warnings: [Warning]
  /// Whether `--set` reaches it by its name.
  public var isSettable: Bool
}
