internal import OOMSimulator

/// The numbers that the page's script reads, as JSON.
struct PageData {
  let timeline: Timeline
  let whatIfs: [(number: Int, whatIf: WhatIf)]

  var json: String {
    var lines = [line("in use", timeline.fills.map { $0.used })]
    lines.append(line("page cache", timeline.fills.map { $0.cache }))
    if timeline.fills.contains(where: { $0.swap > 0 }) {
      lines.append(line("swap", timeline.fills.map { $0.swap }))
    }
    lines += timeline.groups.map { line($0.path, $0.pages) }
    lines += timeline.processes.map { line("\($0.process.name) (\($0.process.pid))", $0.pages) }
    let kills = whatIfs.map { "[\($0.number),\($0.whatIf.json)]" }
    return
      "{\"page\":\(timeline.pageSize.rawValue),\"end\":\(timeline.end.rawValue),\"times\":\(array(timeline.times.map { $0.rawValue })),\"lines\":["
      + lines.joined(separator: ",\n") + "],\"kills\":[" + kills.joined(separator: ",\n") + "]}"
  }

  private func line(_ name: String, _ values: [Int64]) -> String {
    "[\(scriptText(name)),\(array(values))]"
  }

  private func array(_ numbers: [Int64]) -> String {
    "[" + numbers.map(String.init).joined(separator: ",") + "]"
  }
}
