package import OOMSimulator

extension Scenario {
  /// Everything that processes use, from their start on, as so many hundred-thousandths of what it is; limits, the machine
  /// and what is nobody's stay.
  ///
  /// Sizes are rounded down to pages, each by itself.
  package func scaled(_ parts: Int64) -> Scenario {
    func part(_ pages: Int64) -> Int64 { Int64(Int128(pages) * Int128(parts) / 100_000) }
    func part(_ sizes: Event.Sizes) -> Event.Sizes {
      Event.Sizes(
        anon: part(sizes.anon), file: part(sizes.file), shmem: part(sizes.shmem),
        locked: part(sizes.locked))
    }
    func part(_ process: Process) -> Process {
      var process = process
      process.anon = part(process.anon)
      process.swap = part(process.swap)
      process.locked = part(process.locked)
      // What is stated of the sizes before holds of them no more.
      process.totalVM = nil
      process.pageTables = nil
      return process
    }
    var scenario = self
    for row in 0..<processes.count where processes[row].anon != 0 || processes[row].swap != 0 {
      scenario.processes[row] = part(processes[row])
    }
    for index in events.indices {
      switch events[index].action {
      case .grow(let process, let sizes, let over, let nodes):
        scenario.events[index].action = .grow(process, part(sizes), over: over, nodes: nodes)
      case .shrink(let process, let sizes, let over):
        scenario.events[index].action = .shrink(process, part(sizes), over: over)
      case .cow(let process, let pages, let over):
        scenario.events[index].action = .cow(process, pages: part(pages), over: over)
      case .start(let process): scenario.events[index].action = .start(part(process))
      default: break
      }
    }
    return scenario
  }
}
