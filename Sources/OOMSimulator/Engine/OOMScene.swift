/// What brought an OOM about.
package enum OOMTrigger: String, Sendable {
  /// A page that could not be had.
  case allocation
  /// A page that the kernel could not have for itself.
  case kernel
  /// Page tables of a child that could not be had.
  case fork
  /// Pages that swapoff reads back into memory.
  case swapoff
  /// A limit that was set below what the group uses.
  case limitLowered = "limit_lowered"
  /// The scenario declares it.
  case declared
  /// SysRq f.
  case sysrq
}

/// The state that an OOM found, all that its decision read. Sizes are in pages.
package struct OOMScene: Equatable, Sendable {
  package var trigger = OOMTrigger.allocation
  /// Whose allocation failed; nil when it was none of the scenario's processes.
  package var invoker: ProcessIdentity?
  package var constraint: Constraint
  /// Path of the group at its limit; nil for the machine.
  package var cgroup: String?
  package var nodes: NodeMask?
  package var limit: Kill.LimitState
  package var arithmetic: BadnessArithmetic
  package var contents: Contents
  /// Everybody in the domain in iteration order.
  package var candidates: [Candidate]

  /// What fills a domain, and what of it reclaim could still take.
  package struct Contents: Equatable, Sendable {
    /// Resident anonymous memory that could go to swap.
    package var anon: Int64 = 0
    /// Kernel: `NR_MLOCK`.
    package var locked: Int64 = 0
    /// Shared memory of processes, and files of a tmpfs.
    package var shmem: Int64 = 0
    /// File pages mapped by processes.
    package var file: Int64 = 0
    /// Clean file pages that nobody maps.
    package var cache: Int64 = 0
    package var slabReclaimable: Int64 = 0
    package var kernel: Int64 = 0
    package var pageTables: Int64 = 0
    /// What the pool of zswap takes, of a group what it has in it.
    package var zswap: Int64 = 0
    /// What zram devices take.
    package var zram: Int64 = 0
    /// Huge pages that groups are charged for; of the machine the whole pool, used or not.
    package var hugetlb: Int64 = 0
    /// Swap is kept from the group: the pool of zswap takes no more of it, and `memory.zswap.writeback` is 0.
    package var isKeptFromSwap = false
    /// Pages that reclaim could still free, swapping included; what protection holds back is not in it.
    package var reclaimable: Int64 = 0
  }
}

extension State {
  /// Whether zswap takes nothing more of any group with memory that could go to swap, and none of them may go to the disk.
  private func isKeptFromSwap(in domain: Int) -> Bool {
    let holders = groups.descendants(of: domain).filter {
      let pages = ledger.accounts[$0].pages
      return pages.anon + pages.shmem + pages.tmpfs > 0
    }
    return !holders.isEmpty && holders.allSatisfy { ledger.zswapRoom($0) == 0 }
  }

  /// What an OOM finds, for its explanation.
  func scene(_ oc: OOMControl, _ candidates: [Candidate]) -> OOMScene {
    let nodes = oc.constraint == .cpuset ? oc.mems : oc.nodemask
    let domain = oc.memcg ?? MemcgTree.root
    var contents = OOMScene.Contents()
    for group in groups.descendants(of: domain) {
      let account = ledger.accounts[group]
      contents.anon += account.pages.anon + account.pages.lazyFree
      contents.locked += account.pages.locked
      contents.shmem += account.pages.shmem + account.pages.tmpfs
      contents.file += account.pages.file
      contents.cache += account.pages.cache
      contents.slabReclaimable += account.pages.slabReclaimable
      contents.kernel += account.pages.kernel
      if domain == MemcgTree.root || ledger.chargesPageTables {
        contents.pageTables += account.pages.pageTables
      }
      if domain == MemcgTree.root || ledger.zswap?.isChargedToGroups == true {
        contents.zswap += account.pages.zswap
      }
      contents.zram += account.pages.zram
      if domain != MemcgTree.root, !ledger.hugetlb.isEmpty {
        contents.hugetlb += ledger.hugetlb[group]
      }
    }
    if domain == MemcgTree.root { contents.hugetlb = machine.hugetlb }
    contents.isKeptFromSwap = domain != MemcgTree.root && isKeptFromSwap(in: domain)
    contents.reclaimable = ledger.reclaimable(in: domain, on: nodes)
    return OOMScene(
      trigger: oc.trigger, invoker: oc.invoker.map { identity($0) }, constraint: oc.constraint,
      cgroup: oc.memcg.map { groups.paths[$0] }, nodes: nodes,
      limit: limitState(domain: oc.memcg, nodes: nodes),
      arithmetic: BadnessArithmetic(
        rules: rules, word: machine.wordBits, totalpages: oc.totalpages),
      contents: contents, candidates: candidates)
  }
}
