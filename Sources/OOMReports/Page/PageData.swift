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
    lines += timeline.processes.map { line in
      let name = LineName(line: line)
      let lives = name.lives.map { life in
        let called = life.process.map { "\($0.name) (\($0.pid))" } ?? "\(line.name), not there"
        return "[\(life.from),\(scriptText(called))]"
      }
      return self.line(name.text, line.pages, lives)
    }
    var names: [ProcessIdentity] = []
    let next = timeline.next.map { process -> Int64 in
      guard let process else { return -1 }
      if let place = names.firstIndex(of: process) { return Int64(place) }
      names.append(process)
      return Int64(names.count - 1)
    }
    let called = names.map { scriptText("\($0.name) (\($0.pid))") }.joined(separator: ",")
    let kills = whatIfs.map { "[\($0.number),\($0.whatIf.json)]" }
    return
      "{\"page\":\(timeline.pageSize.rawValue),\"end\":\(timeline.end.rawValue),\"times\":\(array(timeline.times.map { $0.rawValue })),\"lines\":["
      + lines.joined(separator: ",\n")
      + "],\"begin\":\(timeline.opening),\"names\":[\(called)],\"next\":\(array(next))"
      + ",\"kills\":[" + kills.joined(separator: ",\n") + "]}"
  }

  /// - Parameter lives: from which samples on it is called otherwise.
  private func line(_ name: String, _ values: [Int64], _ lives: [String] = []) -> String {
    "[\(scriptText(name)),\(array(values))"
      + (lives.isEmpty ? "" : ",[\(lives.joined(separator: ","))]") + "]"
  }

  private func array(_ numbers: [Int64]) -> String {
    "[" + numbers.map(String.init).joined(separator: ",") + "]"
  }
}

extension Timeline {
  /// The sample that a reader sees first: just before the first kill, or the fullest.
  fileprivate var opening: Int {
    if let firstKill { return firstKill }
    let used = fills.map { $0.used }
    return used.firstIndex(of: used.max() ?? 0) ?? 0
  }
}
