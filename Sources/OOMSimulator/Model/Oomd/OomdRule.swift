extension Oomd {
  /// What a plugin does, its arguments understood.
  enum Rule: Equatable, Sendable {
    case pressureAbove([CgroupPattern], threshold: Int64, duration: Int64)
    case pressureRisingBeyond(
      [CgroupPattern], threshold: Int64, duration: Int64, fastFallRatio: BinaryReal)
    case memoryReclaim([CgroupPattern], duration: Int64)
    case memoryAbove([CgroupPattern], threshold: Size, isAnon: Bool, duration: Int64)
    case swapFree(thresholdPct: Int64)
    case swapAboveMemoryMax([CgroupPattern], thresholdPct: Int64)
    case exists([CgroupPattern], isNegated: Bool)
    /// Groups that have been removed and are not gone: there are none here.
    case nrDyingDescendants([CgroupPattern], isAtMost: Bool)
    /// `continue`, and what only logs.
    case proceed
    case stop
    case kill(Kill)

    /// The groups that it is about.
    var cgroups: [CgroupPattern] {
      switch self {
      case .pressureAbove(let groups, _, _), .pressureRisingBeyond(let groups, _, _, _),
        .memoryReclaim(let groups, _), .memoryAbove(let groups, _, _, _),
        .swapAboveMemoryMax(let groups, _), .exists(let groups, _),
        .nrDyingDescendants(let groups, _):
        groups
      case .kill(let kill): kill.cgroups
      case .swapFree, .proceed, .stop: []
      }
    }
  }

  /// A plugin that kills. Source: src/oomd/plugins/BaseKillPlugin.cpp.
  struct Kill: Equatable, Sendable {
    /// By what it ranks groups.
    enum Way: Equatable, Sendable {
      /// In per cent, but for the ratio.
      case memorySizeOrGrowth(
        sizeThreshold: Int64, growingSizePercentile: Int64, minGrowthRatio: BinaryReal)
      case swapUsage(threshold: Size, isBiased: Bool)
      case pressure
      case pgScan
    }

    var way: Way
    var cgroups: [CgroupPattern]
    /// It walks down to the best of the groups below.
    var isRecursive = false
    /// Seconds; nil is what its ruleset says.
    var postActionDelay: Int64?
    /// It kills nobody, and does as if it had.
    var isDry = false
    var alwaysContinues = false
    /// It writes cgroup.kill once, in place of signals until all are gone.
    var usesKernelKill = false
  }

  /// A plugin that is understood.
  package struct Compiled: Sendable {
    let rule: Rule
    package let notes: [Note]
  }
}

extension Oomd.Rule {
  /// Whether it reads memory.pressure of its groups, and of those below them.
  var pressure: (isRead: Bool, isOfAllBelow: Bool) {
    switch self {
    case .pressureAbove, .pressureRisingBeyond: (true, false)
    case .kill(let kill) where kill.way == .pressure: (true, kill.isRecursive)
    default: (false, false)
    }
  }

  var isKill: Bool { if case .kill = self { true } else { false } }
}

extension Oomd.Plugin {
  /// The plugins of oomd that are modelled. Source: `REGISTER_PLUGIN()`, src/oomd/plugins.
  package static let modelled = [
    "pressure_above", "pressure_rising_beyond", "memory_reclaim", "memory_above", "swap_free",
    "swap_above_memory_max", "exists", "nr_dying_descendants", "dump_cgroup_overview", "continue",
    "stop", "kill_by_memory_size_or_growth", "kill_by_swap_usage", "kill_by_pressure",
    "kill_by_pg_scan",
  ]

  /// The others, each with the reason.
  private static let notModelled = [
    "kill_by_io_cost":
      "it goes by what a group reads and writes of a disk, which is in no scenario",
    "senpai": "it lowers limits of groups to find out what they need",
    "senpai_hold": "it lowers limits of groups to find out what they need",
    "senpai_poking": "it has groups reclaim to find out what they need",
    "systemd_restart": "it has systemd restart a service; 'restart' of a process is nearest",
    "adjust_cgroup": "newer releases of oomd have it no more",
    "xattr_glob": "it goes by other attributes of groups than oomd_prefer and oomd_avoid",
    "kernel_panic": "no release is built with it",
    "dump_kill_info_no_op": "it is for tests of oomd",
  ]

