/// The pieces that all recorded scenarios are put together from, in the key order of the format.

func pages(_ count: Int64) -> JSONValue { .string("\(count) pages") }

/// Builds an object key by key and leaves out what says nothing.
struct ObjectBuilder {
  private(set) var members: [JSONValue.Member] = []

  var value: JSONValue { .object(members) }
  var isEmpty: Bool { members.isEmpty }

  mutating func add(_ key: String, _ value: JSONValue) {
    members.append(.init(key: key, value: value))
  }

  mutating func addPages(_ key: String, _ count: Int64) {
    if count > 0 { add(key, pages(count)) }
  }
}

struct ProcessEntry {
  var pid: Int64?
  var name: String
  var cgroup = "/"
  var uid: Int64 = 0
  var oomScoreAdj: Int64 = 0
  var anon: Int64 = 0
  var file: Int64 = 0
  var shmem: Int64 = 0
  var swap: Int64 = 0
  var locked: Int64 = 0
  var totalVM: Int64 = 0
  var committed: Int64?
  var pageTables: Int64 = 0
  var sharesMMWith: String?
  var isInVfork = false
  var isInSwapoff = false
  var threads: Int64 = 1
  var mempolicy: String?
  var segment: String?

  var value: JSONValue {
    var object = ObjectBuilder()
    if let pid { object.add("pid", .int(pid)) }
    object.add("name", .string(name))
    if cgroup != "/" { object.add("cgroup", .string(cgroup)) }
    if uid != 0 { object.add("uid", .int(uid)) }
    if oomScoreAdj != 0 { object.add("oom_score_adj", .int(oomScoreAdj)) }
    if threads != 1 { object.add("threads", .int(threads)) }
    if isInSwapoff { object.add("swapoff", true) }
    if let mempolicy { object.add("mempolicy", .string(mempolicy)) }
    if let sharesMMWith {
      object.add("shares_mm_with", .string(sharesMMWith))
      if isInVfork { object.add("in_vfork", true) }
      return object.value
    }
    object.addPages("anon", anon)
    object.addPages("file", file)
    object.addPages("shmem", shmem)
    if let segment { object.add("segment", .string(segment)) }
    object.addPages("swap", swap)
    object.addPages("locked", locked)
    object.addPages("total_vm", totalVM)
    if let committed { object.add("committed", pages(committed)) }
    object.addPages("page_tables", pageTables)
    return object.value
  }
}

extension Memcg {
  /// The files that a scenario knows; a group may have others written to it.
  static let files: Set<String> = [
    "memory.min", "memory.low", "memory.high", "memory.max", "memory.swap.max",
    "memory.oom.group", "cpuset.mems",
    // Of version 1.
    "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.use_hierarchy",
    "memory.oom_control",
  ]

  var value: JSONValue { value() }

  /// - Parameter kernel: what the kernel keeps for the group at the start.
  func value(kernel: Int64 = 0) -> JSONValue {
    var object = ObjectBuilder()
    for file in files where Self.files.contains(file.key) {
      object.add(file.key, Self.value(of: file.value, for: file.key))
    }
    object.addPages("kernel", kernel)
    return object.value
  }

  /// A value as it was written to the file, in the spelling of scenarios.
  static func value(of text: String, for key: String) -> JSONValue {
    if key == "cpuset.mems" { return .string(text) }
    let number = Int64(text)
    if let number, ["memory.oom.group", "memory.use_hierarchy"].contains(key) {
      return .int(number)
    }
    if let number, key == "memory.oom_control" { return ["oom_kill_disable": .int(number)] }
    if let number { return .int(number) }
    if text.hasSuffix("K"), let count = Int64(text.dropLast()) { return .string("\(count)kB") }
    return .string(text)
  }
}

enum SysctlDefaults {
  /// What a kernel starts with where that does not depend on the machine.
  static let values: [(name: String, value: Int64)] = [
    ("overcommit_memory", 0), ("overcommit_ratio", 50), ("overcommit_kbytes", 0),
    ("swappiness", 60), ("panic_on_oom", 0), ("oom_kill_allocating_task", 0),
    ("oom_dump_tasks", 1),
  ]

  /// The settings that differ from the defaults.
  static func differing(_ sysctls: [String: Int64]) -> ObjectBuilder {
    var object = ObjectBuilder()
    for (name, usual) in values {
      // The kernel keeps one of ratio and kbytes and shows the other as 0.
      if name == "overcommit_ratio", sysctls["overcommit_kbytes"] ?? 0 != 0 { continue }
      if let value = sysctls[name], value != usual { object.add("vm." + name, .int(value)) }
    }
    return object
  }
}
