import OOMSimulator

/// Why a scenario cannot be done on a machine of the lab, each reason with the key that says so.
package struct CannotStage: Error, Equatable {
  package var reasons: [String]
}

/// Which keys of the format a machine can be made to have. A key that is not listed here is in the way, so one that
/// is new to the format is never passed over in silence.
enum StageableKeys {
  static let machine: Set<String> = [
    "memory", "swap", "page_size", "kernel", "slab_reclaimable", "page_cache",
    // Of the recorded machine they are measured.
    "free_pcp", "swap_cache", "committed",
    // They decide nothing in releases that boot here.
    "hz", "cpus",
  ]
  static let cgroup: Set<String> = [
    "memory.max", "memory.low", "memory.min", "memory.swap.max", "memory.oom.group", "page_cache",
  ]
  static let process: Set<String> = [
    "pid", "name", "count", "uid", "cgroup", "oom_score_adj", "anon", "file", "shmem", "segment",
    "swap", "shares_mm_with",
    // A kernel has these of its own.
    "ppid", "total_vm", "committed", "page_tables", "threads",
    // Read before 2.6.36 alone.
    "nice", "cpu_time", "run_time",
  ]
}

extension Scenario {
  /// Everything of it that no machine of the lab can be made to have or to do.
  var obstacles: [String] {
    var reasons: [String] = []
    if cgroupVersion != 2, !cgroups.isEmpty { reasons.append("cgroup_version 1: the guest has 2") }
    if isRecursivelyProtected { reasons.append("memory_recursiveprot") }
    if !killers.isEmpty { reasons.append("killers: the guest runs none") }
    reasons += keys(machine, Machine(), Machine.fields, StageableKeys.machine, of: "machine")
    if machine.pageSize != 4096 { reasons.append("machine.page_size: the guest has 4096") }
    if machine.swapDevices.contains(where: { $0.kind == .zram }) {
      reasons.append("machine.swap: a zram; the guest has a disk")
    }
    if sysctl.oomDumpTasks == false { reasons.append("vm.oom_dump_tasks: the table is needed") }
    for (path, group) in cgroups.sorted(by: { $0.key < $1.key }) {
      reasons += Self.obstacles(of: group, "cgroups.\(path)")
    }
    for row in 0..<processes.count {
      let process = processes[row]
      let usual = Process()
      reasons += keys(
        process, usual, Process.fields, StageableKeys.process, of: "processes.\(process.name)")
    }
    for (inner, group) in innerMembers {
      reasons.append("processes.\(inner): group \(group) has groups below it")
    }
    for event in events {
      if let reason = event.obstacle { reasons.append("events: \(reason)") }
    }
    return reasons.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Processes of a group that has others below it, which version 2 does not let be.
  private var innerMembers: [(process: String, group: String)] {
    var used: [(String, String)] = []
    var paths = Set(cgroups.keys)
    for row in 0..<processes.count {
      used.append((processes[row].name, processes[row].cgroup))
      paths.insert(processes[row].cgroup)
    }
    return used.filter { member in
      member.1 != "/" && paths.contains { $0.hasPrefix(member.1 + "/") }
    }
  }

  private static func obstacles(of group: Cgroup, _ name: String) -> [String] {
    Cgroup.files.filter { $0.exists(inVersion: 2) }.map(\.field).filter { field in
      !StageableKeys.cgroup.contains(field.key) && field.shown(group) != field.shown(Cgroup())
    }.map { "\(name).\($0.key)" }
  }

  private func keys<Root>(
    _ root: Root, _ usual: Root, _ fields: [Field<Root>], _ allowed: Set<String>, of name: String
  ) -> [String] {
    fields.filter { !allowed.contains($0.key) && $0.shown(root) != $0.shown(usual) }
      .map { "\(name).\($0.key)" }
  }
}

extension Event {
  /// Why a machine cannot be made to do this; nil where it can.
  var obstacle: String? {
    switch action {
    case .grow(_, let sizes, _, let nodes):
      if nodes != nil { return "grow: nodes" }
      return sizes.locked > 0 ? "grow: locked" : nil
    case .map, .exit, .move, .sysrq, .fork: return nil
    case .start(let process):
      let unknown = Scenario.Process.fields.filter {
        !StageableKeys.process.contains($0.key) && $0.shown(process) != $0.shown(Scenario.Process())
      }
      return unknown.first.map { "start: \($0.key)" }
    case .setProcess(_, let change):
      var other = change
      other.oomScoreAdj = nil
      return other == ProcessChange() ? nil : "set: another key of a process than oom_score_adj"
    case .setCgroup(_, let group):
      return Cgroup.files.filter { $0.exists(inVersion: 2) }.map(\.field).first {
        !StageableKeys.cgroup.contains($0.key) && $0.shown(group) != $0.shown(Cgroup())
      }.map { "set: \($0.key)" }
    case .growUnowned(.pageCache, _, _, _, _), .growUnowned(.tmpfs, _, _, _, nil): return nil
    case .growUnowned(.tmpfs, _, _, _, _): return "tmpfs: size"
    case .swapoff(nil, .some): return nil
    case .cow: return nil
    case .oom: return "oom: an OOM that is declared comes about by nothing"
    case .shrink: return "shrink"
    case .unmap: return "unmap"
    case .touch: return "touch"
    case .madvise: return "madvise"
    case .growUnowned(.kernel, _, _, _, _), .shrinkUnowned(.kernel, _, _, _): return "kernel"
    case .shrinkUnowned: return "memory of no process that goes"
    case .reclaim: return "reclaim"
    case .setSysctl: return "set: a sysctl while processes run"
    case .pressure: return "pressure"
    case .setMachine: return "set: machine"
    case .swapoff: return "swapoff: a part of swap, or by nobody"
    case .swapon: return "swapon"
    }
  }
}
