package import KernelLog
internal import OOMFormats
internal import OOMSimulator

/// The reports of many logs, a line each, and which services were killed again and again.
package struct AutopsyTable {
  package struct Entry {
    package var file: String
    package var autopsy: Autopsy

    package init(file: String, autopsy: Autopsy) {
      self.file = file
      self.autopsy = autopsy
    }

    var report: OOMReport { autopsy.report }

    /// Of the group of the process that died; for an OOM of the machine that names none, the name of the process.
    var service: String {
      let name = victim.map { $0.name } ?? "nobody"
      return group.isEmpty ? name : ServiceName(group: group, process: name).text
    }

    var group: String {
      let group = report.scope.taskMemcg ?? report.scope.domain ?? ""
      return group == "/" ? "" : group
    }

    var victim: (pid: Int64, name: String)? {
      report.kills.first.map { ($0.pid, $0.name) } ?? report.chosen.map { ($0.pid, $0.name) }
    }

    var limit: String { report.scope.domain ?? LimitHit(autopsy).kind.rawValue }
  }

  let entries: [Entry]
  let style: Style

  package init(_ entries: [Entry], style: Style) {
    self.entries = entries
    self.style = style
  }

  package var text: String {
    let header = ["when", "host", "group", "victim", "limit", "verdict", "where"]
    var table = TextTable(header.map { _ in .left })
    table.add(header)
    for entry in entries {
      let victim = entry.victim.map { "\($0.pid) (\($0.name))" } ?? "nobody"
      table.add(
        [
          entry.report.time, entry.report.host, entry.group, victim,
          entry.limit, entry.autopsy.verdict.rawValue, "\(entry.file):\(entry.report.line)",
        ].map { $0.isEmpty ? "-" : plain($0) })
    }
    var text = table.lines.joined(separator: "\n") + "\n"
    let again = repeated
    if !again.isEmpty {
      text += "\nkilled again and again\n"
      for (service, times) in again { text += "    \(times) times  \(plain(service))\n" }
    }
    return text + "\n" + AutopsyText.summary(of: entries.map { $0.autopsy }) + "\n"
  }

  /// Services that were killed more than once, the most often first.
  private var repeated: [(service: String, times: Int)] {
    var counts: [(service: String, times: Int)] = []
    var places: [String: Int] = [:]
    for entry in entries where entry.victim != nil {
      if let place = places[entry.service] {
        counts[place].times += 1
      } else {
        places[entry.service] = counts.count
        counts.append((entry.service, 1))
      }
    }
    return counts.filter { $0.times > 1 }.enumerated()
      .sorted { ($1.element.times, $0.offset) < ($0.element.times, $1.offset) }.map { $0.element }
  }
}

extension JSONWriter {
  /// One report of many, in a line.
  package mutating func autopsyEntry(_ entry: AutopsyTable.Entry) {
    object(inline: true) { writer in
      writer.field("file", entry.file)
      writer.field("line", Int64(entry.report.line))
      writer.field("when", entry.report.time.isEmpty ? nil : entry.report.time)
      writer.field("host", entry.report.host.isEmpty ? nil : entry.report.host)
      writer.field("service", entry.service)
      writer.field("cgroup", entry.autopsy.cgroup)
      writer.key("victim")
      if let victim = entry.victim {
        writer.object(inline: true) {
          $0.field("pid", victim.pid)
          $0.field("name", victim.name)
        }
      } else {
        writer.null()
      }
      writer.field("limit", entry.limit)
      writer.field("verdict", entry.autopsy.verdict.rawValue)
      writer.field("why", entry.autopsy.why)
    }
  }
}
