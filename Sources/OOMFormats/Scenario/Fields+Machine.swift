internal import OOMSimulator

// The sections `machine`, `sysctl` and `cgroups`.

extension Fields {
  mutating func machine(into machine: inout Machine) throws(JSONError) {
    let offset = try startOfNext()
    var copy = machine
    let seen = try object(Self.machineTable.keys) { (fields, key) throws(JSONError) in
      try fields.machineField(key, into: &copy)
    }
    machine = copy
    let onNodes = machine.nodes.reduce(0) { $0 + $1.memory }
    if machine.memory == 0 { machine.memory = onNodes }
    if !machine.nodes.isEmpty, onNodes != machine.memory {
      wrong(
        "the nodes have \(onNodes) pages together, the machine \(machine.memory)", at: offset)
    }
    let stated = machine.nodes.compactMap { $0.kernel }
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
    if let seen, seen & (1 << UInt64(Self.memoryField)) == 0, machine.memory == 0 {
      wrong("'memory' is missing: what the kernel manages, MemTotal", at: offset)
    }
  }

  private static let memoryField = machineTable.number("memory")

  mutating func machineField(_ key: Int, into machine: inout Machine) throws(JSONError) {
    let offset = try startOfNext()
    let before = problems.count
    try read(Self.machineTable.fields[key].value, into: &machine)
    if key == Self.memoryField, machine.memory == 0, problems.count == before {
      wrong("a machine without memory", at: offset)
    }
  }

  /// Kernel: `MAX_SWAPFILES`, less where it keeps some for itself.
  private static let maxSwapDevices = 32

  /// A size, or a list of devices, of which the first is filled first.
  mutating func swap() throws(JSONError) -> (pages: Int64, devices: [SwapDevice])? {
    if try json.peek() != .array { return try size().map { ($0, []) } }
    var devices: [SwapDevice] = []
    let start = try startOfNext()
    try list { (fields) throws(JSONError) in
      let offset = try fields.startOfNext()
      var device = SwapDevice(size: 0)
      if let seen = try fields.object(Self.swapDeviceTable, into: &device) {
        fields.needs("size", seen & Self.swapDeviceTable.bit("size") != 0, at: offset)
        if seen & Self.swapDeviceTable.bit("ratio") != 0, device.kind == .disk {
          fields.wrong("'ratio' is that of a zram", at: offset)
        }
      }
      devices.append(device)
    }
    if devices.count > Self.maxSwapDevices {
      wrong("\(devices.count) swap devices, more than \(Self.maxSwapDevices)", at: start)
      return nil
    }
    // Where all are disks alike they need not be told apart.
    let areAlike = devices.allSatisfy { $0.kind == .disk && $0.latency == nil }
    return (devices.reduce(0) { $0 + $1.size }, areAlike ? [] : devices)
  }

  private static let nodeKeys = ObjectKeys(["memory", "present", "spanned", "kernel", "weight"])

  mutating func nodeList() throws(JSONError) -> [Machine.Node] {
    var nodes: [Machine.Node] = []
    let offset = try startOfNext()
    try list { (fields) throws(JSONError) in
      let offset = try fields.startOfNext()
      var sizes: [Int64?] = [nil, nil, nil, nil, nil]
      let seen = try fields.object(Self.nodeKeys) { (fields, key) throws(JSONError) in
        sizes[key] = key == 4 ? try fields.integer(1...255) : try fields.size()
      }
      if let seen { fields.needs("memory", seen & 1 != 0, at: offset) }
      var node = Machine.Node(
        memory: sizes[0] ?? 0, present: sizes[1], spanned: sizes[2], kernel: sizes[3])
      node.weight = sizes[4] ?? 1
      nodes.append(node)
    }
    if nodes.count > NodeMask.most {
      wrong("\(nodes.count) nodes, more than \(NodeMask.most)", at: offset)
      return []
    }
    return nodes
  }

  mutating func sysctl(into sysctl: inout Sysctl) throws(JSONError) {
    _ = try object(Self.sysctlTable, into: &sysctl)
  }

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
    let seen = try object(Self.cgroupTable.keys) { (fields, key) throws(JSONError) in
      try fields.cgroupField(key, into: &copy)
    }
    cgroup = copy
    // Memory of the root is not limited; hierarchy can begin there.
    if path == "/", let seen, seen & Self.filesBelowRoot != 0 {
      wrong("the root group has no limits: these files exist below it only", at: offset)
    }
  }

  /// The files that the root does not have.
  private static let filesBelowRoot: UInt64 = cgroupTable.keys.names.reduce(0) { bits, key in
    key.hasPrefix("memory.") && key != "memory.use_hierarchy" ? bits | cgroupTable.bit(key) : bits
  }

  mutating func cgroupField(_ key: Int, into cgroup: inout Cgroup) throws(JSONError) {
    let file = Cgroup.files[key]
    if !file.exists(inVersion: cgroupVersion) {
      wrong(
        "'\(file.field.key)' is a file of cgroup version \(3 - cgroupVersion), this scenario has "
          + "version \(cgroupVersion): write \(file.instead)", at: try startOfNext())
      try json.skipValue()
      return
    }
    try read(file.field.value, into: &cgroup)
  }
}
