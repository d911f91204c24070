extension KernelRelease {
  /// The distribution's kernel whose rules decide for it, if there is one.
  package var enterpriseKernel: EnterpriseKernel? {
    guard let enterpriseLinux else { return nil }
    return EnterpriseKernel.all.first {
      $0.distribution == enterpriseLinux && $0.base.numbers == numbers
    }
  }

  /// Releases whose source was not read, so that what begins there is inferred from their neighbours.
  static let unread: Set<KernelRelease> = [
    "3.3", "3.7", "3.12", "3.17", "4.17", "5.1", "5.5", "5.13", "5.16", "5.18", "6.3", "6.7",
    "6.10",
    "6.15", "6.16",
  ]

  /// Its own source was not read.
  package var isUnread: Bool { Self.unread.contains(upstream) }

  /// What has to be said of the rules that decide for this release; empty when they are its own.
  package var notes: [ReleaseNote] {
    var notes: [ReleaseNote] = []
    if let enterpriseKernel {
      notes.append(.enterprise(note: enterpriseKernel.note))
    } else if let enterpriseLinux {
      notes.append(.enterpriseUnknown(self, distribution: enterpriseLinux))
    } else if let vendor {
      notes.append(.vendorUnknown(self, vendor: vendor))
    }
    if numbers > Self.newestKnown.numbers {
      notes.append(.newer(self, than: .newestKnown))
    } else if numbers < Self.oldestKnown.numbers {
      notes.append(.older(self, than: .oldestKnown))
    } else if let last = Self.lastOfSeries[version], patchlevel > last.patchlevel || sublevel > 39 {
      notes.append(.neverReleased(upstream, decidedBy: last))
    }
    notes += StableUpdate.of(self).compactMap { $0.note(on: self) }
    if !isUnread || enterpriseKernel != nil { return notes }
    let begun = RulesByRelease.changes.filter { $0.since == upstream && $0.isSimulated }
    if !begun.isEmpty { notes.append(.unread(upstream, rules: begun.map { $0.rule })) }
    return notes
  }

  /// The release without what a distribution has added: `6.12`.
  package var upstream: KernelRelease { KernelRelease(version, patchlevel, sublevel) }

  /// The release before this one: 3.19 before 4.0.
  package var predecessor: KernelRelease {
    if version == 2 { return KernelRelease(2, patchlevel, max(sublevel - 1, 0)) }
    if patchlevel > 0 { return KernelRelease(version, patchlevel - 1) }
    return Self.lastOfSeries[version - 1] ?? self
  }

  private var numbers: KernelRelease { upstream }

  private static let lastOfSeries: [Int: KernelRelease] = [
    2: "2.6.39", 3: "3.19", 4: "4.20", 5: "5.19", 6: "6.19",
  ]
}
