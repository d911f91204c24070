internal import OOMFormats
internal import OOMSimulator

/// What a reader of a run may have taken for something else in the scenario: `machine.memory` for what is built in, and
/// processes without `uid` for nobody in particular.
struct RunNotes {
  let run: Run

  var lines: [String] { [root, memory].compactMap { $0 } }

  /// Whose points have root's bonus, though their `uid` may never have been written.
  private var root: String? {
    var names: Set<String> = []
    var first: String?
    for kill in run.kills {
      guard let decision = kill.decision else { continue }
      for candidate in [kill.victim, decision.runnerUp].compactMap({ $0 })
      where candidate.uid == 0 && !names.contains(candidate.name) && decision.favoursRoot(candidate)
      {
        names.insert(candidate.name)
        if first == nil { first = candidate.name }
      }
    }
    guard let first else { return nil }
    let others = names.count > 1 ? " and \(names.count - 1) more" : ""
    return "\(plain(first))\(others) \(names.count > 1 ? "count" : "counts") as root, which has "
      + "fewer points on this kernel: uid is 0, as it is where a process has none"
  }

  /// A whole number of GiB is what is built in, hardly ever what the kernel counts.
  ///
  /// File: `MemTotal` in /proc/meminfo, of which every sum of the machine goes.
  private var memory: String? {
    let limits = run.kills.lazy.compactMap { $0.decision }.filter {
      $0.cgroup == nil && $0.nodes == nil
    }
    guard let limit = limits.first?.limit.limit, let size = run.pageSize.bytes(pages: limit),
      size > 0, size.rawValue % (1 << 30) == 0
    else { return nil }
    return
      "memory is MemTotal, of which a machine of \(SizeFormat.binary(size)) shows 1 to 4 % less"
  }
}

extension Kill.Decision {
  /// Whether a candidate has fewer points than it would have without being root.
  fileprivate func favoursRoot(_ candidate: Candidate) -> Bool {
    arithmetic.rules.badness.own == nil
      && arithmetic.terms(of: candidate).contains {
        $0.name == "superuser" || $0.name.hasPrefix("root")
      }
  }
}
