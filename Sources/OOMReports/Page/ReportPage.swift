package import KernelLog
internal import OOMFormats
package import OOMSimulator

/// A run as one page that stands for itself: no network, readable without script, printable.
package struct ReportPage {
  /// Kills that are told in full; more are listed.
  static let mostKills = 8
  /// Bytes of the scenario's text that are shown.
  static let mostSource = 80 * 1024

  let run: Run
  let timeline: Timeline
  let scenario: Scenario
  let simulator: Simulator
  let source: [UInt8]
  let overrides: [String]
  let command: [String]?
  let live: PackedModule?
  let log: Autopsy?

  /// - Parameters:
  ///   - scenario: as it is replayed.
  ///   - simulator: by which rules.
  ///   - source: the text of the scenario.
  ///   - overrides: options that changed what the text says, as typed.
  ///   - command: the words of a command that runs the scenario, none where nothing does. With them the page has what spares the first victim and
  ///     what other settings come to, which takes some hundred replays.
  ///   - log: the report of a kernel's log that the scenario was made from.
  ///   - live: the engine as WebAssembly, which then answers in the page, too.
  package init(
    _ scenario: Scenario, simulator: Simulator, source: [UInt8], overrides: [String] = [],
    command: [String]? = nil, live: PackedModule? = nil, log: Autopsy? = nil
  ) {
    var simulator = simulator
    simulator.recordsCandidates = true
    simulator.listedKills = 0..<Self.mostKills
    run = simulator.run(valid: scenario)
    simulator.recordsCandidates = false
    timeline = simulator.timeline(
      of: run, scenario, processes: PageStyle.series, asksWhoIsNext: true)
    self.scenario = scenario
    self.simulator = simulator
    self.source = source
    self.overrides = overrides
    self.command = command
    self.live = live
    self.log = log
  }

  /// The whole page, the same bytes every time.
  package var html: String {
    let sections = run.kills.indices.prefix(Self.mostKills).map {
      KillSection(run: run, number: $0 + 1, scenario: scenario, simulator: simulator)
    }
    let whatIfs = sections.compactMap { section in
      section.whatIf.map { (number: section.number, whatIf: $0) }
    }
    let data = PageData(timeline: timeline, whatIfs: whatIfs)
    var text = head
    text += "<a class=\"skip\" href=\"#main\">Skip to the answer</a><main id=\"main\">\(opening)"
    text += AnswerSection(run: run).html
    text += description
    if let log { text += LogSection(autopsy: log).html }
    if let command {
      text +=
        NowSection(run, scenario, simulator: simulator, command: command)?.html
        ?? LongRunSection(run, scenario, simulator: simulator, command: command)?.html ?? ""
    }
    text += TimelineSection(run: run, timeline: timeline).html
    if command != nil {
      text +=
        AlternativesSection(
          alternatives: simulator.alternatives(to: run, of: scenario), pageSize: run.pageSize
        ).html
    }
    let engine = live.map { LiveSection(module: $0, scenario: scenario, simulator: simulator) }
    text += engine?.html ?? ""
    text += kills(sections) + OtherSections(run: run, scenario: scenario, simulator: simulator).html
    text += SourceSection(source: source, overrides: overrides).html
    text +=
      "<p class=\"soft\">Made by oomsim; digest of the run \(hexText(run.digest)).</p></main>\n"
    text += "<script type=\"application/json\" id=\"data\">\(data.json)</script>\n"
    text += engine?.scripts ?? ""
    return text + "<script>\(PageScript.formula)\n\(PageScript.page)</script>\n</body>\n</html>\n"
  }

  private var title: String {
    let title = run.title.isEmpty ? run.scenario : run.title
    return OOMReports.html(title.isEmpty ? "scenario" : title)
  }

  private var head: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline';\
    script-src 'unsafe-inline'\(live == nil ? "" : " 'wasm-unsafe-eval';connect-src blob: data:");img-src data:;base-uri 'none';form-action 'none'">
    <link rel="icon" href="data:,">
    <title>\(title)</title>
    <style>
    \(PageStyle.text)
    </style>
    </head>
    <body>

    """
  }

  private var opening: String {
    let policy =
      run.policy == .kernel ? "" : ", policy \(run.policy.rawValue): no kernel does this"
    let kernel = OOMReports.html(kernelText(run.kernel, ruleSet: run.ruleSet))
    return "<h1>\(title)</h1><p class=\"soft\">\(kernel)\(policy); "
      + "\(SizeFormat.grouped(run.processCount)) process\(run.processCount == 1 ? "" : "es"), "
      + "\(SizeFormat.grouped(scenario.events.count)) event\(scenario.events.count == 1 ? "" : "s")</p>\n"
  }

  private var description: String {
    scenario.description.prefix(40).map { "<p>\(OOMReports.html($0))</p>" }.joined()
  }

  private func kills(_ sections: [KillSection]) -> String {
    if sections.isEmpty { return "" }
    var text = "<section aria-labelledby=\"kills\"><h2 id=\"kills\">Kills</h2>"
    for section in sections { text += section.html }
    return text + KillList(run: run).html + "</section>\n"
  }
}
