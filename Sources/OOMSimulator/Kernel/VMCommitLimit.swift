/// What `CommitLimit` is computed from; counts are pages.
package struct CommitLimitInputs: Equatable, Sendable {
  package var totalram: Int64
  package var hugetlb: Int64
  package var totalSwap: Int64
  package var overcommitRatio: Int64
  package var overcommitKbytes: Kibibytes
  package var pageSize: Bytes

  package init(
    totalram: Int64, hugetlb: Int64, totalSwap: Int64, overcommitRatio: Int64,
    overcommitKbytes: Kibibytes, pageSize: Bytes = 4096
  ) {
    self.totalram = totalram
    self.hugetlb = hugetlb
    self.totalSwap = totalSwap
    self.overcommitRatio = overcommitRatio
    self.overcommitKbytes = overcommitKbytes
    self.pageSize = pageSize
  }
}

/// `CommitLimit` in pages: a part of memory, or the kbytes when they are given, and all swap.
///
/// The kbytes leave the huge page pool out of the sum; the ratio takes it off first.
///
/// Kernel: `vm_commit_limit()`, mm/util.c, since 3.14. File: `CommitLimit` in /proc/meminfo.
package func vmCommitLimit(_ inputs: CommitLimitInputs) -> Int64 {
  let allowed =
    inputs.overcommitKbytes != 0
    ? inputs.pageSize.pages(inputs.overcommitKbytes)
    : (inputs.totalram - inputs.hugetlb) * inputs.overcommitRatio / 100
  return allowed + inputs.totalSwap
}
