internal import OOMSimulator

/// A container of `docker inspect`.
///
/// Format: ContainerInspectResponse of the Docker Engine API.
private struct InspectedContainer {
  var id = ""
  var name = ""
  var hasHostConfig = false
  /// Nil where no state is told, as of a container that never ran.
  var isRunning: Bool?
  var pid: Int32 = 0
  var limits = ContainerLimits()
  var oomScoreAdj: Int16 = 0
  var cgroupParent: String?
  var sharedMemory: Bytes?
  var restart: String?
  var user: ContainerUser?
}

extension ImportDraft {
  /// One process a running container, each in a group with its limits.
  mutating func readDockerInspect(
    _ file: ImportFile, _ matches: inout ContainerMatches
  ) throws(ScenarioError) {
    try file.refuseYAML()
    var containers: [InspectedContainer] = []
    var pids: Set<Int32> = []
    try Fields.read(file) { (fields) throws(JSONError) in
      let kind = try fields.json.peek()
      func one(_ fields: inout Fields, _ offset: Int) throws(JSONError) {
        let container = try fields.inspectedContainer()
        if !container.hasHostConfig {
          fields.wrong(
            "no HostConfig: expected what docker inspect prints of a container", at: offset)
        } else if container.name.isEmpty, container.id.isEmpty {
          fields.wrong("a container without Name and Id", at: offset)
        }
        if container.pid > 0, !pids.insert(container.pid).inserted {
          fields.wrong("the pid \(container.pid) is that of another container", at: offset)
        }
        containers.append(container)
      }
      if kind == .object {
        try one(&fields, try fields.startOfNext())
      } else {
        try fields.objects(one)
      }
    }
    var stopped = 0
    for container in containers {
      let name = container.name.isEmpty ? String(container.id.prefix(12)) : container.name
      if container.isRunning == false {
        stopped += 1
        continue
      }
      var process = Scenario.Process(
        name: name, pid: container.pid, oomScoreAdj: container.oomScoreAdj)
      process.uid = uid(of: container.user, name)
      process.restart = container.restart.flatMap { Self.restart($0) }
      // 64 MiB are what everybody has.
      if container.sharedMemory != 64 << 20 { note(sharedMemory: container.sharedMemory, of: name) }
      // Tables without names show the beginning of the id.
      let ids = [String(container.id.prefix(12)), container.id]
      let usage = matches.usage(of: name, aliases: ids, in: measured)
      add(process, container.limits, below: Self.parent(container.cgroupParent), usage: usage)
    }
    note(stopped, "container", "containers", "that did not run left out")
    if containers.isEmpty { note("\(file.name): there is no container in it") }
    noteThatUseIsReserved(measured: matches.isAnyMeasured)
  }
}

extension Fields {
  private static let containerKeys = ObjectKeys(["Id", "Name", "State", "HostConfig", "Config"])
  private static let configKeys = ObjectKeys(["User"])
  private static let stateKeys = ObjectKeys(["Running", "Pid", "Status"])
  private static let hostKeys = ObjectKeys([
    "Memory", "MemorySwap", "MemoryReservation", "MemorySwappiness", "OomKillDisable",
    "OomScoreAdj", "CgroupParent", "ShmSize", "RestartPolicy",
  ])
  private static let restartKeys = ObjectKeys(["Name"])

  fileprivate mutating func inspectedContainer() throws(JSONError) -> InspectedContainer {
    var container = InspectedContainer()
    try known(Self.containerKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: container.id = try fields.string() ?? ""
      case 1: container.name = String((try fields.string() ?? "").drop { $0 == "/" })
      case 2:
        try fields.known(Self.stateKeys) { (fields, key) throws(JSONError) in
          switch key {
          case 0: container.isRunning = try fields.bool()
          case 1:
            let pid = try fields.integer(0...Int64(Scenario.Process.pidLimit - 1)) ?? 0
            // What an engine in a virtual machine shows may be 1.
            container.pid = pid > 1 ? Int32(pid) : 0
          default:
            let status = try fields.string()
            if ["exited", "created", "dead"].contains(status) { container.isRunning = false }
          }
        }
      case 4:
        try fields.known(Self.configKeys) { (fields, _) throws(JSONError) in
          container.user = try fields.containerUser()
        }
      default:
        container.hasHostConfig = true
        try fields.hostConfig(of: &container)
      }
    }
    return container
  }

  private mutating func hostConfig(of container: inout InspectedContainer) throws(JSONError) {
    let start = try startOfNext()
    try known(Self.hostKeys) { (fields, key) throws(JSONError) in
      switch Self.hostKeys.names[key] {
      case "Memory": container.limits.memory = try fields.byteLimit()
      case "MemorySwap":
        guard let size = try fields.integer(-1...Int64.max) else { return }
        container.limits.memorySwap = size > SizeText.maxBytes.rawValue ? -1 : Bytes(size)
      case "MemoryReservation": container.limits.reservation = try fields.byteLimit()
      case "MemorySwappiness":
        let value = try fields.integer(-1...200)
        if value != -1 { container.limits.swappiness = value }
      case "OomKillDisable": container.limits.disablesOOMKill = try fields.bool() ?? false
      case "OomScoreAdj": container.oomScoreAdj = try fields.importedScore() ?? 0
      case "CgroupParent": container.cgroupParent = try fields.string()
      case "ShmSize": container.sharedMemory = try fields.byteLimit()
      default:
        try fields.known(Self.restartKeys) { (fields, _) throws(JSONError) in
          container.restart = try fields.string()
        }
      }
    }
    if let problem = container.limits.problem ?? container.limits.problemOfReservation {
      wrong(problem, at: start)
    }
  }
}
