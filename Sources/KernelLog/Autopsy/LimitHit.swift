internal import OOMFormats
package import OOMSimulator

/// Which limit a report is about, and by how much it was missed.
package struct LimitHit: Equatable {
  package enum Kind: String {
    /// The limit of the victim's own group.
    case group
    /// That of a group above the victim's.
    case parent
    /// The group's limit of kernel memory. File: `memory.kmem.limit_in_bytes`.
    case kmem
    /// The group's limit of memory and swap together. File: `memory.memsw.limit_in_bytes`.
    case memsw
    case machine
    case node
    case zone
    /// A page fault was answered with `VM_FAULT_OOM`, while the machine had memory.
    case pageFault = "page_fault"
    /// There was memory, but in blocks that are too small.
    case fragmentation
    /// Nobody's: SysRq f.
    case manual
    case unknown
  }

  package var kind = Kind.unknown
  package var text = "not in the report"
  /// What the machine's swap was, and who was still to give memory back, to be put behind it.
  package var also = ""
  /// What free memory lacked to its min watermarks, in kB; nil where the log does not tell.
  package var missing: Kibibytes?

  package init(_ autopsy: Autopsy) {
    let report = autopsy.report
    if report.request.order == -1, autopsy.constraint != .memcg {
      kind = .manual
      text = "none: asked for by hand (SysRq f)"
    } else if report.scope.isMemcg {
      ofGroup(report)
    } else if autopsy.constraint != nil {
      ofMachine(autopsy)
    }
    for pending in autopsy.pending.prefix(2) {
      let size = SizeFormat.binary(pages: pending.row.rss, pageSize: autopsy.pageSize)
      also +=
        "; \(pending.row.pid) (\(pending.row.name)), killed before in line \(pending.line), still had \(size)"
    }
  }

  private mutating func ofGroup(_ report: OOMReport) {
    let task = report.scope.taskMemcg
    kind = task == nil || task == report.scope.domain ? .group : .parent
    text = report.scope.domain ?? "a memory cgroup"
    if let memory = report.limits.memory { measure(memory, report.limits) }
    if kind == .parent, let task { text += "; a group above the victim's, \(task)" }
  }

  private mutating func measure(_ memory: MemcgLimits.Counter, _ limits: MemcgLimits) {
    if let kmem = limits.kmem, Self.isFull(kmem), !Self.isFull(memory) {
      kind = .kmem
      text += ": kernel memory \(Self.text(kmem)), at its own limit; memory \(Self.text(memory))"
      return
    }
    if let both = limits.memorySwap, Self.isFull(both), memory.limit != both.limit {
      if !Self.isFull(memory) { kind = .memsw }
      text += ": memory and swap \(Self.text(both))"
    } else {
      text += ": memory \(Self.text(memory))"
      missing = memory.limit.map { max(memory.usage &- $0, 0) }
    }
    if let swap = limits.swap { text += ", swap \(Self.text(swap))" }
  }

  private static func isFull(_ counter: MemcgLimits.Counter) -> Bool {
    guard let limit = counter.limit else { return false }
    return counter.usage &+ 256 >= limit
  }

  private static func text(_ counter: MemcgLimits.Counter) -> String {
    let usage = SizeFormat.binary(max(counter.usage, 0))
    return counter.limit.map { "\(usage) of \(SizeFormat.binary(max($0, 0)))" }
      ?? "\(usage), no limit"
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
    kind = .machine
    text = "the machine"
    if !report.memory.zones.isEmpty {
      findZone(report)
      measure(report, on: nil)
    }
    addSwap(report)
  }

  private mutating func addSwap(_ report: OOMReport) {
    guard let total = report.memory.totalSwap else { return }
    if total <= 0 {
      also = ", no swap"
    } else if let free = report.memory.freeSwap {
      also = ", swap \(kilobytes(total &- free)) of \(kilobytes(total)) used"
    } else {
      also = ", \(kilobytes(total)) of swap, of which the report does not say how much was used"
    }
  }

  /// Free memory that was of no use: the request was another's fault, wanted a larger block, or could not use the zone.
  private mutating func findZone(_ report: OOMReport) {
    let order = report.request.order ?? 0
    let zones = report.memory.zones
    let usable = zones.filter { Self.isUsable($0, report.request) }
    let isFree = usable.contains { $0.name != "DMA" && $0.free > $0.min &+ $0.min }
    if order == 0, isFree, report.callers.contains(.pageFault) || report.request.gfpMask == 0 {
      kind = .pageFault
      text =
        "a page fault was answered with VM_FAULT_OOM, for want of a group's memory or by a driver, "
        + "while the machine had memory"
      return
    }
    let usual = usable.filter { $0.name == "Normal" || $0.name == "DMA32" }
    if order > 0, !usual.isEmpty, usual.contains(where: { $0.free > $0.min }),
      usual.allSatisfy({ $0.blocks.dropFirst(Int(min(order, 32))).allSatisfy { $0 == 0 } })
    {
      kind = .fragmentation
      text = "order \(order): memory was free, but in no block of \(1 << min(order, 20)) pages"
      return
    }
    let others = zones.filter { !Self.isUsable($0, report.request) && $0.free > $0.min }
    if let other = others.max(by: { $0.free < $1.free }), other.name != "DMA",
      !usable.contains(where: { $0.free > $0.min &+ $0.min })
    {
      kind = .zone
      let names = uniqueNames(usable.filter { $0.name != "DMA" })
      text =
        "zone \(names): \(other.name) had \(kilobytes(other.free)) free, which this request could not use"
    }
  }

  private func uniqueNames(_ zones: [MemoryInfo.Zone]) -> String {
    var names: [String] = []
    for zone in zones where !names.contains(zone.name) { names.append(zone.name) }
    return names.isEmpty ? "DMA" : names.joined(separator: ", ")
  }

  /// Whether a request may take pages of a zone. Kernel: `gfp_zone()`, include/linux/gfp.h; its bits for HighMem and
  /// Movable are the same since 2.6.23.
  private static func isUsable(_ zone: MemoryInfo.Zone, _ request: OOMReport.Request) -> Bool {
    guard let mask = request.gfpMask, mask != 0 else { return true }
    return switch zone.name {
    case "HighMem": mask & 0x2 != 0
    case "Movable": mask & 0xA == 0xA
    case "Normal": mask & 0x5 == 0
    case "DMA32": mask & 0x1 == 0
    default: true
    }
  }

  private mutating func measure(_ report: OOMReport, on nodes: NodeMask?) {
    let zones = report.memory.zones.filter {
      (nodes?.contains($0.node) ?? true) && Self.isUsable($0, report.request)
    }
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
