/// The process that a selection took.
///
/// Kernel: `oc->chosen` and `oc->chosen_points`, include/linux/oom.h.
public struct Victim: Equatable, Sendable {
  /// Row in the columns that were searched.
  public var row: Int
  /// Badness as the scan held it: pages, or thousandths in the rules of 2.6.36 to 3.4.
  public var points: Int64

  package init(row: Int, points: Int64) {
    self.row = row
    self.points = points
  }
}
