/// The one table of which release has which rule.
///
/// A row is a change of one rule: what holds since then, its kernel function, its commit, whom it hurts, and
/// what it changes in `Rules`. The rows of a rule stand where its code stands.
package enum RulesByRelease {
  /// All changes, oldest first; those of one release in the order in which a comparison tries them.
  package static let changes: [RuleChange] = {
    let tables = [
      badness, children, superuser, zeroPoints, pageTables, rootBonus, rss, disabled,
      vforkChildren, candidates, dying, swapoff, scanWidth, ties, memcgWalk, memcgTies,
      child, unkillable, sharers, oomGroup, reaper, memcg, memcgTables, memcgKernel,
      memcgReclaim, zswap, madviseFree, memcgTrigger, memcgLimit, protection, high, memcgEvents,
      watermarks, pagesets, trigger,
      panicOnOOM, allocatingTask, sysrq,
      constraint, totalpages, memcgTotalpages, nobody, log, heuristic, strict,
      commitTypes, oomScore, oomAdj, oomScoreAdj, memAvailable,
    ]
    return tables.joined().enumerated().sorted {
      ($0.element.since, $0.offset) < ($1.element.since, $1.offset)
    }.map { $0.element }
  }()

  /// The rules of a release. One that is older than all known ones has those of the oldest.
  package static func rules(of release: KernelRelease) -> Rules {
    if release.enterpriseKernel != nil || !StableUpdate.of(release).isEmpty {
      return rules(of: effective(in: release))
    }
    // What-ifs ask thousands of times a second: no copies of rows.
    var rules = Rules()
    let release = max(release, KernelRelease.oldestKnown)
    for index in changes.indices {
      if changes[index].since > release { break }
      changes[index].apply?(&rules)
    }
    return rules
  }

  /// Some of the rules of a release; all others are those of the oldest.
  static func rules(of release: KernelRelease, only isKept: (RuleName) -> Bool) -> Rules {
    rules(of: effective(in: release).filter { isKept($0.rule) })
  }

  /// The rules of a release if one row of the table were not there, nor what comes with it.
  static func rules(of release: KernelRelease, without row: RuleChange) -> Rules {
    rules(
      of: effective(in: release).filter {
        $0 != row && !($0.follows == row.rule && $0.since == row.since)
      })
  }

  private static func rules(of changes: [RuleChange]) -> Rules {
    var rules = Rules()
    for change in changes { change.apply?(&rules) }
    return rules
  }

  /// The way from the rules of one release to those of another, one change after the other, and the rules
  /// after each.
  static func steps(
    from: KernelRelease, to: KernelRelease
  ) -> [(change: RuleChange, rules: Rules)] {
    let after = effective(in: to)
    var now = effective(in: from)
    return changes(from: from, to: to).map { change in
      // Of this rule what the second release has up to this change, of all others what stands.
      let rows = after.filter { $0.rule == change.rule }
      let reached = rows.prefix((rows.firstIndex(of: change) ?? rows.count - 1) + 1)
      now = now.filter { $0.rule != change.rule } + reached
      return (change, rules(of: now))
    }
  }

  /// What holds in a release, in the order of `RuleName`: of each rule the last row that says all of it, and those
  /// that add to it.
  package static func inForce(in release: KernelRelease) -> [RuleChange] {
    let effective = effective(in: release)
    return RuleName.allCases.flatMap { name in
      let rows = effective.filter { $0.rule == name }
      return rows[(rows.lastIndex { !$0.adds } ?? 0)...]
    }
  }

  /// What changes from one release to another: the rows that the second has and the first has not, in the
  /// order in which they apply. A rule that the first has taken over early and the second lacks is given as the
  /// second has it.
  package static func changes(from: KernelRelease, to: KernelRelease) -> [RuleChange] {
    let (before, after) = (effective(in: from), effective(in: to))
    var result: [RuleChange] = []
    for name in RuleName.allCases {
      let old = before.filter { $0.rule == name }
      let new = after.filter { $0.rule == name }
      let common = zip(old, new).prefix { $0 == $1 }.count
      if common < new.count {
        result += new[common...]
      } else if common < old.count, let last = new.last {
        result.append(last)
      }
    }
    return result.enumerated().sorted {
      ($0.element.since, $0.offset) < ($1.element.since, $1.offset)
    }.map { $0.element }
  }

  /// The releases at which something changes that a replay can show, oldest first.
  package static var boundaries: [KernelRelease] {
    var releases = [KernelRelease.oldestKnown]
    for change in changes where change.apply != nil && change.since > releases[releases.count - 1] {
      releases.append(change.since)
    }
    return releases
  }

  /// The changes that make a release what it is, in the order in which they apply.
  private static func effective(in release: KernelRelease) -> [RuleChange] {
    if let enterprise = release.enterpriseKernel {
      return changes.filter { $0.since <= enterprise.base } + enterprise.changes
    }
    let oldest = KernelRelease.oldestKnown
    return changes.filter { $0.since <= max(release, oldest) }
      + StableUpdate.of(release).compactMap { $0.change(in: release) }
  }
}
