public import OOMSimulator
internal import VictimSelection

extension Scenario {
  /// The scenario as JSON, format `oomsim.scenario/1`, UTF-8: `Scenario(json:)` reads it back to an equal one.
  ///
  /// - Complexity: O(*n*) for *n* values.
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.scenario(self)
    writer.finish()
    return writer.bytes
  }
}

extension JSONWriter {
  /// Writes a scenario, format `oomsim.scenario/1`: the document reads back to an equal scenario. One process, one
  /// group and one event is a line; usual values are left out.
  ///
  /// - Complexity: O(*n*) for *n* values.
  package mutating func scenario(_ scenario: Scenario) {
    let parts = ScenarioWriter(pageSize: scenario.machine.pageSize)
    object { parts.write(scenario, to: &$0) }
  }
}

/// Writes the parts of a scenario.
struct ScenarioWriter {
  /// Bytes, which sizes in pages are turned into.
  let pageSize: Bytes

  func write(_ scenario: Scenario, to writer: inout JSONWriter) {
    writer.field("schema", Scenario.schema)
    if !scenario.name.isEmpty { writer.field("name", scenario.name) }
    if !scenario.title.isEmpty { writer.field("title", scenario.title) }
    if !scenario.description.isEmpty { writer.field("description", scenario.description) }
    if !scenario.source.isEmpty { writer.field("source", scenario.source) }
    if let kernel = scenario.kernel { writer.field("kernel", kernel.text) }
    if scenario.cgroupVersion != 2 {
      writer.field("cgroup_version", Int64(scenario.cgroupVersion))
    }
    if scenario.isRecursivelyProtected { writer.field("memory_recursiveprot", true) }
    if scenario.chargesHugetlb { writer.field("memory_hugetlb_accounting", true) }
    writer.key("machine")
    writer.object { fields(Machine.fields, of: scenario.machine, usual: Machine(), to: &$0) }
    if scenario.sysctl != Sysctl() {
      writer.key("sysctl")
      writer.object { fields(Sysctl.fields, of: scenario.sysctl, usual: Sysctl(), to: &$0) }
    }
    if !scenario.cgroups.isEmpty { cgroups(scenario.cgroups, scenario.cgroupVersion, to: &writer) }
    if scenario.processes.count > 0 {
      writer.key("processes")
      writer.array { processes(scenario.processes, to: &$0) }
    }
    if !scenario.events.isEmpty {
      writer.key("events")
      writer.array { writer in
        for event in scenario.events {
          writer.object(inline: true) { self.event(event, scenario.cgroupVersion, to: &$0) }
        }
      }
    }
    if let badness = scenario.badness { writer.field("badness", badness.text) }
    if !scenario.killers.isEmpty {
      writer.key("killers")
      writer.array { writer in
        for killer in scenario.killers {
          writer.object(inline: true) { writer in
            writer.field("kind", killer.kind.rawValue)
            if let version = killer.version { writer.field("version", version.text) }
            fields(
              UserspaceKiller.fields, of: killer, usual: UserspaceKiller(killer.kind), to: &writer)
          }
        }
      }
    }
    if let expectation = scenario.expectation {
      writer.key("expect")
      writer.object {
        fields(Expectation.fields, of: expectation, usual: Expectation(), to: &$0)
      }
    }
  }

  private func cgroups(
    _ cgroups: [String: Cgroup], _ version: Int, to writer: inout JSONWriter
  ) {
    writer.key("cgroups")
    writer.object { writer in
      for (path, group) in cgroups.sorted(by: { $0.key < $1.key }) {
        writer.key(named: path)
        writer.object(inline: true) { cgroup(group, version, to: &$0) }
      }
    }
  }

  func cgroup(_ cgroup: Cgroup, _ version: Int, to writer: inout JSONWriter) {
    for file in Cgroup.files where file.exists(inVersion: version) {
      field(file.field, of: cgroup, unless: .absent, to: &writer)
    }
  }

  private func processes(_ table: ProcessTable, to writer: inout JSONWriter) {
    let usual = Scenario.Process.fields.map { $0.shown(Scenario.Process()) }
    for row in 0..<table.count {
      let process = table[row]
      writer.object(inline: true) { self.process(process, usual, to: &$0) }
    }
  }

  /// - Parameter usual: the usual value of each field of a process.
  func process(
    _ process: Scenario.Process, _ usual: [ScenarioDifference.Value], to writer: inout JSONWriter
  ) {
    for (index, one) in Scenario.Process.fields.enumerated() {
      // Left out beside 'oom_adj', it would be what a write to that file makes of it.
      let isStated = one.key == "oom_score_adj" && process.legacy.oomAdj != nil
      field(one, of: process, unless: isStated ? .absent : usual[index], to: &writer)
    }
  }

