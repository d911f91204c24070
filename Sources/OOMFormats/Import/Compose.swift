internal import OOMSimulator

/// A service of `docker compose config --format json`, as far as memory depends on it.
///
/// Format: the Compose specification, sections services and deploy. Sizes come as strings of bytes.
private struct ComposeService {
  var name: String
  var containerName: String?
  var limits = ContainerLimits()
  var deployLimit: Bytes?
  var deployReservation: Bytes?
  var oomScoreAdj: Int16 = 0
  var sharedMemory: Bytes?
  var cgroupParent: String?
  var user: ContainerUser?
  var replicas: Int?
  var restart: String?
  var hasTries = false
}

extension ImportDraft {
  private static let topKeys = ObjectKeys(["name", "services"])

  /// One process a container, each in a group with its limits.
  mutating func readCompose(
    _ file: ImportFile, _ matches: inout ContainerMatches
  ) throws(ScenarioError) {
    try file.refuseYAML()
    var services: [ComposeService] = []
    var project: String?
    try Fields.read(file) { (fields) throws(JSONError) in
      let start = try fields.startOfNext()
      var hasServices = false
      try fields.known(Self.topKeys) { (fields, key) throws(JSONError) in
        if key == 0 {
          project = try fields.string()
          return
        }
        hasServices = true
        try fields.dictionary { (fields, name, offset) throws(JSONError) in
          if name.isEmpty { fields.wrong("a service without a name", at: offset) }
          if try fields.json.peek() == .null {
            try fields.json.skipValue()
            services.append(ComposeService(name: name))
            return
          }
          services.append(try fields.composeService(name))
        }
      }
      if !hasServices, fields.problems.isEmpty {
        fields.wrong(
          "no 'services': expected what docker compose config --format json prints", at: start)
      }
      let count = services.reduce(0) { $0 + ($1.replicas ?? 1) }
      if count > Self.mostReplicas { fields.wrong("\(count) containers are too many", at: start) }
    }
    if scenario.name.isEmpty, let project, !project.isEmpty { scenario.name = project }
    for service in services { add(service, &matches) }
    if services.isEmpty { note("\(file.name): there is no service in it") }
    noteThatUseIsReserved(measured: matches.isAnyMeasured)
  }

  private mutating func add(_ service: ComposeService, _ matches: inout ContainerMatches) {
    var limits = service.limits
    limits.memory = limits.memory ?? service.deployLimit
    limits.reservation = limits.reservation ?? service.deployReservation
    if limits.memory == nil, limits.memorySwap ?? 0 > 0 {
      note("\(service.name): memswap_limit without mem_limit has no effect: left out")
      limits.memorySwap = nil
    }
    var process = Scenario.Process(name: service.name, oomScoreAdj: service.oomScoreAdj)
    process.uid = uid(of: service.user, service.name)
    process.restart = service.restart.flatMap { Self.restart($0) }
    if service.hasTries { note("\(service.name): how often it may restart is left out") }
    note(sharedMemory: service.sharedMemory, of: service.name)
    let replicas = service.replicas ?? 1
    if replicas == 0 { note("\(service.name): no replicas: left out") }
    for number in 0..<replicas {
      process.name =
        replicas == 1 ? service.containerName ?? service.name : "\(service.name)-\(number + 1)"
      // As compose names containers since version 2, and before.
      let aliases = ["-", "_"].map { "\(scenario.name)\($0)\(service.name)\($0)\(number + 1)" }
      let usage = matches.usage(of: process.name, aliases: aliases, in: measured)
      add(process, limits, below: Self.parent(service.cgroupParent), usage: usage)
    }
  }
}

extension Fields {
  private static let serviceKeys = ObjectKeys([
    "container_name", "mem_limit", "memswap_limit", "mem_reservation", "mem_swappiness",
    "oom_score_adj", "oom_kill_disable", "shm_size", "cgroup_parent", "deploy", "scale", "restart",
    "user",
  ])

  fileprivate mutating func composeService(_ name: String) throws(JSONError) -> ComposeService {
    var service = ComposeService(name: name)
    let start = try startOfNext()
    var deployed: Int?
    var isGlobal = false
    try known(Self.serviceKeys) { (fields, key) throws(JSONError) in
      switch Self.serviceKeys.names[key] {
      case "container_name": service.containerName = try fields.string()
      case "mem_limit": service.limits.memory = try fields.writtenSize()
      case "memswap_limit": service.limits.memorySwap = try fields.writtenSize(minusOne: true)
      case "mem_reservation": service.limits.reservation = try fields.writtenSize()
      case "mem_swappiness":
        service.limits.swappiness = try fields.writtenSwappiness()
      case "oom_score_adj": service.oomScoreAdj = try fields.importedScore() ?? 0
      case "oom_kill_disable": service.limits.disablesOOMKill = try fields.bool() ?? false
      case "shm_size": service.sharedMemory = try fields.writtenSize()
      case "cgroup_parent": service.cgroupParent = try fields.string()
      case "deploy": try fields.deploy(of: &service, &deployed, &isGlobal)
      case "user": service.user = try fields.containerUser()
      case "scale": service.replicas = try fields.replicas()
      default:
        service.restart = try fields.string()
        service.hasTries = service.restart?.contains(":") == true
      }
    }
    service.replicas = service.replicas ?? (isGlobal ? 1 : deployed)
    if let first = service.limits.memory, let second = service.deployLimit, first != second {
      wrong("mem_limit and deploy.resources.limits.memory differ: give one", at: start)
    }
    var limits = service.limits
    limits.memory = limits.memory ?? service.deployLimit
    limits.reservation = limits.reservation ?? service.deployReservation
    if let problem = limits.problem ?? limits.problemOfReservation {
      wrong("'\(shortened(name))': \(problem)", at: start)
    }
    return service
  }

  private static let deployKeys = ObjectKeys(["mode", "replicas", "resources", "restart_policy"])
  private static let resourcesKeys = ObjectKeys(["limits", "reservations"])
  private static let memoryKeys = ObjectKeys(["memory"])
  private static let restartKeys = ObjectKeys(["condition", "max_attempts"])

  private mutating func deploy(
    of service: inout ComposeService, _ replicas: inout Int?, _ isGlobal: inout Bool
  ) throws(JSONError) {
    try known(Self.deployKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: isGlobal = try fields.string()?.hasPrefix("global") == true
      case 1: replicas = try fields.replicas()
      case 2:
        try fields.known(Self.resourcesKeys) { (fields, key) throws(JSONError) in
          try fields.known(Self.memoryKeys) { (fields, _) throws(JSONError) in
            let size = try fields.writtenSize()
            if key == 0 { service.deployLimit = size } else { service.deployReservation = size }
          }
        }
      default:
        try fields.known(Self.restartKeys) { (fields, key) throws(JSONError) in
          if key == 0 {
            service.restart = try fields.string() ?? service.restart
          } else {
            service.hasTries = true
            try fields.json.skipValue()
          }
        }
      }
    }
  }
}
