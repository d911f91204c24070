/// A time in microseconds: an instant since the start of a run, or how long something takes. Neither a size nor a plain
/// number can be added to it.
public struct Microseconds: AdditiveArithmetic, Comparable, Hashable, Sendable,
  ExpressibleByIntegerLiteral
{
  /// How many microseconds; negative only in a difference.
  public let rawValue: Int64

  /// So many microseconds.
  public init(_ count: Int64) { rawValue = count }

  /// So many microseconds.
  public init(integerLiteral count: Int64) { rawValue = count }

  /// So many whole seconds.
  public static func seconds(_ count: Int64) -> Self { Self(count * 1_000_000) }

  static func milliseconds(_ count: Int64) -> Self { Self(count * 1000) }

  package static let max = Self(.max)

  /// The earlier instant, or the shorter time.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The instant that much later, or both times together.
  public static func + (left: Self, right: Self) -> Self { Self(left.rawValue + right.rawValue) }

  /// The instant that much earlier, or the time between two instants.
  public static func - (left: Self, right: Self) -> Self { Self(left.rawValue - right.rawValue) }

  package static func * (left: Self, factor: Int64) -> Self { Self(left.rawValue * factor) }
  package static func / (left: Self, divisor: Int64) -> Self { Self(left.rawValue / divisor) }
  package func isMultiple(of number: Int64) -> Bool { rawValue % number == 0 }
  /// How often a time fits into another one.
  package static func / (left: Self, right: Self) -> Int64 { left.rawValue / right.rawValue }
  /// What of an amount falls into this time when all of it is spread evenly over another one; rounded towards 0.
  package func part(of whole: Self, in amount: Int64) -> Int64 {
    Int64(Int128(amount) * Int128(rawValue) / Int128(whole.rawValue))
  }

  /// What is left of a time then.
  package static func % (left: Self, right: Self) -> Self { Self(left.rawValue % right.rawValue) }
}
