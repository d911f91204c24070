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
  /// The first pause; nil is the usual one. File: `RestartSec=`.
  package var delay: Microseconds?
  /// The longest pause; nil is five minutes.
  package var maxDelay: Microseconds?
  /// How many starts an interval has; nil is no limit. File: `StartLimitBurst=`.
  package var burst: Int64?
  /// The window of `burst`; nil is ten seconds. File: `StartLimitIntervalSec=`.
  package var interval: Microseconds?

  /// Whether a process comes back; what is nil has its usual value.
  ///
  /// - Parameters: as the properties of the same names.
  public init(
    _ policy: Condition, backoff: Backoff = .constant, delay: Microseconds? = nil,
    maxDelay: Microseconds? = nil, burst: Int64? = nil, interval: Microseconds? = nil
  ) {
    self.policy = policy
    self.backoff = backoff
    self.delay = delay
    self.maxDelay = maxDelay
    self.burst = burst
    self.interval = interval
  }

  /// A life as long as this makes the next pause the first again.
  ///
  /// The kubelet measures twice the longest pause from the last one: `hasExpired()`,
  /// client-go/util/flowcontrol/backoff.go.
  static let resetAfter = Microseconds.seconds(600)

  /// `DefaultRestartSec=` of systemd, or the first back-off of the kubelet.
  package var firstDelay: Microseconds {
    delay ?? (backoff == .constant ? 100_000 : Self.usualFirstBackoff)
  }

  private static let usualFirstBackoff = Microseconds.seconds(10)

  /// `MaxContainerBackOff` of the kubelet.
  var longestDelay: Microseconds { maxDelay ?? max(.seconds(300), firstDelay) }

  /// `DefaultStartLimitIntervalSec=` of systemd.
  var startInterval: Microseconds { interval ?? .seconds(10) }

  /// The pause after `level` failures that no long life came after.
  func delay(level: Int) -> Microseconds {
    switch backoff {
    case .constant: firstDelay
    case .exponential: min(firstDelay * (1 << Int64(level)), longestDelay)
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
  var begin: Microseconds
  var starts: Int64 = 1

  /// Whether the interval is over and the next start begins a new one.
  func isOver(at now: Microseconds, _ policy: RestartPolicy) -> Bool {
    now - begin > policy.startInterval
  }

  /// Counts a start.
  ///
  /// - Returns: whether it is allowed.
  mutating func admits(at now: Microseconds, _ policy: RestartPolicy) -> Bool {
    guard let burst = policy.burst else { return true }
    if isOver(at: now, policy) {
      self = StartLimit(begin: now)
      return true
    }
    starts += 1
    return starts <= burst
  }
}
