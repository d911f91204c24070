package import OOMSimulator

/// What the kernel shows of a process in /proc/PID/status.
///
/// Kernel: `proc_pid_status()`, fs/proc/array.c, with `task_mem()`, fs/proc/task_mmu.c.
package struct ProcessStatus: Equatable, Sendable {
  /// With line breaks and backslashes escaped; `ProcessStat` has it as it is.
  package var name: [UInt8] = []
  package var ppid: Int32 = 0
  package var uid: UInt32 = 0
  package var threads: Int64 = 1
  /// One letter: `R`, `S`, `Z` and so on.
  package var state: UInt8 = 0
  /// Kernel: `mm->total_vm`. Nil for a task without an address space.
  package var vmSize: Kibibytes?
  package var vmLck: Kibibytes = 0
  package var vmRSS: Kibibytes = 0
  /// Since 4.5; before that `statm` has the parts of `vmRSS`.
  package var rssAnon: Kibibytes?
  package var rssFile: Kibibytes?
  package var rssShmem: Kibibytes?
  /// Since 2.6.34.
  package var vmSwap: Kibibytes = 0
  /// Page tables: the last level alone to 4.14, all of them since 4.15.
  package var vmPTE: Kibibytes = 0
  /// 4.0 to 4.14. Kernel: `mm_nr_pmds()`.
  package var vmPMD: Kibibytes?
  /// Of `CapEff`, those that some release's rules read.
  package var capabilities: Capabilities?
  package var memsAllowed: NodeMask?
  /// Since 6.10; `ProcessStat` tells it, too.
  package var isKernelThread = false

  package init(_ bytes: [UInt8]) {
    bytes[...].forEachLine { line in
      // By the first letter: a host has tens of thousands of these files, with sixty lines each.
      switch line.first {
      case UInt8(ascii: "V"): memory(line)
      case UInt8(ascii: "R"): resident(line)
      default: other(line)
      }
    }
  }

  private mutating func memory(_ line: HostBytes) {
    if let rest = line.after("VmSize:") {
      vmSize = rest.number.map { Kibibytes($0) }
    } else if let rest = line.after("VmRSS:") {
      vmRSS = rest.size
    } else if let rest = line.after("VmSwap:") {
      vmSwap = rest.size
    } else if let rest = line.after("VmPTE:") {
      vmPTE = rest.size
    } else if let rest = line.after("VmPMD:") {
      vmPMD = rest.size
    } else if let rest = line.after("VmLck:") {
      vmLck = rest.size
    }
  }

  private mutating func resident(_ line: HostBytes) {
    if let rest = line.after("RssAnon:") {
      rssAnon = rest.size
    } else if let rest = line.after("RssFile:") {
      rssFile = rest.size
    } else if let rest = line.after("RssShmem:") {
      rssShmem = rest.size
    }
  }

  private mutating func other(_ line: HostBytes) {
    if let rest = line.after("Uid:") {
      uid = rest.number.flatMap { UInt32(exactly: $0) } ?? 0
    } else if let rest = line.after("Name:\t") {
      name = Array(rest)
    } else if let rest = line.after("PPid:") {
      ppid = rest.number.flatMap { Int32(exactly: $0) } ?? 0
    } else if let rest = line.after("State:") {
      state = rest.stripped.first ?? 0
    } else if let rest = line.after("Threads:") {
      threads = rest.number ?? 1
    } else if let rest = line.after("CapEff:") {
      capabilities = rest.hexadecimal.map(Self.capabilities)
    } else if let rest = line.after("Mems_allowed_list:") {
      memsAllowed = NodeMask(String(decoding: rest.stripped, as: UTF8.self))
    } else if let rest = line.after("Kthread:") {
      isKernelThread = rest.number == 1
    }
  }

  /// Kernel: `CAP_SYS_RAWIO`, `CAP_SYS_ADMIN` and `CAP_SYS_RESOURCE`, include/uapi/linux/capability.h.
  private static func capabilities(_ bits: UInt64) -> Capabilities {
    var capabilities: Capabilities = []
    if bits & 1 << 17 != 0 { capabilities.insert(.sysRawIO) }
    if bits & 1 << 21 != 0 { capabilities.insert(.sysAdmin) }
    if bits & 1 << 24 != 0 { capabilities.insert(.sysResource) }
    return capabilities
  }
}

