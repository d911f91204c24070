internal import OOMSimulator
internal import VictimSelection

// The sections `machine`, `sysctl` and `cgroups`.

extension Fields {
  static let machineKeys = ObjectKeys([
    "memory", "swap", "page_size", "kernel", "slab_reclaimable", "page_cache", "hugetlb", "hz",
    "exit_delay", "word_bits", "nodes",
  ])

  mutating func machine(into machine: inout Machine) throws(JSONError) {
    let offset = try startOfNext()
    var copy = machine
    let seen = try object(Self.machineKeys) { (fields, key) throws(JSONError) in
      try fields.machineField(Self.machineKeys.names[key], into: &copy)
    }
    machine = copy
    let onNodes = machine.nodes.reduce(0) { $0 + $1.memory }
    if machine.memory == 0 { machine.memory = onNodes }
    if !machine.nodes.isEmpty, onNodes != machine.memory {
      wrong(
        "the nodes have \(onNodes) pages together, the machine \(machine.memory)", at: offset)
    }
    let stated = machine.nodes.compactMap(\.kernel)
    if !stated.isEmpty {
      let onNodes = stated.reduce(0, +)
      if machine.kernel == 0 { machine.kernel = onNodes }
      if stated.count != machine.nodes.count {
        wrong("'kernel' is to be given for all nodes or for none", at: offset)
      } else if machine.kernel != onNodes {
        wrong(
          "'kernel' is \(machine.kernel) pages, on the nodes it is \(onNodes) together", at: offset)
      }
    }
    if let seen, seen & 1 == 0, machine.memory == 0 {
      wrong("'memory' is missing: what the kernel manages, MemTotal", at: offset)
    }
  }

  mutating func machineField(_ key: String, into machine: inout Machine) throws(JSONError) {
    let offset = try startOfNext()
    switch key {
    case "memory":
      if let value = try size() {
        machine.memory = value
        if value == 0 { wrong("a machine without memory", at: offset) }
      }
    case "swap": try swap(into: &machine)
    case "page_size": machine.pageSize = try pageSizeField() ?? machine.pageSize
    case "kernel": machine.kernel = try size() ?? machine.kernel
    case "slab_reclaimable": machine.slabReclaimable = try size() ?? machine.slabReclaimable
    case "page_cache": machine.pageCache = try size() ?? machine.pageCache
    case "hugetlb": machine.hugetlb = try size() ?? machine.hugetlb
    case "hz": machine.hz = try integer(24...1200) ?? machine.hz
    case "nodes": machine.nodes = try nodeList()
    case "word_bits":
      if let bits = try integer(0...1024) {
        if let word = WordBits(rawValue: Int(bits)) {
          machine.wordBits = word
        } else {
          wrong("a kernel has words of 32 or 64 bits, found \(bits)", at: offset)
        }
      }
    case "exit_delay": machine.exitDelay = try duration() ?? machine.exitDelay
    default: break
    }
  }

  mutating func pageSizeField() throws(JSONError) -> Int64? {
    let offset = try startOfNext()
    guard let value = try integer(0...Int64.max) else { return nil }
    if [4096, 16384, 65536].contains(value) { return value }
    wrong("\(value) is no page size: 4096, 16384 or 65536", at: offset)
    return nil
  }

  /// Kernel: `MAX_SWAPFILES`, less where it keeps some for itself.
  private static let maxSwapDevices = 32

  static let swapDeviceKeys = ObjectKeys(["size", "kind", "ratio"])

  /// A size, or a list of devices, of which the first is filled first.
  private mutating func swap(into machine: inout Machine) throws(JSONError) {
    if try json.peek() != .array {
      machine.swap = try size() ?? machine.swap
      machine.swapDevices = []
      return
    }
    var devices: [SwapDevice] = []
    let start = try startOfNext()
    try list { (fields) throws(JSONError) in
      let offset = try fields.startOfNext()
      var device = SwapDevice(size: 0)
      let seen = try fields.object(Self.swapDeviceKeys) { (fields, key) throws(JSONError) in
        try fields.swapDeviceField(key, into: &device)
      }
      if let seen {
        fields.needs("size", seen & 1 != 0, at: offset)
        if seen & 4 != 0, device.kind == .disk {
          fields.wrong("'ratio' is that of a zram", at: offset)
        }
      }
      devices.append(device)
    }
    if devices.count > Self.maxSwapDevices {
      wrong("\(devices.count) swap devices, more than \(Self.maxSwapDevices)", at: start)
      return
    }
    machine.swap = devices.reduce(0) { $0 + $1.size }
    machine.swapDevices = devices.contains { $0.kind == .zram } ? devices : []
  }

