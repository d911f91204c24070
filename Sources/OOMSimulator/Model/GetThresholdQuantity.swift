extension Kubernetes {
  /// How much memory has to be available; below it pods are evicted.
  package enum EvictionThreshold: Equatable, Sendable {
    case bytes(Bytes)
    /// Millionths of the capacity.
    case millionths(Int64)

    /// Source: `DefaultEvictionHard`, pkg/kubelet/apis/config/v1beta1/defaults_linux.go.
    package static let usual = bytes(100 << 20)

    /// Whether the kubelet has no threshold then: none is given, or 0% or 100%.
    ///
    /// Source: `parseThresholdStatement()`, pkg/kubelet/eviction/helpers.go.
    package var isOff: Bool {
      self == .bytes(0) || self == .millionths(0) || self == .millionths(1_000_000)
    }

    /// What it is of a capacity. A percentage is a binary number of 24 places for the kubelet, whose product with the
    /// capacity is rounded to 53 places and cut off: 5% of 16 GiB are 858,993,472 bytes, 13 more than a twentieth.
    ///
    /// Source: `GetThresholdQuantity()`, pkg/kubelet/eviction/api/types.go, and `parsePercentage()`,
    /// pkg/kubelet/eviction/helpers.go.
    package func bytes(of capacity: Bytes) -> Bytes {
      switch self {
      case .bytes(let bytes): return bytes
      case .millionths(let parts):
        guard parts > 0, capacity > 0 else { return 0 }
        let percent = BinaryReal(parts, over: 10_000, as: .float)
        let part = percent.divided(by: BinaryReal(100, as: .float), as: .float)
        return Bytes(BinaryReal(capacity.rawValue, as: .double).times(part, as: .double).whole)
      }
    }
  }
}
