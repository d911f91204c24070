/// What `CommitLimit` is computed from; in pages unless the name says otherwise.
public struct CommitLimitInputs: Equatable, Sendable {
  public var totalram: Int64
  public var hugetlb: Int64
  public var totalSwap: Int64
  public var overcommitRatio: Int64
  public var overcommitKbytes: Int64
  public var pageSize: Int64

  public init(
    totalram: Int64, hugetlb: Int64, totalSwap: Int64, overcommitRatio: Int64,
    overcommitKbytes: Int64, pageSize: Int64 = 4096
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
public func vmCommitLimit(_ inputs: CommitLimitInputs) -> Int64 {
  let allowed =
    inputs.overcommitKbytes != 0
    ? inputs.overcommitKbytes / (inputs.pageSize / 1024)
    : (inputs.totalram - inputs.hugetlb) * inputs.overcommitRatio / 100
  return allowed + inputs.totalSwap
}
