/// The sysctls that a scenario can give; nil is the kernel's own default.
///
/// File: `/proc/sys/vm/…`. The unit is that of the file.
public struct Sysctl: Equatable, Sendable {
  /// How to admit address space. File: `vm.overcommit_memory`.
  public enum OvercommitMemory: Int64, Sendable {
    /// Refuses only a single request above memory and swap. Kernel: `OVERCOMMIT_GUESS`.
    case heuristic = 0
    /// Refuses nothing. Kernel: `OVERCOMMIT_ALWAYS`.
    case always = 1
    /// Keeps the sum of what is committed below the commit limit. Kernel: `OVERCOMMIT_NEVER`.
    case never = 2
  }

  /// When an OOM is a panic. File: `vm.panic_on_oom`.
  public enum PanicOnOOM: Int64, Sendable {
    /// Kills.
    case never = 0
    /// Panics when the whole machine is out of memory.
    case unconstrained = 1
    /// Panics in every OOM, that of a group, too.
    case always = 2
  }

  /// File: /proc/sys/vm/overcommit_memory.
  public var overcommitMemory: OvercommitMemory?
  /// Percent of memory that mode 2 lets be committed. Default 50.
  public var overcommitRatio: Int64?
  /// KiB that replace the ratio when not 0.
  public var overcommitKbytes: Kibibytes?
  /// KiB that mode 2 keeps for processes with `CAP_SYS_ADMIN`. File: /proc/sys/vm/admin_reserve_kbytes.
  public var adminReserveKbytes: Kibibytes?
  /// KiB that mode 2 holds back from a process. File: /proc/sys/vm/user_reserve_kbytes.
  public var userReserveKbytes: Kibibytes?
  /// KiB that stay free; by the size of memory when nil. File: /proc/sys/vm/min_free_kbytes.
  public var minFreeKbytes: Kibibytes?
  /// 0 to 200. Default 60.
  public var swappiness: Int64?
  /// Whether an OOM panics instead of killing. File: /proc/sys/vm/panic_on_oom.
  public var panicOnOOM: PanicOnOOM?
  /// Whether the process that asked dies, without a choice. File: /proc/sys/vm/oom_kill_allocating_task.
  public var oomKillAllocatingTask: Bool?
  /// Whether the kernel logs its table of tasks; decides nothing.
  package var oomDumpTasks: Bool?

  /// The sysctls that are given; nil is the kernel's own default.
  ///
  /// - Parameters: as the properties of the same names, in the units of their files.
  public init(
    overcommitMemory: OvercommitMemory? = nil, overcommitRatio: Int64? = nil,
    overcommitKbytes: Kibibytes? = nil, adminReserveKbytes: Kibibytes? = nil,
    userReserveKbytes: Kibibytes? = nil, minFreeKbytes: Kibibytes? = nil, swappiness: Int64? = nil,
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
