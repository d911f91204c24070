internal import OOMFormats
package import OOMSimulator

/// What would have let the request that failed through: the least of it, as the log shows only what was asked for last
/// and not how much more was to come.
package struct Remedy: Equatable, Sendable {
  package enum Change: String, Sendable {
    case memoryMax = "memory.max"
    case memoryLimit = "memory.limit_in_bytes"
    case kmemLimit = "memory.kmem.limit_in_bytes"
    case memswLimit = "memory.memsw.limit_in_bytes"
    case swap
    case memory
  }

  package var change: Change
  /// The group whose limit it is; nil for the machine.
  package var cgroup: String?
  /// By how much more than it was, at least.
  package var moreBy: Kibibytes

  /// What would have helped in a report; empty where the log does not tell, or nothing of the kind would have.
  package static func all(of autopsy: Autopsy) -> [Remedy] {
    let report = autopsy.report
    let hit = LimitHit(autopsy)
    let page = Kibibytes(autopsy.pageSize.rawValue / 1024)
    let order = max(min(report.request.order ?? 0, 10), 0)
    let request = Kibibytes(page.rawValue << order)
    switch hit.kind {
    case .group, .parent: return ofGroup(report, autopsy, request)
    case .kmem:
      return [Remedy(change: .kmemLimit, cgroup: report.scope.domain, moreBy: request)]
    case .memsw:
      return [Remedy(change: .memswLimit, cgroup: report.scope.domain, moreBy: request)]
    case .machine, .node, .zone:
      guard let missing = hit.missing else { return [] }
      var remedies = [Remedy(change: .memory, cgroup: nil, moreBy: missing &+ request)]
      if hasAnonymousMemory(report), let free = report.memory.freeSwap, free < missing &+ request {
        remedies.append(Remedy(change: .swap, cgroup: nil, moreBy: missing &+ request))
      }
      return remedies
    case .pageFault, .fragmentation, .manual, .unknown: return []
    }
  }

  private static func ofGroup(
    _ report: OOMReport, _ autopsy: Autopsy, _ request: Kibibytes
  ) -> [Remedy] {
    guard let memory = report.limits.memory, let limit = memory.limit else { return [] }
    let isVersionTwo = report.limits.swap != nil
    return [
      Remedy(
        change: isVersionTwo ? .memoryMax : .memoryLimit, cgroup: report.scope.domain,
        moreBy: max(memory.usage &+ request &- limit, request))
    ]
  }

  /// Whether there is something that can go to swap.
  private static func hasAnonymousMemory(_ report: OOMReport) -> Bool {
    (report.use.pages["active_anon"] ?? 0) + (report.use.pages["inactive_anon"] ?? 0) > 0
  }

  package var text: String {
    let size = SizeFormat.binary(max(moreBy, 0))
    return switch change {
    case .memory: "at least \(size) more memory"
    case .swap: "at least \(size) of free swap"
    default: "\(change.rawValue)\(cgroup.map { " of \($0)" } ?? ""), higher by at least \(size)"
    }
  }
}
