internal import KernelLog
internal import OOMFormats
internal import OOMSimulator

/// What a kernel's log itself has of the kill that a page is about: its scenario had to assume some of it.
struct LogSection {
  let autopsy: Autopsy

  var html: String {
    var text = "<section aria-labelledby=\"log\"><h2 id=\"log\">What the log says</h2>"
    text += table(
      "The numbers of the report in line \(autopsy.report.line)", facts,
      of: "numbers of the log")
    text += memory
    if !autopsy.evidence.contradicts.isEmpty {
      text += "<p>What contradicts itself:</p>" + list(autopsy.evidence.contradicts)
    }
    if !autopsy.unknowns.isEmpty {
      text += "<p>What is not in it:</p>" + list(autopsy.unknowns)
    }
    return text + "</section>\n"
  }

  private func list(_ sentences: [String]) -> String {
    "<ul>" + sentences.prefix(50).map { "<li>\(OOMReports.html($0))</li>" }.joined() + "</ul>"
  }

  /// A name and what it has, a row each.
  private func table(
    _ caption: String, _ rows: [(name: String, value: String)], of label: String
  ) -> String {
    var text =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of the \(label)\"><table>"
    text += "<caption>\(OOMReports.html(caption))</caption><thead><tr>"
    text +=
      "<th scope=\"col\" class=\"name\">what</th><th scope=\"col\" class=\"name\">in the log</th></tr></thead><tbody>"
    for row in rows {
      text += "<tr><th scope=\"row\" class=\"name\">\(OOMReports.html(row.name))</th>"
      text += "<td class=\"name\">\(OOMReports.html(row.value))</td></tr>"
    }
    return text + "</tbody></table></div>"
  }

  private var facts: [(name: String, value: String)] {
    let report = autopsy.report
    var rows = [
      ("kernel", "\(autopsy.kernel), \(autopsy.isKernelStated ? "as logged" : "by its forms")"),
      ("verdict", "\(autopsy.verdict.rawValue): \(autopsy.why)"),
      ("limit", autopsy.limitText),
      ("totalpages", autopsy.totalpagesText),
    ]
    let limits = report.limits
    for (name, counter) in [
      ("memory", limits.memory), ("memory+swap", limits.memorySwap), ("swap", limits.swap),
      ("kmem", limits.kmem),
    ] {
      if let counter { rows.append(("\(name) of the group", text(of: counter))) }
    }
    let memory = report.memory
    for (name, pages) in [("RAM", memory.ram), ("reserved", memory.reserved)] {
      if let pages {
        rows.append((name, SizeFormat.binary(pages: max(pages, 0), pageSize: autopsy.pageSize)))
      }
    }
    for (name, size) in [("swap", memory.totalSwap), ("free swap", memory.freeSwap)] {
      if let size { rows.append((name, SizeFormat.binary(max(size, 0)))) }
    }
    if let kill = report.kills.first, let resident = kill.resident {
      rows.append(
        ("killed", "\(kill.pid) (\(kill.name)), which had \(SizeFormat.binary(resident))"))
    }
    return rows
  }

  private func text(of counter: MemcgLimits.Counter) -> String {
    let usage = SizeFormat.binary(counter.usage)
    let limit = counter.limit.map { "of \(SizeFormat.binary($0))" } ?? "no limit"
    return "\(usage), \(limit)"
      + (counter.failcnt.map { ", refused \(SizeFormat.grouped($0)) times" } ?? "")
  }

  /// Mem-Info or memory.stat, summed up.
  private var memory: String {
    let title = "<h3>Where did the memory go?</h3>"
    guard let memory = MemoryBreakdown(autopsy) else {
      return title
        + "<p>The log does not say: its report lacks the lists of Mem-Info, or of memory.stat with the group's usage.</p>"
    }
    let total = SizeFormat.binary(memory.total)
    let caption = memory.isOfGroup ? "\(total) used by the group" : "\(total) in the machine"
    let rows = memory.rows.map { (name: $0.name, value: SizeFormat.binary($0.size)) }
    let excess =
      memory.excess > 0
      ? "<p>Together \(SizeFormat.binary(memory.excess)) more than \(memory.owner) has.</p>" : ""
    return title + table(caption, rows, of: "memory's uses") + excess
  }
}
