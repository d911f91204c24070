extension UserspaceKiller {
  /// The keys of an entry of `killers` besides `kind` and `version`, in the order in which they are written.
  package static let fields: [Field<UserspaceKiller>] =
    fields(of: .earlyoom) + fields(of: .systemdOOMd) + fields(of: .oomd) + fields(of: .kubelet)

  /// Those of one program.
  package static func fields(of kind: Kind) -> [Field<UserspaceKiller>] {
    switch kind {
    case .earlyoom:
      [
        Field(
          "args", .text({ $0.args }, { $0.args = $1 }),
          "The arguments of earlyoom's command line.", example: "\"-m 10,5 -s 10,5\"")
      ]
    case .systemdOOMd:
      [
        Field(
          "SwapUsedLimit",
          .share({ $0.oomdConf?.swapUsedLimit }, { $0.oomdConf?.swapUsedLimit = $1 }),
          "systemd-oomd: how much of memory, and of swap, is in use before it acts. Default 90%.",
          example: "\"80%\""),
        Field(
          "DefaultMemoryPressureLimit",
          .share(
            { $0.oomdConf?.defaultMemoryPressureLimit },
            { $0.oomdConf?.defaultMemoryPressureLimit = $1 }),
          "systemd-oomd: the limit of groups without one. Default 60%.", example: "\"50%\""),
        Field(
          "DefaultMemoryPressureDurationSec",
          .duration(
            { $0.oomdConf?.defaultMemoryPressureDuration },
            { $0.oomdConf?.defaultMemoryPressureDuration = $1 }),
          "systemd-oomd: how long it has to be exceeded. Default 30s.", example: "\"20s\""),
      ]
    case .oomd:
      [
        Field(
          "rulesets", .rulesets({ $0.oomd?.rulesets }, { $0.oomd?.rulesets = $1 }),
          "oomd: the rulesets of its configuration file. Default: those of etc/desktop.json.",
          example:
            #"[{ "name": "low swap", "detectors": [["swap is low", { "name": "swap_free", "args": { "threshold_pct": "15" } }]], "#
            + #""actions": [{ "name": "kill_by_swap_usage", "args": { "cgroup": "system.slice/*" } }] }]"#
        ),
        Field(
          "interval",
          .integer(1...Int64(Int32.max), { $0.oomd?.interval }, { $0.oomd?.interval = $1 }),
          "oomd: seconds between two ticks, its option --interval. Default 5.", example: "1"),
      ]
    case .talos: []
    case .kubelet: kubeletFields
    }
  }

  private static let kubeletFields: [Field<UserspaceKiller>] = [
    Field(
      "evictionHard",
      .threshold(.hard, { $0.eviction?.hard }, { $0.eviction?.hard = $1 }),
      "kubelet: a pod is evicted where less is available. Default 100Mi; {} is none.",
      example: #"{ "memory.available": "500Mi" }"#),
    Field(
      "evictionSoft",
      .threshold(.soft, { $0.eviction?.soft }, { $0.eviction?.soft = $1 }),
      "kubelet: the same where that lasts for evictionSoftGracePeriod. Default: none.",
      example: #"{ "memory.available": "10%" }"#),
    Field(
      "evictionSoftGracePeriod",
      .grace({ $0.eviction?.softGracePeriod }, { $0.eviction?.softGracePeriod = $1 }),
      "kubelet: how long evictionSoft has to last. To be given with it.",
      example: #"{ "memory.available": "1m30s" }"#),
    Field(
      "evictionMaxPodGracePeriod",
      .integer(
        -Int64(Int32.max)...Int64(Int32.max), { $0.eviction?.maxPodGracePeriod },
        { $0.eviction?.maxPodGracePeriod = $1 }),
      "kubelet: seconds between SIGTERM and SIGKILL where evictionSoft evicts. Default 0.",
      example: "60"),
    Field(
      "evictionMinimumReclaim",
      .threshold(
        .minimumReclaim, { $0.eviction?.minimumReclaim }, { $0.eviction?.minimumReclaim = $1 }),
      "kubelet: once a threshold is met it stays so until as much more is available. Default 0.",
      example: #"{ "memory.available": "200Mi" }"#),
    Field(
      "evictionPressureTransitionPeriod",
      .duration(
        { $0.eviction?.pressureTransitionPeriod }, { $0.eviction?.pressureTransitionPeriod = $1 }),
      "kubelet: how long the node has the condition MemoryPressure after the last look at which a threshold was met. "
        + "No eviction depends on it. Default 5m.", example: "\"1m\""),
  ]
}
