extension Kubernetes {
  /// A release of the kubelet such as 1.32.
  package struct KubeletRelease: Comparable, Hashable, Sendable, CustomStringConvertible {
    package var minor: Int
    /// As it was given: `v1.32.1-eks-1`.
    package var text: String

    package init(minor: Int) {
      self.minor = minor
      text = "1.\(minor)"
    }

    /// Reads `v1.32.1`, `1.32`, `v1.30.5-gke.100`.
    ///
    /// - Returns: nil when the text does not begin with 1 and a minor number.
    package init?(_ text: String) {
      var rest = Substring(text)
      if rest.first == "v" { rest = rest.dropFirst() }
      guard rest.hasPrefix("1.") else { return nil }
      let digits = rest.dropFirst(2).prefix { $0.isASCII && $0.isNumber }
      guard digits.count <= 3, let minor = Int(digits) else { return nil }
      let next = rest.dropFirst(2 + digits.count).first
      guard next == nil || next == "." || next == "-" || next == "+" else { return nil }
      self.minor = minor
      self.text = text
    }

    /// The last one whose rules are known here.
    package static let newest = KubeletRelease(minor: 34)

    package var description: String { text.hasPrefix("v") ? String(text.dropFirst()) : text }

    package static func == (left: Self, right: Self) -> Bool { left.minor == right.minor }

    package static func < (left: Self, right: Self) -> Bool { left.minor < right.minor }

    package func hash(into hasher: inout Hasher) { hasher.combine(minor) }
  }

  /// How a kubelet is set up, as far as memory depends on it.
  package struct Kubelet: Equatable, Sendable {
    package enum CgroupDriver: String, CaseIterable, Sendable {
      case systemd
      case cgroupfs
    }

    package enum SwapBehavior: String, CaseIterable, Sendable {
      case noSwap = "NoSwap"
      case limitedSwap = "LimitedSwap"
    }

    /// Feature gates that change what is computed here.
    package enum FeatureGate: String, CaseIterable, Sendable {
      /// Resources of the pod as a whole. On by default since 1.34.
      case podLevelResources = "PodLevelResources"
      /// Memory that devices claim counts as requested.
      case draNodeAllocatableResources = "DRANodeAllocatableResources"
      /// Proposed in 2026: requests below one step of `oom_score_adj` are told apart.
      case oomScoreAdjTieBreak = "KubeletOOMScoreAdjTieBreak"
      /// memory.high, memory.min and memory.low of pods. Since 1.22, on by default since 1.37.
      case memoryQoS = "MemoryQoS"
    }

    package var release = KubeletRelease.newest
    /// File: `cgroupDriver` in the kubelet's configuration.
    package var cgroupDriver = CgroupDriver.systemd
    /// 1 or 2.
    package var cgroupVersion = 2
    /// File: `kubeReserved`; nil where it is not known.
    package var kubeReserved: Bytes?
    /// File: `systemReserved`; nil where it is not known.
    package var systemReserved: Bytes?
    /// File: `evictionHard`, `memory.available`.
    package var evictionHard = EvictionThreshold.usual
    /// File: `singleProcessOOMKill`; nil is what the cgroup version makes of it.
    package var singleProcessOOMKill: Bool?
    /// File: `memorySwap.swapBehavior`.
    package var swapBehavior = SwapBehavior.noSwap
    /// File: `memoryThrottlingFactor`; nil is what the release has.
    package var memoryThrottlingFactor: MemoryThrottlingFactor?
    /// File: `memoryReservationPolicy`.
    package var memoryReservationPolicy = MemoryReservationPolicy.none
    /// Gates that are set by hand.
    package var featureGates: [FeatureGate: Bool] = [:]

    package init() {}

    package func has(_ gate: FeatureGate) -> Bool {
      if let value = featureGates[gate] { return value }
      return switch gate {
      case .podLevelResources: release.minor >= 34
      case .memoryQoS: release.minor >= 37
      case .draNodeAllocatableResources, .oomScoreAdjTieBreak: false
      }
    }

    /// Sidecars are told from other init containers since 1.29.
    var knowsSidecars: Bool { release.minor >= 29 }

    /// Whether an OOM kills all of a container: `memory.oom.group` of container groups, version 2, since 1.28; since
    /// 1.32 it can be turned off.
    ///
    /// Source: `calculateLinuxResources()`, pkg/kubelet/kuberuntime/kuberuntime_container_linux.go.
    package var killsWholeContainers: Bool {
      guard cgroupVersion == 2, release.minor >= 28 else { return false }
      return !(release.minor >= 32 && singleProcessOOMKill == true)
    }
  }
}
