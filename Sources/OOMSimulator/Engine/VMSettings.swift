/// The sysctls of a run with the kernel's defaults filled in; sizes in the unit of the file.
struct VMSettings: Equatable, Sendable {
  var overcommitMemory: Sysctl.OvercommitMemory
  var overcommitRatio: Int64
  var overcommitKbytes: Int64
  var adminReserveKbytes: Int64
  var userReserveKbytes: Int64
  var minFreeKbytes: Int64
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
    let freeAtBootKiB = max(machine.memory - kernelPages, 0) * (machine.pageSize / 1024)
    adminReserveKbytes =
      sysctl.adminReserveKbytes ?? defaultAdminReserveKbytes(freeAtBootKiB: freeAtBootKiB)
    userReserveKbytes =
      sysctl.userReserveKbytes ?? defaultUserReserveKbytes(freeAtBootKiB: freeAtBootKiB)
    minFreeKbytes =
      sysctl.minFreeKbytes
      ?? defaultMinFreeKbytes(
        lowmemKiB: machine.memoryKiB, most: rules.watermarks.mostMinFreeKbytes)
    swappiness = sysctl.swappiness ?? 60
    panicOnOOM = sysctl.panicOnOOM ?? .never
    oomKillAllocatingTask = sysctl.oomKillAllocatingTask ?? false
  }
}
