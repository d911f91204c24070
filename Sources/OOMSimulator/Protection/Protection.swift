/// How one process of a scenario could be spared, each setting by its smallest change, and who pays.
package struct Protection: Equatable, Sendable {
  /// One setting that was searched.
  package struct Option: Equatable, Sendable {
    package var lever: Lever
    /// What it is now; nil for a limit that is not set.
    package var from: Int64?
    /// The value nearest to that at which the process is spared; nil where none of those tried spares it.
    package var to: Int64?
    /// How many values were replayed.
    package var tried: Int
    /// Values beyond `to` that were tried and do not spare it, the nearest first: more of the same need not
    /// help more.
    package var exceptions: [Int64]
    /// Every value there is was tried.
    package var isExhaustive: Bool
    /// The scenario with `to`, wherever the setting stands in it.
    @Indirect package var changed: Scenario?
    /// The replay of it.
    @Indirect package var run: Run?
  }

  /// What has to be known before any of it is done.
  package enum Warning: Equatable, Sendable {
    /// It is what grows most, by so many pages: sparing it moves the kill to others.
    case growsItself(pages: Int64)
    /// Nobody else can be killed at the limit of this group, so no `oom_score_adj` matters.
    case aloneInGroup(cgroup: String)
    /// The same for the machine.
    case aloneInMachine
    /// totalpages / 1000 is 0 there, so that only -1000 has a meaning.
    case adjWeighsNothing(cgroup: String?, totalpages: Int64)
    /// At -1000 (-17) the machine panics.
    case disabledPanics(at: Microseconds, kills: Int)
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
    /// Hundreds of replays of such a scenario take too long: each was followed for so many looks at groups, processes and
    /// growths, and only what was found to the end.
    case followedInPart(looks: Int64)
    /// They take too long even up to the kill, which comes after so many.
    case notSearched(looks: Int64)
  }

  package var scenario: String
  package var title: String
  package var kernel: String
  /// Key of the rules that decide.
  package var ruleSet: String
  package var pageSize: Bytes
  package var process: ProcessIdentity
  package var cgroup: String
  /// What happens without any change.
  @Indirect package var fate: Fate
  /// The replay without any change.
  @Indirect package var run: Run
  package var options: [Option]
  package var warnings: [Warning]
  /// The scenario without any change.
  @Indirect package var world: Scenario
}
