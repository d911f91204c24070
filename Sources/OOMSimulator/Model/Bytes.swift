/// A size in bytes, as files, texts and Kubernetes give it. A size of the engine is a plain number of pages, which
/// cannot be added to it.
public struct Bytes: Comparable, Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// How many bytes; negative only in a difference.
  public let rawValue: Int64

  /// So many bytes.
  public init(_ count: Int64) { rawValue = count }

  /// So many bytes.
  public init(integerLiteral count: Int64) { rawValue = count }

  /// Fewer bytes.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  package static func + (left: Self, right: Self) -> Self { Self(left.rawValue + right.rawValue) }
  package static func - (left: Self, right: Self) -> Self { Self(left.rawValue - right.rawValue) }
  /// A sum that wraps, as one in Go does.
  static func &+ (left: Self, right: Self) -> Self { Self(left.rawValue &+ right.rawValue) }
  package static func << (left: Self, places: Int) -> Self { Self(left.rawValue << places) }
  package static func * (left: Self, count: Int64) -> Self { Self(left.rawValue * count) }
  package static func / (left: Self, divisor: Int64) -> Self { Self(left.rawValue / divisor) }
}

/// A size in KiB, as `vm.min_free_kbytes` and /proc/meminfo have it.
public struct Kibibytes: Comparable, Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// How many KiB, of 1024 bytes each.
  public let rawValue: Int64

  /// So many KiB.
  public init(_ count: Int64) { rawValue = count }

  /// So many KiB.
  public init(integerLiteral count: Int64) { rawValue = count }

  /// Fewer KiB.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  package static func - (left: Self, right: Self) -> Self { Self(left.rawValue - right.rawValue) }
  /// Sums and differences of what a damaged log says, which wrap.
  package static func &+ (left: Self, right: Self) -> Self { Self(left.rawValue &+ right.rawValue) }
  package static func &- (left: Self, right: Self) -> Self { Self(left.rawValue &- right.rawValue) }
}

// Every way from bytes to pages and back. `self` is the size of a page.

extension Bytes {
  /// Pages that a size fills, rounded down as the kernel shifts. Kernel: `>> PAGE_SHIFT`.
  package func pages(_ size: Bytes) -> Int64 { size.rawValue / rawValue }

  /// Pages that hold a size of 0 or more: rounded up.
  package func pages(toHold size: Bytes) -> Int64 {
    let (whole, rest) = size.rawValue.quotientAndRemainder(dividingBy: rawValue)
    return rest == 0 ? whole : whole + 1
  }

  /// Pages that a size fills, rounded down as the kernel shifts. Kernel: `>> (PAGE_SHIFT - 10)`.
  package func pages(_ size: Kibibytes) -> Int64 { size.rawValue / (rawValue / 1024) }

  /// The size of some pages; nil where 63 bits do not hold it.
  package func bytes(pages: Int64) -> Bytes? {
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: rawValue)
    return overflow ? nil : Bytes(bytes)
  }

  /// The size of some pages of a machine or of a process.
  package func kibibytes(pages: Int64) -> Kibibytes { Kibibytes(pages * (rawValue / 1024)) }
}
