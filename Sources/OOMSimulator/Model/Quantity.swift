extension Kubernetes {
  /// An amount of a resource, exact to a billionth: bytes of memory, or CPUs.
  ///
  /// Source: `resource.Quantity`, apimachinery/pkg/api/resource.
  package struct Quantity: Hashable, Comparable, Sendable {
    package static let zero = Quantity(0)
    /// What is less than this is rounded up to it.
    package static let partsOfUnit: Int128 = 1_000_000_000

    package var nano: Int128

    package init(nano: Int128) {
      self.nano = nano
    }

    package init(_ whole: Int64) {
      nano = Int128(whole) * Self.partsOfUnit
    }

    package init(bytes size: Bytes) { self.init(size.rawValue) }

    /// Whole units, rounded up. Source: `Quantity.Value()`.
    package var value: Int64 {
      Int64(clamping: (nano + Self.partsOfUnit - 1) / Self.partsOfUnit)
    }

    /// What it is as an amount of memory, rounded up.
    package var bytes: Bytes { Bytes(value) }

    package static func < (left: Self, right: Self) -> Bool { left.nano < right.nano }

    static func + (left: Self, right: Self) -> Self { Self(nano: left.nano + right.nano) }
  }

  /// Amounts of the two resources that decide here; nil where none is given.
  package struct ResourceList: Hashable, Sendable {
    package var cpu: Quantity?
    package var memory: Quantity?

    package init(cpu: Quantity? = nil, memory: Quantity? = nil) {
      self.cpu = cpu
      self.memory = memory
    }

    package var isEmpty: Bool { cpu == nil && memory == nil }

    /// What is given here, and from `other` what is not.
    func filled(from other: Self) -> Self {
      Self(cpu: cpu ?? other.cpu, memory: memory ?? other.memory)
    }

    /// Source: `addResourceList()`, component-helpers/resource.
    static func + (left: Self, right: Self) -> Self {
      func sum(_ first: Quantity?, _ second: Quantity?) -> Quantity? {
        guard let first, let second else { return first ?? second }
        return first + second
      }
      return Self(cpu: sum(left.cpu, right.cpu), memory: sum(left.memory, right.memory))
    }

    /// Source: `maxResourceList()`, component-helpers/resource.
    static func max(_ left: Self, _ right: Self) -> Self {
      func larger(_ first: Quantity?, _ second: Quantity?) -> Quantity? {
        guard let first, let second else { return first ?? second }
        return Swift.max(first, second)
      }
      return Self(cpu: larger(left.cpu, right.cpu), memory: larger(left.memory, right.memory))
    }
  }

  /// What a container or a pod asks for, and what it may not exceed.
  package struct ResourceRequirements: Hashable, Sendable {
    package var requests = ResourceList()
    package var limits = ResourceList()

    package init(requests: ResourceList = ResourceList(), limits: ResourceList = ResourceList()) {
      self.requests = requests
      self.limits = limits
    }
  }
}
