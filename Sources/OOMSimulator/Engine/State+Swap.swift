// Swap that comes and goes while a machine runs.

extension State {
  /// Pages in swap that would not be there any more with less of it.
  var swapBeyondLimit: Int64 {
    max(ledger.accounts[MemcgTree.root].swapUsage - machine.swap, 0)
  }

  /// Reads pages of a group back from swap: anonymous memory first, then shared memory, then tmpfs; each process
  /// in proportion to what it has there.
  ///
  /// - Parameter pages: no more than the group has in swap, and room for them.
  ///
  /// Kernel: `try_to_unuse()`, mm/swapfile.c.
  mutating func swapIn(_ pages: Int64, group: Int) {
    settle(group: group)
    let account = ledger.accounts[group]
    let anon = min(pages, account.pages.swappedAnon)
    let shmem = min(pages - anon, account.pages.swappedShmem)
    let tmpfs = pages - anon - shmem
    ledger.makeRoom(pages, in: group)
    ledger.change(group) {
      $0.swappedAnon -= anon
      $0.anon += anon
      $0.swappedShmem -= shmem
      $0.shmem += shmem
      $0.swappedTmpfs -= tmpfs
      $0.tmpfs += tmpfs
    }
    ledger.nodes?.arrive(in: group, on: nil)
    ledger.notePeaks(from: group)
    returnToMemory(anon: anon, shmem: shmem, group: group)
  }
}
