/// What a killer of user space went by, and what it did.
package struct Ground: Equatable, Sendable {
  /// What it sent.
  package enum Signal: String, Sendable {
    case term = "SIGTERM"
    case kill = "SIGKILL"
  }

  /// What can be held against a limit.
  package enum Figure: Equatable, Sendable {
    /// A part of a whole.
    case share(Share)
    /// An amount of memory.
    case size(Bytes)
    /// How often one amount goes into another, in hundredths.
    case ratio(hundredths: Int64)
    case pages(Int64)
    case time(Microseconds)
  }

  /// What of its configuration oomd went by, in the names that it has there.
  package struct Rule: Equatable, Sendable {
    package var ruleset: String
    package var detectorGroup: String
    /// The plugin that has killed.
    package var plugin: String
  }

  /// A figure that was held against a limit.
  package struct Check: Equatable, Sendable {
    /// What it is the figure of, in the word of the file that has it: `MemAvailable`.
    package var what: String
    package var value: Figure
    package var limit: Figure
    /// `<=`, `<`, `>` or `>=`, as the program compares.
    package var relation: String
    /// What the figure is at least, where it is an estimate; nil where it is none.
    package var least: Share?

    init(what: String, value: Figure, limit: Figure, relation: String) {
      (self.what, self.value, self.limit, self.relation) = (what, value, limit, relation)
    }

    init(what: String, value: Share, limit: Share, relation: String) {
      self.init(what: what, value: .share(value), limit: .share(limit), relation: relation)
    }
  }

  package var signal: Signal
  package var checks: [Check]
  /// The group that was watched; nil for the machine.
  package var watched: String?
  /// The group all of which was killed; nil where it is a process.
  package var cgroup: String?
  /// How long the condition had held; nil where that does not matter.
  package var held: Microseconds?
  /// When SIGTERM was followed by SIGKILL.
  package var escalated: Microseconds?
  /// What an evicted pod was ranked by; nil where it is none.
  package var pod: Kubernetes.EvictionCandidate?
  /// What of the configuration of oomd it was; nil for another program.
  package var rule: Rule?
  /// What the group was ranked by, held against the threshold of that or against the group that came next.
  package var ranked: Check?
  /// The attribute by which the group came before others, or after them: `oomd_prefer`.
  package var preference: String?

  init(_ signal: Signal, _ checks: [Check]) {
    self.signal = signal
    self.checks = checks
  }
}
