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
  /// Of no use without the others of its list, which else are alternatives.
  package var isWithOthers = false

  /// What would have helped in a report; empty where the log does not tell, or nothing of the kind would have.
  package static func all(of autopsy: Autopsy) -> [Remedy] {
    let report = autopsy.report
    let hit = LimitHit(autopsy)
    let request = LimitHit.request(autopsy)
    switch hit.kind {
    case .group, .parent:
      var remedies = ofGroup(report, request)
      if hit.isAtMemswToo {
        remedies.append(ofMemsw(report, request))
        for index in remedies.indices { remedies[index].isWithOthers = true }
      }
      return remedies
    case .kmem:
      return [Remedy(change: .kmemLimit, cgroup: report.scope.domain, moreBy: request)]
    case .memsw: return [ofMemsw(report, request)]
    case .machine, .node, .zone:
      guard let missing = hit.missing else { return [] }
      var remedies: [Remedy] = []
      if hit.takesMemory {
        remedies.append(Remedy(change: .memory, cgroup: nil, moreBy: missing &+ request))
      }
      if hit.takesSwap, hasAnonymousMemory(report), let free = report.memory.freeSwap,
        free < missing &+ request
      {
        remedies.append(Remedy(change: .swap, cgroup: nil, moreBy: missing &+ request))
      }
      return remedies
    case .pageFault, .fragmentation, .manual, .unknown: return []
    }
  }

  private static func ofGroup(_ report: OOMReport, _ request: Kibibytes) -> [Remedy] {
    guard let memory = report.limits.memory, let limit = memory.limit else { return [] }
    let isVersionTwo = report.limits.swap != nil
    return [
      Remedy(
        change: isVersionTwo ? .memoryMax : .memoryLimit, cgroup: report.scope.domain,
        moreBy: max(memory.usage &+ request &- limit, request))
    ]
  }

  private static func ofMemsw(_ report: OOMReport, _ request: Kibibytes) -> Remedy {
    let both = report.limits.memorySwap
    let lack = both.map { $0.usage &+ request &- ($0.limit ?? $0.usage) } ?? request
    return Remedy(
      change: .memswLimit, cgroup: report.scope.domain, moreBy: max(lack, request))
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
