import OOMSimulator

extension K8sOptions {
  static let all: [OptionSpec] =
    [
      .json,
      OptionSpec(
        name: "-o", value: "FILE",
        help:
          "Also write the node as a scenario: run, next, --set and compare go on from there; - prints it instead of the report."
      ),
      OptionSpec(name: "--scenario", value: "FILE", help: "The same as -o."),
    ] + inputs + kubelet + K8sEviction.options + shown

  private static let inputs = [
    OptionSpec(
      name: "--node", value: "FILE",
      help:
        "What 'kubectl get node NAME -o json' prints: capacity, allocatable, huge pages, swap, releases. What is reserved is capacity less allocatable less the eviction threshold."
    ),
    OptionSpec(
      name: "--node-name", value: "NAME",
      help: "Only the pods of this node; needed where the pods of several are listed."),
    OptionSpec(
      name: "--top", value: "FILE",
      help:
        "What 'kubectl top pod -A --containers' prints: what containers use. Without it they are taken to use what they request."
    ),
    OptionSpec(
      name: "--usage", value: "NAME=QUANTITY", isRepeatable: true,
      help: "What one container uses, such as default/web/app=700Mi; counts before --top."),
    OptionSpec(
      name: "--processes", value: "NAME=N", isRepeatable: true,
      help:
        "How many processes a container has, such as default/web/app=40: its memory lies in them in equal parts. 1 when absent."
    ),
    OptionSpec(
      name: "--capacity", value: "QUANTITY", help: "Memory of the node, instead of --node."),
    OptionSpec(name: "--swap", value: "QUANTITY", help: "Swap of the node; 0 when not known."),
    OptionSpec(
      name: "--system-usage", value: "QUANTITY",
      help: "What runs outside of pods uses; when absent all that is reserved for it."),
  ]

  private static let kubelet = [
    OptionSpec(
      name: "--kubelet-version", value: "RELEASE",
      help: "Such as 1.32; the node's own, or \(Kubernetes.KubeletRelease.newest), when absent."),
    OptionSpec(
      name: "--kube-reserved", value: "QUANTITY",
      help: "As the kubelet's flag: memory=1Gi, or just 1Gi."),
    OptionSpec(
      name: "--system-reserved", value: "QUANTITY",
      help: "As the kubelet's flag: memory=1Gi, or just 1Gi."),
    OptionSpec(
      name: "--cgroup-driver", value: "DRIVER",
      words: Kubernetes.Kubelet.CgroupDriver.allCases.map(\.rawValue),
      help: "What names the groups: systemd (default, as kubeadm has it) or cgroupfs."),
    OptionSpec(
      name: "--cgroup-version", value: "VERSION", words: ["1", "2"],
      help: "Version of cgroups on the node: 1 or 2 (default)."),
    OptionSpec(
      name: "--single-process-oom-kill", value: "BOOL", words: ["true", "false"],
      help:
        "singleProcessOOMKill, since 1.32: with true no memory.oom.group; since 1.28 an OOM kills all of a container on cgroup version 2."
    ),
    OptionSpec(
      name: "--swap-behavior", value: "BEHAVIOR",
      words: Kubernetes.Kubelet.SwapBehavior.allCases.map(\.rawValue),
      help: "NoSwap (default) or LimitedSwap."),
    OptionSpec(
      name: "--memory-throttling-factor", value: "FACTOR",
      help:
        "memoryThrottlingFactor of MemoryQoS, such as 0.9: where between request and limit memory.high lies. When absent 0.8, since 1.27 0.9, since 1.37 none."
    ),
    OptionSpec(
      name: "--memory-reservation-policy", value: "POLICY",
      words: Kubernetes.MemoryReservationPolicy.allCases.map(\.rawValue),
      help:
        "memoryReservationPolicy of MemoryQoS, since 1.36: None (default), or TieredReservation for memory.min and memory.low."
    ),
    OptionSpec(
      name: "--feature-gates", value: "NAME=BOOL,…", isRepeatable: true,
      help: Kubernetes.Kubelet.FeatureGate.allCases.map(\.rawValue).joined(separator: ", ") + "."),
  ]

  private static let shown: [OptionSpec] = [
    OptionSpec(
      name: "--rows", value: "N",
      help:
        "How many candidates of each limit and of eviction, and how many limits; 10 when absent."
    ),
    OptionSpec(
      name: "--near", value: "PERCENT",
      help: "Limits of pods and containers with at most this much left; 25 when absent, 100 is all."
    ),
    .kernel, .color,
  ]
}
