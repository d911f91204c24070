/// Whether and when a process comes back after it died: what systemd and the kubelet do.
///
/// It comes back as it was described, with a new pid. What it allocated at the very instant of its first start,
/// its `grow`, `shrink`, `map`, `unmap`, `fork` and `cow` at time 0 or at the time of its `start` event, it does at each
/// start. Other events have their times, happen once, and find whoever lives under the name by then.
///
/// Source: `service_shall_restart()`, src/core/service.c of systemd; "Container restart policy" of Kubernetes.
public struct RestartPolicy: Equatable, Sendable {
  /// After which ends. An OOM kill and an exit because of ENOMEM are failures. File: `Restart=`.
  public enum Condition: String, CaseIterable, Sendable {
    /// After every end.
    case always
    /// After an OOM kill, or an exit because of ENOMEM.
    case onFailure = "on-failure"
    /// Never.
    case no
  }

  /// How long the pauses are.
  public enum Backoff: String, CaseIterable, Sendable {
    /// Each is as long as the first.
    case constant
    /// Each pause is twice the one before.
    case exponential
  }

  package var policy: Condition
  package var backoff = Backoff.constant
  /// The first pause, microseconds; nil is the usual one. File: `RestartSec=`.
  package var delay: Int64?
  /// The longest pause, microseconds; nil is five minutes.
  package var maxDelay: Int64?
  /// How many starts an interval has; nil is no limit. File: `StartLimitBurst=`.
  package var burst: Int64?
  /// Microseconds; nil is ten seconds. File: `StartLimitIntervalSec=`.
  package var interval: Int64?

  /// Whether a process comes back; what is nil has its usual value.
  ///
  /// - Parameters: as the properties of the same names; times in microseconds.
  public init(
    _ policy: Condition, backoff: Backoff = .constant, delay: Int64? = nil,
    maxDelay: Int64? = nil, burst: Int64? = nil, interval: Int64? = nil
  ) {
    self.policy = policy
    self.backoff = backoff
    self.delay = delay
    self.maxDelay = maxDelay
    self.burst = burst
    self.interval = interval
  }

  /// A life as long as this, in microseconds, makes the next pause the first again.
  ///
  /// The kubelet measures twice the longest pause from the last one: `hasExpired()`,
  /// client-go/util/flowcontrol/backoff.go.
  static let resetAfter: Int64 = 600_000_000

  /// `DefaultRestartSec=` of systemd, or the first back-off of the kubelet.
  package var firstDelay: Int64 {
    delay ?? (backoff == .constant ? 100_000 : Self.usualFirstBackoff)
  }

  private static let usualFirstBackoff: Int64 = 10_000_000

  /// `MaxContainerBackOff` of the kubelet.
  var longestDelay: Int64 { maxDelay ?? max(300_000_000, firstDelay) }

  /// `DefaultStartLimitIntervalSec=` of systemd.
  var startInterval: Int64 { interval ?? 10_000_000 }

  /// The pause after `level` failures that no long life came after.
  func delay(level: Int) -> Int64 {
    switch backoff {
    case .constant: firstDelay
    case .exponential: min(firstDelay << Int64(level), longestDelay)
    }
  }

  /// The level after a pause; it stays where the pauses do not grow any more.
  func level(after level: Int) -> Int {
    backoff == .exponential && delay(level: level) < longestDelay ? level + 1 : level
  }

  func restarts(afterFailure isFailure: Bool) -> Bool {
    switch policy {
    case .always: true
    case .onFailure: isFailure
    case .no: false
    }
  }
}

/// The starts of one interval: the window begins with a start and is not moved by later ones.
///
/// Source: `ratelimit_below()`, src/basic/ratelimit.c, called by `unit_test_start_limit()` of systemd.
struct StartLimit: Equatable, Sendable {
  var begin: Int64
  var starts: Int64 = 1

  /// Whether the interval is over and the next start begins a new one.
  func isOver(at now: Int64, _ policy: RestartPolicy) -> Bool {
    now - begin > policy.startInterval
  }

  /// Counts a start.
  ///
  /// - Returns: whether it is allowed.
  mutating func admits(at now: Int64, _ policy: RestartPolicy) -> Bool {
    guard let burst = policy.burst else { return true }
    if isOver(at: now, policy) {
      self = StartLimit(begin: now)
      return true
    }
    starts += 1
    return starts <= burst
  }
}
