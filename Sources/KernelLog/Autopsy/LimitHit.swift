internal import OOMFormats
package import OOMSimulator

/// Which limit a report is about, and by how much it was missed.
package struct LimitHit: Equatable {
  package enum Kind: String {
    /// The limit of the victim's own group.
    case group
    /// That of a group above the victim's.
    case parent
    case machine
    case node
    case zone
    /// There was memory, but in blocks that are too small.
    case fragmentation
    /// Nobody's: SysRq f.
    case manual
    case unknown
  }

  package var kind = Kind.unknown
  package var text = "not in the report"
  /// What free memory lacked to its min watermarks, in kB; nil where the log does not tell.
  package var missing: Kibibytes?

  package init(_ autopsy: Autopsy) {
    let report = autopsy.report
    if report.request.order == -1, autopsy.constraint != .memcg {
      kind = .manual
      text = "none: asked for by hand (SysRq f)"
    } else if report.scope.isMemcg {
      ofGroup(report)
    } else {
      ofMachine(autopsy)
    }
  }

  private mutating func ofGroup(_ report: OOMReport) {
    let domain = report.scope.domain ?? "a memory cgroup"
    let task = report.scope.taskMemcg
    kind = task == nil || task == report.scope.domain ? .group : .parent
    text = domain
    if let memory = report.limits.memory {
      let isBoth =
        report.limits.memorySwap.map { $0.limit != nil && $0.usage >= $0.limit ?? 0 } ?? false
      if isBoth, let both = report.limits.memorySwap {
        text += ": memory and swap \(kilobytes(both.usage)) of \(kilobytes(both.limit ?? 0))"
      } else if let limit = memory.limit {
        text += ": memory \(kilobytes(memory.usage)) of \(kilobytes(limit))"
        missing = max(memory.usage - limit, 0)
      } else {
        text += ": memory \(kilobytes(memory.usage)), no limit"
      }
      if let swap = report.limits.swap {
        text +=
          swap.limit.map { ", swap \(kilobytes(swap.usage)) of \(kilobytes($0))" }
          ?? ", swap \(kilobytes(swap.usage))"
      }
    }
    if kind == .parent, let task { text += "; a group above the victim's, \(task)" }
  }

  private mutating func ofMachine(_ autopsy: Autopsy) {
    let report = autopsy.report
    switch autopsy.constraint {
    case .cpuset, .memoryPolicy:
      kind = .node
      let nodes =
        autopsy.constraint == .cpuset ? report.scope.memsAllowed : report.scope.nodemask
      text =
        "memory node \(nodes ?? "?"), by "
        + (autopsy.constraint == .cpuset ? "the cpuset of the invoker" : "a memory policy")
      measure(report, on: nodes.flatMap { NodeMask($0) })
      return
    default: break
    }
    guard !report.memory.zones.isEmpty else {
      kind = .machine
      text = "the machine"
      return
    }
    kind = .machine
    text = "the machine"
    findZone(report)
    measure(report, on: nil)
    if let total = report.memory.totalSwap {
      text +=
        total == 0
        ? ", no swap"
        : ", swap \(kilobytes(max(total - (report.memory.freeSwap ?? 0), 0))) of \(kilobytes(total)) used"
    }
  }

  /// A request of several pages that only lacks a block, and one that could use low memory only.
  private mutating func findZone(_ report: OOMReport) {
    let order = report.request.order ?? 0
    let usual = report.memory.zones.filter { $0.name == "Normal" || $0.name == "DMA32" }
    if order > 0, !usual.isEmpty,
      usual.contains(where: { $0.free > $0.min }),
      usual.allSatisfy({ $0.blocks.dropFirst(Int(min(order, 32))).allSatisfy { $0 == 0 } })
    {
      kind = .fragmentation
      text = "order \(order): memory was free, but in no block of \(1 << min(order, 20)) pages"
      return
    }
    let high = report.memory.zones.filter { $0.name == "HighMem" }
    if !high.isEmpty, !report.request.gfpFlags.contains("HIGH"),
      (report.request.gfpMask ?? 0) & 2 == 0,
      high.contains(where: { $0.free > $0.min })
    {
      kind = .zone
      text = "zone Normal: HighMem was free, but could not be used"
    }
  }

  private mutating func measure(_ report: OOMReport, on nodes: NodeMask?) {
    let zones = report.memory.zones.filter { nodes?.contains($0.node) ?? true }
    if zones.isEmpty { return }
    var free: Kibibytes = 0
    var min: Kibibytes = 0
    var missing: Kibibytes = 0
    for zone in zones {
      free = free &+ zone.free
      min = min &+ zone.min
      missing = missing &+ max(zone.min &- zone.free, 0)
    }
    text += ": \(kilobytes(free)) free, min watermark \(kilobytes(min))"
    self.missing = missing
  }

  private func kilobytes(_ size: Kibibytes) -> String {
    SizeFormat.binary(max(size, 0))
  }
}
