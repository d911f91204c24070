package import OOMSimulator

extension Scenario {
  /// The scenario with growth ended as the recorder ended it: at the first death, a page later.
  ///
  /// Each is found by a run of what comes before it, so that sizes are the simulator's own throughout.
  ///
  /// - Parameter indices: which events end there.
  package func ending(_ indices: [Int], at simulator: Simulator) -> Scenario {
    var scenario = self
    for index in indices {
      guard case .grow(let process, let sizes, let over, let nodes) = scenario.events[index].action
      else { continue }
      let start = scenario.events[index].at
      let run = simulator.run(scenario)
      guard let death = run.kills.first(where: { $0.at >= start && $0.at <= start + over })?.at
      else { continue }
      let reached = { (total: Int64) in
        total == 0 ? 0 : min(total, (death - start).part(of: over, in: total) + 1)
      }
      let less = Event.Sizes(
        anon: reached(sizes.anon), file: reached(sizes.file), shmem: reached(sizes.shmem),
        locked: reached(sizes.locked))
      scenario.events[index].action = .grow(
        process, less, over: max(death - start, Microseconds(1)), nodes: nodes)
    }
    return scenario
  }

  /// What a growing process has at a moment before anybody died: what it began with and what its growth has come to.
  package func pages(ofGrowing pid: Int64, at moment: Microseconds) -> Int64? {
    guard let row = (0..<processes.count).first(where: { Int64(processes[$0].pid) == pid }) else {
      return nil
    }
    let name = processes[row].name
    var pages = processes[row].anon + processes[row].shmem + processes[row].file
    for event in events where event.at <= moment {
      switch event.action {
      case .grow(let process, let sizes, let over, _) where process == .name(name):
        pages +=
          over == .zero ? sizes.all : min(moment - event.at, over).part(of: over, in: sizes.all)
      case .shrink(let process, let sizes, _) where process == .name(name): pages -= sizes.all
      default: break
      }
    }
    return pages
  }
}

extension Event.Sizes {
  fileprivate var all: Int64 { anon + file + shmem + locked }
}
