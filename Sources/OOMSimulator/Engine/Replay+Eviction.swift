// What goes with a pod that the kubelet evicts, besides its processes.
//
// Modelled: its volumes are gone at the instant at which its processes are; the kubelet unmounts them right after.

extension Replay {
  /// Deletes the tmpfs files of an evicted pod, `emptyDir` with `medium: Memory`, and ends what still writes to them. A kill
  /// by the kernel leaves them: the pod goes on.
  ///
  /// Source: `SyncTerminatedPod()`, pkg/kubelet/kubelet.go, which waits for the volumes to be unmounted.
  mutating func unmountVolumes(of pod: Int) {
    catchUp()
    isReviewDue = true
    let below = state.groups.subtree(of: pod)
    for order in state.growths.orders {
      guard let growth = state.growths[order], growth.owner == nil,
        growth.total[.tmpfs] != 0, below.contains(growth.unownedGroup)
      else { continue }
      endGrowth(order)
    }
    for group in below {
      let pages = state.volumePages(ofGroup: group)
      if pages > 0 { state.deleteTmpfs(pages, group: group) }
    }
  }
}

extension State {
  /// Pages of tmpfs files of a pod that belong to no process, in memory and in swap.
  func volumePages(of pod: Int) -> Int64 {
    groups.subtree(of: pod).reduce(0) { $0 + volumePages(ofGroup: $1) }
  }

  fileprivate func volumePages(ofGroup group: Int) -> Int64 {
    ledger.accounts[group].pages.tmpfs + ledger.accounts[group].pages.swappedTmpfs
  }
}
