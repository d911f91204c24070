package import OOMSimulator

extension Scenario {
  /// The anonymous memory of all processes, from their start on, as so many hundred-thousandths of what it is; files, shared
  /// memory, limits, the machine and what is nobody's stay.
  ///
  /// Sizes are rounded down to pages, each by itself.
  package func scaled(_ parts: Int64) -> Scenario {
    func part(_ pages: Int64) -> Int64 { Int64(Int128(pages) * Int128(parts) / 100_000) }
    func part(_ sizes: Event.Sizes) -> Event.Sizes {
      var sizes = sizes
      sizes.anon = part(sizes.anon)
      sizes.locked = part(sizes.locked)
      return sizes
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
    for row in 0..<processes.count {
      let process = processes[row]
      if process.anon != 0 || process.swap != 0 || process.locked != 0 {
        scenario.processes[row] = part(process)
      }
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
