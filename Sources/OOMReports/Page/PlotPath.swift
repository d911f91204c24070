internal import OOMSimulator

/// Where things are in a picture that is 1000 wide and 300 high, whatever size it is shown in.
struct PlotFrame {
  static let width: Int64 = 1000
  static let height: Int64 = 300

  let times: [Microseconds]
  let end: Microseconds
  /// What the upper edge stands for, above 0.
  let top: Int64

  init(times: [Microseconds], end: Microseconds, top: Int64) {
    self.times = times
    self.end = end
    self.top = max(top, 1)
  }

  func x(at time: Microseconds) -> Int64 {
    end <= 0 ? 0 : min(max(time, 0), end).part(of: end, in: Self.width)
  }

  func y(_ value: Int64) -> Int64 {
    let held = min(max(value, 0), top)
    return Self.height - Int64(Int128(held) * Int128(Self.height) / Int128(top))
  }

  /// Where a sample is; a run that takes no time goes from edge to edge.
  private func x(of index: Int) -> Int64 {
    end > 0 ? x(at: times[index]) : index == 0 ? 0 : Self.width
  }

  /// A line through all samples; where there is no value it is broken.
  func line(_ values: [Int64], isThere: (Int64) -> Bool = { _ in true }) -> String {
    var text = ""
    var run: [(x: Int64, y: Int64)] = []
    for (index, value) in values.enumerated() {
      if isThere(value) {
        run.append((x(of: index), y(value)))
      } else {
        text += Self.path(run)
        run = []
      }
    }
    return text + Self.path(run)
  }

  /// The area between two lines.
  func area(_ lower: [Int64], _ upper: [Int64]) -> String {
    let top = upper.indices.map { (x: x(of: $0), y: y(upper[$0])) }
    let bottom = lower.indices.reversed().map { (x: x(of: $0), y: y(lower[$0])) }
    if top.isEmpty { return "" }
    return Self.path(Self.thinned(top) + Self.thinned(bottom), thins: false) + "z"
  }

  private static func path(_ points: [(x: Int64, y: Int64)], thins: Bool = true) -> String {
    let points = thins ? thinned(points) : points
    guard let first = points.first else { return "" }
    var text = "M\(first.x) \(first.y)"
    var at = first
    for point in points.dropFirst() {
      if point.y == at.y {
        text += "H\(point.x)"
      } else if point.x == at.x {
        text += "V\(point.y)"
      } else {
        text += "L\(point.x) \(point.y)"
      }
      at = point
    }
    // A line of one point shows as a dot.
    return points.count == 1 ? text + "h1" : text
  }

  /// Without the points that lie on the line between their neighbours.
  private static func thinned(_ points: [(x: Int64, y: Int64)]) -> [(x: Int64, y: Int64)] {
    var kept: [(x: Int64, y: Int64)] = []
    for point in points {
      if let last = kept.last, last == point { continue }
      if kept.count >= 2 {
        let (a, b) = (kept[kept.count - 2], kept[kept.count - 1])
        let cross = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
        let isBetween = (b.x - a.x) * (point.x - b.x) + (b.y - a.y) * (point.y - b.y) >= 0
        if cross == 0, isBetween { kept.removeLast() }
      }
      kept.append(point)
    }
    return kept
  }
}
