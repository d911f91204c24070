package import OOMSimulator

/// A scenario as steps of the lab's guest, and what had to be otherwise.
package struct Staging: Equatable, Sendable {
  package var steps: [String] = []
  package var scale: Scale
  /// What the machine cannot have as the scenario says, and has nevertheless.
  package var notes: [String] = []
  /// By its name in the scenario, what each process is called in the guest.
  package var names: [String: String] = [:]

  /// Pages that a process of the guest has before it does anything: two of its own and its program.
  static let programPages: Int64 = 5
  /// What the guest numbers its processes with.
  static let mostProcesses = 240

  /// Stages a scenario.
  ///
  /// All sizes are scaled by one factor, so that the scenario's memory becomes the guest's. What the scenario's kernel
  /// has beyond the guest's is filled with memory of nobody.
  ///
  /// - Parameter release: whose rules say when the first kill is to be expected; shortly before it the state is recorded.
  package init(
    _ scenario: Scenario, on guest: GuestSize, release: KernelRelease
  ) throws(CannotStage) {
    scale = Scale(guest: guest.memory, scenario: max(scenario.machine.memory, 1))
    let reasons = scenario.obstacles
    if !reasons.isEmpty { throw CannotStage(reasons: reasons) }
    var director = Director(scenario, guest, scale)
    let first = Simulator(kernel: release).run(scenario)
    director.firstKill = first.kills.first?.at ?? first.panic?.at
    director.asksOvercommit = !first.refused.isEmpty || scenario.sysctl.overcommitMemory == .never
    try director.direct()
    steps = director.steps
    notes = director.notes
    names = director.names.byName
  }
}
