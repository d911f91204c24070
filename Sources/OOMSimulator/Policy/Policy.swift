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
    Killer(name: rawValue) { oc, state, _ in
      oc.map { state.outOfMemory($0, by: self) } ?? .noVictim
    }
  }
}

extension State {
  /// The choice of the policy that decides.
  mutating func select(_ oc: OOMControl, by policy: Policy) -> Selection {
    switch policy {
    case .kernel: selectBadProcess(oc)
    case .cgroupAware: selectByGroup(oc)
    }
  }
}
