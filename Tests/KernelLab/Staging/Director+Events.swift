import OOMSimulator

extension Director {
  mutating func perform(_ act: Interleaving.Act) throws(CannotStage) {
    switch act {
    case .part(let event, let from, let to):
      guard case .grow(let process, _, _, _) = event.action else { return }
      let name = try staged(process)
      let anon = scale.pages(to.anon) - scale.pages(from.anon)
      // In pieces of which each asks for itself, as a page does that comes over a time.
      if anon > 0 { steps.append("do \(name) anon \(anon) chunk=16") }
      map(scale.pages(to.file) - scale.pages(from.file), by: name)
      growShared(scale.pages(to.shmem) - scale.pages(from.shmem), by: name)
    case .event(let event): try perform(event.action)
    }
  }

  private mutating func perform(_ action: Event.Action) throws(CannotStage) {
    switch action {
    case .grow(let process, let sizes, _, _):
      let name = try staged(process)
      let anon = scale.pages(sizes.anon)
      if anon > 0 { steps.append("do \(name) anon \(anon)") }
      map(scale.pages(sizes.file), by: name)
      growShared(scale.pages(sizes.shmem), by: name)
    case .map(let process, let pages, let kind):
      let flag: String
      switch kind {
      case .private: flag = ""
      case .shared: flag = " shared"
      case .readOnly: flag = " ro"
      case .noReserve: flag = " noreserve"
      }
      steps.append("do \(try staged(process)) reserve \(scale.pages(pages)) keep\(flag)")
    case .start(let process):
      for number in 1...max(process.count, 1) {
        let name = process.count > 1 ? "\(process.name)-\(number)" : process.name
        let own = names.add(name, pid: process.pid == 0 ? 0 : process.pid + number - 1)
        begin(process, own)
        fill(process, own)
      }
    case .exit(let process): steps.append("kill \(try staged(process))")
    case .fork(let process, let child):
      let parent = try staged(process)
      let own = names.add(child.name, pid: child.pid)
      let adj = child.oomScoreAdj.map { " adj=\($0)" } ?? ""
      steps.append("proc \(own) by=\(parent)\(adj)")
    case .cow(let process, let pages, _):
      let name = try staged(process)
      if steps.contains(where: { $0.hasPrefix("do \(name) cow") }) {
        throw CannotStage(reasons: ["events: a second cow of \(process)"])
      }
      steps.append("do \(name) cow \(scale.pages(pages))")
    case .growUnowned(.pageCache, let pages, let path, _, _): readCache(scale.pages(pages), path)
    case .growUnowned(_, let pages, let path, _, _):
      help(in: path, "file \(scale.pages(pages)) path=/shm/written\(steps.count) create")
    case .setProcess(let process, let change):
      if let adj = change.oomScoreAdj { steps.append("adj \(try staged(process)) \(adj)") }
    case .setCgroup(let path, let group): limit(path, group)
    case .move(let process, let path):
      steps.append("mv \(try staged(process)) \(path == "/" ? "/" : "\(path.drop { $0 == "/" })")")
    case .swapoff(_, let process?):
      steps.append("do \(try staged(process)) swapoff \(guest.disk)")
    case .sysrq: steps.append("echo f /proc/sysrq-trigger")
    default: throw CannotStage(reasons: ["events: \(action)"])
    }
  }

  private func staged(_ process: ProcessReference) throws(CannotStage) -> String {
    guard let name = names[process] else {
      throw CannotStage(reasons: ["events: \(process) is process 1, or nobody"])
    }
    return name
  }
}
