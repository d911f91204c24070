extension Kubernetes {
  /// A node with its pods as a scenario of one instant, and what became of each container.
  package struct NodeScenario: Equatable, Sendable {
    /// A container in its place.
    package struct Placed: Equatable, Sendable {
      package var name: ContainerName
      package var container: Container
      /// Position of its pod.
      package var pod: Int
      package var oomScoreAdj: Int16
      package var limit: Bytes?
      /// `memory.high`: nil where nothing throttles it.
      package var high: Bytes?
      package var swapLimit: Bytes
      package var usage: Bytes
      package var source: NodeState.UsageSource
      package var processes: Int
      package var cgroup: String
      /// Of its processes; empty while it does not run.
      package var pids: Range<Int32>
    }

    /// A pod in its place.
    package struct PlacedPod: Equatable, Sendable {
      package var qos: Pod.QOSClass
      package var cgroup: String
      package var limit: Bytes?
      /// Its containers in `containers`, the sandbox first.
      package var containers: Range<Int>
      package var usage: Bytes
      /// Whether anybody measured what any of it uses.
      package var hasStatistics: Bool
    }

    package var state: NodeState
    package var scenario: Scenario
    package var pods: [PlacedPod] = []
    package var containers: [Placed] = []
    /// Positions of those that run, in the order of their pids.
    var started: [Int] = []
    /// Path of the group of all pods.
    package var podsCgroup: String
    /// What has to be said of what could not be known.
    package var notes: [String] = []

    /// The first pid that is given; the processes of a container follow each other.
    static let firstPid: Int32 = 1000

    package init(_ state: NodeState) {
      self.state = state
      podsCgroup = CgroupName.pods.path(state.kubelet.cgroupDriver)
      scenario = Self.machine(of: state)
      for (index, pod) in state.pods.enumerated() { place(pod, index) }
      addProcesses()
      setLimits()
      notes = notesOnNode + notesOnUsage + notesOnVolumes
    }

    /// Processes of all containers.
    package var processCount: Int { scenario.processes.count }

    /// What all pods use.
    package var podsUsage: Bytes { NodeState.sum(pods.map { $0.usage }) }

    package var systemUsage: Bytes { state.systemUsage ?? max(state.reserved, 0) }

    /// The release that decides.
    package var kernel: KernelRelease { scenario.kernel ?? .standard }

    private static func machine(of state: NodeState) -> Scenario {
      var scenario = Scenario()
      scenario.name = state.node.name.isEmpty ? "node" : state.node.name
      scenario.title =
        "Kubernetes node \(scenario.name) with \(state.pods.count) pod"
        + (state.pods.count == 1 ? "" : "s")
      let outside =
        state.eviction == nil ? "part of the kernel's memory" : "the memory of a process 'system'"
      scenario.description = [
        "Made from what kubectl shows. Each container is as many processes as were given for it, with all that it "
          + "uses as anonymous memory in equal parts; each pod has a pause process besides.",
        "What runs outside of pods is \(outside) here: none of it can be killed.",
      ]
      scenario.kernel =
        state.kernel ?? state.node.kernelVersion.flatMap { KernelRelease($0) } ?? .standard
      scenario.cgroupVersion = state.kubelet.cgroupVersion
      scenario.machine.memory = NodeState.pageSize.pages(state.node.capacity)
      scenario.machine.swap = NodeState.pageSize.pages(state.node.swap ?? 0)
      scenario.machine.hugetlb = NodeState.pageSize.pages(state.node.hugePages)
      let system = NodeState.pageSize.pages(toHold: state.systemUsage ?? max(state.reserved, 0))
      if let eviction = state.eviction {
        // The kubelet does not see the kernel's memory, so that here it is that of a process.
        var process = Scenario.Process()
        process.name = "system"
        process.pid = 1
        process.oomScoreAdj = -1000
        process.anon = anonPages(of: system)
        if system > 0 { scenario.processes.append(process) }
        var killer = UserspaceKiller(.kubelet)
        killer.version = ProgramVersion("1.\(state.kubelet.release.minor)")
        killer.eviction = eviction
        if killer.problem == nil { scenario.killers = [killer] }
      } else {
        scenario.machine.kernel = system
      }
      // The kubelet sets both. Source: setupKernelTunables(), pkg/kubelet/cm/container_manager_linux.go.
      scenario.sysctl.overcommitMemory = .always
      scenario.sysctl.panicOnOOM = .never
      return scenario
    }

    // MARK: Containers

    private mutating func place(_ pod: Pod, _ index: Int) {
      let kubelet = state.kubelet
      let qos = kubelet.qos(of: pod)
      let path = CgroupName(of: pod, qos: qos).path(kubelet.cgroupDriver)
      let start = containers.count
      let all = pod.allContainers
      let runs = all.contains { pod.isRunning($0) }
      // The sandbox is there before the containers.
      if runs { place(Container("pause", kind: .sandbox), pod, index, path, runs: true) }
      for container in all { place(container, pod, index, path, runs: pod.isRunning(container)) }
      let own = containers[start...]
      pods.append(
        PlacedPod(
          qos: qos, cgroup: path, limit: kubelet.memoryLimit(of: pod),
          containers: start..<containers.count,
          usage: NodeState.sum(own.map { $0.usage }),
          hasStatistics: state.metrics == nil || !runs
            || own.contains { $0.source == .metrics || $0.source == .given }))
    }

    private mutating func place(
      _ container: Container, _ pod: Pod, _ index: Int, _ path: String, runs: Bool
    ) {
      let kubelet = state.kubelet
      let name = pod.containerName(container.name)
      let isSandbox = container.kind == .sandbox
      let runtime = container.runtime ?? state.node.runtime ?? "containerd"
      // The id of a sandbox is not to be had; no container has a name with an underscore.
      let id = container.id ?? (isSandbox ? "pause_" : container.name)
      let leaf = Kubernetes.leaf(id: id, runtime: runtime, kubelet.cgroupDriver)
      let (usage, source) = state.usage(of: container, name, runs: runs)
      containers.append(
        Placed(
          name: name, container: container, pod: index,
          oomScoreAdj: kubelet.oomScoreAdj(
            of: container, in: pod, memoryCapacity: state.node.capacity),
          limit: kubelet.memoryLimit(of: container, in: pod),
          high: kubelet.memoryHigh(
            of: container, in: pod, nodeAllocatable: state.podsLimit),
          swapLimit: kubelet.swapLimit(
            of: container, in: pod, memoryCapacity: state.node.capacity,
            swapCapacity: state.node.swap ?? 0),
          usage: usage, source: source,
          processes: runs ? (isSandbox ? 1 : state.processes[name] ?? 1) : 0,
          cgroup: path + "/" + leaf, pids: 0..<0))
    }

    /// Pages that each container is taken to use less than it requests. Nothing says that it uses all of that, and a pod
    /// that requests as much as its limit has its pause process and page tables within the limit, too.
    private var pagesLeftToSandboxes: [Int64] {
      let size = NodeState.pageSize
      var left = [Int64](repeating: 0, count: containers.count)
      for pod in pods {
        guard let limit = pod.limit else { continue }
        var used: Int64 = 0
        for index in pod.containers where containers[index].processes > 0 {
          used +=
            containers[index].container.kind == .sandbox
            ? 1 + Self.pageTables(of: 1) : size.pages(toHold: containers[index].usage)
        }
        var excess = used - size.pages(limit)
        for index in pod.containers where excess > 0 && containers[index].source == .request {
          left[index] = min(excess, size.pages(toHold: containers[index].usage))
          excess -= left[index]
        }
      }
      return left
    }

    // MARK: The scenario

    /// In the order in which the containers started, as far as it is known: the kernel's list has that order.
    private mutating func addProcesses() {
      let order = containers.indices.sorted { first, second in
        let (a, b) = (startTime(containers[first]), startTime(containers[second]))
        return a == b ? first < second : a.utf8.lexicographicallyPrecedes(b.utf8)
      }
      let left = pagesLeftToSandboxes
      var pid = Self.firstPid
      for index in order where containers[index].processes > 0 {
        let count = Int32(clamping: containers[index].processes)
        containers[index].pids = pid..<pid + count
        started.append(index)
        addProcesses(of: containers[index], leaving: left[index])
        pid += count
      }
    }

    private func startTime(_ placed: Placed) -> String {
      if case .running(let time) = placed.container.state { return time }
      return state.pods[placed.pod].startTime
    }

    /// The use of a container in equal parts, page tables included.
    private mutating func addProcesses(of placed: Placed, leaving left: Int64) {
      let pages = NodeState.pageSize.pages(toHold: placed.usage) - left
      let count = Int64(placed.processes)
      for (index, pid) in placed.pids.enumerated() {
        var process = Scenario.Process()
        process.name = placed.name.description + (count > 1 ? "-\(index + 1)" : "")
        process.pid = pid
        process.cgroup = placed.cgroup
        let pod = state.pods[placed.pod]
        process.uid = placed.container.runAsUser ?? pod.runAsUser ?? 0
        process.oomScoreAdj = placed.oomScoreAdj
        let share = pages / count + (Int64(index) < pages % count ? 1 : 0)
        process.anon = placed.container.kind == .sandbox ? 1 : Self.anonPages(of: share)
        scenario.processes.append(process)
      }
    }

    /// What is left of a process's pages when its page tables are taken off.
    package static func anonPages(of share: Int64) -> Int64 {
      let perTable = pagesPerPageTable(pageSize: NodeState.pageSize)
      return most(share) { anon in
        anon + pageTablesOfAnEmptyProcess + lastLevelTables(touched: anon, pagesPerTable: perTable)
          <= share
      }
    }

    /// Page tables of a process that touches so many pages.
    package static func pageTables(of touched: Int64) -> Int64 {
      pageTablesOfAnEmptyProcess
        + lastLevelTables(
          touched: touched, pagesPerTable: pagesPerPageTable(pageSize: NodeState.pageSize))
    }

    /// A limit that is larger than any machine limits nothing, and stays that.
    private static func pages(ofLimit limit: Bytes) -> Int64 {
      NodeState.pageSize.pages(min(limit, Scenario.mostBytes))
    }

    /// What its group says of a pod: what is not usual.
    private func podGroup(of pod: Pod) -> PodGroup {
      var facts = PodGroup()
      let request = pod.memoryRequest(usesPodLevel: state.kubelet.has(.podLevelResources))
      if request > .zero { facts.request = request }
      if pod.effectivePriority != 0 { facts.priority = pod.effectivePriority }
      if pod.isStatic || pod.isMirror { facts.isStatic = true }
      if let period = pod.terminationGracePeriod, period != 30 {
        facts.terminationGracePeriod = period
      }
      return facts
    }

    private mutating func setLimits() {
      let version = state.kubelet.cgroupVersion
      var all = Cgroup()
      if state.podsLimit < state.node.capacity {
        all.max = NodeState.pageSize.pages(state.podsLimit)
      }
      // As systemd mounts version 1; what is below has it, too.
      if version == 1 { all.useHierarchy = true }
      if all != Cgroup() { scenario.cgroups[podsCgroup] = all }
      for (index, pod) in pods.enumerated() {
        let facts = podGroup(of: state.pods[index])
        if facts != PodGroup() { scenario.cgroups[pod.cgroup, default: Cgroup()].pod = facts }
        guard let limit = pod.limit else { continue }
        scenario.cgroups[pod.cgroup, default: Cgroup()].max = Self.pages(ofLimit: limit)
      }
      if state.kubelet.enforcesMemoryQoS { setMemoryQoS() }
      for placed in containers where placed.container.kind != .sandbox {
        var group = Cgroup()
        // A kernel rounds down to whole pages.
        group.max = placed.limit.map { Self.pages(ofLimit: $0) }
        if version == 2 {
          group.swapMax = NodeState.pageSize.pages(placed.swapLimit)
          if state.kubelet.killsWholeContainers { group.oomGroup = true }
        } else {
          // Source: ConfigureNoSwap(): memory and swap together are limited to what memory is.
          group.memswLimit = group.max
        }
        if placed.processes > 0 {
          if state.kubelet.enforcesMemoryQoS {
            group.high = placed.high.map { Self.pages(ofLimit: $0) }
            Self.protect(
              &group, state.kubelet.protection(of: placed.container, in: state.pods[placed.pod]))
          }
          if group != Cgroup() { scenario.cgroups[placed.cgroup] = group }
        }
      }
    }

    /// What protects pods, and their classes, from reclaim.
    private mutating func setMemoryQoS() {
      let kubelet = state.kubelet
      func set(_ path: String, _ protection: MemoryProtection, high: Bytes? = nil) {
        guard protection != MemoryProtection() || high != nil else { return }
        Self.protect(&scenario.cgroups[path, default: Cgroup()], protection)
        if let high { scenario.cgroups[path]?.high = Self.pages(ofLimit: high) }
      }
      let classes = kubelet.protectionOfClasses(state.pods)
      set(podsCgroup, classes.all)
      set(CgroupName.burstable.path(kubelet.cgroupDriver), classes.burstable)
      for (index, pod) in pods.enumerated() where !state.pods[index].hasEnded {
        let own = state.pods[index]
        set(pod.cgroup, kubelet.protection(of: own), high: kubelet.memoryHigh(of: own))
      }
    }

    /// A kernel rounds down to whole pages.
    private static func protect(_ group: inout Cgroup, _ protection: MemoryProtection) {
      if protection.min > 0 { group.min = pages(ofLimit: protection.min) }
      if protection.low > 0 { group.low = pages(ofLimit: protection.low) }
    }
  }
}
