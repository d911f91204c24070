/// The capabilities that a rule of some release reads.
///
/// File: `CapEff` in /proc/PID/status. Kernel: `has_capability_noaudit()`.
public struct Capabilities: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `CAP_SYS_ADMIN`: spared the admin reserve of overcommit mode 2.
  public static let sysAdmin = Self(rawValue: 1)
  /// `CAP_SYS_RESOURCE`.
  public static let sysResource = Self(rawValue: 2)
  /// `CAP_SYS_RAWIO`.
  public static let sysRawIO = Self(rawValue: 4)

  /// All three, what uid 0 has unless told otherwise.
  public static let all: Self = [.sysAdmin, .sysResource, .sysRawIO]
}
