/// Settings and first contents of one memory cgroup, version 2. Sizes are in pages.
public struct Cgroup: Equatable, Sendable {
  /// A limit that was never set. File: `max`. Kernel: `PAGE_COUNTER_MAX`.
  public static let unlimited = Int64.max

  /// File: `memory.min`.
  public var min: Int64?
  /// File: `memory.low`.
  public var low: Int64?
  /// File: `memory.high`.
  public var high: Int64?
  /// File: `memory.max`.
  public var max: Int64?
  /// File: `memory.swap.max`.
  public var swapMax: Int64?
  /// File: `memory.oom.group`.
  public var oomGroup: Bool?
  /// Clean file cache charged to the group at the start.
  public var pageCache: Int64?
  /// Unreclaimable kernel memory charged to the group at the start.
  public var kernel: Int64?

  public init() {}

  /// Whether any file of the group is given, besides what it holds at the start.
  var hasLimits: Bool {
    min != nil || low != nil || high != nil || max != nil || swapMax != nil || oomGroup != nil
  }

  /// Takes over every limit that `change` gives.
  public mutating func apply(_ change: Cgroup) {
    if let value = change.min { min = value }
    if let value = change.low { low = value }
    if let value = change.high { high = value }
    if let value = change.max { max = value }
    if let value = change.swapMax { swapMax = value }
    if let value = change.oomGroup { oomGroup = value }
  }
}
