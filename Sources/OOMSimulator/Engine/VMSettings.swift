/// The sysctls of a run with the kernel's defaults filled in.
struct VMSettings: Equatable, Sendable {
  var overcommitMemory: Sysctl.OvercommitMemory
  var overcommitRatio: Int64
  var overcommitKbytes: Kibibytes
  var adminReserveKbytes: Kibibytes
  var userReserveKbytes: Kibibytes
  var minFreeKbytes: Kibibytes
  var swappiness: Int64
  var panicOnOOM: Sysctl.PanicOnOOM
  var oomKillAllocatingTask: Bool

  init(_ sysctl: Sysctl, machine: Machine, rules: Rules) {
    overcommitMemory = sysctl.overcommitMemory ?? .heuristic
    // A release without the kbytes goes by the ratio. With them, writing them clears the ratio: a scenario
    // that gives only them has none.
    let kbytes = rules.overcommit.hasKbytes ? sysctl.overcommitKbytes : nil
    overcommitKbytes = kbytes ?? 0
    overcommitRatio = sysctl.overcommitRatio ?? (kbytes == nil ? 50 : 0)
    let kernelPages = machine.kernel + machine.slabReclaimable + machine.hugetlb
    let freeAtBoot = machine.pageSize.kibibytes(pages: max(machine.memory - kernelPages, 0))
    adminReserveKbytes =
      sysctl.adminReserveKbytes ?? defaultAdminReserveKbytes(freeAtBoot: freeAtBoot)
    userReserveKbytes =
      sysctl.userReserveKbytes ?? defaultUserReserveKbytes(freeAtBoot: freeAtBoot)
    minFreeKbytes =
      sysctl.minFreeKbytes
      ?? defaultMinFreeKbytes(
        lowmem: machine.pageSize.kibibytes(pages: machine.memory),
        most: rules.watermarks.mostMinFreeKbytes)
    swappiness = sysctl.swappiness ?? 60
    panicOnOOM = sysctl.panicOnOOM ?? .never
    oomKillAllocatingTask = sysctl.oomKillAllocatingTask ?? false
  }
}
