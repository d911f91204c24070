internal import OOMFormats
package import OOMSimulator

extension Protection {
  /// What `--set` takes for an option; nil where no single value makes of the scenario what the option was searched
  /// with.
  ///
  /// Each text is applied and its scenario compared: what is printed does what the search has found.
  package func setting(_ option: Option) -> String? {
    guard let to = option.to, let changed = option.changed else { return nil }
    return spellings(option.lever, to).first { text in
      // A name that cannot be typed cannot be set.
      guard plain(text) == text, let setting = ScenarioSetting(text) else { return false }
      return (try? world.setting([setting])) == changed
    }
  }

  private func spellings(_ lever: Lever, _ to: Int64) -> [String] {
    switch lever {
    case .oomScoreAdj, .oomAdj:
      [process.name, "pid:\(process.pid)"].map { "processes.\($0).\(lever.key)=\(to)" }
    case .machineMemory: ["machine.memory=\(to)M"]
    case .limit(let cgroup, let file): ["cgroups.\(cgroup).\(file)=\(to) pages"]
    case .memoryMin(let cgroup), .memoryLow(let cgroup):
      ["cgroups.\(cgroup).\(lever.key)=\(to) pages"]
    case .podRequest(let pod): ["cgroups.\(pod).\(lever.key)=\(to)Mi"]
    case .podPriority(let pod): ["cgroups.\(pod).\(lever.key)=\(to)"]
    case .limitOfOther: []
    }
  }

  /// Which parts have to be changed by hand, where an option needs more than one; nil where there is nothing to add.
  package func whyNoSetting(_ option: Option) -> String? {
    guard let changed = option.changed, setting(option) == nil else { return nil }
    if changed.events.count != world.events.count {
      return "an event brings it: change it in the file"
    }
    let events = zip(world.events, changed.events).enumerated()
      .filter { $0.element.0 != $0.element.1 }.map { "events[\($0.offset)]" }
    if events.isEmpty { return nil }
    let more = events.count > 4 ? ", …" : ""
    return "no --set does it alone: it is set in " + events.prefix(4).joined(separator: ", ") + more
      + ", too: change all of it in the file"
  }
}
