/// What decides which process an OOM kills.
public enum Policy: String, CaseIterable, Sendable {
  /// The rules of a kernel release.
  case kernel
  /// The group that uses most, then the process in it with the most points. No kernel does this: it was
  /// discussed for years as the "cgroup-aware OOM killer" and never merged.
  case cgroupAware = "cgroup-aware"
}

extension State {
  /// The choice of the policy that decides.
  mutating func select(_ oc: OOMControl) -> Selection {
    switch policy {
    case .kernel: selectBadProcess(oc)
    case .cgroupAware: selectByGroup(oc)
    }
  }
}
