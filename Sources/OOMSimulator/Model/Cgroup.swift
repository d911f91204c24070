/// Settings and first contents of one memory cgroup, of the version that the scenario has. Sizes are in
/// pages.
public struct Cgroup: Equatable, Sendable {
  /// A limit that was never set. File: `max`. Kernel: `PAGE_COUNTER_MAX`.
  public static let unlimited = Int64.max

  /// File: `memory.min`.
  public var min: Int64?
  /// File: `memory.low`.
  public var low: Int64?
  /// File: `memory.high`.
  public var high: Int64?
  /// File: `memory.max`; on version 1 `memory.limit_in_bytes`.
  public var max: Int64?
  /// File: `memory.swap.max`.
  public var swapMax: Int64?
  /// File: `memory.swap.high`.
  package var swapHigh: Int64?
  /// What the group can have in the pool of zswap, compressed. File: `memory.zswap.max`.
  package var zswapMax: Int64?
  /// Whether what does not go into that pool may go to swap. File: `memory.zswap.writeback`.
  package var zswapWriteback: Bool?
  /// File: `memory.oom.group`.
  public var oomGroup: Bool?
  /// Memory nodes that its processes may have memory on. File: `cpuset.mems`.
  public var cpusetMems: NodeMask?
  /// Version 1: memory and swap together. File: `memory.memsw.limit_in_bytes`.
  public var memswLimit: Int64?
  /// Version 1: what reclaim of the machine brings the group down to first. File:
  /// `memory.soft_limit_in_bytes`.
  public var softLimit: Int64?
  /// Version 1: charges count in this group, too, for all below it. File: `memory.use_hierarchy`.
  public var useHierarchy: Bool?
  /// Version 1: 0 to 200; 0 never swaps. File: `memory.swappiness`.
  public var swappiness: Int64?
  /// Version 1: a process that reaches the limit waits instead of being killed. File: `memory.oom_control`.
  public var oomKillDisable: Bool?
  /// Clean file cache charged to the group at the start.
  public var pageCache: Int64?
  /// Unreclaimable kernel memory charged to the group at the start.
  public var kernel: Int64?
  /// Pages of the machine's pool of huge pages that the group uses.
  package var hugetlb: Int64?
  /// What systemd does when the kernel has killed in the group.
  package var oomPolicy: OOMPolicy?
  /// How long processes that systemd stops take to end. Key: `TimeoutStopSec=`.
  package var timeoutStop: Microseconds?
  /// Whether systemd-oomd kills below the group by its two rules.
  package var managedOOMSwap: ManagedOOM?
  package var managedOOMMemoryPressure: ManagedOOM?
  /// The stall above which it does; nil, and 0, are the default of systemd-oomd.
  package var managedOOMMemoryPressureLimit: Share?
  /// How long that has to last. Since 257.
  package var managedOOMMemoryPressureDuration: Microseconds?
  package var managedOOMPreference: ManagedOOMPreference?
  /// Whether Meta's oomd takes the group before others. Attribute: `trusted.oomd_prefer`, `user.oomd_prefer`.
  package var oomdPrefer: Bool?
  /// Whether it takes the group after others. Attribute: `trusted.oomd_avoid`, `user.oomd_avoid`; the latter is what `ManagedOOMPreference=avoid` sets.
  package var oomdAvoid: Bool?
  /// What the kubelet knows of the pod whose group it is.
  package var pod = Kubernetes.PodGroup()

  /// A group with the limits that are given, in pages; nil is what the kernel has where nobody wrote anything.
  ///
  /// - Parameters: as the properties of the same names.
  public init(
    min: Int64? = nil, low: Int64? = nil, high: Int64? = nil, max: Int64? = nil,
    swapMax: Int64? = nil, oomGroup: Bool? = nil, cpusetMems: NodeMask? = nil,
    memswLimit: Int64? = nil, softLimit: Int64? = nil, useHierarchy: Bool? = nil,
    swappiness: Int64? = nil, oomKillDisable: Bool? = nil, pageCache: Int64? = nil,
    kernel: Int64? = nil
  ) {
    self.min = min
    self.low = low
    self.high = high
    self.max = max
    self.swapMax = swapMax
    self.oomGroup = oomGroup
    self.cpusetMems = cpusetMems
    self.memswLimit = memswLimit
    self.softLimit = softLimit
    self.useHierarchy = useHierarchy
    self.swappiness = swappiness
    self.oomKillDisable = oomKillDisable
    self.pageCache = pageCache
    self.kernel = kernel
  }

  /// Whether all of the group die with one: `OOMPolicy=kill` of systemd sets the file.
  var diesAsAWhole: Bool { oomGroup ?? (oomPolicy == .kill) }

  /// Whether any file of the group is given, besides what it holds at the start.
  var hasLimits: Bool {
    min != nil || low != nil || high != nil || max != nil || swapMax != nil || swapHigh != nil
      || zswapMax != nil || oomGroup != nil || memswLimit != nil || softLimit != nil
  }

  /// Takes over every limit that `change` gives.
  package mutating func apply(_ change: Cgroup) {
    if let value = change.min { min = value }
    if let value = change.low { low = value }
    if let value = change.high { high = value }
    if let value = change.max { max = value }
    if let value = change.swapMax { swapMax = value }
    if let value = change.swapHigh { swapHigh = value }
    if let value = change.zswapMax { zswapMax = value }
    if let value = change.zswapWriteback { zswapWriteback = value }
    if let value = change.oomGroup { oomGroup = value }
    if let value = change.oomPolicy { oomPolicy = value }
    if let value = change.timeoutStop { timeoutStop = value }
    if let value = change.managedOOMSwap { managedOOMSwap = value }
    if let value = change.managedOOMMemoryPressure { managedOOMMemoryPressure = value }
    if let value = change.managedOOMMemoryPressureLimit { managedOOMMemoryPressureLimit = value }
    if let value = change.managedOOMMemoryPressureDuration {
      managedOOMMemoryPressureDuration = value
    }
    if let value = change.managedOOMPreference { managedOOMPreference = value }
    if let value = change.oomdPrefer { oomdPrefer = value }
    if let value = change.oomdAvoid { oomdAvoid = value }
    pod.apply(change.pod)
    if let value = change.cpusetMems { cpusetMems = value }
    if let value = change.memswLimit { memswLimit = value }
    if let value = change.softLimit { softLimit = value }
    if let value = change.swappiness { swappiness = value }
    if let value = change.oomKillDisable { oomKillDisable = value }
  }
}