  mutating func swapDeviceField(_ key: Int, into device: inout SwapDevice) throws(JSONError) {
    switch key {
    case 0: device.size = try size() ?? device.size
    case 1:
      device.kind = try word(SwapDevice.Kind.allCases.map { ($0.rawValue, $0) }) ?? device.kind
    default: device.ratio = try ratio() ?? device.ratio
    }
  }

  /// How much smaller a zram makes a page, from 1 to 100, in thousandths.
  private mutating func ratio() throws(JSONError) -> Int64? {
    let allowed = "a ratio from 1 to 100 with at most three places, such as 2.8"
    let offset = try startOfNext()
    guard try expect(.number, or: allowed) else { return nil }
    let text = json.text(try json.readNumber())
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let places = parts.count == 2 ? String(parts[1]) : ""
    let padded = places + String(repeating: "0", count: max(3 - places.count, 0))
    if parts.count <= 2, places.count <= 3, let whole = Int64(parts[0]), let rest = Int64(padded),
      (1...100).contains(whole), whole * 1000 + rest <= 100_000
    {
      return whole * 1000 + rest
    }
    wrong("expected \(allowed), found \(shortened(text))", at: offset)
    return nil
  }

  private static let nodeKeys = ObjectKeys(["memory", "present", "spanned", "kernel"])

  private mutating func nodeList() throws(JSONError) -> [Machine.Node] {
    var nodes: [Machine.Node] = []
    let offset = try startOfNext()
    try list { (fields) throws(JSONError) in
      let offset = try fields.startOfNext()
      var sizes: [Int64?] = [nil, nil, nil, nil]
      let seen = try fields.object(Self.nodeKeys) { (fields, key) throws(JSONError) in
        sizes[key] = try fields.size()
      }
      if let seen { fields.needs("memory", seen & 1 != 0, at: offset) }
      nodes.append(
        Machine.Node(
          memory: sizes[0] ?? 0, present: sizes[1], spanned: sizes[2], kernel: sizes[3]))
    }
    if nodes.count > NodeMask.most {
      wrong("\(nodes.count) nodes, more than \(NodeMask.most)", at: offset)
      return []
    }
    return nodes
  }

  static let sysctlKeys = ObjectKeys([
    "vm.overcommit_memory", "vm.overcommit_ratio", "vm.overcommit_kbytes",
    "vm.admin_reserve_kbytes", "vm.user_reserve_kbytes", "vm.min_free_kbytes", "vm.swappiness",
    "vm.panic_on_oom", "vm.oom_kill_allocating_task", "vm.oom_dump_tasks",
  ])

  mutating func sysctl(into sysctl: inout Sysctl) throws(JSONError) {
    var copy = sysctl
    _ = try object(Self.sysctlKeys) { (fields, key) throws(JSONError) in
      try fields.sysctlField(Self.sysctlKeys.names[key], into: &copy)
    }
    sysctl = copy
  }

  mutating func sysctlField(_ key: String, into sysctl: inout Sysctl) throws(JSONError) {
    switch key {
    case "vm.overcommit_memory":
      sysctl.overcommitMemory =
        try integer(0...2).flatMap(Sysctl.OvercommitMemory.init) ?? sysctl.overcommitMemory
    case "vm.overcommit_ratio":
      sysctl.overcommitRatio = try integer(0...100_000) ?? sysctl.overcommitRatio
    case "vm.overcommit_kbytes": sysctl.overcommitKbytes = try kbytes() ?? sysctl.overcommitKbytes
    case "vm.admin_reserve_kbytes":
      sysctl.adminReserveKbytes = try kbytes() ?? sysctl.adminReserveKbytes
    case "vm.user_reserve_kbytes":
      sysctl.userReserveKbytes = try kbytes() ?? sysctl.userReserveKbytes
    case "vm.min_free_kbytes": sysctl.minFreeKbytes = try kbytes() ?? sysctl.minFreeKbytes
    case "vm.swappiness": sysctl.swappiness = try integer(0...200) ?? sysctl.swappiness
    case "vm.panic_on_oom":
      sysctl.panicOnOOM = try integer(0...2).flatMap(Sysctl.PanicOnOOM.init) ?? sysctl.panicOnOOM
    case "vm.oom_kill_allocating_task":
      sysctl.oomKillAllocatingTask = try flag() ?? sysctl.oomKillAllocatingTask
    case "vm.oom_dump_tasks": sysctl.oomDumpTasks = try flag() ?? sysctl.oomDumpTasks
    default: break
    }
  }

  static let cgroupKeys = ObjectKeys([
    "memory.min", "memory.low", "memory.high", "memory.max", "memory.swap.max",
    "memory.oom.group", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes",
    "memory.soft_limit_in_bytes", "memory.use_hierarchy", "memory.swappiness",
    "memory.oom_control", "page_cache", "kernel", "cpuset.mems",
  ])

