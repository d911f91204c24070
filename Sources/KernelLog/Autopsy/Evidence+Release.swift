internal import OOMFormats
internal import OOMSimulator

// The release that a log names, held against the forms of its lines and against what that release never does.

extension Evidence {
  mutating func checkRelease(_ facts: ReportFacts) {
    let report = facts.report
    guard let release = report.release, !report.isReleaseByForm else { return }
    let range = report.releases
    let forms = "\(range.first)..\(range.last.map { "\($0)" } ?? "")"
    if let other = EnterpriseForms(report).contradiction(to: release) {
      return add(
        .release, release.text, against: other,
        contradiction: "the log names Linux \(release.text), \(other)")
    }
    // Distributions take forms of later releases over, and a development kernel has those of the next.
    let isDistributions =
      release.enterpriseKernel != nil
      || report.enterpriseForm?.bases.contains(release.upstream) ?? false
    if !isDistributions, !release.isDevelopment, range.isContradictory,
      let columns = report.releasesByColumns, !columns.contains(release)
    {
      let columns = "the columns of \(columns.first)..\(columns.last.map { "\($0)" } ?? "")"
      return add(
        .release, release.text, against: columns,
        contradiction: "the log names Linux \(release.text), its table has \(columns)")
    }
    let agrees =
      range.contains(release) || range.isContradictory || isDistributions || release.isDevelopment
    add(
      .release, release.text, against: "the forms of \(forms)",
      contradiction: agrees
        ? nil : "the log names Linux \(release.text), its lines have the forms of \(forms)")
  }

  mutating func checkOrder(_ report: OOMReport) {
    guard let order = report.request.order, order > 3 else { return }
    let against = "order 3, PAGE_ALLOC_COSTLY_ORDER"
    add(
      .order, "\(order)", against: against,
      contradiction: report.contradictsCostlyOrder
        ? "the log has order=\(order), and the kernel kills nobody for an order above 3, PAGE_ALLOC_COSTLY_ORDER"
        : nil)
  }

  mutating func checkPageSize(_ facts: ReportFacts) {
    guard let release = facts.report.release, let architecture = Architecture(release.text),
      let found = PageSizeEvidence(facts.report).contradiction(to: architecture)
        ?? PageSizeEvidence(facts.report).printed
    else { return }
    let sizes = architecture.pageSizes.map { "\($0)" }.joined(separator: " or ")
    let against = "\(sizes) KiB: \(architecture.name)"
    add(
      .pageSize, "\(found.kibibytes) KiB, by \(found.by)", against: against,
      contradiction: architecture.pageSizes.contains(found.kibibytes)
        ? nil
        : "\(found.by) shows pages of \(found.kibibytes) KiB, which \(architecture.name), the architecture in "
          + "\(release.text), does not have: \(sizes) KiB")
  }
}

extension OOMReport {
  /// What the columns of the table allow by themselves, where other lines contradict them; the width of a pid alone may be a
  /// distribution's.
  fileprivate var releasesByColumns: ReleaseRange? {
    guard var table, !table.isHeaderMissing, table.unknownColumns.isEmpty else { return nil }
    table.rows = []
    table.pidWidth = nil
    var report = OOMReport(line: 0)
    report.narrow(byTable: table)
    return report.releases
  }

  /// An order for which this release kills nobody: above 3, `PAGE_ALLOC_COSTLY_ORDER`.
  ///
  /// Kernel: `__alloc_pages_may_oom()`, mm/page_alloc.c, since 2.6.23, with `__GFP_NOFAIL` since 4.11;
  /// `mem_cgroup_oom()`, mm/memcontrol.c, since 4.20.
  var contradictsCostlyOrder: Bool {
    guard let order = request.order, order > 3 else { return false }
    let release = self.release?.upstream ?? releases.first
    if scope.isMemcg { return release >= "4.20" }
    let mayNotFail = (request.gfpMask ?? 0) & 0x800 != 0
    return release >= (mayNotFail ? "4.11" : "2.6.23")
  }
}

/// What only the kernels of Enterprise Linux print, and those that are made from them: the columns of a table and the
/// place of the uid in the kill line.
///
/// From logs of 2.6.32-642, 3.10.0-514, 4.18.0-240, 4.18.0-553 and 6.12.0-211; later updates of 9 may print the columns
/// of 6.8.
struct EnterpriseForms {
  private let table: TaskTable?
  private let killLine: DeathLine.EnterpriseForm?

  init(_ report: OOMReport) {
    table = report.table.flatMap { $0.isHeaderMissing ? nil : $0 }
    killLine = report.enterpriseForm
  }

  /// What the lines have that no kernel of the release's distribution prints; nil where they may be its own.
  func contradiction(to release: KernelRelease) -> String? {
    if let kernel = release.enterpriseKernel {
      if let columns, !columns.distributions.contains(kernel.distribution) {
        return "its table has the columns of \(columns.name)"
      }
      if let killLine, !killLine.distributions.contains(kernel.distribution) {
        return "its kill line has the form of \(killLine.name)"
      }
      return nil
    }
    // Kernels of others that are made from one of these keep its number.
    guard let killLine, !killLine.bases.contains(release.upstream) else {
      return nil
    }
    return "its kill line has the form of \(killLine.name)"
  }

  /// Which distributions have the columns of the table; nil where they tell nothing.
  private var columns: (distributions: [Int], name: String)? {
    guard let table else { return nil }
    if !table.lacks(.rssAnon) { return ([9, 10], "Linux 6.8 or later") }
    if !table.lacks(.pgtablesBytes) { return ([8, 9], "Enterprise Linux 8 or 9") }
    if !table.lacks(.nrPMDs) { return ([], "Linux 4.0 to 4.14") }
    if !table.lacks(.nrPTEs) { return ([7], "Enterprise Linux 7") }
    return table.lacks(.oomAdj) ? nil : ([6], "Enterprise Linux 6")
  }
}

extension DeathLine.EnterpriseForm {
  var distributions: [Int] { self == .uidBeforeName ? [6] : [7, 8] }
  var name: String { "Enterprise Linux " + (self == .uidBeforeName ? "6" : "7 or 8") }
  /// The releases that these distributions begin with.
  var bases: [KernelRelease] { self == .uidBeforeName ? ["2.6.32"] : ["3.10", "4.18"] }
}
