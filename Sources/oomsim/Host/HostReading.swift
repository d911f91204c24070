import Glibc
import OOMFormats
import OOMSimulator

/// Reads a host: every file once, processes one after the other.
struct HostReading {
  private(set) var host = Host()
  /// Processes that ended while they were read.
  private(set) var vanished = 0
  /// Processes of which even `status` cannot be read.
  private(set) var closed = 0
  /// Processes whose files are empty: tar and cp make such copies of /proc.
  private(set) var empty = 0
  /// Files that cannot be read, by their names.
  private(set) var unreadable: [String: Int] = [:]
  /// What else has to be said.
  private(set) var notes: [String] = []
  /// The first thing in a copy that no kernel shows.
  private(set) var fault: ScenarioError?

  private let directory: HostDirectory
  private let isCopy: Bool

  /// - Parameters:
  ///   - isLive: the directory is that of this host, not a copy.
  ///   - asksSystemd: also runs systemctl on this host, which takes memory where there may be little, and time.
  init?(_ directory: HostDirectory, isLive: Bool, asksSystemd: Bool = false) {
    self.directory = directory
    isCopy = !isLive
    guard let names = directory.list("proc") else { return nil }
    let pids = names.compactMap { Int32($0) }.filter { 0 < $0 && $0 < Scenario.Process.pidLimit }
      .sorted()
    readKernel(isLive: isLive)
    readMachine(pids, isLive: isLive)
    for part in ProcessReading.read(pids, below: directory, isCopy: isCopy) {
      host.processes += part.processes
      vanished += part.vanished
      closed += part.closed
      empty += part.empty
      unreadable.merge(part.unreadable) { $0 + $1 }
      fault = fault ?? part.fault
    }
    readGroups()
    if !isLive || asksSystemd { readUnits(isLive: isLive) }
    host.pressure = bytes("proc/pressure/memory").flatMap(HostPressure.init)
  }

  /// Whether this is a copy that holds names alone.
  var isEmptyCopy: Bool { hasEmptyMeminfo || empty > 0 && host.processes.isEmpty }

  /// Whether there is nothing at all of what /proc has.
  var isNoCopy: Bool { host.machine.meminfo.isEmpty && host.processes.isEmpty && closed == 0 }

  private var hasEmptyMeminfo = false

  /// Where a collected host says its page size, which no file of it does.
  static let pageSizeFile = "oomsim/page_size"

  /// Where a collected host says what systemctl showed of its units.
  static let unitsFile = "oomsim/units"

  private mutating func readUnits(isLive: Bool) {
    guard let bytes = isLive ? CommandOutput.bytes(of: HostUnits.command) : bytes(Self.unitsFile)
    else { return }
    do throws(ScenarioError) {
      host.units = try HostUnits(bytes, cgroupVersion: host.cgroupVersion)
    } catch {
      notes.append("what systemctl shows is left out: \(error.diagnostics.first?.message ?? "")")
    }
  }

  private mutating func bytes(_ name: String, as label: String) -> [UInt8]? {
    switch directory.read(name) {
    case .bytes(let bytes):
      // An empty file is one that a copy has by its name alone.
      if isCopy, fault == nil, !bytes.isEmpty { fault = directory.fault(in: bytes, of: name) }
      return bytes
    case .missing: return nil
    case .unreadable:
      unreadable[label, default: 0] += 1
      return nil
    }
  }

  private mutating func bytes(_ name: String) -> [UInt8]? { bytes(name, as: "/" + name) }

  private mutating func readKernel(isLive: Bool) {
    var text = bytes("proc/sys/kernel/osrelease").map(hostLine)
    if text == nil, isLive {
      var name = utsname()
      if unsafe uname(&name) == 0 {
        text = unsafe withUnsafePointer(to: &name.release) {
          unsafe $0.withMemoryRebound(to: CChar.self, capacity: 65) { unsafe String(cString: $0) }
        }
      }
    }
    if let release = text.flatMap({ KernelRelease($0) }) {
      host.release = release
    } else {
      let found = text.map { "'\($0)' is no kernel release" } ?? "no /proc/sys/kernel/osrelease"
      notes.append("\(found): taken for \(host.release)")
    }
  }

