package import VictimSelection

/// A machine, its settings, its processes and what happens to them: all that a replay depends on.
public struct Scenario: Equatable, Sendable {
  package static let schema = "oomsim.scenario/1"

  /// What results call it; the name of its file without the ending, as a rule.
  public var name = ""
  /// One line that says what it shows.
  package var title = ""
  /// One paragraph a line.
  package var description: [String] = []
  /// Where the numbers are from, or where what it shows is written.
  package var source: [String] = []
  /// The release to decide by; nil is `KernelRelease.standard`.
  public var kernel: KernelRelease?
  /// Which version of memory cgroups the files of `cgroups` are: 1 or 2.
  public var cgroupVersion = 2
  /// Whether version 2 is mounted with `memory_recursiveprot`, as systemd does: what of a group's protection its
  /// children do not claim goes to them by what they use. Since 5.7.
  public var isRecursivelyProtected = false
  /// Whether version 2 is mounted with `memory_hugetlb_accounting`: groups are charged for huge pages. Since 6.7.
  package var chargesHugetlb = false
  /// The machine at the start.
  public var machine = Machine()
  /// The settings at the start; what is nil is as the kernel has it.
  public var sysctl = Sysctl()
  /// By path. Parents exist without being named.
  public var cgroups: [String: Cgroup] = [:]
  /// The processes at the start, in creation order.
  public var processes: ProcessTable {
    _read { yield table.wrappedValue }
    _modify { yield &table.wrappedValue }
  }
  /// In the order of the file; a run takes them by time, then by position.
  public var events: [Event] = []
  /// Points of one's own in the place of the release's; nil is the release's.
  package var badness: BadnessExpression?
  /// Programs of user space that kill, in the order in which they look at one instant.
  package var killers: [UserspaceKiller] = []
  /// What the run is to come to; nil promises nothing. A run does not depend on it.
  @Indirect public var expectation: Expectation?

  private var table = Indirect(wrappedValue: ProcessTable())

  /// A scenario of `processes` on a `machine`.
  ///
  /// - Parameters: as the properties of the same names. `problems()` says what contradicts what.
  public init(
    name: String = "", title: String = "", description: [String] = [], source: [String] = [],
    kernel: KernelRelease? = nil, cgroupVersion: Int = 2,
    isRecursivelyProtected: Bool = false, machine: Machine = Machine(),
    sysctl: Sysctl = Sysctl(), cgroups: [String: Cgroup] = [:],
    processes: ProcessTable = [], events: [Event] = [],
    expectation: Expectation? = nil
  ) {
    self.name = name
    self.title = title
    self.description = description
    self.source = source
    self.kernel = kernel
    self.cgroupVersion = cgroupVersion
    self.isRecursivelyProtected = isRecursivelyProtected
    self.machine = machine
    self.sysctl = sysctl
    self.cgroups = cgroups
    self.processes = processes
    self.events = events
    self.expectation = expectation
  }

  /// The scenario with storage of its own and without what no run reads: threads that replay copies of one scenario
  /// again and again hinder each other at the reference counts.
  package var copyForThread: Scenario {
    var copy = self
    (copy.title, copy.description, copy.source, copy.expectation) = ("", [], [], nil)
    copy.processes.unshare()
    copy.cgroups = cgroups.mapValues { $0 }
    copy.events = events.map { $0 }
    return copy
  }
}
