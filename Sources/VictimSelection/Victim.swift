/// The process that a selection took.
///
/// Kernel: `oc->chosen` and `oc->chosen_points`, include/linux/oom.h.
public struct Victim: Equatable, Sendable {
  /// Row in the columns that were searched.
  public var row: Int
  /// Badness in pages.
  public var points: Int64

  public init(row: Int, points: Int64) {
    self.row = row
    self.points = points
  }
}
