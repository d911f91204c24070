// The kubelet: where less memory is available than a threshold, it evicts a pod, at most one at a look.
//
// Exact: what is compared with what, the order of pods, and the clock: a look every 10 s, after an eviction one as soon
// as the pod is gone, which is looked for every second, 30 s at most. Modelled: statistics are those of the instant of the
// look, where cadvisor has those of pods up to 15 s old, and a look takes no time; the first look is at 0; of equal pods
// the first by path goes. Not modelled: the notification of version 1 groups (`kernelMemcgNotification`, off by default)
// and other signals than memory.
//
// Source: `Start()`, `synchronize()`, `waitForPodsCleanup()` and `evictPod()`, pkg/kubelet/eviction/eviction_manager.go;
// `evictionMonitoringPeriod`, pkg/kubelet/kubelet.go.

/// What a kubelet does by its configuration.
struct KubeletEviction: Sendable {
  let program: UserspaceKiller
  let configuration: Kubernetes.EvictionConfiguration
  let thresholds: [Kubernetes.Threshold]

  init(_ program: UserspaceKiller, _ configuration: Kubernetes.EvictionConfiguration) {
    self.program = program
    self.configuration = configuration
    thresholds = configuration.thresholds
  }

  private static let interval = Microseconds.seconds(10)
  private static let cleanupTimeout = Microseconds.seconds(30)
  private static let cleanupInterval = Microseconds.seconds(1)

  func look(_ state: inout State, _ killer: inout Killer) -> Decision {
    defer { killer.nextLook = killer.memory.clocks[0].next }
    let now = state.now
    if let pod = killer.memory.cleanup {
      if now < pod.until, state.hasProcesses(below: pod.group) {
        killer.memory.clocks[0].wind(now, Self.cleanupInterval)
        return .noVictim
      }
      killer.memory.cleanup = nil
    }
    killer.memory.clocks = [KillerMemory.Clock()]
    killer.memory.clocks[0].wind(now, Self.interval)
    if thresholds.isEmpty { return .noVictim }
    let pods = state.activePods
    let observations = observations(state, pods)
    let number = killer.memory.eviction.synchronize(thresholds, observations, at: now)
    killer.memory.actsUntil = killer.memory.eviction.graceEnds.values.max()
    guard let number, let seen = observations[thresholds[number].signal] else { return .noVictim }
    guard let pod = first(of: pods, state) else { return .noVictim }
    return evict(pod, thresholds[number], seen, number, &state, &killer.memory)
  }

  // MARK: What it sees

  private func observations(
    _ state: State, _ pods: [Int]
  ) -> [Kubernetes.EvictionSignal: Kubernetes.EvictionManager.Observation] {
    let page = state.machine.pageSize
    func observation(_ capacity: Int64, _ used: Int64) -> Kubernetes.EvictionManager.Observation {
      Kubernetes.EvictionManager.Observation(
        available: page * max(capacity - used, 0), capacity: page * max(capacity, used))
    }
    var seen: [Kubernetes.EvictionSignal: Kubernetes.EvictionManager.Observation] = [:]
    seen[.memory] = observation(
      state.machine.memory, state.workingSetOfNode(addsUp: program.isAtLeast(1, 29)))
    // Without a limit nothing is observed of all pods together.
    if let all = groupOfAllPods(state, pods), state.ledger.limits[all].max != Cgroup.unlimited {
      seen[.allocatable] = observation(state.ledger.limits[all].max, state.workingSet(of: all))
    }
    return seen
  }

  private func groupOfAllPods(_ state: State, _ pods: [Int]) -> Int? {
    pods.first.flatMap { Kubernetes.groupOfAllPods(above: state.groups.paths[$0]) }
      .flatMap { state.groups.number(of: $0) }
  }

  // MARK: What it does

  /// The pod that goes first.
  private func first(of pods: [Int], _ state: State) -> Int? {
    let candidates = pods.map { candidate($0, state) }
    return Kubernetes.rankMemoryPressure(candidates).map { pods[$0] }.first {
      !state.groups.settings[$0].pod.isCritical
    }
  }