extension ProcessStatus {
  /// The page size by the number of pages that /proc/PID/statm has for `VmSize`; nil where it tells none.
  ///
  /// Kernel: `task_statm()` and `task_mem()`, fs/proc/task_mmu.c: both are `mm->total_vm`.
  package func pageSize(statm bytes: [UInt8]) -> Int64? {
    guard let vmSize, let pages = bytes[...].words.first?.number, pages > 0 else { return nil }
    let size = vmSize.rawValue.dividedReportingOverflow(by: pages)
    let isWhole = vmSize.rawValue % pages == 0
    return isWhole && [4, 16, 64].contains(size.partialValue) ? size.partialValue << 10 : nil
  }
}

extension HostBytes {
  /// A number of pages that nothing can make negative, or larger than what a scenario can hold.
  var pages: Int64 { Swift.min(Swift.max(number ?? 0, 0), Scenario.mostKibibytes.rawValue) }

  /// A size that nothing can make negative, or larger than what a scenario can hold.
  var size: Kibibytes {
    Swift.min(Swift.max(Kibibytes(number ?? 0), 0), Scenario.mostKibibytes)
  }
}

/// What is needed of /proc/PID/stat.
///
/// Kernel: `do_task_stat()`, fs/proc/array.c.
package struct ProcessStat: Equatable, Sendable {
  /// As it is, in any bytes but 0. Kernel: `task->comm`.
  package var comm: [UInt8]
  package var state: UInt8
  package var ppid: Int32
  /// Kernel: `task->flags`.
  package var flags: Int64
  /// Ticks of 1/100 s.
  package var utime: Int64
  package var stime: Int64
  package var nice: Int64
  /// Ticks since the machine began: the order in which processes were made.
  package var startTime: Int64

  /// Kernel: `PF_KTHREAD`, include/linux/sched.h.
  package var isKernelThread: Bool { flags & 0x0020_0000 != 0 }

  /// - Returns: nil for a text that is none, or is cut short.
  package init?(_ bytes: [UInt8]) {
    // The name may hold anything, a parenthesis, too: it ends at the last one.
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")),
      let close = bytes.lastIndex(of: UInt8(ascii: ")")), close > open
    else { return nil }
    comm = Array(bytes[(open + 1)..<close])
    let fields = bytes[(close + 1)...].words
    // The first is field 3 of the file.
    guard fields.count > 19, let letter = fields[0].first, let parent = fields[1].number,
      let flags = fields[6].number, let start = fields[19].number
    else { return nil }
    state = letter
    ppid = Int32(exactly: parent) ?? 0
    self.flags = flags
    utime = max(fields[11].number ?? 0, 0)
    stime = max(fields[12].number ?? 0, 0)
    nice = fields[16].number ?? 0
    startTime = max(start, 0)
  }
}

/// Where a process is, from /proc/PID/cgroup.
///
/// Kernel: `proc_cgroup_show()`, kernel/cgroup/cgroup.c.
package struct ProcessCgroups: Equatable, Sendable {
  /// In the hierarchy of version 1 that has the memory controller.
  package var memory: String?
  /// In the hierarchy of version 2.
  package var unified: String?

  package init(_ bytes: [UInt8]) {
    bytes[...].forEachLine { line in
      let parts = line.split(
        separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return }
      if parts[0].elementsEqual("0".utf8), parts[1].isEmpty {
        unified = parts[2].lossless
      } else if parts[1].split(separator: UInt8(ascii: ",")).contains(where: {
        $0.elementsEqual("memory".utf8)
      }) {
        memory = parts[2].lossless
      }
    }
  }
}
