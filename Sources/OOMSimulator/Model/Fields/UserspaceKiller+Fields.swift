extension UserspaceKiller {
  /// The keys of an entry of `killers` besides `kind` and `version`, in the order in which they are written.
  package static let fields: [Field<UserspaceKiller>] = [
    Field(
      "args", .text({ $0.args }, { $0.args = $1 }), "The arguments of earlyoom's command line.",
      example: "\"-m 10,5 -s 10,5\""),
    Field(
      "SwapUsedLimit", .share({ $0.swapUsedLimit }, { $0.swapUsedLimit = $1 }),
      "systemd-oomd: how much of memory, and of swap, is in use before it acts. Default 90%.",
      example: "\"80%\""),
    Field(
      "DefaultMemoryPressureLimit",
      .share({ $0.defaultMemoryPressureLimit }, { $0.defaultMemoryPressureLimit = $1 }),
      "systemd-oomd: the limit of groups without one. Default 60%.", example: "\"50%\""),
    Field(
      "DefaultMemoryPressureDurationSec",
      .duration({ $0.defaultMemoryPressureDuration }, { $0.defaultMemoryPressureDuration = $1 }),
      "systemd-oomd: how long it has to be exceeded. Default 30s.", example: "\"20s\""),
  ]
}
