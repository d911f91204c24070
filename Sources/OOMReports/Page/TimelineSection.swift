internal import OOMFormats
internal import OOMSimulator

/// Memory over time: the machine, its groups, its processes.
struct TimelineSection {
  let run: Run
  let timeline: Timeline

  var html: String {
    var text = "<section aria-labelledby=\"time\"><h2 id=\"time\">Memory over time</h2>"
    if timeline.times.isEmpty { return text + "<p>The run is empty.</p></section>" }
    text += machine() + groups() + processes()
    text +=
      "<div class=\"tool\" id=\"slider\" hidden><label for=\"when\">Time: <output id=\"clock\" for=\"when\">0s"
      + "</output></label><input type=\"range\" id=\"when\" min=\"0\" max=\"\(timeline.times.count - 1)\" value=\"0\">"
      + "<p class=\"soft\">Move the slider, or the pointer over a picture.</p>"
      + "<dl id=\"values\"></dl></div>"
    text += TimelineTable(run: run, timeline: timeline).html
    return text + "</section>"
  }

  // MARK: The machine

  private func machine() -> String {
    let fills = timeline.fills
    let swapTop = fills.map { $0.swap }.max() ?? 0
    let top = max(timeline.memory, fills.map { $0.used }.max() ?? 0)
    let axis = RoundAxis(pages: headroom(top), pageSize: timeline.pageSize)
    let frame = PlotFrame(times: timeline.times, end: timeline.end, top: axis.top)
    let kernel = fills.map { $0.kernel }
    let processes = fills.map { $0.kernel + $0.processes }
    let used = fills.map { $0.used }
    var body = area("a-kernel", frame.area(fills.map { _ in 0 }, kernel))
    body += area("a-proc", frame.area(kernel, processes))
    body += area("a-cache", frame.area(processes, used))
    body += line("limit", frame.line(fills.map { _ in timeline.memory }))
    body += line("mark", frame.line(fills.map { timeline.memory - $0.minWatermark }))
    var legend = [
      entry("a-kernel", isArea: true, "kernel, page tables"),
      entry("a-proc", isArea: true, "processes, tmpfs"),
      entry("a-cache", isArea: true, "page cache"),
      entry("limit", "MemTotal \(size(timeline.memory))"),
      entry(
        "mark", "less the min watermark of \(size(fills.last?.minWatermark ?? 0)): nothing left"),
    ]
    if swapTop > 0 {
      body += line("swap", frame.line(fills.map { $0.swap }))
      legend.append(entry("swap", "swap in use, up to \(size(swapTop))"))
    }
    let peak = used.max() ?? 0
    return figure(
      "machine", "The machine",
      "Memory in use goes up to \(size(peak)) of \(size(timeline.memory)).",
      frame, axis, body, legend)
  }

  // MARK: Groups and processes

  private func groups() -> String {
    if timeline.groups.isEmpty { return "" }
    let limits = timeline.groups.flatMap { $0.limits.filter { $0 != Cgroup.unlimited } }
    let peak = timeline.groups.map { $0.peak }.max() ?? 0
    // A limit far away would leave nothing to be seen of what is used.
    let shown = limits.filter { $0 / 4 <= max(peak, 1) }
    let axis = RoundAxis(
      pages: headroom(max(peak, shown.max() ?? 0)), pageSize: timeline.pageSize)
    let frame = PlotFrame(times: timeline.times, end: timeline.end, top: axis.top)
    var body = ""
    var legend: [String] = []
    for (index, group) in timeline.groups.enumerated() {
      let style = "s\(index % PageStyle.series + 1)"
      body += line(style, frame.line(group.pages))
      body += line("limit", frame.line(group.limits, isThere: shown.contains))
      body += line("high", frame.line(group.highs) { $0 != Cgroup.unlimited && $0 <= frame.top })
      let limit = group.limits.last ?? Cgroup.unlimited
      let says = limit == Cgroup.unlimited ? "no limit" : "limit \(size(limit))"
      legend.append(
        entry(style, "\(OOMReports.html(group.path)): up to \(size(group.peak)), \(says)"))
    }
    legend.append(entry("limit", "memory.max"))
    if timeline.groups.contains(where: { $0.highs.contains { $0 != Cgroup.unlimited } }) {
      legend.append(entry("high", "memory.high"))
    }
    var text = figure(
      "groups", "Memory cgroups", "Memory of each group with those below it, and its limit.",
      frame, axis, body, legend)
    if timeline.otherGroups > 0 {
      text +=
        "<p class=\"soft\">\(notDrawn(timeline.otherGroups, "group with a limit", "groups with a limit"))</p>"
    }
    return text
  }

  private func processes() -> String {
    if timeline.processes.isEmpty { return "" }
    let peak = timeline.processes.map { $0.peak }.max() ?? 0
    let axis = RoundAxis(pages: headroom(peak), pageSize: timeline.pageSize)
    let frame = PlotFrame(times: timeline.times, end: timeline.end, top: axis.top)
    var body = ""
    var legend: [String] = []
    for (index, same) in alike.enumerated() {
      let style = "s\(index % PageStyle.series + 1)"
      let process = timeline.processes[same[0]]
      body += line(style, frame.line(process.pages))
      let others =
        same.count > 1
        ? " and \(same.count - 1) like it, each" : process.count > 1 ? ", together" : ""
      legend.append(
        entry(
          style,
          "\(LineName(line: process).inLegend)\(others): up to \(size(process.peak))"
            + deaths(process)))
    }
    let strip = NextStrip(timeline: timeline, frame: frame, alike: alike)
    var text = figure(
      "processes", "Processes",
      "rss and swap of those that died or were largest; of equal ones the sum.", frame, axis,
      body, legend, below: strip.html)
    if timeline.otherProcesses > 0 {
      text +=
        "<p class=\"soft\">\(notDrawn(timeline.otherProcesses, "process", "processes"))</p>"
    }
    return text
  }

