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
  /// `memory.memsw.limit_in_bytes` would have refused the request as well.
  var isAtMemswToo = false
  /// More memory would have come to where the request could take it.
  var takesMemory = true
  /// There was something for swap to take out of the zones in question.
  var takesSwap = true

  package init(_ autopsy: Autopsy) {
    let report = autopsy.report
    if report.request.order == -1, autopsy.constraint != .memcg {
      kind = .manual
      text = "none: asked for by hand (SysRq f)"
    } else if report.scope.isMemcg {
      ofGroup(autopsy)
    } else if autopsy.constraint != nil {
      ofMachine(autopsy)
    }
    for pending in autopsy.pending.prefix(2) {
      let size = SizeFormat.binary(pages: pending.row.rss, pageSize: autopsy.pageSize)
      also +=
        "; \(pending.row.pid) (\(pending.row.name)), killed before in line \(pending.line), still had \(size)"
    }
  }

  /// What was asked for.
  static func request(_ autopsy: Autopsy) -> Kibibytes {
    let order = max(min(autopsy.report.request.order ?? 0, 10), 0)
    return Kibibytes((autopsy.pageSize.rawValue / 1024) << order)
  }

  private mutating func ofGroup(_ autopsy: Autopsy) {
    let report = autopsy.report
    let task = report.scope.taskMemcg
    kind = task == nil || task == report.scope.domain ? .group : .parent
    text = report.scope.domain ?? "a memory cgroup"
    if let memory = report.limits.memory {
      measure(memory, report.limits, Self.request(autopsy))
    }
    if kind == .parent, let task { text += "; a group above the victim's, \(task)" }
  }

  private mutating func measure(
    _ memory: MemcgLimits.Counter, _ limits: MemcgLimits, _ request: Kibibytes
  ) {
    if let kmem = limits.kmem, Self.isFull(kmem), !Self.isFull(memory) {
      kind = .kmem
      text += ": kernel memory \(Self.text(kmem)), at its own limit; memory \(Self.text(memory))"
      return
    }
    let isAtBoth = Self.isAtMemorySwap(limits, request)
    if isAtBoth == true, let both = limits.memorySwap {
      kind = .memsw
      text += ": memory and swap \(Self.text(both)); memory \(Self.text(memory))"
      return
    }
    text += ": memory \(Self.text(memory))"
    missing = memory.limit.map { max(memory.usage &- $0, 0) }
    if isAtBoth == nil, let both = limits.memorySwap {
      isAtMemswToo = true
      text += ", memory and swap \(Self.text(both))"
    }
    if let swap = limits.swap { text += ", swap \(Self.text(swap))" }
  }

  /// Which of two counters had no room for the request: `memory.memsw` or, if false, `memory`; nil if both have to be
  /// raised. Where memory was uncharged before the lines were printed it is the one with less room.
  ///
  /// Kernel: `try_charge()`, mm/memcontrol.c, charges memsw first since 3.17, to 3.16 memory first; it needs both.
  private static func isAtMemorySwap(_ limits: MemcgLimits, _ request: Kibibytes) -> Bool? {
    guard let both = limits.memorySwap, let bothLimit = both.limit else { return false }
    guard let memory = limits.memory, let limit = memory.limit else { return true }
    let room = limit &- memory.usage
    let bothRoom = bothLimit &- both.usage
    if room < request, bothRoom < request { return nil }
    return bothRoom < room
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
      let supply = ZoneSupply(autopsy, on: nodes.flatMap { NodeMask($0) })
      if let blocks = Self.fragmentation(report, supply) {
        kind = .fragmentation
        text += "; \(blocks)"
      }
      measure(supply, supply.usable)
      explain(supply)
    default:
      kind = .machine
      text = "the machine"
      let supply = Self.supply(autopsy)
      if !report.memory.zones.isEmpty { findZone(report, supply) }
      addSwap(report)
      explain(supply)
    }
    if report.contradictsCostlyOrder { missing = nil }
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

  /// Nil where it was the number of pages that was too small, not their blocks.
  private static func fragmentation(_ report: OOMReport, _ supply: ZoneSupply) -> String? {
    let order = max(min(report.request.order ?? 0, 20), 0)
    guard order > 0, supply.served == nil, supply.usable.contains(where: { supply.hasPages($0) })
    else { return nil }
    let blocks = supply.hasFewBlocks ? "too little in blocks" : "in no block"
    return "order \(order): memory was free, but \(blocks) of \(1 << order) pages"
      + (supply.hasBlocksOfCMA ? " outside of CMA" : "")
  }

  /// Without the line of the request, its mask follows from the zones: where only those had memory that take what user
  /// space has, it was one of the kernel's own.
  private static func supply(_ autopsy: Autopsy) -> ZoneSupply {
    let supply = ZoneSupply(autopsy, on: nil)
    if autopsy.report.request.gfpMask != nil || supply.plentiful == nil { return supply }
    let kernels = ZoneSupply(autopsy, on: nil, isKernels: true)
    return kernels.plentiful == nil && !kernels.others.isEmpty ? kernels : supply
  }

  /// Free memory that was of no use: the request was another's fault, wanted a larger block, or could not use the zone.
  private mutating func findZone(_ report: OOMReport, _ supply: ZoneSupply) {
    var zones = supply.usable
    if report.request.order ?? 0 <= 0, supply.plentiful != nil,
      report.callers.contains(.pageFault) || report.request.gfpMask == 0
    {
      kind = .pageFault
      text =
        "a page fault was answered with VM_FAULT_OOM, for want of a group's memory or by a driver, "
        + "while the machine had memory"
    } else if let blocks = Self.fragmentation(report, supply) {
      kind = .fragmentation
      text = blocks
    } else if let other = supply.others.filter({ $0.free > $0.min })
      .max(by: { $0.free < $1.free }), other.name != "DMA", supply.plentiful == nil
    {
      kind = .zone
      let named = zones.filter { $0.name != "DMA" }
      if !named.isEmpty { zones = named }
      text =
        "zone \(uniqueNames(zones)): \(other.name) had \(kilobytes(other.free)) free, "
        + (report.request.gfpMask == nil
          ? "of no use to the request, whose flags are not in the log"
          : "which this request could not use")
    }
    measure(supply, zones)
    // What is added lies in the highest zone.
    if supply.others.contains(where: { $0.name != "DMA" }) { takesMemory = false }
  }

  private func uniqueNames(_ zones: [MemoryInfo.Zone]) -> String {
    var names: [String] = []
    for zone in zones where !names.contains(zone.name) { names.append(zone.name) }
    return names.joined(separator: ", ")
  }

  private mutating func measure(_ supply: ZoneSupply, _ zones: [MemoryInfo.Zone]) {
    if zones.isEmpty { return }
    var free: Kibibytes = 0
    var cma: Kibibytes = 0
    var min: Kibibytes = 0
    var missing: Kibibytes = 0
    for zone in zones {
      free = free &+ zone.free
      cma = cma &+ zone.freeCMA
      min = min &+ zone.min
      missing = missing &+ max(zone.min &- supply.free(of: zone), 0)
    }
    text += ": \(kilobytes(free)) free, "
    if cma > 0, !supply.mayTakeCMA {
      text += "\(kilobytes(cma)) of it in CMA, which only pages that can be moved may use, "
    }
    text += "min watermark \(kilobytes(min))"
    // Above the min watermarks there may be too little yet, for what is kept for lower zones.
    if missing <= 0, kind != .fragmentation, kind != .pageFault { missing = supply.leastLack }
    self.missing = missing
    takesSwap = supply.hasAnonymousMemory(in: zones)
  }

  /// A zone that could serve the request lacks nothing: what it lacked when the request failed is not in the log.
  private mutating func explain(_ supply: ZoneSupply) {
    guard kind == .machine || kind == .node || kind == .zone else { return }
    if let zone = supply.plentiful {
      also +=
        "; zone \(zone.name) could have served the request when this was printed, which nothing in the log "
        + "explains: memory may have been freed since it failed"
      missing = nil
    } else if let zone = supply.served {
      also +=
        "; zone \(zone.name) was above its min watermark when this was printed, but not above the high one, which "
        + "the last try before a kill wants"
      missing = nil
    }
  }

  private func kilobytes(_ size: Kibibytes) -> String {
    SizeFormat.binary(max(size, 0))
  }
}
