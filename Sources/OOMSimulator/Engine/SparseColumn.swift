/// A column in which most rows have 0: it takes no memory before one has something else, and none after the last
/// that had.
struct SparseColumn: Equatable, Sendable {
  private var values: [Int64] = []

  /// Whether no row has ever had anything.
  var isEmpty: Bool { values.isEmpty }

  subscript(row: Int) -> Int64 {
    get { row < values.count ? values[row] : 0 }
    set {
      if row >= values.count {
        if newValue == 0 { return }
        values.append(contentsOf: repeatElement(0, count: row + 1 - values.count))
      }
      values[row] = newValue
    }
  }
}