  private mutating func readMachine(_ pids: [Int32], isLive: Bool) {
    if let bytes = bytes("proc/meminfo") {
      hasEmptyMeminfo = bytes.isEmpty
      host.machine.read(meminfo: bytes)
      if isCopy, fault == nil, !bytes.isEmpty, host.machine.meminfo["MemTotal"] ?? 0 == 0 {
        fault = HostFileFault(line: 1, column: 1, message: "no MemTotal in it").error(
          file: directory.path + "/proc/meminfo")
      }
    } else {
      notes.append("no /proc/meminfo: the machine's memory is not known")
    }
    let vmstat = bytes("proc/vmstat")
    if isLive {
      host.machine.pageSize = Bytes(Int64(sysconf(Int32(_SC_PAGESIZE))))
    } else if let size = bytes(Self.pageSizeFile).flatMap(hostNumber) {
      host.machine.setPageSize(size)
    } else if !provePageSize(pids), let vmstat {
      host.machine.inferPageSize(vmstat: vmstat, release: host.release)
      if host.machine.pageSize != 4096 {
        notes.append(
          "no file tells the page size: taken for \(host.machine.pageSize.rawValue >> 10) KiB by nr_free_pages of /proc/vmstat beside MemFree of /proc/meminfo, or by the name of the kernel"
        )
      }
    }
    let zoneinfo = bytes("proc/zoneinfo")
    if let zoneinfo, let vmstat {
      host.machine.readOwnCounters(zoneinfo: zoneinfo, vmstat: vmstat)
    }
    if let bytes = bytes("sys/devices/system/cpu/online") { host.machine.read(cpusOnline: bytes) }
    if let bytes = bytes("sys/module/zswap/parameters/enabled") {
      host.machine.read(zswapEnabled: bytes)
    }
    if let bytes = bytes("sys/module/zswap/parameters/max_pool_percent") {
      host.machine.read(zswapMaxPoolPercent: bytes)
    }
    if let bytes = bytes("proc/swaps") { host.machine.read(swaps: bytes) }
    for index in host.machine.swaps.indices where host.machine.swaps[index].isZram {
      let file = "sys/block/\(host.machine.swaps[index].device)/mm_stat"
      host.machine.swaps[index].ratio = bytes(file).flatMap(HostMachine.zramRatio)
    }
    let nodes = (directory.list("sys/devices/system/node") ?? []).compactMap {
      $0.hasPrefix("node") ? Int($0.dropFirst(4)) : nil
    }.filter { 0..<NodeMask.most ~= $0 }
    if nodes.count > 1 {
      for node in nodes {
        if let bytes = bytes("sys/devices/system/node/node\(node)/meminfo") {
          host.machine.read(nodeMeminfo: bytes, node: node)
        }
      }
      if let zoneinfo { host.machine.read(zoneinfo: zoneinfo) }
    }
    for name in HostSysctls.names {
      if let number = bytes("proc/sys/vm/" + name).flatMap(hostNumber) {
        host.sysctls[name] = number
      }
    }
  }

  /// Takes the page size that counts of pages and of kB tell, which processes show beside each other.
  ///
  /// - Returns: false where none do.
  private mutating func provePageSize(_ pids: [Int32]) -> Bool {
    var counts: [Int64: Int] = [:]
    for pid in pids.prefix(200) {
      guard case .bytes(let statm) = directory.read("proc/\(pid)/statm"),
        case .bytes(let status) = directory.read("proc/\(pid)/status"),
        let size = ProcessStatus(status).pageSize(statm: statm)
      else { continue }
      counts[size, default: 0] += 1
    }
    guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
      return false
    }
    host.machine.setPageSize(most.key)
    return true
  }

  private mutating func readGroups() {
    let isVersionOne = host.processes.contains { $0.cgroups?.memory != nil }
    host.cgroupVersion = isVersionOne ? 1 : 2
    var base = isVersionOne ? "sys/fs/cgroup/memory" : "sys/fs/cgroup"
    if !isVersionOne, !directory.exists(base + "/cgroup.controllers"),
      directory.exists(base + "/unified/cgroup.controllers")
    {
      base += "/unified"
    }
    let paths = host.groupPaths
    let isMounted = directory.exists(base)
    if !isMounted, !paths.isEmpty {
      notes.append(
        "no /\(base): the limits of \(counted(paths.count, "group", "groups")) are not known")
    }
    var unseen = 0
    for path in paths where isMounted {
      if !directory.exists(base + path) {
        unseen += 1
        continue
      }
      var group = HostGroup()
      for file in HostGroup.files(version: host.cgroupVersion) {
        if let bytes = bytes(base + path + "/" + file, as: file) { group.read(file, bytes) }
      }
      host.groups[path] = group
    }
    if unseen > 0 {
      notes.append("\(unseen) of \(paths.count) groups are not in /\(base): limits not known")
    }
    let outside = host.processes.count { process in
      let path = isVersionOne ? process.cgroups?.memory : process.cgroups?.unified
      return path.map { $0 != "/" && host.group(of: process) == "/" } ?? false
    }
    if outside > 0 {
      notes.append("\(outside) processes are in groups that cannot be seen from here: put in /")
    }
  }

  /// What could not be read, a line each.
  var complaints: [String] {
    var lines = notes
    if vanished > 0 {
      lines.append("\(counted(vanished, "process", "processes")) ended while being read")
    }
    if empty > 0 {
      lines.append("\(counted(empty, "process", "processes")) left out: their files are empty")
    }
    if closed > 0 {
      lines.append("\(closed) of \(host.processes.count + closed) processes cannot be read")
    }
    let files = unreadable.sorted { $0.key < $1.key }
    if !files.isEmpty {
      lines.append(
        "cannot be read: " + files.map { "\($0.key) (\($0.value))" }.joined(separator: ", "))
    }
    return lines
  }
}

/// `1 process`, `2 processes`.
func counted(_ count: Int, _ one: String, _ many: String) -> String {
  "\(count) \(count == 1 ? one : many)"
}
