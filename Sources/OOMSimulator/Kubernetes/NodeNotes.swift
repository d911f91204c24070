// What a reader has to know of how the numbers came about.

extension Kubernetes.NodeScenario {
  var notesOnNode: [String] {
    var notes: [String] = []
    let (node, kubelet) = (state.node, state.kubelet)
    if state.reserved < 0 {
      notes.append(
        "capacity less allocatable is less than the eviction threshold and huge pages: nothing is taken for reserved"
      )
    }
    if let allocatable = node.allocatable,
      kubelet.kubeReserved != nil || kubelet.systemReserved != nil
    {
      let shown = node.capacity - allocatable - state.evictionThreshold - node.hugePages
      if shown != state.reserved {
        notes.append(
          "the node's allocatable says that \(shown.rawValue) bytes are reserved, the options \(state.reserved.rawValue)"
        )
      }
    }
    if let version = node.kernelVersion, state.kernel == nil, KernelRelease(version) == nil {
      notes.append("the node's kernel '\(version)' is no known form of a release: \(kernel)")
    }
    if state.systemUsage == nil, systemUsage > 0 {
      notes.append(
        "what runs outside of pods is taken to use what is reserved for it; none of it is a candidate here"
      )
    }
    if state.eviction != nil, kubelet.release.minor < 20 {
      notes.append("a kubelet before 1.20 is in no scenario: what -o writes has none that evicts")
    }
    notes += notesOnMemoryQoS
    let unequal = state.pods.indices.filter {
      let pod = state.pods[$0]
      guard let stated = pod.statedQOS else { return false }
      return stated != pod.computedQOS(usesPodLevel: kubelet.has(.podLevelResources))
    }
    for index in unequal.prefix(3) {
      let pod = state.pods[index]
      notes.append(
        "\(pod.namespace)/\(pod.name): its status says \(pods[index].qos.rawValue), its resources "
          + pod.computedQOS(usesPodLevel: kubelet.has(.podLevelResources)).rawValue
          + ": the kubelet goes by the status")
    }
    if unequal.count > 3 { notes.append("and \(unequal.count - 3) more pods like that") }
    return notes
  }

  /// A throttle is no limit: what is said of kills goes by `memory.max`.
  private var notesOnMemoryQoS: [String] {
    let throttled = containers.filter { $0.high != nil && $0.processes > 0 }
    let above = throttled.filter { $0.usage > $0.high ?? 0 }
    if throttled.isEmpty { return [] }
    let few = above.prefix(3).map { $0.name.description }
    let more = above.count > 3 ? " and \(above.count - 3) more" : ""
    return [
      "MemoryQoS: memory.high slows \(throttled.count == 1 ? "1 container" : "\(throttled.count) containers") ; "
        + "above it now: " + (few.isEmpty ? "none" : few.joined(separator: ", ") + more)
    ]
  }

  var notesOnUsage: [String] {
    var notes: [String] = []
    func count(_ source: Kubernetes.NodeState.UsageSource) -> Int {
      containers.count { $0.source == source && $0.container.kind != .sandbox }
    }
    func say(_ number: Int, _ one: String, _ many: String) {
      if number > 0 { notes.append(number == 1 ? "1 \(one)" : "\(number) \(many)") }
    }
    say(
      count(.request), "container is taken to use what it requests: no use is given",
      "containers are taken to use what they request: no use is given")
    say(
      count(.none), "container requests nothing and its use is not given: taken for 0",
      "containers request nothing and their use is not given: taken for 0")
    say(count(.notRunning), "container does not run", "containers do not run")
    return notes
  }

  /// A tmpfs is charged to the group of the container that writes it, and is in the rss of a process only as far as the
  /// process has it mapped; it outlives the process, and the container.
  ///
  /// Sources: `shmem_add_to_page_cache()`, mm/shmem.c; `calculateEmptyDirMemorySize()`, pkg/volume/emptydir/empty_dir.go,
  /// for what limits one without a sizeLimit.
  var notesOnVolumes: [String] {
    var notes: [String] = []
    for pod in state.pods where !pod.hasEnded && !pod.memoryVolumes.isEmpty {
      var users: [String: [String]] = [:]
      for container in pod.allContainers {
        for volume in container.volumeMounts where users[volume]?.last != container.name {
          users[volume, default: []].append(container.name)
        }
      }
      for volume in pod.memoryVolumes {
        guard let users = users[volume.name] else { continue }
        let most =
          volume.sizeLimit.map { "at most \(Self.binary($0))" }
          ?? "without a sizeLimit: at most the pod's memory limit, or the node's allocatable memory"
        let others = users.count > 3 ? " and \(users.count - 3) more" : ""
        notes.append(
          "\(pod.namespace)/\(pod.name): the volume \(volume.name) is memory (\(most)): it counts in the use of "
            + users.prefix(3).joined(separator: ", ") + others
            + ", in the points only of processes that map it, and a kill does not free it: it stays as long as the "
            + "pod does, to its eviction")
      }
    }
    let most = 3
    return notes.count <= most
      ? notes : notes.prefix(most) + ["and \(notes.count - most) more volumes like that"]
  }

  /// As a manifest has it, in the largest unit that needs no fraction.
  private static func binary(_ size: Bytes) -> String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)]
    where size > 0 && size.rawValue & (1 << shift - 1) == 0 {
      return "\(size.rawValue >> shift) \(unit)"
    }
    return "\(size.rawValue) bytes"
  }
}
