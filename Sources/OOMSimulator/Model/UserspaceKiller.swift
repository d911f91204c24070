/// A program of user space that kills before the kernel does, as a scenario configures it.
package struct UserspaceKiller: Equatable, Sendable {
  /// Which program.
  package enum Kind: String, CaseIterable, Sendable {
    case earlyoom
    case systemdOOMd = "systemd-oomd"
    /// That of Meta, which systemd's is made after.
    case oomd
    /// The OOM controller of Talos Linux.
    case talos
    /// The eviction of pods by the kubelet of a Kubernetes node.
    case kubelet

    /// Where it has its settings from, for a message about those of another program.
    package var settings: String {
      switch self {
      case .earlyoom: "earlyoom has no configuration file: its thresholds are in 'args'"
      case .systemdOOMd: "systemd-oomd takes its settings from oomd.conf: SwapUsedLimit"
      case .oomd: "oomd takes its settings from its configuration file: rulesets"
      case .talos: "the triggers of Talos are those of its release: 'version'"
      case .kubelet: "the kubelet takes its settings from KubeletConfiguration: evictionHard"
      }
    }
  }

  /// The settings of each program; nil in them is what it has by default.
  package enum Settings: Equatable, Sendable {
    /// The arguments of its command line, as a shell takes them apart.
    case earlyoom(args: String?)
    case systemdOOMd(OOMdConf)
    case oomd(Oomd.Configuration)
    case talos
    case kubelet(Kubernetes.EvictionConfiguration)
  }

  /// What oomd.conf says.
  package struct OOMdConf: Equatable, Sendable {
    /// How much of swap, and of memory, is in use before the swap rule acts. Default 90 %.
    package var swapUsedLimit: Share?
    /// The stall of units that give no limit of their own. Default 60 %.
    package var defaultMemoryPressureLimit: Share?
    /// How long it has to last. Default 30 s.
    package var defaultMemoryPressureDuration: Microseconds?

    package init() {}
  }

  /// Programs that kill and are not modelled, each with the reason.
  package static let notModelled = [
    "lmkd":
      "not modelled: it goes by refaults of file pages and by the zones of an Android device, which a scenario has not",
    "nohang":
      "not modelled: it matches names, command lines and environments by a configuration of its own; earlyoom is nearest",
  ]

  package var settings: Settings
  /// Its release, by which its rules differ; nil is the newest that is known.
  package var version: ProgramVersion?

  package init(_ kind: Kind) {
    settings =
      switch kind {
      case .earlyoom: .earlyoom(args: nil)
      case .systemdOOMd: .systemdOOMd(OOMdConf())
      case .oomd: .oomd(Oomd.Configuration())
      case .talos: .talos
      case .kubelet: .kubelet(Kubernetes.EvictionConfiguration())
      }
  }

  package var kind: Kind {
    switch settings {
    case .earlyoom: .earlyoom
    case .systemdOOMd: .systemdOOMd
    case .oomd: .oomd
    case .talos: .talos
    case .kubelet: .kubelet
    }
  }

  /// The arguments of earlyoom; nil for another program, too.
  package var args: String? {
    get { if case .earlyoom(let args) = settings { args } else { nil } }
    set { if case .earlyoom = settings { settings = .earlyoom(args: newValue) } }
  }

  /// The configuration of systemd-oomd; nil for another program.
  package var oomdConf: OOMdConf? {
    get { if case .systemdOOMd(let conf) = settings { conf } else { nil } }
    set {
      if case .systemdOOMd = settings, let newValue { settings = .systemdOOMd(newValue) }
    }
  }

  /// The configuration of Meta's oomd; nil for another program.
  package var oomd: Oomd.Configuration? {
    get { if case .oomd(let configuration) = settings { configuration } else { nil } }
    set { if case .oomd = settings, let newValue { settings = .oomd(newValue) } }
  }

  /// The configuration of the kubelet; nil for another program.
  package var eviction: Kubernetes.EvictionConfiguration? {
    get { if case .kubelet(let configuration) = settings { configuration } else { nil } }
    set { if case .kubelet = settings, let newValue { settings = .kubelet(newValue) } }
  }
}

extension UserspaceKiller {
  /// Whether its release is this one or a later one; the newest is later than all.
  func isAtLeast(_ first: Int, _ second: Int = 0, _ third: Int = 0) -> Bool {
    version?.isAtLeast(first, second, third) ?? true
  }

  /// What is wrong with it; nil where nothing is.
  package var problem: (path: [PathStep], message: String)? {
    if case .oomd(let configuration) = settings, let problem = configuration.problem {
      return problem
    }
    return problemOfKey.map { ([.key($0.key)], $0.message) }
  }

  private var problemOfKey: (key: String, message: String)? {
    switch settings {
    case .earlyoom(let args):
      do throws(EarlyOOMOptions.Fault) {
        _ = try EarlyOOMOptions(args ?? "", isAtLeast: { isAtLeast($0, $1, $2) })
      } catch {
        return ("args", error.message)
      }
    case .talos:
      if !isAtLeast(1, 12) { return ("version", "the OOM controller came with Talos 1.12") }
    case .systemdOOMd:
      if !isAtLeast(247) { return ("version", "systemd-oomd came with systemd 247") }
    case .oomd:
      if !isAtLeast(0, 5) {
        return ("version", "the rules here are those of oomd since 0.5: write \"0.5.0\"")
      }
    case .kubelet(let configuration):
      if let version, !version.isAtLeast(1, 20) || version.isAtLeast(2) {
        return ("version", "the rules here are those of the kubelet since 1.20: write \"1.32\"")
      }
      return configuration.problem
    }
    return nil
  }
}
