import Glibc
import OOMFormats
import OOMSimulator

/// Reads some of a host's processes.
///
/// Every file is read with one call into one buffer: what the kernel shows in these files fits in a page. Where
/// there are many, several threads share them, each with a reading of its own.
final class ProcessReading {
  private(set) var processes: [HostProcess] = []
  /// Processes that ended while they were read.
  private(set) var vanished = 0
  /// Processes of which even `status` cannot be read.
  private(set) var closed = 0
  /// Processes whose `status` is empty, which no kernel shows.
  private(set) var empty = 0
  /// Files that cannot be read, by their names.
  private(set) var unreadable: [String: Int] = [:]

  /// The first thing in a copy that no kernel shows.
  private(set) var fault: ScenarioError?

  private let directory: HostDirectory
  private let isCopy: Bool
  private let pids: ArraySlice<Int32>

  private init(_ directory: HostDirectory, _ pids: ArraySlice<Int32>, isCopy: Bool) {
    self.directory = directory
    self.isCopy = isCopy
    self.pids = pids
    processes.reserveCapacity(pids.count)
  }

  /// Reads all of them, in parts that are in order.
  static func read(
    _ pids: [Int32], below directory: HostDirectory, isCopy: Bool
  ) -> [ProcessReading] {
    // A thread is worth its start from some thousand files on.
    let cores = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
    let count = min(cores, pids.count / 500 + 1, 8)
    var readings: [ProcessReading] = []
    for part in 0..<count {
      let slice = pids[(pids.count * part / count)..<(pids.count * (part + 1) / count)]
      // The first part is read here, with what is open already.
      let own = part == 0 ? directory : directory.another() ?? directory
      readings.append(ProcessReading(own, slice, isCopy: isCopy))
    }
    var threads: [pthread_t] = []
    for reading in readings.dropFirst() {
      var thread = pthread_t()
      let argument = unsafe Unmanaged.passRetained(reading)
      let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
        if let pointer = unsafe $0 {
          unsafe Unmanaged<ProcessReading>.fromOpaque(pointer).takeRetainedValue().run()
        }
        return nil
      }
      if unsafe reading.directory !== directory
        && pthread_create(&thread, nil, start, argument.toOpaque()) == 0
      {
        threads.append(thread)
      } else {
        unsafe argument.release()
        reading.run()
      }
    }
    readings[0].run()
    for thread in threads { pthread_join(thread, nil) }
    return readings
  }

  private func run() {
    for pid in pids { readProcess(pid) }
  }

  private func bytes(_ name: String, as label: String) -> [UInt8]? {
    switch directory.readOnce(name) {
    case .bytes(let bytes):
      check(bytes, name)
      return bytes
    case .missing: return nil
    case .unreadable:
      unreadable[label, default: 0] += 1
      return nil
    }
  }

  /// An empty file is one that a copy has by its name alone.
  private func check(_ bytes: [UInt8], _ name: String) {
    if isCopy, fault == nil, !bytes.isEmpty { fault = directory.fault(in: bytes, of: name) }
  }

  private func readProcess(_ pid: Int32) {
    let base = "proc/\(pid)/"
    let status: [UInt8]
    switch directory.readOnce(base + "status") {
    case .bytes(let bytes): status = bytes
    case .missing:
      vanished += 1
      return
    case .unreadable:
      closed += 1
      return
    }
    if status.isEmpty {
      empty += 1
      return
    }
    check(status, base + "status")
    // One after the other without anything in between: the kernel computes the score when it is read.
    let score = bytes(base + "oom_score", as: "/proc/PID/oom_score")
    var process = HostProcess(pid: pid, status: ProcessStatus(status))
    process.oomScore = hostNumber(score)
    guard let stat = bytes(base + "stat", as: "/proc/PID/stat").flatMap(ProcessStat.init) else {
      if !directory.exists(base + "status") {
        vanished += 1
      } else {
        keep(process, base)
      }
      return
    }
    process.stat = stat
    keep(process, base)
  }

  private func keep(_ process: HostProcess, _ base: String) {
    var process = process
    if process.hasEnded, process.status.threads > 1 { readThread(of: &process, base) }
    process.oomScoreAdj = hostNumber(bytes(base + "oom_score_adj", as: "/proc/PID/oom_score_adj"))
    if process.oomScoreAdj == nil {
      process.oomAdj = hostNumber(bytes(base + "oom_adj", as: "/proc/PID/oom_adj"))
    }
    if process.status.rssAnon == nil, process.status.vmSize != nil {
      if let bytes = bytes(base + "statm", as: "/proc/PID/statm") { process.read(statm: bytes) }
    }
    process.cgroups = bytes(base + "cgroup", as: "/proc/PID/cgroup").map(ProcessCgroups.init)
    processes.append(process)
  }

  /// A process whose first thread has ended shows its memory in the others alone.
  ///
  /// Kernel: `find_lock_task_mm()`, mm/oom_kill.c, looks at them, too.
  private func readThread(of process: inout HostProcess, _ base: String) {
    let threads = (directory.list(base + "task") ?? []).compactMap { Int32($0) }.sorted()
    for thread in threads where thread != process.pid {
      guard let bytes = bytes("\(base)task/\(thread)/status", as: "/proc/PID/task/TID/status")
      else { continue }
      let status = ProcessStatus(bytes)
      if status.vmSize == nil { continue }
      let uid = process.status.uid
      process.status = status
      process.status.uid = uid
      return
    }
  }
}
