internal import OOMFormats
internal import OOMSimulator

/// What to do now: the changes that spare the first victim, and which processes die instead.
struct NowSection {
  let protection: Protection
  let version: Int
  /// The words of a command that runs the scenario; empty where there is none.
  let command: [String]

  private static let most = 3

  /// Nil where nobody was killed, where the victim cannot be told from others, or where each of the hundreds of replays
  /// would take long: `oomsim protect` answers there.
  init?(
    _ run: Run, _ scenario: Scenario, simulator: Simulator, command: [String]
  ) {
    guard let victim = run.kills.first?.dyingFirst,
      !simulator.protectionTakesLong(run, of: scenario),
      let protection = try? simulator.protection(of: "\(victim.pid)", in: scenario)
    else { return nil }
    self.protection = protection
    version = scenario.cgroupVersion
    self.command = command
  }

  var html: String {
    let options = protection.options.filter { $0.to != nil }.prefix(Self.most)
    let name = PageNames.name(protection.process)
    var text = "<section aria-labelledby=\"now\"><h2 id=\"now\">What now</h2>"
    text +=
      options.isEmpty
      ? "<p>No single setting spares \(name).</p>"
      : "<p>What spares \(name), each by the smallest change that does; every answer is a replay.</p><ol>"
    for option in options { text += item(option) }
    text += options.isEmpty ? "" : "</ol>"
    // That a group could be had is no news to somebody who has none.
    for warning in protection.warnings.filter({ $0 != .noGroup }).prefix(2) {
      text += "<p class=\"soft\">Note: \(OOMReports.html(warning.text(protection))).</p>"
    }
    return text + "</section>\n"
  }

  private func item(_ option: Protection.Option) -> String {
    guard let to = option.to, let run = option.run else { return "" }
    let lever = option.lever
    // A size as people say it; the command has it to the byte.
    var (value, before) = (said(lever, to), option.from.map { said(lever, $0) })
    if value == before {
      value = lever.value(to, protection.pageSize)
      before = option.from.map { lever.value($0, protection.pageSize) }
    }
    value = PageNames.numbers(value)
    let now = before.map { "it has \($0)" } ?? "it has none"
    var text =
      "<li><strong>\(OOMReports.html(lever.name)) \(value) or \(lever.isLower ? "less" : "more")</strong> "
    text += "(\(PageNames.numbers(now))): \(RunOutcome(run: run).html)."
    let commands = [
      write(lever, to),
      command.isEmpty
        ? nil : protection.setting(option).flatMap { shellCommand(command + ["--set", $0]) },
    ].compactMap { $0 }.map { OOMReports.html($0) }
    if !commands.isEmpty {
      text += "<pre tabindex=\"0\">\(commands.joined(separator: "\n"))</pre>"
    }
    return text + "</li>"
  }

  private func said(_ lever: Lever, _ number: Int64) -> String {
    lever.unit == "pages"
      ? SizeFormat.binary(pages: number, pageSize: protection.pageSize)
      : lever.value(number, protection.pageSize)
  }

  /// What does it on a machine, at once and until the process or the group is made anew.
  private func write(_ lever: Lever, _ to: Int64) -> String? {
    let root = version == 1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup"
    let bytes = to.multipliedReportingOverflow(by: protection.pageSize.rawValue)
    let file: (value: Int64, path: String)
    switch lever {
    case .oomScoreAdj, .oomAdj: file = (to, "/proc/\(protection.process.pid)/\(lever.key)")
    case .limit(let cgroup, let name):
      file = (bytes.partialValue, "\(root)\(cgroup == "/" ? "" : cgroup)/\(name)")
    case .memoryMin(let cgroup), .memoryLow(let cgroup):
      file = (bytes.partialValue, "\(root)\(cgroup)/\(lever.key)")
    case .machineMemory, .limitOfOther, .podRequest, .podPriority: return nil
    }
    if bytes.overflow || plain(file.path) != file.path { return nil }
    return "echo \(file.value) > \(shellWord(file.path))"
  }
}

/// What a run came to, in one line.
struct RunOutcome {
  let run: Run

  var html: String {
    var parts: [String] = []
    if let kill = run.kills.first {
      var text = "\(PageNames.name(kill.dyingFirst)) is killed at \(PageNames.time(kill.at))"
      if run.kills.count > 1 {
        text += ", then \(SizeFormat.grouped(Int64(run.kills.count - 1))) more"
      }
      if run.loop != nil { text += ", again and again" }
      parts.append(text)
    }
    if !run.refused.isEmpty {
      let count = run.refused.count
      parts.append("\(count) request\(count == 1 ? " is" : "s are") refused")
    }
    if !run.stuck.isEmpty {
      parts.append("\(run.stuck.count) stand\(run.stuck.count == 1 ? "s" : "") still")
    }
    if let panic = run.panic { parts.append("the kernel panics at \(PageNames.time(panic.at))") }
    return parts.isEmpty ? "nobody is killed" : parts.joined(separator: "; ")
  }
}
