public import VictimSelection

/// The machine of a scenario. Sizes are in pages of `pageSize`.
public struct Machine: Equatable, Sendable {
  /// Memory that the kernel manages. File: `MemTotal` in /proc/meminfo. Kernel: `totalram_pages()`.
  public var memory: Int64 = 0
  /// Its memory nodes; empty or one for a machine without NUMA.
  public var nodes: [Node] = []
  /// All swap. File: `SwapTotal` in /proc/meminfo. Kernel: `total_swap_pages`.
  public var swap: Int64 = 0
  /// The devices that `swap` is the sum of, in the order in which they are filled; empty where all are disks,
  /// which need not be told apart.
  public var swapDevices: [SwapDevice] = []
  /// Whether what goes to swap is compressed into a pool in memory first. File: `enabled` in /sys/module/zswap/parameters.
  package var zswap = false
  /// How much of memory that pool may take, in per cent. File: `max_pool_percent`.
  package var zswapMaxPoolPercent: Int64 = 20
  /// How much smaller it makes pages, in thousandths.
  package var zswapRatio: Int64 = 3000
  /// 4096, 16384 or 65536. Kernel: `PAGE_SIZE`.
  public var pageSize: Bytes = 4096
  /// Unreclaimable kernel memory at the start, without page tables.
  public var kernel: Int64 = 0
  /// Kernel caches that can be given back. File: `SReclaimable` in /proc/meminfo.
  package var slabReclaimable: Int64 = 0
  /// Clean file cache that belongs to no process and no group.
  public var pageCache: Int64 = 0
  /// Pages in the huge page pool: out of reach for everybody else. File: `Hugetlb` in /proc/meminfo.
  package var hugetlb: Int64 = 0
  /// Free pages on lists of single processors, which nobody gets when memory ends. File: `free_pcp` in an OOM's report.
  ///
  /// About 55 of 54,000 pages and one processor to 6.6, about 700 from 6.7 on, where the lists may grow to an eighth of
  /// memory; recorded on 6.1 and 6.12. Kernel: `zone_set_pageset_high_and_batch()`, mm/page_alloc.c.
  package var freePCP: Int64 = 0
  /// Pages that are in swap and still in memory when memory ends. File: `pages in swap cache` in an OOM's report.
  ///
  /// About 650 where the recorded machines with a disk for swap had no page cache left; up to all of a small swap.
  package var swapCache: Int64 = 0
  /// By how much the min watermark is raised when memory ends, after pages of unlike mobility came into one block. File:
  /// `boost` in an OOM's report, since 5.0. Kernel: `boost_watermark()`, mm/page_alloc.c.
  package var watermarkBoost: Int64 = 0
  /// Free pages of zones that what asks for memory may not have all of. File: `lowmem_reserve[]` in an OOM's report.
  /// Kernel: `setup_per_zone_lowmem_reserve()`, mm/page_alloc.c.
  package var lowmemReserve: Int64 = 0
  /// `Committed_AS` at the start; what the processes add when nil. File: /proc/meminfo.
  package var committed: Int64?
  /// Memory that neither processes nor groups can have.
  var outOfReach: Int64 { hugetlb + freePCP + swapCache + watermarkBoost + lowmemReserve }
  /// Ticks a second, the clock that old rule sets count CPU time with. Kernel: `CONFIG_HZ`.
  package var hz: Int64 = 250
  /// How many processors are online; nil where that is not known. What each holds back of a counter makes near ties, and
  /// what one alone does can be reckoned. Kernel: `num_online_cpus()`.
  package var cpus: Int64?
  /// The same, one where it is not known.
  package var cpusOrOne: Int64 { cpus ?? 1 }
  /// More than any kernel is built for. Kernel: `CONFIG_NR_CPUS`.
  package static let mostCPUs: Int64 = 8192
  /// How long one page of a file takes to be read again; nil is what is usual.
  package var fileLatency: Microseconds?
  /// Width of a `long` on the kernel that decides: old rules overflow in it.
  package var wordBits = WordBits.bits64
  /// Time from a kill until the victim's memory is back.
  public var exitDelay: Microseconds = 0

  /// One memory node. Sizes are in pages.
  public struct Node: Equatable, Sendable {
    /// What the kernel manages of it.
    public var memory: Int64
    /// All memory of it, that of the kernel's own start, too. Kernel: `node_present_pages()`.
    package var present: Int64
    /// From its first page to its last. Kernel: `node_spanned_pages()`.
    package var spanned: Int64
    /// The part of the machine's `kernel` that lies here; all nodes give it or none.
    package var kernel: Int64?
    /// Pages in turn of a weighted interleave, 1 to 255. File: /sys/kernel/mm/mempolicy/weighted_interleave/.
    package var weight: Int64 = 1

    /// A node.
    ///
    /// - Parameters:
    ///   - memory: pages that the kernel manages of it.
    ///   - present: all its pages; `memory` when nil. Kernel: `node_present_pages()`.
    ///   - spanned: pages from its first to its last; `present` when nil. Kernel: `node_spanned_pages()`.
    ///   - kernel: pages of the machine's `kernel` that lie here; all nodes give it or none.
    public init(
      memory: Int64, present: Int64? = nil, spanned: Int64? = nil, kernel: Int64? = nil
    ) {
      self.kernel = kernel
      self.memory = memory
      self.present = present ?? memory
      self.spanned = spanned ?? self.present
    }
  }

  /// A machine with `memory` pages, and for the rest what is usual.
  ///
  /// - Parameters: as the properties of the same names; sizes in pages of `pageSize`. `memory` and `swap` are
  ///   the sums of the nodes and of the devices where only these are given.
  public init(
    memory: Int64 = 0, nodes: [Node] = [], swap: Int64 = 0, swapDevices: [SwapDevice] = [],
    pageSize: Bytes = 4096, kernel: Int64 = 0, slabReclaimable: Int64 = 0,
    pageCache: Int64 = 0, hugetlb: Int64 = 0, hz: Int64 = 250,
    wordBits: WordBits = .bits64, exitDelay: Microseconds = 0
  ) {
    self.memory = memory == 0 ? nodes.reduce(0) { $0 + $1.memory } : memory
    self.nodes = nodes
    self.swap = swap == 0 ? swapDevices.reduce(0) { $0 + $1.size } : swap
    self.swapDevices = swapDevices
    self.pageSize = pageSize
    self.kernel = kernel
    self.slabReclaimable = slabReclaimable
    self.pageCache = pageCache
    self.hugetlb = hugetlb
    self.hz = hz
    self.wordBits = wordBits
    self.exitDelay = exitDelay
  }

  /// Pages that a size fills, rounded down.
  package func pages(_ size: Kibibytes) -> Int64 { pageSize.pages(size) }

  func kibibytes(_ pages: Int64) -> Kibibytes { pageSize.kibibytes(pages: pages) }
}