  private func candidate(_ pod: Int, _ state: State) -> Kubernetes.EvictionCandidate {
    let facts = state.groups.settings[pod].pod
    return Kubernetes.EvictionCandidate(
      usage: state.machine.pageSize * state.workingSet(of: pod), request: facts.request ?? .zero,
      priority: facts.priority ?? 0)
  }

  private func evict(
    _ pod: Int, _ threshold: Kubernetes.Threshold,
    _ seen: Kubernetes.EvictionManager.Observation, _ number: Int, _ state: inout State,
    _ memory: inout KillerMemory
  ) -> Decision {
    let now = state.now
    let period = Kubernetes.evictionGracePeriod(
      isHard: threshold.isHard, minor: program.kubeletMinor,
      most: configuration.maxPodGracePeriod ?? 0,
      own: state.groups.settings[pod].pod.terminationGracePeriod ?? 30)
    let isMet = seen.available < threshold.quantity(of: seen.capacity, withReclaim: false)
    var ground = Ground(
      period > 0 ? .term : .kill,
      [
        Ground.Check(
          what: threshold.signal.rawValue + (isMet ? "" : " with evictionMinimumReclaim"),
          value: .size(seen.available),
          limit: .size(threshold.quantity(of: seen.capacity, withReclaim: !isMet)), relation: "<")
      ])
    ground.cgroup = state.groups.paths[pod]
    ground.pod = candidate(pod, state)
    if threshold.signal == .allocatable {
      ground.watched = Kubernetes.groupOfAllPods(above: state.groups.paths[pod])
    }
    if !threshold.isHard, let end = memory.eviction.graceEnds[number] {
      ground.held = now - (end - threshold.gracePeriod)
    }
    let exitDelay = state.machine.exitDelay
    if period > 0, exitDelay > .seconds(period) { ground.escalated = now + .seconds(period) }
    var choice = state.choice(ground)
    choice?.evictedPod = pod
    // One whose processes are all on their way out is waited for again.
    var gone = state.lastExit(below: pod).map { max($0, now) } ?? now
    if choice != nil { gone = max(gone, now + exitDelay) }
    let returned = min(gone, now + Kubernetes.killTimeout(gracePeriod: period))
    memory.cleanup = KillerMemory.Cleanup(group: pod, until: returned + Self.cleanupTimeout)
    memory.actsUntil = max(memory.actsUntil ?? 0, returned + Self.cleanupTimeout)
    memory.clocks[0].wind(now, returned - now + Self.cleanupInterval)
    return choice.map { .kill($0) } ?? .noVictim
  }
}

extension UserspaceKiller {
  /// N of its release 1.N; that of the newest where none is given.
  fileprivate var kubeletMinor: Int {
    guard let numbers = version?.numbers else { return Int.max }
    return numbers.count > 1 ? numbers[1] : 0
  }
}

extension State {
  /// The groups of pods that run, by path.
  fileprivate var activePods: [Int] {
    // A comparison that had the whole state would copy it.
    let paths = groups.paths
    ledger.effort.add(paths.count)
    return paths.indices.filter { Kubernetes.isPod(cgroup: paths[$0]) && hasProcesses(below: $0) }
      .sorted { paths[$0].utf8.lexicographicallyPrecedes(paths[$1].utf8) }
  }

  fileprivate func hasProcesses(below group: Int) -> Bool {
    groups.subtree(of: group).contains { one in
      groups.members[one].contains { tasks.hasNotExited(Int($0)) }
    }
  }

  /// When the last of a group's processes is gone that are on their way out.
  fileprivate func lastExit(below group: Int) -> Microseconds? {
    let below = groups.subtree(of: group)
    return exits.last { exit in
      exit.rows.contains { below.contains(Int(tasks.groups[$0])) }
    }?.at
  }
}
