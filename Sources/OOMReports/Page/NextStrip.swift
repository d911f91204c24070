internal import OOMFormats
internal import OOMSimulator

/// Below the time axis: who would be killed if memory ended at that moment.
struct NextStrip {
  let timeline: Timeline
  let frame: PlotFrame
  /// Which processes share a line of the picture, by their places in the timeline: a part has the colour of its line.
  let alike: [[Int]]

  /// Parts that are narrower, in thousandths of the picture, are left out.
  private static let narrowest: Int64 = 2

  var html: String {
    if timeline.next.isEmpty { return "" }
    let parts = self.parts.map { part in
      let (from, width) = (part.from, part.to - part.from)
      let place = "left:\(from / 10).\(from % 10)%;width:\(width / 10).\(width % 10)%"
      let name = part.process.map { "<bdi>\(OOMReports.html($0.name))</bdi>" } ?? "nobody"
      let thin = width < 60 ? " thin" : ""
      return "<li class=\"\(style(part.process))\(thin)\" style=\"\(place)\">\(name)</li>"
    }
    let limit =
      timeline.nextCgroup.map { "<bdi>\(OOMReports.html($0))</bdi> were at its limit" }
      ?? "the machine were out of memory"
    return "<p class=\"soft next\">Who would be killed if \(limit) then:</p>"
      + "<ol class=\"strip\">\(parts.joined())</ol>"
  }

  private struct Part {
    var process: ProcessIdentity?
    var from: Int64
    var to: Int64
  }

  /// From each sample to the next the one that would be chosen at its beginning.
  private var parts: [Part] {
    var parts: [Part] = []
    for (index, process) in timeline.next.enumerated() {
      let isLast = index + 1 == timeline.times.count
      let from = frame.x(at: timeline.times[index])
      let to = isLast ? PlotFrame.width : frame.x(at: timeline.times[index + 1])
      // A service that has been started again goes on.
      if let last = parts.last, last.process?.name == process?.name,
        style(last.process) == style(process)
      {
        parts[parts.count - 1].to = to
      } else {
        parts.append(Part(process: process, from: from, to: to))
      }
    }
    return parts.filter { $0.to - $0.from >= Self.narrowest }
  }

  private func style(_ process: ProcessIdentity?) -> String {
    guard let process else { return "nobody" }
    let line = alike.firstIndex { set in
      set.contains { LineName(line: timeline.processes[$0]).isOf(process) }
    }
    let named =
      line
      ?? alike.firstIndex { set in
        set.contains { timeline.processes[$0].process.name == process.name }
      }
    return named.map { "b\($0 % PageStyle.series + 1)" } ?? "other"
  }
}
