internal import OOMFormats
package import OOMSimulator
internal import VictimSelection

/// How a process could be spared, for people: what kills it, each setting that spares it, and which processes pay for that.
package struct ProtectionText {
  let protection: Protection
  let style: Style
  let width: Int
  /// The words of a command that runs the scenario.
  let command: [String]

  /// - Parameter command: the words of a command that runs the scenario: `oomsim run FILE --kernel 6.1`.
  package init(_ protection: Protection, command: [String], style: Style, width: Int) {
    self.protection = protection
    self.command = command
    self.style = style
    self.width = width
  }

  package var text: String {
    var lines = [heading]
    lines += wrapped(protection.fateText, width: max(width - 4, 30)).map { "    " + $0 }
    for option in protection.options { lines += [""] + self.option(option) }
    if !protection.warnings.isEmpty { lines.append("") }
    for warning in protection.warnings {
      lines += wrapped("warning: " + warning.text(protection), width: width)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: String {
    let process = protection.process
    let name = protection.scenario.isEmpty ? "" : plain(protection.scenario) + ", "
    return style.bold("\(plain(process.name)) (\(process.pid))")
      + style.dim(
        "   \(name)" + kernelText(protection.kernel, ruleSet: protection.ruleSet))
  }

  private func option(_ option: Protection.Option) -> [String] {
    let lever = option.lever
    let name = lever.name
    guard let to = option.to, let run = option.run else {
      let none =
        option.tried == 1
        ? "the only value left does not spare it"
        : "none of \(option.tried) values spares it"
      return wrapped("\(name): \(none)" + lever.whyNone, width: width)
    }
    let now = option.from.map { "it has \(lever.value($0, protection.pageSize))" } ?? "it has none"
    let direction = lever.isLower ? "or less" : "or more"
    var lines = [
      style.green("\(name) \(lever.value(to, protection.pageSize)) \(direction)") + " (\(now))"
    ]
    lines += field("then", then(run))
    lines += field("tried", tried(option))
    if let setting = protection.setting(option),
      let command = shellCommand(command + ["--set", setting])
    {
      // In one line, however long: it is there to be copied.
      lines.append("    try    " + command)
    } else if let why = protection.whyNoSetting(option) {
      lines += field("note", why)
    }
    return lines
  }

  /// The processes that die instead, in order.
  private func then(_ run: Run) -> String {
    var parts = run.kills.prefix(6).map { kill in
      let others = kill.killed.count - 1
      return "\(plain(kill.dyingFirst.name)) (\(kill.dyingFirst.pid))"
        + (others > 0 ? " and \(others) more" : "") + " at \(SizeFormat.time(kill.at))"
    }
    if run.kills.count > 6 { parts.append("\(run.kills.count - 6) more kills") }
    if run.kills.isEmpty { parts.append("nobody is killed") }
    let blast = BlastRadius(of: run)
    if blast.kills > 0 {
      let freed = SizeFormat.binary(pages: blast.freedPages, pageSize: run.pageSize)
      parts.append(
        blast.deaths == 1 ? "\(freed) freed" : "\(blast.deaths) processes in all, \(freed) freed")
    }
    if let stuck = run.stuck.first {
      parts.append("\(stuck.process.map { plain($0.name) } ?? "a tmpfs write") stands still")
    }
    if !run.refused.isEmpty { parts.append("\(run.refused.count) refused") }
    return parts.joined(separator: ", ")
  }

  private func tried(_ option: Protection.Option) -> String {
    let lever = option.lever
    let values = "\(option.tried) values"
    if option.exceptions.isEmpty {
      let all = option.isExhaustive ? ", all there are" : ""
      return "\(values)\(all): each beyond this spares it, too"
    }
    let shown = option.exceptions.prefix(4).map { lever.value($0, protection.pageSize) }
    let rest = option.exceptions.count - shown.count
    return "\(values): more does not always help, it dies again at "
      + shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private func field(_ name: String, _ value: String) -> [String] {
    let head = "    " + name + String(repeating: " ", count: max(7 - name.count, 1))
    let lines = wrapped(value, width: max(width - head.count, 30))
    return lines.enumerated().map {
      ($0.offset == 0 ? head : String(repeating: " ", count: head.count)) + $0.element
    }
  }
}

extension Lever {
  /// What it is called, with the group that it is about.
  var name: String {
    switch self {
    case .oomScoreAdj: "oom_score_adj"
    case .oomAdj: "oom_adj"
    case .limit(let cgroup, let file): "\(file) of \(plain(cgroup))"
    case .machineMemory: "memory of the machine"
    case .memoryMin(let cgroup): "memory.min of \(plain(cgroup))"
    case .memoryLow(let cgroup): "memory.low of \(plain(cgroup))"
    case .limitOfOther(let process, _, let file):
      "\(file) of a group for \(plain(process.name)) alone"
    case .podRequest(let pod): "requests.memory of \(plain(pod))"
    case .podPriority(let pod): "priority of \(plain(pod))"
    }
  }

  /// A word of the JSON document.
  var key: String {
    switch self {
    case .oomScoreAdj: "oom_score_adj"
    case .oomAdj: "oom_adj"
    case .limit(_, let file): file
    case .machineMemory: "machine.memory"
    case .memoryMin: "memory.min"
    case .memoryLow: "memory.low"
    case .limitOfOther(_, _, let file): "\(file) of another"
    case .podRequest: "requests.memory"
    case .podPriority: "priority"
    }
  }

  var cgroup: String? {
    switch self {
    case .limit(let cgroup, _), .memoryMin(let cgroup), .memoryLow(let cgroup),
      .limitOfOther(_, let cgroup, _), .podRequest(let cgroup), .podPriority(let cgroup):
      cgroup
    case .oomScoreAdj, .oomAdj, .machineMemory: nil
    }
  }

  /// The smaller the value, the larger the change.
  var isLower: Bool {
    switch self {
    case .oomScoreAdj, .oomAdj, .limitOfOther: true
    case .limit, .machineMemory, .memoryMin, .memoryLow, .podRequest, .podPriority: false
    }
  }

  /// What its number counts.
  var unit: String {
    switch self {
    case .oomScoreAdj, .oomAdj, .podPriority: "steps"
    case .machineMemory, .podRequest: "MiB"
    case .limit, .memoryMin, .memoryLow, .limitOfOther: "pages"
    }
  }

  func value(_ number: Int64, _ pageSize: Bytes) -> String {
    switch unit {
    case "steps": "\(number)"
    case "MiB": "\(SizeFormat.grouped(number)) MiB"
    default:
      "\(SizeFormat.grouped(number)) pages (\(SizeFormat.binary(pages: number, pageSize: pageSize)))"
    }
  }

  /// What to add where nothing helps.
  var whyNone: String {
    switch self {
    case .memoryMin, .memoryLow: "; it keeps pages from reclaim, not the process from the killer"
    case .oomScoreAdj, .oomAdj: ", not even the lowest"
    case .limit, .machineMemory, .limitOfOther, .podRequest: ""
    case .podPriority: ", not even the highest of all"
    }
  }
}

extension Protection {
  /// What happens without any change, in a sentence.
  var fateText: String {
    switch fate {
    case .survives: return "is not killed: nothing to spare it from"
    case .killed(let number, let at, let because):
      let kill = run.kills[number]
      var text = "dies at \(SizeFormat.time(at)) in kill \(number + 1), "
      if let decision = kill.decision {
        let limit = decision.limit.file
        text +=
          "an OOM " + (decision.cgroup.map { "at \(limit) of \(plain($0))" } ?? "of the machine")
      } else {
        text += "by \(plain(kill.by))" + (kill.ground.map { ": \($0.text)" } ?? "")
      }
      if because == .victim {
        text += ", with \(SizeFormat.grouped(kill.victim.points)) points"
      }
      if let invoker = kill.decision?.invoker {
        text += invoker.pid == process.pid ? "; it asked itself" : "; \(plain(invoker.name)) asked"
      }
      return text
    case .panic(let at, let why):
      return "ends with the machine: a panic at \(SizeFormat.time(at)), \(why.text)"
    case .stuck(let stuck):
      return
        "is not killed, but stands still from \(SizeFormat.time(stuck.at)) on: \(stuck.whyText)"
    case .refused(let at):
      return "is not killed: it ends by itself at \(SizeFormat.time(at)), because it got ENOMEM"
    }
  }
}

extension Protection.Warning {
  func text(_ protection: Protection) -> String {
    let isLegacy = protection.options.contains { $0.lever == .oomAdj }
    let lowest = isLegacy ? "oom_adj -17" : "oom_score_adj -1000"
    switch self {
    case .growsItself(let pages):
      let size = SizeFormat.binary(pages: pages, pageSize: protection.pageSize)
      return
        "it is what grows most, by \(size): sparing it moves the kill to others until nobody is "
        + "left; a limit of its own would hit it alone"
    case .aloneInGroup(let cgroup):
      return
        "nobody else in \(plain(cgroup)) can be killed: no value but \(lowest) changes who dies there"
    case .aloneInMachine:
      return "nobody else can be killed: no value but \(lowest) changes who dies"
    case .adjWeighsNothing(let cgroup, let totalpages):
      return
        "totalpages of \(cgroup.map(plain) ?? "the machine") are \(totalpages), and a thousandth of "
        + "that is 0 pages: no value but \(lowest) weighs anything there"
    case .disabledPanics(let at, let kills):
      return "at \(lowest) the machine panics at \(SizeFormat.time(at)), after \(kills) "
        + "kill\(kills == 1 ? "" : "s")"
    case .disabledSacrificesMany(let kills):
      return
        "at \(lowest) others die one after the other, \(kills) and more: such values count as no help"
    case .disabledSticks(let stuck):
      let name = stuck.process.map { "\(plain($0.name)) (\($0.pid))" } ?? "a tmpfs write"
      return "at \(lowest) \(name) stands still for ever: \(stuck.whyText)"
    case .notByPoints(let chosen):
      return "it is chosen \(chosen.reason ?? "by its points")"
    case .diesWith(let process, let because):
      let name = "\(plain(process.name)) (\(process.pid))"
      switch because {
      case .child: return "it dies as the child of \(name), which was chosen"
      case .sharedMM: return "it dies because it shares the memory of \(name)"
      case .oomGroup: return "it dies with \(name), because of memory.oom.group"
      case .oomPolicy:
        return "systemd stops it after the kill of \(name): OOMPolicy=stop of its unit"
      case .victim, .userspace: return "it is chosen itself"
      }
    case .nodesNotSearched:
      return "the machine's memory is divided into nodes, and was not searched"
    case .noGroup: return "it is in no group: there is nobody to reserve memory.min for"
    case .followedInPart(let looks):
      return
        "a replay takes long, so hundreds of them were cut off after \(looks) looks at groups, processes "
        + "and growths each; what was found was followed to the end"
    case .notSearched(let looks):
      return
        "nothing was searched: the kill comes after so much else (\(looks) looks at groups, processes "
        + "and growths) that hundreds of replays would take too long"
    }
  }
}

extension Kill.Chosen {
  /// Why selection took a process, where it was not its points.
  var reason: String? {
    switch self {
    case .points: nil
    case .allocatingTask: "because it asked: vm.oom_kill_allocating_task is 1"
    case .constrained: "because it asked for memory of some nodes only"
    case .swapoff: "because it runs swapoff, whatever its points are"
    case .onlyInvoker: "because it asked, and nobody in the group could be chosen"
    case .policy: "in the group that uses most: the policy, no kernel"
    }
  }
}
