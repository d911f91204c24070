/// The sysctls that a scenario can give; nil is the kernel's own default.
///
/// File: `/proc/sys/vm/…`. The unit is that of the file.
public struct Sysctl: Equatable, Sendable {
  /// How to admit address space. File: `vm.overcommit_memory`.
  public enum OvercommitMemory: Int64, Sendable {
    case heuristic = 0
    case always = 1
    case never = 2
  }

  /// When an OOM is a panic. File: `vm.panic_on_oom`.
  public enum PanicOnOOM: Int64, Sendable {
    case never = 0
    case unconstrained = 1
    case always = 2
  }

  public var overcommitMemory: OvercommitMemory?
  /// Percent of memory that mode 2 lets be committed. Default 50.
  public var overcommitRatio: Int64?
  /// KiB that replace the ratio when not 0.
  public var overcommitKbytes: Int64?
  public var adminReserveKbytes: Int64?
  public var userReserveKbytes: Int64?
  public var minFreeKbytes: Int64?
  /// 0 to 200. Default 60.
  public var swappiness: Int64?
  public var panicOnOOM: PanicOnOOM?
  public var oomKillAllocatingTask: Bool?
  /// Whether the kernel logs its table of tasks; decides nothing.
  public var oomDumpTasks: Bool?

  /// The sysctls that are given; nil is the kernel's own default.
  ///
  /// - Parameters: as the properties of the same names, in the units of their files.
  public init(
    overcommitMemory: OvercommitMemory? = nil, overcommitRatio: Int64? = nil,
    overcommitKbytes: Int64? = nil, adminReserveKbytes: Int64? = nil,
    userReserveKbytes: Int64? = nil, minFreeKbytes: Int64? = nil, swappiness: Int64? = nil,
    panicOnOOM: PanicOnOOM? = nil, oomKillAllocatingTask: Bool? = nil,
    oomDumpTasks: Bool? = nil
  ) {
    self.overcommitMemory = overcommitMemory
    self.overcommitRatio = overcommitRatio
    self.overcommitKbytes = overcommitKbytes
    self.adminReserveKbytes = adminReserveKbytes
    self.userReserveKbytes = userReserveKbytes
    self.minFreeKbytes = minFreeKbytes
    self.swappiness = swappiness
    self.panicOnOOM = panicOnOOM
    self.oomKillAllocatingTask = oomKillAllocatingTask
    self.oomDumpTasks = oomDumpTasks
  }

  /// Takes over every value that `change` gives, as writing those files would.
  ///
  /// Kernel: `overcommit_ratio_handler()` clears the kbytes and `overcommit_kbytes_handler()` the
  /// ratio, mm/util.c, since 3.14; both in one write keep what was given.
  package mutating func apply(_ change: Sysctl) {
    if let value = change.overcommitMemory { overcommitMemory = value }
    if let value = change.overcommitRatio {
      overcommitRatio = value
      overcommitKbytes = 0
    }
    if let value = change.overcommitKbytes {
      overcommitKbytes = value
      if change.overcommitRatio == nil { overcommitRatio = 0 }
    }
    if let value = change.adminReserveKbytes { adminReserveKbytes = value }
    if let value = change.userReserveKbytes { userReserveKbytes = value }
    if let value = change.minFreeKbytes { minFreeKbytes = value }
    if let value = change.swappiness { swappiness = value }
    if let value = change.panicOnOOM { panicOnOOM = value }
    if let value = change.oomKillAllocatingTask { oomKillAllocatingTask = value }
    if let value = change.oomDumpTasks { oomDumpTasks = value }
  }
}
