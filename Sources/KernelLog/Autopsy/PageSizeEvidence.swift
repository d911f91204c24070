internal import OOMFormats
internal import OOMSimulator

/// The architecture that the text of a release names, and the sizes that its base pages can have.
///
/// Kernel: `PAGE_SHIFT` of arch/*/Kconfig: 4 KiB on x86, 32-bit ARM, s390 and RISC-V; 4 or 64 on powerpc with 64 bits; 4, 16 or
/// 64 on arm64.
struct Architecture: Equatable {
  let name: String
  /// In KiB.
  let pageSizes: [Int64]
  /// That of the usual builds, where the log says nothing.
  let usualPageSize: Int64

  static let allPageSizes: [Int64] = [4, 16, 64]

  /// By the last part of a text that is an architecture: `6.12.0-211.el10.ppc64le`, `5.14.0-427.el9.aarch64+64k`.
  init?(_ release: String) {
    let words = release.lowercased().split { [".", "-", "+", "_"].contains($0) }.map { String($0) }
    // The mark between its two halves is one that separates parts elsewhere.
    if release.mentions("x86_64") || words.contains(where: { ["amd64", "x8664"].contains($0) }) {
      self.init("x86_64", [4], 4)
    } else if let word = words.last(where: { ["i386", "i486", "i586", "i686", "686"].contains($0) })
    {
      self.init(word == "686" ? "i686" : word, [4], 4)
    } else if let word = words.last(where: { ["s390x", "s390", "riscv64", "armv7hl"].contains($0) })
    {
      self.init(word, [4], 4)
    } else if let word = words.last(where: { ["ppc64le", "ppc64el", "ppc64"].contains($0) }) {
      self.init(word, [4, 64], 64)
    } else if let word = words.last(where: { ["aarch64", "arm64"].contains($0) }) {
      // Kernels with other pages than 4 KiB are named after them.
      let size: Int64? = words.contains("64k") ? 64 : words.contains("16k") ? 16 : nil
      self.init(word, size.map { [$0] } ?? Self.allPageSizes, size ?? 4)
    } else {
      return nil
    }
  }

  private init(_ name: String, _ pageSizes: [Int64], _ usualPageSize: Int64) {
    (self.name, self.pageSizes, self.usualPageSize) = (name, pageSizes, usualPageSize)
  }
}

/// What the numbers of a report tell of the size of a page, which no line states.
struct PageSizeEvidence {
  struct Found: Equatable {
    var kibibytes: Int64
    /// Which numbers.
    var by: String
  }

  private let report: OOMReport

  init(_ report: OOMReport) {
    self.report = report
  }

  /// The size that follows from the lists of free blocks, from what a victim's address space has in kB and in pages, or from
  /// the size of huge pages.
  var printed: Found? {
    let sizes = Architecture.allPageSizes
    if let size = report.memory.page?.rawValue, sizes.contains(size) {
      return Found(kibibytes: size, by: "the smallest of the free blocks")
    }
    for kill in report.kills {
      guard let kilobytes = kill.totalVM?.rawValue,
        let row = report.table?.rows.first(where: { $0.pid == kill.pid || $0.tgid == kill.pid }),
        row.totalVM > 0
      else { continue }
      if let size = sizes.first(where: { kilobytes == row.totalVM * $0 }) {
        return Found(kibibytes: size, by: "total_vm of the row and of the kill line")
      }
    }
    switch report.use.hugePageSize {
    case Kibibytes(524_288): return Found(kibibytes: 64, by: "the size of huge pages")
    case Kibibytes(32_768): return Found(kibibytes: 16, by: "the size of huge pages")
    default: return nil
    }
  }

  /// The largest size of which all that is counted in whole pages is a multiple. One number may be that by chance, many
  /// are not.
  func counted(among sizes: [Int64]) -> Int64? {
    let stat = ["anon", "file", "shmem", "pagetables"].compactMap { report.use.stat[$0] }
    let tables = report.table?.rows.compactMap { $0.pgtablesBytes } ?? []
    for size in Architecture.allPageSizes.reversed() where size > 4 && sizes.contains(size) {
      func areMultiples(_ numbers: [Int64], least: Int) -> Bool {
        let some = numbers.filter { $0 > 0 }
        return some.count >= least && some.allSatisfy { $0 % (size * 1024) == 0 }
      }
      if areMultiples(stat, least: 3) || areMultiples(tables, least: 4) { return size }
    }
    return nil
  }

  /// Whether nothing that is counted in whole pages excludes a size.
  func mayBe(_ size: Int64) -> Bool { odd(for: size) == nil }

  /// What is no multiple of a size: an amount of whole pages.
  private func odd(for size: Int64) -> Kibibytes? {
    var amounts = report.kills.flatMap { [$0.totalVM, $0.anon, $0.file, $0.shmem] }.compactMap {
      $0
    }
    amounts += report.memory.zones.flatMap { [$0.free, $0.min] }
    amounts += ["anon", "file", "shmem"].compactMap { report.use.stat[$0] }.map {
      Kibibytes($0 / 1024)
    }
    return amounts.first { $0.rawValue % size != 0 }
  }

  /// What shows another size than the architecture can have; nil where all fits.
  func contradiction(to architecture: Architecture) -> Found? {
    if let printed, !architecture.pageSizes.contains(printed.kibibytes) { return printed }
    if architecture.pageSizes.contains(where: mayBe) { return nil }
    guard let odd = odd(for: architecture.pageSizes[0]) else { return nil }
    return Found(kibibytes: 4, by: "an amount of \(odd.rawValue) kB")
  }
}
