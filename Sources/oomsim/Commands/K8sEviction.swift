import OOMFormats
import OOMSimulator

/// What the flags of a kubelet say of eviction: those of memory.
struct K8sEviction {
  /// Nil where none is given.
  private(set) var configuration: Kubernetes.EvictionConfiguration?

  static let options = [
    OptionSpec(
      name: "--eviction-hard", value: "THRESHOLD",
      help:
        "As the kubelet's flag: memory.available<500Mi, or just 500Mi or 5%; 100Mi when absent. With this or one of the "
        + "next five a scenario that -o writes has the kubelet in it."),
    OptionSpec(
      name: "--eviction-soft", value: "THRESHOLD",
      help: "As the kubelet's flag: memory.available<1Gi, or just 1Gi or 10%; needs the next."),
    OptionSpec(
      name: "--eviction-soft-grace-period", value: "TIME",
      help: "As the kubelet's flag: memory.available=1m30s, or just 1m30s."),
    OptionSpec(
      name: "--eviction-max-pod-grace-period", value: "SECONDS",
      help: "Seconds between SIGTERM and SIGKILL where --eviction-soft evicts; 0 when absent."),
    OptionSpec(
      name: "--eviction-minimum-reclaim", value: "QUANTITY",
      help: "As the kubelet's flag: memory.available=200Mi, or just 200Mi or 2%."),
    OptionSpec(
      name: "--eviction-pressure-transition-period", value: "TIME",
      help: "How long the node keeps the condition MemoryPressure; 5m when absent."),
  ]

  init() {}

  init(_ arguments: Arguments) throws(UsageError) {
    guard Self.options.contains(where: { arguments.has($0.name) }) else { return }
    var configuration = Kubernetes.EvictionConfiguration()
    configuration.hard = try Self.threshold("--eviction-hard", "<", .hard, arguments)
    configuration.soft = try Self.threshold("--eviction-soft", "<", .soft, arguments)
    configuration.minimumReclaim =
      try Self.threshold("--eviction-minimum-reclaim", "=", .minimumReclaim, arguments)
    configuration.softGracePeriod = try Self.time("--eviction-soft-grace-period", arguments)
    configuration.pressureTransitionPeriod =
      try Self.time("--eviction-pressure-transition-period", arguments)
    configuration.maxPodGracePeriod =
      try arguments.number("--eviction-max-pod-grace-period", in: -Int(Int32.max)...Int(Int32.max))
      .map { Int64($0) }
    if configuration.soft != nil, configuration.softGracePeriod == nil {
      throw UsageError("--eviction-soft: needs --eviction-soft-grace-period, as the kubelet does.")
    }
    self.configuration = configuration
  }

  /// What stands for the signal of memory: a list without it says nothing of it, and turns a hard threshold off.
  ///
  /// Source: `LangleSeparatedMapStringString` and `MapStringString`, k8s.io/component-base/cli/flag, which let the last of
  /// two of one signal win.
  private static func value(
    _ option: String, _ sign: Character, _ arguments: Arguments
  ) throws(UsageError) -> (text: String?, isGiven: Bool) {
    guard let text = arguments.value(option) else { return (nil, false) }
    if !text.isEmpty, !text.contains(sign), !text.contains(",") { return (text, true) }
    var found: [String: String] = [:]
    for part in text.split(separator: ",") {
      let pair = part.split(separator: sign, maxSplits: 1).map { $0.drop { $0 == " " } }
      guard pair.count == 2, let signal = pair.first.map({ String($0) }) else {
        throw UsageError("\(option): '\(part)' is no memory.available\(sign)VALUE.")
      }
      if let complaint = Kubernetes.EvictionSignal.complaint(ofName: signal) {
        throw UsageError("\(option): \(complaint).")
      }
      guard found.updateValue(String(pair[1]), forKey: signal) == nil else {
        throw UsageError("\(option): \(signal) stands there twice.")
      }
    }
    return (found[Kubernetes.EvictionSignal.memory.rawValue], true)
  }

  private static func threshold(
    _ option: String, _ sign: Character, _ use: Kubernetes.EvictionThreshold.Use,
    _ arguments: Arguments
  ) throws(UsageError) -> Kubernetes.EvictionThreshold? {
    let (text, isGiven) = try value(option, sign, arguments)
    guard let text else { return isGiven && use == .hard ? .bytes(0) : nil }
    let threshold: Kubernetes.EvictionThreshold
    do throws(QuantityError) {
      threshold = try Kubernetes.EvictionThreshold(text)
    } catch {
      throw UsageError("\(option): \(error.message).")
    }
    if use != .minimumReclaim, threshold == .bytes(0) {
      throw UsageError("\(option): the kubelet refuses 0 here: 0% is no threshold.")
    }
    if let complaint = threshold.complaint(as: use) {
      throw UsageError("\(option): \(complaint).")
    }
    return threshold
  }

  private static func time(
    _ option: String, _ arguments: Arguments
  ) throws(UsageError) -> Microseconds? {
    guard let text = try value(option, "=", arguments).text else { return nil }
    do throws(QuantityError) {
      return try DurationText.microseconds(text)
    } catch {
      throw UsageError("\(option): \(error.message).")
    }
  }
}
