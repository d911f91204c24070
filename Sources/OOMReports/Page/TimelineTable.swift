internal import OOMFormats
internal import OOMSimulator

/// The numbers of the pictures at some instants, for readers who do not see them.
struct TimelineTable {
  let run: Run
  let timeline: Timeline

  private static let rows = 12

  var html: String {
    var head = "<th scope=\"col\">time</th><th scope=\"col\" class=\"n\">used</th>"
    head += "<th scope=\"col\" class=\"n\">page cache</th><th scope=\"col\" class=\"n\">swap</th>"
    for group in timeline.groups {
      head += "<th scope=\"col\" class=\"name\">\(OOMReports.html(group.path))</th>"
    }
    for process in timeline.processes {
      head += "<th scope=\"col\" class=\"name\">\(LineName(line: process).html)</th>"
    }
    if !timeline.next.isEmpty { head += "<th scope=\"col\" class=\"name\">would be killed</th>" }
    var body = ""
    for index in samples {
      let fill = timeline.fills[index]
      body += "<tr><th scope=\"row\" class=\"n\">\(PageNames.time(timeline.times[index]))</th>"
      let values =
        [fill.used, fill.cache, fill.swap] + timeline.groups.map { $0.pages[index] }
      body += values.map { "<td class=\"n\">\(size($0))</td>" }.joined()
      for line in timeline.processes {
        let pid = LineName(line: line).alive(at: index).map { " (\($0.pid))" } ?? ""
        body += "<td class=\"n\">\(size(line.pages[index]))\(pid)</td>"
      }
      if !timeline.next.isEmpty {
        body += "<td class=\"name\">\(timeline.next[index].map(PageNames.name) ?? "nobody")</td>"
      }
      body += "</tr>"
    }
    return "<details><summary>The numbers of these pictures</summary>"
      + "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Memory at some instants\"><table>"
      + "<caption>Memory at some instants; before and after a kill</caption><thead><tr>\(head)</tr></thead>"
      + "<tbody>\(body)</tbody></table></div></details>\n"
  }

  /// The samples around the first kills, and some between them.
  private var samples: [Int] {
    let count = timeline.times.count
    let kills = Set(run.kills.prefix(3).map { $0.at })
    var chosen = Set(timeline.times.indices.filter { kills.contains(timeline.times[$0]) })
    for step in 0...Self.rows { chosen.insert((count - 1) * step / Self.rows) }
    return chosen.sorted()
  }

  private func size(_ pages: Int64) -> String {
    SizeFormat.binary(pages: pages, pageSize: timeline.pageSize)
  }
}
