internal import OOMSimulator

// The sections `events` and `expect`.

extension ScenarioWriter {
  func event(_ event: Event, _ version: Int, to writer: inout JSONWriter) {
    duration("at", event.at, to: &writer)
    writer.key(named: event.action.name)
    if event.action == .sysrq { return writer.string("f") }
    writer.object(inline: true) { action(event.action, version, to: &$0) }
  }

  private func action(_ action: Event.Action, _ version: Int, to writer: inout JSONWriter) {
    switch action {
    case .grow(let process, let sizes, let over, let nodes):
      growth(process, sizes, over, to: &writer)
      text("nodes", nodes?.description, to: &writer)
    case .shrink(let process, let sizes, let over): growth(process, sizes, over, to: &writer)
    case .map(let process, let pages, let kind), .unmap(let process, let pages, let kind):
      self.process("process", process, to: &writer)
      size("size", pages, to: &writer)
      if kind != .private { text("kind", kind.rawValue, to: &writer) }
    case .start(let process):
      let usual = Scenario.Process.fields.map { $0.shown(Scenario.Process()) }
      self.process(process, usual, to: &writer)
    case .exit(let process): self.process("process", process, to: &writer)
    case .fork(let process, let child):
      self.process("process", process, to: &writer)
      writer.key("child")
      writer.object(inline: true) { self.child(child, to: &$0) }
    case .cow(let process, let pages, let over):
      self.process("process", process, to: &writer)
      size("size", pages, to: &writer)
      duration("over", over == 0 ? nil : over, to: &writer)
    case .readPageCache(let pages, let path): amount("read", pages, path, to: &writer)
    case .dropPageCache(let pages, let path): amount("drop", pages, path, to: &writer)
    case .writeTmpfs(let pages, let path): amount("write", pages, path, to: &writer)
    case .deleteTmpfs(let pages, let path): amount("delete", pages, path, to: &writer)
    case .setProcess(let process, let change):
      self.process("process", process, to: &writer)
      writer.key("to")
      writer.object(inline: true) {
        fields(Event.ProcessChange.fields, of: change, usual: Event.ProcessChange(), to: &$0)
      }
    case .setCgroup(let path, let change):
      text("cgroup", path, to: &writer)
      writer.key("to")
      writer.object(inline: true) { cgroup(change, version, to: &$0) }
    case .setSysctl(let change):
      writer.field("sysctl", true)
      writer.key("to")
      writer.object(inline: true) { fields(Sysctl.fields, of: change, usual: Sysctl(), to: &$0) }
    case .move(let process, let path):
      self.process("process", process, to: &writer)
      text("cgroup", path, to: &writer)
    case .swapoff(let pages, let process):
      size("size", pages, to: &writer)
      self.process("process", process, to: &writer)
    case .swapon(let pages): size("size", pages, to: &writer)
    case .oom(let path, let invoker, let nodes):
      text("cgroup", path, to: &writer)
      self.process("process", invoker, to: &writer)
      text("nodes", nodes?.description, to: &writer)
    case .sysrq: break
    }
  }

  private func growth(
    _ process: ProcessReference, _ sizes: Event.Sizes, _ over: Int64, to writer: inout JSONWriter
  ) {
    self.process("process", process, to: &writer)
    let named = [
      ("anon", sizes.anon), ("file", sizes.file), ("shmem", sizes.shmem), ("locked", sizes.locked),
    ]
    // One of them has to be there, be it 0.
    let isEmpty = named.allSatisfy { $0.1 == 0 }
    if isEmpty { size("anon", 0, to: &writer) }
    for (name, pages) in named where pages != 0 { size(name, pages, to: &writer) }
    duration("over", over == 0 ? nil : over, to: &writer)
  }

  private func child(_ child: Event.Child, to writer: inout JSONWriter) {
    text("name", child.name, to: &writer)
    if child.pid != 0 { writer.field("pid", Int64(child.pid)) }
    if let adj = child.oomScoreAdj { writer.field("oom_score_adj", Int64(adj)) }
  }

  private func amount(_ key: String, _ pages: Int64, _ path: String, to writer: inout JSONWriter) {
    size(key, pages, to: &writer)
    text("cgroup", path == "/" ? nil : path, to: &writer)
  }

  // MARK: Expectation

  func expectation(_ expectation: Expectation, to writer: inout JSONWriter) {
    if let kills = expectation.kills {
      writer.key("kills")
      writer.array { writer in
        for kill in kills { writer.object(inline: true) { self.kill(kill, to: &$0) } }
      }
    }
    list("survivors", expectation.survivors, to: &writer)
    list("stuck", expectation.stuck, to: &writer)
    if let refused = expectation.refused {
      writer.key("refused")
      writer.array { writer in
        for refusal in refused {
          writer.object(inline: true) {
            process("process", refusal.process, to: &$0)
            duration("at", refusal.at, to: &$0)
          }
        }
      }
    }
    if let panic = expectation.panic { writer.field("panic", panic) }
    text("outcome", expectation.outcome?.rawValue, to: &writer)
  }

  private func kill(_ kill: Expectation.ExpectedKill, to writer: inout JSONWriter) {
    switch kill.process {
    case .name(let name): writer.field("name", name)
    case .pid(let pid): writer.field("pid", Int64(pid))
    }
    text("constraint", kill.constraint?.rawValue, to: &writer)
    text("cgroup", kill.cgroup, to: &writer)
    if let points = kill.points { writer.field("points", points) }
    duration("after", kill.after, to: &writer)
    duration("before", kill.before, to: &writer)
    list("also", kill.also, to: &writer)
  }
}