  private static let kill = [
    "cgroup", "recursive", "post_action_delay", "dry", "always_continue", "debug", "kernelkill",
    "reap_memory", "log_kmemalloc_prekill",
  ]

  /// Understands its arguments, as `init()` of each plugin does.
  package func compiled() throws(Oomd.Fault) -> Oomd.Compiled {
    let (rule, notes) = try understood()
    return Oomd.Compiled(rule: rule, notes: notes)
  }

  /// What it does; nil where it cannot be, which is refused before.
  var rule: Oomd.Rule? {
    do throws(Oomd.Fault) {
      return try understood().0
    } catch {
      return nil
    }
  }

  private func understood() throws(Oomd.Fault) -> (Oomd.Rule, [Oomd.Note]) {
    func arguments(_ known: [String]) throws(Oomd.Fault) -> Oomd.Arguments {
      try Oomd.Arguments(self, known: known)
    }
    switch name {
    case "pressure_above":
      var args = try arguments(["cgroup", "resource", "threshold", "duration"])
      let cgroups = try args.cgroups()
      try args.memoryIsTheResource()
      let rule = Oomd.Rule.pressureAbove(
        cgroups, threshold: try args.needed("threshold"), duration: try args.needed("duration"))
      return (rule, args.notes)
    case "pressure_rising_beyond":
      var args = try arguments(["cgroup", "resource", "threshold", "duration", "fast_fall_ratio"])
      let cgroups = try args.cgroups()
      try args.memoryIsTheResource()
      let rule = Oomd.Rule.pressureRisingBeyond(
        cgroups, threshold: try args.needed("threshold"), duration: try args.needed("duration"),
        fastFallRatio: try args.ratio("fast_fall_ratio") ?? BinaryReal(85, over: 100, as: .float))
      return (rule, args.notes)
    case "memory_reclaim":
      var args = try arguments(["cgroup", "duration"])
      let rule = Oomd.Rule.memoryReclaim(
        try args.cgroups(), duration: try args.needed("duration"))
      return (rule, args.notes)
    case "memory_above": return try memoryAbove()
    case "swap_free":
      var args = try arguments(["threshold_pct", "swapout_bps_threshold"])
      guard let threshold = try args.integer("threshold_pct", from: 0) else {
        throw args.missing("threshold_pct")
      }
      if try args.integer("swapout_bps_threshold", from: 0, to: .max) ?? 0 > 0 {
        throw Oomd.Fault(
          argument: "swapout_bps_threshold",
          message: "not modelled above 0: how much is swapped out in a second is not counted")
      }
      return (.swapFree(thresholdPct: threshold), args.notes)
    case "swap_above_memory_max":
      var args = try arguments(["cgroup", "threshold_pct", "debug"])
      let cgroups = try args.cgroups()
      _ = try args.flag("debug")
      guard let threshold = try args.integer("threshold_pct", from: 0) else {
        throw args.missing("threshold_pct")
      }
      return (.swapAboveMemoryMax(cgroups, thresholdPct: threshold), args.notes)
    case "exists":
      var args = try arguments(["cgroup", "negate", "debug"])
      _ = try args.flag("debug")
      let rule = Oomd.Rule.exists(try args.cgroups(), isNegated: try args.flag("negate"))
      return (rule, args.notes)
    case "nr_dying_descendants":
      var args = try arguments(["cgroup", "count", "lte", "debug"])
      _ = try args.flag("debug")
      let cgroups = try args.cgroups()
      if try args.integer("count", from: 0) == nil { throw args.missing("count") }
      let rule = Oomd.Rule.nrDyingDescendants(
        cgroups, isAtMost: try args.flag("lte", usual: true))
      return (rule, args.notes)
    case "dump_cgroup_overview":
      var args = try arguments(["cgroup", "always"])
      _ = try args.cgroups()
      _ = try args.flag("always")
      return (.proceed, args.notes)
    case "continue", "stop":
      _ = try arguments([])
      return (name == "stop" ? .stop : .proceed, [])
    case "kill_by_memory_size_or_growth", "kill_by_swap_usage", "kill_by_pressure",
      "kill_by_pg_scan":
      return try killRule()
    default: throw unknown
    }
  }