  // MARK: Fields

  func fields<Root>(
    _ fields: [Field<Root>], of root: Root, usual: Root, to writer: inout JSONWriter
  ) {
    for one in fields { field(one, of: root, unless: one.shown(usual), to: &writer) }
  }

  /// Writes a list of objects, each on a line.
  private func objects<Root>(
    _ key: String, _ roots: [Root], _ fields: [Field<Root>], usual: Root,
    to writer: inout JSONWriter
  ) {
    writer.key(named: key)
    writer.array { writer in
      for root in roots {
        writer.object(inline: true) { self.fields(fields, of: root, usual: usual, to: &$0) }
      }
    }
  }

  /// Writes one field unless it has a value that needs no mention.
  func field<Root>(
    _ field: Field<Root>, of root: Root, unless usual: ScenarioDifference.Value,
    to writer: inout JSONWriter
  ) {
    if !field.isRequired, field.shown(root) == usual { return }
    value(field.value, named: field.key, of: root, to: &writer)
  }

  private func value<Root>(
    _ value: FieldValue<Root>, named key: String, of root: Root, to writer: inout JSONWriter
  ) {
    switch value {
    case .size(let get, _), .limit(let get, _): size(key, get(root), to: &writer)
    case .kbytes(let get, _):
      if let size = get(root) {
        writer.key(named: key)
        writer.integer(size.rawValue)
      }
    case .integer(_, let get, _), .choice(_, let get, _):
      if let number = get(root) {
        writer.key(named: key)
        writer.integer(number)
      }
    case .ratio(let get, _): ratio(key, get(root), to: &writer)
    case .flag(let get, _): flag(key, get(root), to: &writer)
    case .oomControl(let get, _):
      guard let isDisabled = get(root) else { return }
      writer.key(named: key)
      writer.object(inline: true) { flag("oom_kill_disable", isDisabled, to: &$0) }
    case .bool(let get, _):
      if let value = get(root) {
        writer.key(named: key)
        writer.bool(value)
      }
    case .duration(let get, _), .pause(let get, _), .latency(let get, _):
      duration(key, get(root), to: &writer)
    case .share(let get, _): text(key, get(root)?.text, to: &writer)
    case .name(_, let get, _), .word(_, let get, _), .path(let get, _), .text(let get, _):
      text(key, get(root), to: &writer)
    case .nodes(let get, _): text(key, get(root)?.description, to: &writer)
    case .process(let get, _): process(key, get(root), to: &writer)
    case .capabilities(let get, _): list(key, get(root)?.names, to: &writer)
    case .names(let get, _): list(key, get(root), to: &writer)
    case .kills(let get, _):
      guard let kills = get(root) else { return }
      let usual = Expectation.ExpectedKill(process: .pid(0))
      objects(key, kills, Expectation.ExpectedKill.fields, usual: usual, to: &writer)
    case .refusals(let get, _):
      guard let refusals = get(root) else { return }
      let usual = Expectation.ExpectedRefusal(process: .pid(0))
      objects(key, refusals, Expectation.ExpectedRefusal.fields, usual: usual, to: &writer)
    case .groups(let get, _): expectedGroups(key, get(root), to: &writer)
    case .child(let get, _):
      guard let child = get(root) else { return }
      writer.key(named: key)
      writer.object(inline: true) { self.child(child, to: &$0) }
    case .pageTables(let get, _): pageTables(key, get(root), to: &writer)
    case .threads(let get, _): threads(key, get(root), to: &writer)
    case .restart(let get, _):
      guard let policy = get(root) else { return }
      writer.key(named: key)
      writer.object(inline: true) {
        fields(RestartPolicy.fields, of: policy, usual: RestartPolicy(policy.policy), to: &$0)
      }
    case .swap(let get, _): swap(key, get(root), to: &writer)
    case .machineNodes(let get, _): nodes(key, get(root), to: &writer)
    case .quantity(let get, _): text(key, get(root)?.text, to: &writer)
    case .threshold(_, let get, _):
      guard let threshold = get(root) else { return }
      bySignal(key, to: &writer) { key, writer in
        if threshold != .bytes(0) { text(key, threshold.text, to: &writer) }
      }
    case .grace(let get, _):
      guard let time = get(root) else { return }
      bySignal(key, to: &writer) { duration($0, time, to: &$1) }
    case .rulesets(let get, _): rulesets(key, get(root), to: &writer)
    }
  }
}