  /// How many of those that are summed up die.
  private func deaths(_ line: Timeline.ProcessLine) -> String {
    if line.count == 1 { return "" }
    let name = LineName(line: line)
    let dead = run.kills.reduce(0) { $0 + $1.killed.count { name.isOf($0.process) } }
    if dead == line.count { return "; all die" }
    return dead == 0
      ? "" : "; \(SizeFormat.grouped(Int64(dead))) of them die\(dead == 1 ? "s" : "")"
  }

  /// Processes with the same memory at every time are one line: their places in the timeline.
  private var alike: [[Int]] {
    var sets: [[Int]] = []
    for index in timeline.processes.indices {
      let pages = timeline.processes[index].pages
      if let set = sets.firstIndex(where: { timeline.processes[$0[0]].pages == pages }) {
        sets[set].append(index)
      } else {
        sets.append([index])
      }
    }
    return sets
  }

  // MARK: Pictures

  private func area(_ style: String, _ path: String) -> String {
    "<path class=\"\(style)\" d=\"\(path)\"/>"
  }

  private func line(_ style: String, _ path: String) -> String {
    path.isEmpty ? "" : "<path class=\"l \(style)\" d=\"\(path)\"/>"
  }

  private func entry(_ style: String, isArea: Bool = false, _ text: String) -> String {
    let picture =
      isArea
      ? "<rect class=\"\(style)\" width=\"26\" height=\"10\"/>"
      : "<path class=\"l \(style)\" d=\"M0 5H26\"/>"
    return "<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\">\(picture)</svg>\(text)</li>"
  }

  private func figure(
    _ id: String, _ title: String, _ says: String, _ frame: PlotFrame, _ axis: RoundAxis,
    _ body: String, _ legend: [String], below: String = ""
  ) -> String {
    let marks = TimelineMarks(run: run, frame: frame)
    let times = RoundAxis(until: timeline.end)
    var grid = axis.marks.dropFirst().map { "M0 \(frame.y($0.value))H1000" }.joined()
    grid += times.marks.dropFirst().map { "M\(frame.x(at: Microseconds($0.value))) 0V300" }.joined()
    let ys = axis.marks.map { mark in
      let place = PlotFrame.height - frame.y(mark.value)
      return "<span style=\"bottom:\(place / 3)%\">\(mark.says)</span>"
    }
    let xs = times.marks.enumerated().map { index, mark in
      let x = frame.x(at: Microseconds(mark.value))
      // Every second one may go where there is little room, and none leaves the page.
      let style = x > 970 ? " class=\"z\"" : index % 2 == 1 ? " class=\"o\"" : ""
      return "<span\(style) style=\"left:\(x / 10).\(x % 10)%\">\(mark.says)</span>"
    }
    return "<figure><figcaption>\(title)</figcaption><div class=\"plot\">\(marks.labels)"
      + "<div class=\"ys\" aria-hidden=\"true\">\(ys.joined())</div><div class=\"canvas\"><svg viewBox=\"0 0 1000 300\" preserveAspectRatio=\"none\" "
      + "role=\"img\" aria-labelledby=\"\(id)-t \(id)-d\"><title id=\"\(id)-t\">\(title)</title>"
      + "<desc id=\"\(id)-d\">\(says) \(marks.says)</desc>\(body)<path class=\"grid\" d=\"\(grid)\"/>"
      + "\(marks.lines)</svg></div><div class=\"xs\" aria-hidden=\"true\">\(xs.joined())</div>\(below)</div>"
      + "<ul class=\"legend\">\(legend.joined())\(marks.legend)</ul></figure>\n"
  }

  /// So that a limit is not drawn on the edge.
  private func headroom(_ pages: Int64) -> Int64 { pages + pages / 20 }

  private func notDrawn(_ count: Int, _ one: String, _ several: String) -> String {
    count == 1
      ? "1 more \(one) is not drawn."
      : "\(SizeFormat.grouped(count)) more \(several) are not drawn."
  }

  private func size(_ pages: Int64) -> String {
    SizeFormat.binary(pages: pages, pageSize: timeline.pageSize)
  }
}

/// How processes are called on the page.
enum PageNames {
  /// As `html`; the thousands of a number stay on one line.
  static func numbers(_ text: String) -> String {
    let characters = Array(html(text))
    return String(
      characters.indices.map { index in
        let isBetween =
          characters[index] == " " && index > 0 && index + 1 < characters.count
          && characters[index - 1].isNumber && characters[index + 1].isNumber
        return isBetween ? "\u{A0}" : characters[index]
      })
  }

  /// From a minute on in whole seconds: nobody reads the rest.
  static func time(_ time: Microseconds) -> String {
    let second = Microseconds.seconds(1).rawValue
    let isLong = time.rawValue >= 60 * second
    return SizeFormat.time(isLong ? Microseconds(time.rawValue / second * second) : time)
  }

  static func name(_ process: ProcessIdentity) -> String {
    "<bdi>\(html(process.name))</bdi> (\(process.pid))"
  }
}
