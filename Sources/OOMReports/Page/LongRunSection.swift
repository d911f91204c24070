internal import OOMFormats
internal import OOMSimulator

/// What to do now, where the page leaves that to commands: its hundreds of replays would take too long.
struct LongRunSection {
  let victim: ProcessIdentity
  /// Commands that answer.
  let commands: [String]

  /// Nil where nobody was killed, and where replays are short.
  ///
  /// - Parameter command: the words of a command that runs the scenario; empty where there is none.
  init?(_ run: Run, _ scenario: Scenario, simulator: Simulator, command: [String]) {
    guard let victim = run.kills.first?.dyingFirst,
      simulator.protectionTakesLong(run, of: scenario)
    else { return nil }
    self.victim = victim
    if command.isEmpty {
      commands = []
      return
    }
    var protect = command
    if let verb = protect.firstIndex(of: "run") { protect[verb] = "protect" }
    // 'protect' searches by the kernel's own choice.
    if let policy = protect.firstIndex(of: "--policy") {
      protect.removeSubrange(policy...policy + 1)
    }
    let mebibytes = scenario.machine.memory / max(run.pageSize.pages(1 << 20), 1)
    let double = mebibytes.multipliedReportingOverflow(by: 2)
    let size = "\(double.overflow ? mebibytes : double.partialValue)M"
    commands = [
      shellCommand(protect + ["--process", "\(victim.pid)"]),
      shellCommand(command + ["--set", "machine.memory=\(size)"]),
    ].compactMap { $0 }
  }

  var html: String {
    var text = "<section aria-labelledby=\"now\"><h2 id=\"now\">What now</h2>"
    text +=
      "<p>One replay of this scenario takes so long that this page does not make hundreds of them. "
    text +=
      commands.isEmpty
      ? "<code>oomsim protect</code> searches what spares \(PageNames.name(victim)).</p>"
      : "The first of these commands searches what spares \(PageNames.name(victim)), the second tries another size of the machine:</p>"
    if !commands.isEmpty {
      text +=
        "<pre tabindex=\"0\">\(commands.map { OOMReports.html($0) }.joined(separator: "\n"))</pre>"
    }
    return text + "</section>\n"
  }
}
