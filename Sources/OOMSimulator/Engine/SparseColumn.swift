/// A column in which most rows have nothing: it takes no memory before one has something, and none after the last
/// that had.
struct SparseColumn<Value: Equatable & Sendable>: Equatable, Sendable {
  private var values: [Value] = []
  /// What a row has that has nothing.
  private let nothing: Value

  init(nothing: Value) { self.nothing = nothing }

  /// Whether no row has ever had anything.
  var isEmpty: Bool { values.isEmpty }

  subscript(row: Int) -> Value { row < values.count ? values[row] : nothing }

  mutating func change(_ row: Int, _ body: (inout Value) -> Void) {
    if row < values.count { return body(&values[row]) }
    var value = nothing
    body(&value)
    if value == nothing { return }
    values.append(contentsOf: repeatElement(nothing, count: row - values.count))
    values.append(value)
  }

  /// Where the last row stands that has ever had something decides nothing.
  static func == (one: Self, other: Self) -> Bool {
    let rows = max(one.values.count, other.values.count)
    return (0..<rows).allSatisfy { one[$0] == other[$0] }
  }
}
