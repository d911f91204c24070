/// What decides which process an OOM kills.
public enum Policy: String, CaseIterable, Sendable {
  /// The rules of a kernel release.
  case kernel
  /// The group that uses most, then the process in it with the most points. No kernel does this: it was
  /// discussed for years as the "cgroup-aware OOM killer" and never merged.
  case cgroupAware = "cgroup-aware"
}

extension Policy {
  /// The killer that an allocation calls which fails.
  var killer: Killer {
    switch self {
    case .kernel:
      Killer(name: rawValue) { oc, state, _ in oc.map { state.outOfMemory($0) } ?? .noVictim }
    case .cgroupAware:
      Killer(name: rawValue) { oc, state, _ in
        oc.map { state.outOfMemory($0, as: .policy) { $0.selectByGroup($1) } } ?? .noVictim
      }
    }
  }
}