  /// Files of each version, with what to write instead on the other one.
  private static let otherVersion: [String: (version: Int, instead: String)] = [
    "memory.limit_in_bytes": (1, "memory.max"),
    "memory.memsw.limit_in_bytes": (1, "memory.swap.max, which is swap alone"),
    "memory.soft_limit_in_bytes": (1, "memory.low"),
    "memory.oom_control": (1, "nothing: it cannot be disabled"),
    "memory.swappiness": (1, "vm.swappiness"),
    "memory.use_hierarchy": (1, "nothing: it is always on"),
    "memory.min": (2, "nothing: there is no such protection"),
    "memory.low": (2, "memory.soft_limit_in_bytes"),
    "memory.high": (2, "nothing: there is no such limit"),
    "memory.max": (2, "memory.limit_in_bytes"),
    "memory.swap.max": (2, "memory.memsw.limit_in_bytes, which is memory and swap"),
    "memory.oom.group": (2, "nothing: it is a file of version 2 only"),
  ]

  mutating func cgroups(into cgroups: inout [String: Cgroup]) throws(JSONError) {
    var copy = cgroups
    try dictionary { (fields, path, offset) throws(JSONError) in
      if let problem = Self.problem(ofPath: path) {
        fields.wrong(problem, at: offset)
        try fields.json.skipValue()
        return
      }
      var cgroup = Cgroup()
      let start = try fields.startOfNext()
      try fields.cgroup(path, into: &cgroup)
      if let memsw = cgroup.memswLimit, memsw < cgroup.max ?? Cgroup.unlimited {
        fields.wrong(
          "memory.memsw.limit_in_bytes is memory and swap together: not below memory.limit_in_bytes",
          at: start)
      }
      copy[path] = cgroup
    }
    cgroups = copy
  }

  mutating func cgroup(_ path: String, into cgroup: inout Cgroup) throws(JSONError) {
    var copy = cgroup
    let offset = try startOfNext()
    let seen = try object(Self.cgroupKeys) { (fields, key) throws(JSONError) in
      try fields.cgroupField(Self.cgroupKeys.names[key], into: &copy)
    }
    cgroup = copy
    // Memory of the root is not limited; hierarchy can begin there.
    if path == "/", let seen, seen & 0b1101_1111_1111 != 0 {
      wrong("the root group has no limits: these files exist below it only", at: offset)
    }
  }

  mutating func cgroupField(_ key: String, into cgroup: inout Cgroup) throws(JSONError) {
    if let other = Self.otherVersion[key], other.version != cgroupVersion {
      wrong(
        "'\(key)' is a file of cgroup version \(other.version), this scenario has version "
          + "\(cgroupVersion): write \(other.instead)", at: try startOfNext())
      try json.skipValue()
      return
    }
    switch key {
    case "cpuset.mems": cgroup.cpusetMems = try nodes() ?? cgroup.cpusetMems
    case "memory.limit_in_bytes": cgroup.max = try cgroupSize() ?? cgroup.max
    case "memory.memsw.limit_in_bytes":
      cgroup.memswLimit = try cgroupSize() ?? cgroup.memswLimit
    case "memory.soft_limit_in_bytes": cgroup.softLimit = try cgroupSize() ?? cgroup.softLimit
    case "memory.use_hierarchy": cgroup.useHierarchy = try flag() ?? cgroup.useHierarchy
    case "memory.swappiness": cgroup.swappiness = try integer(0...200) ?? cgroup.swappiness
    case "memory.oom_control":
      cgroup.oomKillDisable = try oomControl() ?? cgroup.oomKillDisable
    case "memory.min": cgroup.min = try cgroupSize() ?? cgroup.min
    case "memory.low": cgroup.low = try cgroupSize() ?? cgroup.low
    case "memory.high": cgroup.high = try cgroupSize() ?? cgroup.high
    case "memory.max": cgroup.max = try cgroupSize() ?? cgroup.max
    case "memory.swap.max": cgroup.swapMax = try cgroupSize() ?? cgroup.swapMax
    case "memory.oom.group": cgroup.oomGroup = try flag() ?? cgroup.oomGroup
    case "page_cache": cgroup.pageCache = try size() ?? cgroup.pageCache
    case "kernel": cgroup.kernel = try size() ?? cgroup.kernel
    default: break
    }
  }

  private static let oomControlKeys = ObjectKeys(["oom_kill_disable"])

  private mutating func oomControl() throws(JSONError) -> Bool? {
    var isDisabled: Bool?
    _ = try object(Self.oomControlKeys) { (fields, _) throws(JSONError) in
      isDisabled = try fields.flag()
    }
    return isDisabled
  }
}
