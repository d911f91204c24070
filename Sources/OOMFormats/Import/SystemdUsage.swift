internal import OOMSimulator

/// What a unit, and all below it, uses.
struct SystemdUsage {
  var path: String
  /// Its name where it is a slice.
  var id: String?
  var current: Bytes

  func contains(_ other: SystemdUsage) -> Bool {
    path == "/" ? other.path != "/" : other.path.hasPrefix(path + "/")
  }
}

extension ImportDraft {
  /// What slices use beyond the units that are listed is there, too: each has a process for it.
  mutating func addUnlisted(_ usage: [SystemdUsage]) {
    for slice in usage {
      guard let id = slice.id else { continue }
      let below = usage.filter { slice.contains($0) }
      // What is in a slice below counts there.
      let next = below.filter { unit in !below.contains { $0.contains(unit) } }
      let rest = used(slice.current) - next.reduce(0) { $0 + used($1.current) }
      guard rest > 0, let size = Self.pageSize.bytes(pages: rest) else { continue }
      let text = SizeFormat.binary(size)
      if slice.path == "/" {
        scenario.machine.kernel = rest
        note(
          "\(id): \(text) of its MemoryCurrent are of no unit that is listed: taken for the kernel's, of which nothing can be killed"
        )
        continue
      }
      let name = unique("unlisted-in-\(id)")
      scenario.processes.append(
        Scenario.Process(
          name: name, cgroup: slice.path + "/" + Self.part(name),
          anon: Kubernetes.NodeScenario.anonPages(of: rest)))
      note(
        "\(id): \(text) of its MemoryCurrent are of no unit that is listed: taken for one process '\(name)', though they may be several, and cache"
      )
    }
  }
}
