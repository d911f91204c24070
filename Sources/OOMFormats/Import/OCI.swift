internal import OOMSimulator

/// A bundle of the OCI runtime specification, as far as memory depends on it.
private struct OCIBundle {
  var name: String?
  var hostname: String?
  var uid: UInt32 = 0
  var oomScoreAdj: Int16 = 0
  var cgroupsPath: String?
  var limits = ContainerLimits(swapsAsMuch: false)
  var unified: [(file: String, value: String, offset: Int)] = []
  var hasLinux = false
}

extension ImportDraft {
  /// One process in a group with the limits of `linux.resources`.
  ///
  /// Format: config.md and config-linux.md of the OCI runtime specification.
  mutating func readOCI(_ file: ImportFile) throws(ScenarioError) {
    try file.refuseYAML()
    var bundle = OCIBundle()
    var group = Cgroup()
    try Fields.read(file) { (fields) throws(JSONError) in
      bundle = try fields.bundle()
      group = try fields.unified(bundle)
    }
    let name = bundle.name ?? bundle.hostname ?? "container"
    let process = Scenario.Process(
      name: name, uid: bundle.uid, oomScoreAdj: bundle.oomScoreAdj)
    let (parent, leaf) = Self.place(bundle.cgroupsPath)
    // Two bundles with one path are two containers.
    let isFree = leaf.map { name in
      !(0..<scenario.processes.count).contains {
        scenario.processes[$0].cgroup == "\(parent)/\(name)"
      }
    }
    add(process, bundle.limits, below: parent, leaf: isFree == true ? leaf : nil)
    let path = scenario.processes[scenario.processes.count - 1].cgroup
    if group != Cgroup() {
      if scenario.cgroupVersion == 2 {
        scenario.cgroups[path, default: Cgroup()].apply(group)
      } else {
        note("\(name): 'unified' is for version 2 of cgroups: left out")
      }
    }
    if let problem = bundle.limits.problemOfReservation {
      note("\(name): \(problem): kept, as runtimes write both")
    }
    if !bundle.hasLinux { note("\(name): no 'linux' in it, so no limits") }
    noteThatUseIsReserved()
  }

  /// The group above it and its own: `slice:prefix:name` for systemd, or a path.
  private static func place(_ path: String?) -> (parent: String, leaf: String?) {
    guard let path, !path.isEmpty else { return ("", nil) }
    let parts = path.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 3, !path.contains("/") {
      let slice = parts[0].isEmpty ? "system.slice" : String(parts[0])
      return ("/" + part(slice), part("\(parts[1])-\(parts[2]).scope"))
    }
    let names = path.split(separator: "/").map { part(String($0)) }
    guard let leaf = names.last else { return ("", nil) }
    return (names.dropLast().map { "/" + $0 }.joined(), leaf)
  }
}

extension Fields {
  private static let bundleKeys = ObjectKeys([
    "ociVersion", "process", "hostname", "linux", "annotations",
  ])
  private static let processKeys = ObjectKeys(["args", "oomScoreAdj", "user"])
  private static let userKeys = ObjectKeys(["uid"])
  private static let linuxKeys = ObjectKeys(["cgroupsPath", "resources"])
  private static let resourcesKeys = ObjectKeys(["memory", "unified"])
  private static let memoryKeys = ObjectKeys([
    "limit", "reservation", "swap", "swappiness", "disableOOMKiller",
  ])

  fileprivate mutating func bundle() throws(JSONError) -> OCIBundle {
    var bundle = OCIBundle()
    var hasVersion = false
    var called: String?
    let start = try startOfNext()
    try known(Self.bundleKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0:
        hasVersion = true
        _ = try fields.string()
      case 1: try fields.process(of: &bundle)
      case 2: bundle.hostname = try fields.string().flatMap { $0.isEmpty ? nil : $0 }
      case 3: try fields.linux(of: &bundle)
      default:
        try fields.dictionary { (fields, name, _) throws(JSONError) in
          if name == "io.kubernetes.cri.container-name" || name == "io.kubernetes.container.name" {
            called = try fields.string()
          } else {
            try fields.json.skipValue()
          }
        }
      }
    }
    bundle.name = called ?? bundle.name
    if !hasVersion, problems.isEmpty {
      wrong("no 'ociVersion': expected the config.json of an OCI bundle", at: start)
    }
    return bundle
  }

  private mutating func process(of bundle: inout OCIBundle) throws(JSONError) {
    try known(Self.processKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0:
        let last = try fields.strings().first?.split(separator: "/").last
        bundle.name = last.map(String.init)
      case 1: bundle.oomScoreAdj = try fields.importedScore() ?? 0
      default:
        try fields.known(Self.userKeys) { (fields, _) throws(JSONError) in
          bundle.uid = try fields.uid() ?? 0
        }
      }
    }
  }

  private mutating func linux(of bundle: inout OCIBundle) throws(JSONError) {
    bundle.hasLinux = true
    try known(Self.linuxKeys) { (fields, key) throws(JSONError) in
      if key == 0 {
        bundle.cgroupsPath = try fields.string()
        return
      }
      try fields.known(Self.resourcesKeys) { (fields, key) throws(JSONError) in
        if key == 1 {
          try fields.dictionary { (fields, name, offset) throws(JSONError) in
            if let value = try fields.string() { bundle.unified.append((name, value, offset)) }
          }
          return
        }
        let start = try fields.startOfNext()
        try fields.known(Self.memoryKeys) { (fields, key) throws(JSONError) in
          switch key {
          case 0: bundle.limits.memory = try fields.byteLimit()
          case 1: bundle.limits.reservation = try fields.byteLimit()
          case 2:
            guard let size = try fields.integer(-1...Int64.max) else { return }
            bundle.limits.memorySwap = size > SizeText.maxBytes.rawValue ? -1 : Bytes(size)
          case 3: bundle.limits.swappiness = try fields.integer(0...200)
          default: bundle.limits.disablesOOMKill = try fields.bool() ?? false
          }
        }
        if let problem = bundle.limits.problem { fields.wrong(problem, at: start) }
      }
    }
  }

  /// `linux.resources.unified`: files of version 2 and what is written to them.
  fileprivate mutating func unified(_ bundle: OCIBundle) throws(JSONError) -> Cgroup {
    var group = Cgroup()
    for (file, value, offset) in bundle.unified {
      guard
        [
          "memory.min", "memory.low", "memory.high", "memory.max", "memory.swap.max",
          "memory.oom.group",
        ].contains(file)
      else { continue }
      let size = value == "max" ? nil : WrittenSize.bytes(value[...], .binary)
      if value != "max", size == nil {
        wrong(
          "'\(shortened(value))' is no number of bytes and not 'max'", at: offset)
        continue
      }
      let limit = size.map { ImportDraft.pageSize.pages($0) } ?? Cgroup.unlimited
      switch file {
      case "memory.min": group.min = limit
      case "memory.low": group.low = limit
      case "memory.high": group.high = limit
      case "memory.max": group.max = limit
      case "memory.swap.max": group.swapMax = limit
      default: group.oomGroup = value == "1"
      }
    }
    return group
  }
}
