import OOMFormats
import Testing

@testable import OOMSimulator

/// A node as a scenario: groups, limits, processes, and what becomes of them.
@Suite struct KubernetesNodeTests {
  private typealias Container = Kubernetes.Container

  private func state(
    _ pods: [Kubernetes.Pod], capacity: Bytes = 32 << 30,
    _ change: (inout Kubernetes.NodeState) -> Void = { _ in }
  ) -> Kubernetes.NodeState {
    var node = Kubernetes.Node()
    node.name = "n1"
    node.capacity = capacity
    var state = Kubernetes.NodeState(node: node, kubelet: Kubernetes.Kubelet(), pods: pods)
    change(&state)
    return state
  }

  private func pods() throws -> [Kubernetes.Pod] {
    var api = Kubernetes.Pod("api", [try Container("app", memory: ("1Gi", "2Gi"))])
    api.uid = "0f6c2a0e-5a3e"
    api.containers[0].id = "abc123"
    var db = Kubernetes.Pod("db", [try Container("db", memory: ("4Gi", "4Gi"), cpu: ("1", "1"))])
    db.uid = "11-22"
    var job = Kubernetes.Pod("job", [Container("job")])
    job.uid = "33"
    return [api, db, job]
  }

  @Test func `the tree of both drivers`() throws {
    let pods = try pods()
    let systemd = Kubernetes.NodeScenario(state(pods))
    #expect(systemd.podsCgroup == "/kubepods.slice")
    #expect(
      systemd.pods.map(\.cgroup) == [
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0f6c2a0e_5a3e.slice",
        "/kubepods.slice/kubepods-pod11_22.slice",
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod33.slice",
      ])
    let app = try #require(systemd.containers.first { $0.name.container == "app" })
    #expect(app.cgroup == systemd.pods[0].cgroup + "/cri-containerd-abc123.scope")
    let cgroupfs = Kubernetes.NodeScenario(
      state(pods) {
        $0.kubelet.cgroupDriver = .cgroupfs
        $0.node.runtime = "cri-o"
      })
    #expect(
      cgroupfs.pods.map(\.cgroup) == [
        "/kubepods/burstable/pod0f6c2a0e-5a3e", "/kubepods/pod11-22", "/kubepods/besteffort/pod33",
      ])
    #expect(cgroupfs.containers[1].cgroup == "/kubepods/burstable/pod0f6c2a0e-5a3e/crio-abc123")
    for node in [systemd, cgroupfs] {
      #expect(Set(node.containers.map(\.cgroup)).count == node.containers.count)
    }
  }

  @Test(arguments: [
    ("containerd", Kubernetes.Kubelet.CgroupDriver.systemd, "cri-containerd-1.scope"),
    ("cri-o", .systemd, "crio-1.scope"), ("docker", .systemd, "docker-1.scope"),
    ("containerd", .cgroupfs, "1"), ("cri-o", .cgroupfs, "crio-1"), ("docker", .cgroupfs, "1"),
  ])
  func `what runtimes call groups`(
    runtime: String, driver: Kubernetes.Kubelet.CgroupDriver, expected: String
  ) {
    #expect(Kubernetes.leaf(id: "1", runtime: runtime, driver) == expected)
  }

  @Test func `a static pod lies in the group of its own uid`() throws {
    var pod = try pods()[0]
    pod.mirrorOf = "5b6fhash"
    let node = Kubernetes.NodeScenario(state([pod]))
    #expect(node.pods[0].cgroup.hasSuffix("/kubepods-burstable-pod5b6fhash.slice"))
  }

  /// Pods of one name in two namespaces, without uids.
  @Test func `manifests without uids have groups of their own`() throws {
    var first = Kubernetes.Pod("c", [Container("x")])
    first.namespace = "a-b"
    var second = Kubernetes.Pod("b-c", [Container("pause")])
    second.namespace = "a"
    let node = Kubernetes.NodeScenario(state([first, second]))
    #expect(node.pods[0].cgroup != node.pods[1].cgroup)
    #expect(Set(node.containers.map(\.cgroup)).count == 4)
  }

  @Test func `limits of pods and containers`() throws {
    var pods = try pods()
    pods[0].containers.append(try Container("b", memory: ("1Gi", "1Gi")))
    pods[0].initContainers = [
      try Container("setup", memory: ("1Gi", "4Gi"), kind: .initial),
      try Container("proxy", memory: ("1Mi", "64Mi"), kind: .sidecar),
    ]
    let kubelet = Kubernetes.Kubelet()
    // Containers and sidecars together are 3136Mi; the init container alone may use 4Gi before they run.
    #expect(kubelet.memoryLimit(of: pods[0]) == 4 << 30)
    pods[0].initContainers[0].resources.limits.memory = try quantity("1Gi")
    #expect(kubelet.memoryLimit(of: pods[0]) == 3136 << 20)
    pods[0].overhead.memory = try quantity("100Mi")
    #expect(kubelet.memoryLimit(of: pods[0]) == 3236 << 20)
    // One container without a limit, and the pod has none; of the pod itself it holds all the same.
    pods[0].containers[1].resources.limits.memory = nil
    #expect(kubelet.memoryLimit(of: pods[0]) == nil)
    pods[0].resources = .init(limits: Resources(memory: try quantity("5Gi")))
    #expect(kubelet.memoryLimit(of: pods[0]) == 5 << 30 + 100 << 20)
    #expect(kubelet.memoryLimit(of: pods[0].containers[1], in: pods[0]) == 5 << 30)
    #expect(kubelet.memoryLimit(of: pods[0].containers[0], in: pods[0]) == 2 << 30)
    let old = Kubernetes.Kubelet(minor: 33)
    #expect(old.memoryLimit(of: pods[0]) == nil)
    #expect(old.memoryLimit(of: pods[0].containers[1], in: pods[0]) == nil)
    #expect(kubelet.memoryLimit(of: pods[2]) == nil)
    // A kernel rounds a limit down to whole pages.
    var odd = Kubernetes.Pod("odd", [try Container("c", memory: ("1", "10000"))])
    odd.uid = "o"
    let node = Kubernetes.NodeScenario(state([odd]))
    #expect(node.scenario.cgroups[node.containers[1].cgroup]?.max == 2)
  }

  /// 32Gi with 2Gi and 1Gi reserved: 29Gi for pods, 28.9Gi to schedule.
  @Test func `the limit of all pods leaves the eviction threshold out`() throws {
    let pods = try pods()
    let given = Kubernetes.NodeScenario(
      state(pods) {
        $0.kubelet.kubeReserved = 2 << 30
        $0.kubelet.systemReserved = 1 << 30
      })
    #expect(given.scenario.cgroups["/kubepods.slice"]?.max == 29 << 18)
    #expect(given.systemUsage == 3 << 30 && given.scenario.machine.kernel == 3 << 18)
    // The same from what the node says is allocatable.
    let read = Kubernetes.NodeScenario(
      state(pods) { $0.node.allocatable = 29 << 30 - 100 << 20 })
    #expect(read.state.reserved == 3 << 30 && read.state.podsLimit == 29 << 30)
    let percent = state(pods) {
      $0.node.allocatable = 26 << 30
      $0.kubelet.evictionHard = .millionths(62_500)
    }
    #expect(percent.evictionThreshold == 2 << 30 && percent.podsLimit == 28 << 30)
    let huge = state(pods) {
      $0.node.hugePages = 4 << 30
      $0.node.allocatable = 25 << 30 - 100 << 20
    }
    #expect(huge.reserved == 3 << 30 && huge.podsLimit == 25 << 30)
    #expect(Kubernetes.NodeScenario(huge).scenario.machine.hugetlb == 4 << 18)
  }

  @Test func `memory oom group since 1_28 on version 2, with its opt-out since 1_32`() {
    for (minor, version, isSingle, expected) in [
      (27, 2, nil, false), (28, 2, nil, true), (28, 1, nil, false), (31, 2, true, true),
      (32, 2, true, false), (32, 2, false, true), (34, 2, nil, true), (34, 1, nil, false),
    ] as [(Int, Int, Bool?, Bool)] {
      var kubelet = Kubernetes.Kubelet(minor: minor)
      kubelet.cgroupVersion = version
      kubelet.singleProcessOOMKill = isSingle
      #expect(kubelet.killsWholeContainers == expected, "\(minor) \(version)")
    }
  }

  /// The same container before and after 1.28: how much dies.
  @Test(arguments: [(27, 1), (28, 5)])
  func `how much of a container dies`(minor: Int, dead: Int) throws {
    let pods = [Kubernetes.Pod("p", [try Container("c", memory: ("100Mi", "460Mi"))])]
    var scenario = Kubernetes.NodeScenario(
      state(pods) {
        $0.kubelet.release = Kubernetes.KubeletRelease(minor: minor)
        $0.processes = [pods[0].containerName("c"): 5]
        $0.givenUsage = [pods[0].containerName("c"): 400 << 20]
      }
    ).scenario
    var more = Event.Sizes()
    more.anon = 100 << 8
    scenario.events = [Event(at: 0, action: .grow(.name("default/p/c-1"), more, over: 0))]
    let run = Simulator(for: scenario).run(scenario)
    #expect(run.kills.first?.killed.count == dead)
    #expect(run.kills.first?.victim.name == "default/p/c-1")
  }

  @Test func `swap`() throws {
    var kubelet = Kubernetes.Kubelet()
    kubelet.swapBehavior = .limitedSwap
    func swap(_ pod: Kubernetes.Pod) -> Bytes {
      kubelet.swapLimit(
        of: pod.containers[0], in: pod, memoryCapacity: 32 << 30, swapCapacity: 8 << 30)
    }
    let burstable = Kubernetes.Pod("p", [try Container("c", memory: ("1Gi", "2Gi"))])
    // A thirty-second of the memory, and so of the swap.
    #expect(swap(burstable) == 256 << 20)
    #expect(swap(Kubernetes.Pod("p", [try Container("c", memory: ("3", nil))])) == 0)
    #expect(swap(Kubernetes.Pod("p", [try Container("c", memory: ("5", nil))])) == 1)
    #expect(swap(Kubernetes.Pod("p", [try Container("c", memory: ("33Gi", nil))])) == 0)
    #expect(swap(Kubernetes.Pod("p", [try Container("c", memory: ("1Gi", "1Gi"))])) == 0)
    #expect(swap(Kubernetes.Pod("p", [Container("c")])) == 0)
    #expect(
      swap(Kubernetes.Pod("p", [try Container("c", memory: ("1Gi", "1Gi"), cpu: ("1", "1"))])) == 0)
    var critical = burstable
    critical.priority = 2_000_000_000
    #expect(swap(critical) == 0)
    kubelet.swapBehavior = .noSwap
    #expect(swap(burstable) == 0)
    let node = Kubernetes.NodeScenario(
      state([burstable]) {
        $0.node.swap = 8 << 30
        $0.kubelet.swapBehavior = .limitedSwap
      })
    #expect(node.scenario.machine.swap == 8 << 18)
    #expect(node.scenario.cgroups[node.containers[1].cgroup]?.swapMax == 256 << 8)
  }

  @Test func `version 1`() throws {
    let node = Kubernetes.NodeScenario(state(try pods()) { $0.kubelet.cgroupVersion = 1 })
    #expect(node.scenario.cgroupVersion == 1 && node.scenario.problems().isEmpty)
    let app = node.scenario.cgroups[node.containers[1].cgroup]
    #expect(app?.max == 2 << 18 && app?.memswLimit == 2 << 18)
    #expect(app?.oomGroup == nil && app?.swapMax == nil)
    #expect(node.scenario.cgroups["/kubepods.slice"]?.useHierarchy == true)
  }

  /// What a group is charged with is what the container uses, however many processes it has.
  @Test(arguments: [1, 2, 7, 64])
  func `use is what the group is charged with`(processes: Int) throws {
    let pods = try pods()
    let name = pods[0].containerName("app")
    let node = Kubernetes.NodeScenario(
      state(pods) {
        $0.givenUsage = [name: 1500 << 20 + 1]
        $0.processes = [name: processes]
      })
    let world = State(of: node.scenario)
    let group = try #require(world.groups.number(of: node.containers[1].cgroup))
    #expect(world.ledger.accounts[group].usage == 1500 << 8 + 1)
    #expect(node.containers[1].pids.count == processes)
    #expect(node.processCount == 1 + processes + 4)
  }

  /// The containers that are listed are those that OOMs take, one after the other.
  @Test(arguments: [27, 28])
  func `what is foretold is what happens`(minor: Int) throws {
    let pods = try pods()
    let node = Kubernetes.NodeScenario(
      state(pods, capacity: 8 << 30) {
        $0.kubelet.release = Kubernetes.KubeletRelease(minor: minor)
        $0.givenUsage = [
          pods[0].containerName("app"): 1 << 30, pods[1].containerName("db"): 3 << 30,
          pods[2].containerName("job"): 2 << 30,
        ]
        $0.processes = [pods[0].containerName("app"): 3]
      })
    let report = Kubernetes.NodeForecast(node, rows: 10, nearPerMille: 1000)
    let machine = try #require(report.forecast.domains.first { $0.cgroup == nil })
    let names = report.victims(of: machine).map { node.containers[$0.container].name.container }
    #expect(names == ["job", "app", "db"])
    #expect(report.containerCount(in: machine) == (3, 3))
    var scenario = node.scenario
    scenario.events = (1...9).map {
      Event(at: Microseconds($0), action: .oom(cgroup: nil, invoker: nil, nodes: nil))
    }
    let kills = Simulator(for: scenario).run(scenario).kills
    var order: [String] = []
    for name in kills.compactMap({ $0.victim.name.split(separator: "/").last }) {
      let container = String(name.prefix { $0 != "-" })
      if container != "pause", !order.contains(container) { order.append(container) }
    }
    #expect(order == names)
    #expect(kills[1].killed.count == (minor == 28 ? 3 : 1))
  }

  @Test func `what does not run has no process`() throws {
    var pods = try pods()
    pods[0].initContainers = [
      try Container("setup", memory: ("1Gi", nil), kind: .initial),
      try Container("proxy", memory: ("1Gi", nil), kind: .sidecar),
    ]
    pods[0].ephemeralContainers = [Container("debug", kind: .ephemeral)]
    func running(_ pod: Kubernetes.Pod) -> [String] {
      pod.allContainers.filter { pod.isRunning($0) }.map(\.name)
    }
    #expect(running(pods[0]) == ["proxy", "app"])
    pods[0].phase = .pending
    #expect(running(pods[0]) == [])
    pods[0].initContainers[0].state = .running(startedAt: "")
    #expect(running(pods[0]) == ["setup"])
    pods[0].phase = .running
    pods[0].containers[0].state = .waiting(reason: "CrashLoopBackOff")
    pods[0].initContainers[0].state = .terminated(reason: "Completed")
    pods[0].ephemeralContainers[0].state = .running(startedAt: "")
    #expect(running(pods[0]) == ["proxy", "debug"])
    pods[2].phase = .pending
    let node = Kubernetes.NodeScenario(state([pods[2]]))
    #expect(node.processCount == 0 && node.containers.count == 1)
  }

  @Test func `processes come in the order in which their containers started`() throws {
    var pods = try pods()
    for (index, time) in ["2026-11-21T09:00:00Z", "2026-11-21T08:00:00Z", ""].enumerated() {
      pods[index].startTime = time
    }
    pods[1].containers[0].state = .running(startedAt: "2026-11-21T10:00:00Z")
    let names = Kubernetes.NodeScenario(state(pods)).scenario.processes.names
    #expect(
      names == [
        "default/job/pause", "default/job/job", "default/db/pause", "default/api/pause",
        "default/api/app", "default/db/db",
      ])
  }

  @Test func `eviction begins at the nearer of two thresholds, and goes on until both are kept`() {
    let pods = (0..<4).map { Kubernetes.Pod("p\($0)", [Container("c")]) }
    func eviction(_ reserved: Bytes, _ usage: Bytes) -> Kubernetes.EvictionForecast {
      Kubernetes.EvictionForecast(
        Kubernetes.NodeScenario(
          state(pods, capacity: 8 << 30) {
            $0.kubelet.kubeReserved = reserved << 20
            $0.systemUsage = 512 << 20
            for pod in pods { $0.givenUsage[pod.containerName("c")] = usage << 20 }
          }))
    }
    let calm = eviction(0, 1024)
    #expect(calm.signals.map(\.available) == [3584 << 20, 4096 << 20])
    #expect(calm.untilEviction == 3484 << 20 && !calm.order.contains(where: \.isDue))
    // 512 MiB outside of pods while 2 GiB are reserved: the pods' limit comes first.
    let limited = eviction(2048, 1024)
    #expect(limited.signals.map(\.available) == [3584 << 20, 2048 << 20])
    #expect(limited.untilEviction == 1948 << 20)
    let over = eviction(2048, 1536)
    #expect(over.untilEviction == 0 - 100 << 20)
    #expect(over.order.map(\.isDue) == [true, false, false, false])
    #expect(eviction(2048, 4096).order.map(\.isDue) == [true, true, true, false])
  }

  @Test func `pods that are never evicted, and a threshold of 0`() throws {
    var pods = try pods()
    pods[0].mirrorOf = "x"
    pods[1].priority = 2_000_000_000
    pods[2].configSource = "api"
    let node = Kubernetes.NodeScenario(state(pods))
    let eviction = Kubernetes.EvictionForecast(node)
    #expect(eviction.order.filter(\.isEvictable).map { pods[$0.pod].name } == ["job"])
    let off = Kubernetes.NodeScenario(state(pods) { $0.kubelet.evictionHard = .bytes(0) })
    #expect(Kubernetes.EvictionForecast(off).untilEviction == nil)
    #expect(
      Kubernetes.EvictionForecast(Kubernetes.NodeScenario(state([pods[0]]))).untilEviction == nil)
  }

  /// Request of a pod: containers and sidecars, or the largest init container with the sidecars before it.
  @Test func `what eviction holds a pod's use against`() throws {
    var pod = Kubernetes.Pod(
      "p",
      [
        try Container("a", memory: ("100Mi", nil)), try Container("b", memory: ("50Mi", nil)),
        try Container("s", memory: ("20Mi", nil), kind: .sidecar),
        try Container("i", memory: ("140Mi", nil), kind: .initial),
      ])
    func request() -> Int64 { pod.memoryRequest(usesPodLevel: true).value >> 20 }
    #expect(request() == 170)
    pod.initContainers[1].resources.requests.memory = try quantity("160Mi")
    #expect(request() == 180)
    pod.initContainers.reverse()
    #expect(request() == 170)
    pod.overhead.memory = try quantity("30Mi")
    #expect(request() == 200)
    pod.resources = .init(requests: Resources(memory: try quantity("500Mi")))
    #expect(request() == 530)
    #expect(pod.memoryRequest(usesPodLevel: false).value >> 20 == 200)
    pod.resources = .init(requests: Resources(cpu: try quantity("1")))
    #expect(request() == 0)
  }

  @Test func `releases of the kubelet`() {
    for (text, minor) in [("v1.32.1", 32), ("1.28", 28), ("v1.30.5-gke.100", 30), ("1.33+", 33)] {
      #expect(Kubernetes.KubeletRelease(text)?.minor == minor)
    }
    for text in ["", "1", "1.", "v2.1", "1.x", "1.3200", "1.32x", "1.32 "] {
      #expect(Kubernetes.KubeletRelease(text) == nil, "\(text)")
    }
  }
}
