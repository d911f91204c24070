/// A stable update that has taken a later change of rules over.
struct StableUpdate: Sendable {
  /// The series, and the first update of it that is known to have the change.
  let series: KernelRelease
  let from: Int
  let rule: RuleName
  /// The release in which the change is new.
  let since: KernelRelease
  /// Whether the updates before `from` are known not to have it.
  let isExact: Bool

  /// What the source of stable trees shows; all else of stable updates is as in the release.
  static let all: [StableUpdate] = [
    StableUpdate(series: "3.0", from: 86, rule: .badness, since: "3.2", isExact: false),
    StableUpdate(series: "3.4", from: 111, rule: .memcgTotalpages, since: "3.7", isExact: false),
    StableUpdate(series: "3.4", from: 111, rule: .commitTypes, since: "4.0", isExact: false),
    StableUpdate(series: "3.13", from: 10, rule: .rootBonus, since: "3.14", isExact: false),
    StableUpdate(series: "3.18", from: 20, rule: .commitTypes, since: "4.0", isExact: false),
    StableUpdate(series: "3.19", from: 8, rule: .commitTypes, since: "4.0", isExact: false),
    StableUpdate(series: "5.10", from: 80, rule: .nobody, since: "5.16", isExact: true),
    StableUpdate(series: "5.15", from: 3, rule: .nobody, since: "5.16", isExact: true),
  ]

  /// Those that concern a release.
  static func of(_ release: KernelRelease) -> [StableUpdate] {
    release.stable == 0 ? [] : all.filter { $0.series == release.upstream }
  }

  /// The change, where this release has it.
  func change(in release: KernelRelease) -> RuleChange? {
    guard release.stable >= from else { return nil }
    return RulesByRelease.changes.first { $0.rule == rule && $0.since == since }?
      .takenOver(because: "stable \(series).\(from)")
  }

  func note(on release: KernelRelease) -> ReleaseNote? {
    var update = series
    update.stable = from
    update.text = "\(series).\(from)"
    if release.stable >= from {
      return .takenOver(release, rule: rule, of: since, from: update)
    }
    return isExact ? nil : .perhapsTakenOver(release, rule: rule, of: since, by: update)
  }
}
