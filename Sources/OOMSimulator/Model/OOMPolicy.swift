/// What systemd does to a unit in which the kernel has killed a process. Key: `OOMPolicy=`, systemd.service(5); since
/// systemd 243, for scopes since 253.
package enum OOMPolicy: String, CaseIterable, Sendable {
  /// It says so in its log.
  case `continue`
  /// It stops the unit: SIGTERM to all that is left of it, SIGKILL when `TimeoutStopSec=` is over, then `Restart=`.
  case stop
  /// It has set `memory.oom.group`, so that the kernel kills all of it.
  case kill
}
