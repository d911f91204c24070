internal import OOMSimulator

// The section `events`.

extension ScenarioWriter {
  func event(_ event: Event, _ version: Int, to writer: inout JSONWriter) {
    duration("at", event.at, to: &writer)
    let form = EventForm.of(event.action)
    writer.key(named: form.name)
    if case .word(let word, _) = form.shape { return writer.string(word) }
    writer.object(inline: true) { writer in
      switch form.shape {
      case .members(let fields, let members, _):
        self.members(event.action.parts, fields, members, to: &writer)
      case .process:
        guard let process = event.action.startedProcess else { return }
        let usual = Scenario.Process.fields.map { $0.shown(Scenario.Process()) }
        self.process(process, usual, to: &writer)
      case .setting: setting(event.action, version, to: &writer)
      case .word: break
      }
    }
  }

  private func members(
    _ parts: EventParts, _ fields: [Field<EventParts>], _ members: EventForm.Members,
    to writer: inout JSONWriter
  ) {
    let usual = EventParts()
    var stated: String?
    // One of them has to be there, be it 0.
    if case .oneOrMore(let keys) = members,
      !fields.contains(where: { keys.contains($0.key) && $0.shown(parts) != $0.shown(usual) })
    {
      stated = keys.first
    }
    for one in fields {
      field(one, of: parts, unless: one.key == stated ? .absent : one.shown(usual), to: &writer)
    }
  }

  /// What a `set` changes, and to what.
  private func setting(_ action: Event.Action, _ version: Int, to writer: inout JSONWriter) {
    switch action.setting {
    case .process(let process, let change):
      self.process("process", process, to: &writer)
      writer.key("to")
      writer.object(inline: true) {
        fields(Event.ProcessChange.fields, of: change, usual: Event.ProcessChange(), to: &$0)
      }
    case .cgroup(let path, let change):
      text("cgroup", path, to: &writer)
      writer.key("to")
      writer.object(inline: true) { cgroup(change, version, to: &$0) }
    case .sysctl(let change):
      writer.field("sysctl", true)
      writer.key("to")
      writer.object(inline: true) { fields(Sysctl.fields, of: change, usual: Sysctl(), to: &$0) }
    case .machine(let change):
      writer.field("machine", true)
      writer.key("to")
      writer.object(inline: true) {
        fields(Event.MachineChange.fields, of: change, usual: Event.MachineChange(), to: &$0)
      }
    case nil: break
    }
  }

  func child(_ child: Event.Child, to writer: inout JSONWriter) {
    text("name", child.name, to: &writer)
    if child.pid != 0 { writer.field("pid", Int64(child.pid)) }
    if let adj = child.oomScoreAdj { writer.field("oom_score_adj", Int64(adj)) }
  }
}