  private var unknown: Oomd.Fault {
    if let reason = Self.notModelled[name] {
      return Oomd.Fault(argument: nil, message: "'\(name)' is not modelled: \(reason)")
    }
    let near = nearestWord(to: name, among: Self.modelled + Self.notModelled.keys.sorted())
    return Oomd.Fault(
      argument: nil,
      message: "oomd has no plugin '\(name)'"
        + (near.map { "; did you mean '\($0)'?" }
          ?? "; those modelled: \(Self.modelled.joined(separator: ", "))"))
  }

  /// Where both thresholds are given, that of anonymous memory counts.
  ///
  /// Source: `MemoryAbove::init()`, src/oomd/plugins/MemoryAbove.cpp.
  private func memoryAbove() throws(Oomd.Fault) -> (Oomd.Rule, [Oomd.Note]) {
    var args = try Oomd.Arguments(
      self, known: ["cgroup", "threshold", "threshold_anon", "duration", "debug"])
    let cgroups = try args.cgroups()
    _ = try args.flag("debug")
    let isAnon = args.text("threshold_anon") != nil
    guard let threshold = try args.size(isAnon ? "threshold_anon" : "threshold") else {
      throw args.missing("threshold")
    }
    let rule = Oomd.Rule.memoryAbove(
      cgroups, threshold: threshold, isAnon: isAnon, duration: try args.needed("duration"))
    return (rule, args.notes)
  }

  private func killRule() throws(Oomd.Fault) -> (Oomd.Rule, [Oomd.Note]) {
    let own: [String] =
      switch name {
      case "kill_by_memory_size_or_growth":
        ["size_threshold", "growing_size_percentile", "min_growth_ratio"]
      case "kill_by_swap_usage": ["threshold", "biased_swap_kill"]
      case "kill_by_pressure": ["resource"]
      default: []
      }
    var args = try Oomd.Arguments(self, known: Self.kill + own)
    var kill = Oomd.Kill(way: try way(&args), cgroups: try args.cgroups())
    kill.isRecursive = try args.flag("recursive")
    kill.postActionDelay = try args.integer("post_action_delay", from: 0)
    kill.isDry = try args.flag("dry")
    kill.alwaysContinues = try args.flag("always_continue")
    kill.usesKernelKill = try args.flag("kernelkill")
    for name in ["debug", "reap_memory", "log_kmemalloc_prekill"] { _ = try args.flag(name) }
    if !kill.isRecursive, let root = kill.cgroups.first(where: { $0.isRoot }) {
      throw Oomd.Fault(
        argument: "cgroup",
        message:
          "'\(root.text)' is all of the machine, oomd itself included: with \"recursive\": \"true\" it is where the "
          + "search begins")
    }
    return (.kill(kill), args.notes)
  }

  private func way(_ args: inout Oomd.Arguments) throws(Oomd.Fault) -> Oomd.Kill.Way {
    switch name {
    case "kill_by_memory_size_or_growth":
      let percentile = try args.integer("growing_size_percentile", from: 0) ?? 80
      if percentile > 99 {
        throw Oomd.Fault(
          argument: "growing_size_percentile",
          message:
            "from 100 on there is no group left that it would be about, and oomd reads past the end of its list"
        )
      }
      // The ratio is read as a whole number: only the default has a fraction.
      let ratio = try args.integer("min_growth_ratio", from: 0)
      return .memorySizeOrGrowth(
        sizeThreshold: try args.integer("size_threshold", from: 0) ?? 50,
        growingSizePercentile: percentile,
        minGrowthRatio: ratio.map { BinaryReal($0, as: .float) }
          ?? BinaryReal(125, over: 100, as: .float))
    case "kill_by_swap_usage":
      return .swapUsage(
        threshold: try args.size("threshold") ?? .bytes(1),
        isBiased: try args.flag("biased_swap_kill"))
    case "kill_by_pressure":
      try args.memoryIsTheResource()
      return .pressure
    default: return .pgScan
    }
  }
}
