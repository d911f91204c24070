internal import OOMSimulator

/// What the zones had for the request that failed, by the question that the kernel asks of each.
///
/// Kernel: `__zone_watermark_ok()`, mm/page_alloc.c.
struct ZoneSupply {
  typealias Zone = MemoryInfo.Zone

  /// Those that the request may take, of the nodes that it may take.
  private(set) var usable: [Zone] = []
  /// Those that hold memory of another kind than it asked for.
  private(set) var others: [Zone] = []
  private let mask: UInt64?
  private let order: Int
  /// In kB.
  private let page: Int64
  private let hasHighMem: Bool
  private let hasMovable: Bool
  /// Blocks that are too small counted against the watermark until commit 97a16fc82a7c, 4.4.
  private let isByBlocks: Bool

  /// Of a request for the kernel itself: none of the bits that choose zones, and not movable.
  private static let kernelMask: UInt64 = 0xC0

  /// - Parameters:
  ///   - nodes: those that the request may take; nil for all.
  ///   - isKernels: the request is taken for one of the kernel's own.
  init(_ autopsy: Autopsy, on nodes: NodeMask?, isKernels: Bool = false) {
    let report = autopsy.report
    mask = isKernels ? Self.kernelMask : report.request.gfpMask
    order = Int(max(min(report.request.order ?? 0, 20), 0))
    page = autopsy.pageSize.rawValue / 1024
    hasHighMem = report.memory.hasHighMem
    hasMovable = report.memory.zones.contains { $0.name == "Movable" }
    let last = report.release?.upstream ?? report.releases.last
    isByBlocks = last.map { $0 < "4.4" } ?? false
    for zone in report.memory.zones where nodes?.contains(zone.node) ?? true {
      if mayTake(zone.name) { usable.append(zone) } else { others.append(zone) }
    }
    // Without the lines of lowmem_reserve the first 16 MiB look free, which they are for nobody else.
    let rest = usable.filter { $0.name != "DMA" || !$0.lowmemReserve.isEmpty }
    if !rest.isEmpty { usable = rest }
  }

  /// Kernel: `gfp_zone()`, include/linux/gfp.h; its bits for HighMem and Movable are the same since 2.6.23.
  private func mayTake(_ zone: String) -> Bool {
    guard let mask, mask != 0 else { return true }
    return switch zone {
    case "HighMem": mask & 0x2 != 0
    case "Movable": mask & 0xA == 0xA
    case "Normal": mask & 0x5 == 0
    case "DMA32": mask & 0x1 == 0
    default: true
    }
  }

  /// Only pages that can be moved away may lie in CMA: `__GFP_MOVABLE`. Kernel: `gfp_to_alloc_flags_cma()`.
  var mayTakeCMA: Bool { mask.map { $0 == 0 || $0 & 0x8 != 0 } ?? true }

  /// What a zone keeps from requests that may take a higher one, too: an entry for each zone that a kernel is built
  /// with, while only those that have memory are listed. The last are HighMem and Movable with 32 bits, Movable and
  /// since 4.3 Device with 64. Kernel: `setup_per_zone_lowmem_reserve()`.
  private func reserve(of zone: Zone) -> Kibibytes {
    let pages = zone.lowmemReserve
    let index: Int
    if let mask, mask & 0x1 != 0 {
      return 0
    } else if let mask, mask & 0x4 != 0 {
      index = 1
    } else if hasHighMem {
      index = pages.count - (mayTake("Movable") ? 1 : mayTake("HighMem") ? 2 : 3)
    } else if hasMovable, !mayTake("Movable") {
      index = pages.count - (pages.count > 4 ? 3 : 2)
    } else {
      return Kibibytes((pages.max() ?? 0) * page)
    }
    return pages.indices.contains(index) ? Kibibytes(pages[index] * page) : 0
  }

  /// What is free and not kept for others. Kernel: `__zone_watermark_unusable_free()`.
  func free(of zone: Zone) -> Kibibytes {
    zone.free &- zone.highAtomic &- (mayTakeCMA ? 0 : zone.freeCMA)
  }

  /// What a zone lacks to serve the request, were its blocks large enough; negative where it lacks nothing.
  private func lack(_ zone: Zone, _ mark: Kibibytes) -> Kibibytes {
    mark &+ reserve(of: zone) &+ Kibibytes((1 << Int64(order)) * page) &- free(of: zone)
  }

  /// Whether enough is free above the min watermark.
  func hasPages(_ zone: Zone) -> Bool { lack(zone, zone.min) <= 0 }

  /// Whether a zone has a block for the request; a list that is lost is taken for one that has none, as the request failed.
  func hasBlock(_ zone: Zone) -> Bool {
    if order == 0 { return true }
    if isByBlocks { return hasLargeBlocks(zone) }
    return hasAnyBlock(zone)
  }

  private func hasAnyBlock(_ zone: Zone) -> Bool {
    zone.blocks.indices.contains { $0 >= order && isUsable(zone, $0) }
  }

  /// Whether there are blocks for the request, but not enough of them, as releases before 4.4 ask for.
  var hasFewBlocks: Bool { usable.contains { hasPages($0) && hasAnyBlock($0) } }

  /// Blocks of CMA and those for atomic requests are of no use; letters are printed since 3.8.
  private func isUsable(_ zone: Zone, _ index: Int) -> Bool {
    guard zone.blocks[index] > 0 else { return false }
    guard index < zone.blockKinds.count, !zone.blockKinds[index].isEmpty else { return true }
    return zone.blockKinds[index].contains { kind in
      switch kind {
      case UInt8(ascii: "C"): mayTakeCMA
      case UInt8(ascii: "H"), UInt8(ascii: "I"): false
      default: true
      }
    }
  }

  /// The loop of releases before 4.4: the mark is halved for each order, and smaller blocks do not count.
  private func hasLargeBlocks(_ zone: Zone) -> Bool {
    var free = free(of: zone)
    var mark = zone.min.rawValue
    for index in 0..<min(order, zone.blocks.count) {
      free = free &- Kibibytes(max(min(zone.blocks[index], 1 << 32), 0) * (page << Int64(index)))
      mark >>= 1
      if free.rawValue <= mark { return false }
    }
    return hasAnyBlock(zone)
  }

  /// Whether what blocks there are of the size belong to CMA.
  var hasBlocksOfCMA: Bool {
    !mayTakeCMA
      && usable.contains { zone in
        zone.blocks.indices.contains { index in
          index >= order && zone.blocks[index] > 0 && index < zone.blockKinds.count
            && zone.blockKinds[index].contains(UInt8(ascii: "C"))
        }
      }
  }

  /// A zone that could have served the request when it was printed.
  var served: Zone? { usable.first { hasPages($0) && hasBlock($0) } }

  /// One that could have served it even in the last try before a kill, which wants the high watermark. Kernel:
  /// `__alloc_pages_may_oom()`.
  var plentiful: Zone? {
    usable.first { lack($0, $0.high ?? ($0.min &+ $0.min)) <= 0 && hasBlock($0) }
  }

  /// The least that a zone lacks.
  var leastLack: Kibibytes {
    let least = usable.map { lack($0, $0.min).rawValue }.min() ?? 0
    return Kibibytes(max(least &- (page << Int64(order)), 0))
  }

  /// Whether swap could take something out of zones; the lines of old releases do not tell.
  func hasAnonymousMemory(in zones: [Zone]) -> Bool {
    zones.contains { $0.anon.map { $0 > 0 } ?? true }
  }
}
