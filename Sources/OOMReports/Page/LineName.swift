internal import OOMFormats
internal import OOMSimulator

/// How a line of processes is called on the page.
struct LineName {
  let line: Timeline.ProcessLine

  /// As a heading: with its pid where it is one process, with their number where several are summed up.
  var html: String {
    if line.count > 1 {
      return "<bdi>\(OOMReports.html(Timeline.ProcessLine.nameOfEquals(line.process.name)))</bdi>"
        + " × \(SizeFormat.grouped(Int64(line.count)))"
    }
    return hasSeveralLives
      ? "<bdi>\(OOMReports.html(line.process.name))</bdi>" : PageNames.name(line.process)
  }

  /// In a legend: a service with the pids of its first lives.
  var inLegend: String {
    if !hasSeveralLives { return html }
    let pids = lives.compactMap { $0.process?.pid }
    let first = pids.prefix(3).map { "\($0)" }.joined(separator: ", then ")
    let rest = pids.count > 3 ? " and \(pids.count - 3) more" : ""
    return "\(html) (\(first)\(rest))"
  }

  /// In text without markup.
  var text: String {
    line.count > 1 || hasSeveralLives ? line.name : "\(line.name) (\(line.process.pid))"
  }

  /// Which process it is from which sample on, where that changes.
  var lives: [Timeline.ProcessLine.Life] { hasSeveralLives ? line.lives : [] }

  var hasSeveralLives: Bool { line.lives.count(where: { $0.process != nil }) > 1 }

  /// The process that is alive at a sample, where that changes.
  func alive(at sample: Int) -> ProcessIdentity? {
    lives.last { $0.from <= sample }?.process
  }

  /// Whether the line is of this process, or of one that is equal to it.
  func isOf(_ process: ProcessIdentity) -> Bool {
    typealias Line = Timeline.ProcessLine
    return line.count > 1
      ? Line.nameOfEquals(process.name) == Line.nameOfEquals(line.process.name)
      : line.process == process || line.lives.contains { $0.process == process }
  }
}
