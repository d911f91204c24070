internal import OOMSimulator

/// What container runtimes are told of memory, in their own terms.
struct ContainerLimits: Equatable {
  /// Nil and 0 are no limit.
  var memory: Bytes?
  /// Memory and swap together; -1 is no limit, nil and 0 what is usual.
  var memorySwap: Bytes?
  var reservation: Bytes?
  var swappiness: Int64?
  var disablesOOMKill = false
  /// Whether a container that nothing is said of swap for gets as much of it as memory. Source: `adaptContainerSettings()`, moby.
  var swapsAsMuch = true

  /// The files that a runtime writes.
  ///
  /// Source: `ConvertMemorySwapToCgroupV2Value()` and `setMemory()`, github.com/opencontainers/cgroups, whose
  /// reservation is memory.low in version 2.
  func group(version: Int) -> Cgroup {
    var group = Cgroup()
    let memory = memory == 0 ? nil : memory
    let stated = memorySwap == 0 ? nil : memorySwap
    let reservation = reservation == 0 ? nil : reservation
    group.max = ImportDraft.limit(memory)
    if version == 1 {
      group.softLimit = ImportDraft.limit(reservation)
      if let max = group.max {
        if let stated, stated >= 0 {
          group.memswLimit = ImportDraft.limit(stated).map { Swift.max($0, max) }
        } else if stated == nil, swapsAsMuch {
          group.memswLimit = min(max * 2, ImportDraft.pageSize.pages(SizeText.maxBytes))
        }
      }
      group.swappiness = swappiness
      if disablesOOMKill { group.oomKillDisable = true }
      return group
    }
    group.low = ImportDraft.limit(reservation)
    guard let max = group.max else { return group }
    if let stated {
      if stated >= 0 { group.swapMax = ImportDraft.limit(stated).map { Swift.max($0 - max, 0) } }
    } else if swapsAsMuch {
      group.swapMax = max
    }
    return group
  }

  /// What contradicts itself, which runtimes refuse, too.
  var problem: String? {
    guard let memorySwap, memorySwap > 0, let memory, memory > 0, memorySwap < memory else {
      return nil
    }
    return "memory and swap together are less than memory alone"
  }

  /// What Docker refuses, and other runtimes do not. Source: `verifyPlatformContainerResources()`, moby.
  var problemOfReservation: String? {
    guard let reservation, let memory, memory > 0, reservation > memory else { return nil }
    return
      "\(SizeFormat.binary(reservation)) are reserved, which is more than the limit of \(SizeFormat.binary(memory))"
  }
}

extension ImportDraft {
  /// Adds a container: its group and one process in it.
  ///
  /// - Parameters:
  ///   - leaf: the name of its group; that of the process when nil.
  ///   - usage: what is known of its use; nil starts with what is reserved for it.
  mutating func add(
    _ container: Scenario.Process, _ limits: ContainerLimits, below parent: String,
    leaf: String? = nil, usage: Bytes? = nil
  ) {
    var process = container
    process.name = unique(container.name)
    process.cgroup = parent + "/" + (leaf ?? Self.part(process.name))
    let group = limits.group(version: scenario.cgroupVersion)
    if group != Cgroup() { scenario.cgroups[process.cgroup] = group }
    if scenario.cgroupVersion == 2 {
      if limits.disablesOOMKill {
        note(
          "\(process.name): the OOM killer cannot be disabled on version 2 of cgroups: left out; "
            + "--cgroup-version 1 keeps it")
      }
      if limits.swappiness != nil {
        note(
          "\(process.name): swappiness of a group is a file of version 1: left out; --cgroup-version 1 keeps it"
        )
      }
    }
    if let usage {
      process.anon = anon(ofCharged: usage)
    } else if let reservation = limits.reservation, reservation > 0 {
      process.anon = anon(ofCharged: reservation)
    } else {
      process.anon = 0
    }
    scenario.processes.append(process)
  }

  /// - Parameter measured: whether what some of the containers use was measured.
  mutating func noteThatUseIsReserved(measured: Bool = false) {
    if measured {
      note("what docker stats measured is taken for anonymous memory of one process a container")
      return
    }
    note(
      "nothing tells how much is used: each process starts with what is reserved for it, else with nothing; "
        + "--set processes.NAME.anon=SIZE says how much")
  }

  /// `/dev/shm` of a container.
  mutating func note(sharedMemory size: Bytes?, of name: String) {
    guard let size, size > 0 else { return }
    note(
      "\(name): /dev/shm may take up to \(SizeFormat.binary(size)), charged to its group: nothing is in it"
    )
  }

  /// The group of the containers of an engine, or the one that is given.
  static func parent(_ given: String?) -> String {
    let parts = (given ?? "").split(separator: "/").map { part(String($0)) }
    return parts.isEmpty ? "/docker" : "/" + parts.joined(separator: "/")
  }

  /// `always`, `unless-stopped`, `on-failure:3`, `no`.
  ///
  /// Source: `restartmanager.ShouldRestart()`, moby: pauses double from 100 ms to a minute.
  static func restart(_ policy: String) -> RestartPolicy? {
    let word = policy.prefix { $0 != ":" }
    let condition: RestartPolicy.Condition
    switch word {
    case "always", "unless-stopped", "any": condition = .always
    case "on-failure": condition = .onFailure
    default: return nil
    }
    return RestartPolicy(
      condition, backoff: .exponential, delay: 100_000, maxDelay: .seconds(60))
  }
}
