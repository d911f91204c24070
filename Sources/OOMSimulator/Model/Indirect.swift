/// Keeps a large value in an object of its own, and copies it when a copy of its owner is changed: the owner stays
/// a value, equal where the values are equal.
///
/// A value of fifty strings and arrays costs fifty reference counts wherever a value that holds it is copied, and
/// the compiler writes that code anew for every type that holds it. Behind this it costs one.
///
/// - Complexity: reading is O(1) with one load more; the first change of a copy copies the value.
@propertyWrapper
public struct Indirect<Value> {
  @usableFromInline
  final class Storage {
    // Each access lies within one to the owner, which the compiler checks, and a box that is changed has one owner.
    @safe @exclusivity(unchecked) @usableFromInline var value: Value

    @inlinable
    init(_ value: Value) { self.value = value }
  }

  @usableFromInline var storage: Storage

  @inlinable
  /// A box with a value.
  public init(wrappedValue: Value) { storage = Storage(wrappedValue) }

  /// The value in the box, which is copied when it is changed while others hold it.
  public var wrappedValue: Value {
    @inlinable _read { yield storage.value }
    @inlinable _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.value) }
      yield &storage.value
    }
  }
}

extension Indirect: Equatable where Value: Equatable {
  @inlinable
  /// Whether the values are equal.
  public static func == (left: Self, right: Self) -> Bool {
    left.storage === right.storage || left.storage.value == right.storage.value
  }
}

// The object is changed only while one owner has it.
extension Indirect: @unchecked Sendable where Value: Sendable {}
