package import OOMSimulator

/// A scenario as steps of the lab's guest, and what had to be otherwise.
package struct Staging: Equatable, Sendable {
  package var steps: [String] = []
  package var scale: Scale
  /// What the machine cannot have as the scenario says, and has nevertheless.
  package var notes: [String] = []
  /// By what each process is called in the guest, its name in the scenario.
  package var names: [String: String] = [:]

  /// Pages that a process of the guest has before it does anything: two of its own and its program.
  static let programPages: Int64 = 5
  /// What the guest numbers its processes with.
  static let mostProcesses = 240

  /// Stages a scenario.
  ///
  /// All sizes are scaled by one factor, so that the scenario's memory becomes the guest's; what the scenario's kernel
  /// has beyond the guest's is filled with memory of nobody. Where only limits of groups kill, the machine's size decides
  /// nothing, and the factor is what lets all processes fit, at most 1: small groups stay as large as can be.
  ///
  /// - Parameter release: whose rules say whether overcommit refuses anything.
  package init(
    _ scenario: Scenario, on guest: GuestSize, release: KernelRelease
  ) throws(CannotStage) {
    scale = Scale(guest: guest.memory, scenario: max(scenario.machine.memory, 1))
    let reasons = scenario.obstacles
    if !reasons.isEmpty { throw CannotStage(reasons: reasons) }
    let run = Simulator(kernel: release).run(scenario)
    let isOfGroups =
      !run.kills.isEmpty && run.kills.allSatisfy { $0.decision?.constraint == .memcg }
      && run.refused.isEmpty && run.panic == nil && scenario.sysctl == Sysctl()
    if isOfGroups {
      let all = Scale(guest: guest.free * 3 / 4, scenario: max(scenario.mostPages, 1))
      scale =
        all.isAboveOne ? Scale(guest: 1, scenario: 1) : scale.isSmaller(than: all) ? all : scale
    }
    var director = Director(scenario, guest, scale)
    director.isOfGroups = isOfGroups
    director.asksOvercommit = scenario.sysctl.overcommitMemory == .never || !run.refused.isEmpty
    try director.direct()
    steps = director.steps
    notes = director.notes
    names = director.names.originals
  }
}
