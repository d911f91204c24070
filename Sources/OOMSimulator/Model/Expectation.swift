/// What a scenario promises of its run; nil is not checked.
public struct Expectation: Equatable, Sendable {
  /// The OOM kills in order, complete: an empty list says that nobody dies.
  package var kills: [ExpectedKill]?
  /// Names that live at the end; a process that came back counts by its last life.
  package var survivors: [String]?
  /// Processes whose growth can never go on.
  package var stuck: [String]?
  package var refused: [ExpectedRefusal]?
  package var panic: Bool?
  /// How the run ends.
  package var outcome: Outcome?
  /// What groups have to come to.
  package var groups: [ExpectedGroup]?

  /// What is promised; nil is not checked.
  ///
  /// - Parameters: as the properties of the same names.
  public init(
    kills: [ExpectedKill]? = nil, survivors: [String]? = nil, stuck: [String]? = nil,
    refused: [ExpectedRefusal]? = nil, panic: Bool? = nil, outcome: Outcome? = nil
  ) {
    self.kills = kills
    self.survivors = survivors
    self.stuck = stuck
    self.refused = refused
    self.panic = panic
    self.outcome = outcome
  }

  /// How a run ends.
  public enum Outcome: String, CaseIterable, Sendable {
    /// Nothing is left to happen.
    case completed
    /// The kernel panicked: see `Run.panic`.
    case panic
    /// A restart loop was proved: see `Run.loop`.
    case loop
    /// More was to come than a run follows: its warnings say what was cut.
    case cutOff = "cut_off"
    /// Nothing was replayed, since the scenario contradicts itself: see `Run.problems`.
    case invalid

    /// The ends of a scenario that is valid.
    static let ofValid: [Self] = [.completed, .panic, .loop, .cutOff]
  }

  /// One OOM kill; the process is the one that dies first.
  public struct ExpectedKill: Equatable, Sendable {
    package var process: ProcessReference
    package var constraint: Constraint?
    package var cgroup: String?
    package var points: Int64?
    /// Not earlier than this.
    package var after: Microseconds?
    /// Not later than this.
    package var before: Microseconds?
    /// Names of those that die with it, in any order, complete.
    package var also: [String]?
    /// What decides: `kernel`, or a killer of user space.
    package var by: String?

    /// A kill of `process`; what is nil is not checked.
    ///
    /// - Parameters: as the properties of the same names; points in pages.
    public init(
      process: ProcessReference, constraint: Constraint? = nil, cgroup: String? = nil,
      points: Int64? = nil, after: Microseconds? = nil, before: Microseconds? = nil,
      also: [String]? = nil
    ) {
      self.process = process
      self.constraint = constraint
      self.cgroup = cgroup
      self.points = points
      self.after = after
      self.before = before
      self.also = also
    }
  }

  /// A request that overcommit refuses.
  public struct ExpectedRefusal: Equatable, Sendable {
    package var process: ProcessReference
    /// When it is refused; nil is at any time.
    package var at: Microseconds?

    /// A refusal of `process`; a time that is nil is not checked.
    ///
    /// - Parameters:
    ///   - process: the process that is refused.
    ///   - at: when, since the start; nil is at any time.
    public init(process: ProcessReference, at: Microseconds? = nil) {
      self.process = process
      self.at = at
    }
  }
}
