/// What has to be said of the rules that decide for a release, where they are not proved to be its own.
package enum ReleaseNote: Equatable, Sendable {
  /// What is proved of a distribution's kernel, `EnterpriseKernel.note`.
  case enterprise(note: String)
  /// Decided as upstream: nothing is known of what this Enterprise Linux changed.
  case enterpriseUnknown(KernelRelease, distribution: Int)
  /// Decided as upstream: nothing is known of what this builder changed.
  case vendorUnknown(KernelRelease, vendor: String)
  /// Newer than the newest release that the rules were compared with, whose rules decide.
  case newer(KernelRelease, than: KernelRelease)
  /// Older than the oldest release that is known, whose rules decide.
  case older(KernelRelease, than: KernelRelease)
  /// There was no such release; the last of its series decides.
  case neverReleased(KernelRelease, decidedBy: KernelRelease)
  /// A stable update has a rule of a later release, as `from` has.
  case takenOver(KernelRelease, rule: RuleName, of: KernelRelease, from: KernelRelease)
  /// A later update of the series has a rule of a later release, and which update took it over is not known.
  case perhapsTakenOver(KernelRelease, rule: RuleName, of: KernelRelease, by: KernelRelease)
  /// The source was not read: that these rules change in it is inferred from the releases around it.
  case unread(KernelRelease, rules: [RuleName])
}
