/// How many free pages lists of single CPUs may keep, where nobody gets them when memory ends: the lists are emptied only
/// while reclaim makes progress.
///
/// The simulator takes them for empty, but for what `machine.free_pcp` says. How much earlier a kernel may have been out of
/// memory is said of a kill as its band.
///
/// Kernel: `zone_set_pageset_high_and_batch()`, mm/page_alloc.c.
package enum PagesetRule: Equatable, Sendable {
  /// Six batches for each CPU: to 5.13.
  case sixBatches
  /// The low watermark, or four batches for each CPU: 5.14 to 6.6.
  case lowWatermark
  /// As much as the kernel finds good: a fortieth of memory at most in 57 recorded OOMs of 6.12, an eighth by the source.
  case tunesItself

  /// The most free pages on the lists of all CPUs of a machine taken as one zone.
  func mostFree(_ machine: Machine, lowWatermark: Int64) -> Int64 {
    let batch = zoneBatchsize(managed: machine.memory, pageSize: machine.pageSize)
    switch self {
    case .sixBatches: return min(6 * batch * machine.cpusOrOne, machine.memory / 8)
    case .lowWatermark:
      return min(max(lowWatermark, 4 * batch * machine.cpusOrOne), machine.memory / 8)
    case .tunesItself: return machine.memory / 40
    }
  }
}

/// Pages that go to a list of a CPU at a time.
///
/// Kernel: `zone_batchsize()`, mm/page_alloc.c.
private func zoneBatchsize(managed: Int64, pageSize: Bytes) -> Int64 {
  let quarter = max(min(managed / 1024, (1 << 20) / pageSize.rawValue) / 4, 1)
  let half = quarter + quarter / 2
  return (1 << (63 - half.leadingZeroBitCount)) - 1
}

extension State {
  /// When an OOM of the machine would have come if the lists of its CPUs had kept as many free pages as they may; nil
  /// where nothing grows over a time.
  ///
  /// Modelled: growth is taken to have been as fast before as it is now.
  func earliestOOM() -> Microseconds? {
    let low = lowAndHighWatermark(
      min: minWatermark, managed: machine.memory, step: rules.watermarks.step
    ).low
    let more = rules.pagesets.mostFree(machine, lowWatermark: low) - machine.freePCP
    // Pages in 2^20 microseconds.
    var pace: Int64 = 0
    var start: Microseconds?
    for growth in growths.all where growth.stop == nil && !growth.isShrink {
      let (from, to, begin, duration) =
        growth.stretch.map { ($0.from, $0.to, $0.start, $0.duration) }
        ?? (Pages(), growth.total, growth.start, growth.duration)
      guard duration > 0, begin < now else { continue }
      var pages: Int64 = 0
      for kind in growth.kinds { pages += to[kind] - from[kind] }
      pace = min(pace, 1 << 61) + min((min(pages, 1 << 40) << 20) / duration.rawValue, 1 << 61)
      start = min(start ?? begin, begin)
    }
    guard let start, pace > 0, more > 0 else { return nil }
    return max(now - Microseconds((more << 20) / pace), start)
  }
}

extension RulesByRelease {
  /// What lists of single CPUs keep.
  @_optimize(none)
  static var pagesets: [RuleChange] {
    [
      RuleChange(
        .pagesets, "2.6.11",
        "A list of a CPU keeps up to six batches of free pages, 378 on a machine of 1 GiB or more.",
        "mm/page_alloc.c", "setup_pageset()"),
      RuleChange(
        .pagesets, "5.14",
        "The lists of all CPUs keep up to the low watermark, or four batches each.",
        "mm/page_alloc.c", "zone_set_pageset_high_and_batch()", commit: "b92ca18e8ca5",
        hurts: "whoever is large: memory can end earlier",
        evidence: .inferred("the tree before the commit and 5.14.2")
      ) { $0.pagesets = .lowWatermark },
      RuleChange(
        .pagesets, "6.7",
        "The lists tune themselves: up to an eighth of memory, a fortieth in recorded OOMs.",
        "mm/page_alloc.c", "zone_set_pageset_high_and_batch()",
        hurts: "whoever is large: memory can end much earlier", evidence: .inferred("6.1 and 6.12")
      ) { $0.pagesets = .tunesItself },
    ]
  }
}
