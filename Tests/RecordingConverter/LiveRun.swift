/// A run with memory cgroups of version 1. It took place on a live host, in a group of its own, and
/// has no script: what happened is in the writes to the groups' files and in a log.
struct LiveRun: Decodable, Sendable {
  /// The recording's own group, wherever on the host that was.
  static let top = "/lab"

  struct Write: Decodable, Sendable {
    /// From the recording's own group on, without a slash in front.
    var path: String
    var key: String
    var value: Int64
    var errno: Int

    var group: String { LiveRun.group(path) }
  }

  /// Something done or seen. Those that write to a group's file are in `cgset` as well.
  struct LogLine: Decodable, Sendable {
    var what: String

    var isWrite: Bool { ["set ", "raise ", "write "].contains(where: what.hasPrefix) }
  }

  struct Dump: Decodable, Sendable {
    var procs: [Process]
    var cgroups: [Group]
  }

  /// Sizes are kB. A process that has died has none.
  struct Process: Decodable, Sendable {
    var pid: Int64
    var name: String
    var oomScoreAdj: Int64?
    var size: Int64?
    var anon: Int64?
    var file: Int64?
    var shmem: Int64?
    var swap: Int64?
    var pageTables: Int64?

    private enum CodingKeys: String, CodingKey {
      case pid, name, oomScoreAdj
      case size = "VmSize"
      case anon = "RssAnon"
      case file = "RssFile"
      case shmem = "RssShmem"
      case swap = "VmSwap"
      case pageTables = "VmPTE"
    }
  }

  struct Group: Decodable, Sendable {
    var path: String
    /// The members' pids, each on a line of its own.
    var procs: String

    var members: [Int64] { procs.split(separator: "\n").compactMap { Int64($0) } }
  }

  /// The host's own size, recorded with something else.
  struct Host: Decodable {
    var totalpages: Int64

    var machine: Recording.Machine {
      Recording.Machine(ramPages: totalpages, swapPages: 0, meminfo: [:])
    }
  }

  var log: [LogLine]
  var dumps: [String: Dump]
  var cgset: [Write]

  static func group(_ path: String) -> String { path.isEmpty ? top : top + "/" + path }

  /// The writes that the log tells the moment of; all before them made the start state.
  var loggedWrites: ArraySlice<Write> { cgset.suffix(log.count(where: \.isWrite)) }
  var startWrites: ArraySlice<Write> { cgset.dropLast(loggedWrites.count) }

  /// Before anything grew.
  var start: Dump? { dumps["pre"] }
}

extension Recording {
  /// The version of the memory cgroups that the kernel was recorded with.
  var cgroupVersion: Int64 { live == nil ? 2 : 1 }

  /// Takes a run on a live host as if it had had a script, as far as a decision looks at one.
  mutating func adopt(_ run: LiveRun) {
    live = run
    if kernel.id.hasSuffix("-v1") { kernel.id.removeLast(3) }
    // A group's limit decides and not the machine's size, which may be in no file.
    machine = Machine(ramPages: 4_194_304, swapPages: 0, meminfo: [:])
    guard let start = run.start else { return }
    for group in start.cgroups {
      steps.append(Step(line: "cg " + LiveRun.group(group.path), t: 0))
    }
    for process in start.procs {
      let group = start.cgroups.first { $0.members.contains(process.pid) }
      processes.append(
        StartedProcess(
          name: process.name, pid: process.pid, mode: "fork", by: "init", uid: 0,
          adj: process.oomScoreAdj, cg: group.map { LiveRun.group($0.path) } ?? "/", t: 0))
    }
    dumps["pre"] = Dump(procs: start.procs.map { ProcessState($0) })
    events = run.cgset.map { write in
      Event(
        type: "cgset", t: 0, errno: write.errno, path: write.group, key: write.key,
        value: String(write.value))
    }
    events.append(Event(type: "dumped", t: 0, tag: "pre"))
    for oom in ooms {
      for kill in oom.killed {
        events.append(Event(type: "kill", t: oom.t ?? 0, pid: kill.pid, name: kill.name))
      }
    }
  }
}

extension Recording.ProcessState {
  fileprivate init(_ process: LiveRun.Process) {
    let anon = process.anon ?? 0
    let file = process.file ?? 0
    let shmem = process.shmem ?? 0
    self.init(
      pid: process.pid, name: process.name, uid: 0, oomScoreAdj: process.oomScoreAdj ?? 0,
      totalVm: (process.size ?? 0) / 4, rss: anon + file + shmem, rssAnon: anon, rssFile: file,
      rssShmem: shmem, swap: process.swap ?? 0, pageTables: process.pageTables ?? 0, walkRss: -1,
      walkSwap: -1, cgroup: "")
  }
}
