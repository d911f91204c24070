/// The capabilities that a rule of some release reads.
///
/// File: `CapEff` in /proc/PID/status. Kernel: `has_capability_noaudit()`.
public struct Capabilities: OptionSet, Hashable, Sendable {
  /// One bit for each capability; a number of this package, not that of the kernel.
  public let rawValue: UInt8

  /// The set with these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `CAP_SYS_ADMIN`: spared the admin reserve of overcommit mode 2.
  public static let sysAdmin = Self(rawValue: 1)
  /// `CAP_SYS_RESOURCE`.
  public static let sysResource = Self(rawValue: 2)
  /// `CAP_SYS_RAWIO`.
  public static let sysRawIO = Self(rawValue: 4)

  /// All three, what uid 0 has unless told otherwise.
  package static let all: Self = [.sysAdmin, .sysResource, .sysRawIO]
}
