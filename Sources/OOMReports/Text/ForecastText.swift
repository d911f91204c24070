internal import OOMFormats
package import OOMSimulator
internal import VictimSelection

/// The processes that die next, for people: domains nearest to their limits first, in each the candidates in order.
package struct ForecastText {
  private let forecast: Forecast
  private let style: Style

  package init(_ forecast: Forecast, style: Style) {
    self.forecast = forecast
    self.style = style
  }

  /// - Parameters:
  ///   - nearPerMille: domains with more left than this are only counted; the nearest is always shown.
  package func text(nearPerMille: Int64) -> String {
    let shown = forecast.near(nearPerMille)
    var lines: [String] = []
    for domain in shown {
      lines += text(of: domain)
      lines.append("")
    }
    let others = forecast.domains.count - shown.count
    if others > 0 {
      lines.append(
        "\(others) more \(others == 1 ? "limit" : "limits") with over \(percent(nearPerMille)) left"
      )
    }
    for warning in forecast.warnings { lines.append("warning: \(plain(warning.text))") }
    if lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }

  private func size(_ pages: Int64) -> String {
    SizeFormat.binary(pages: pages, pageSize: forecast.pageSize)
  }

  private func percent(_ perMille: Int64) -> String {
    perMille % 10 == 0 ? "\(perMille / 10) %" : "\(perMille / 10).\(perMille % 10) %"
  }

  private func text(of domain: Forecast.Domain) -> [String] {
    let limit = domain.limit
    var lines = [
      style.bold(plain(domain.cgroup ?? "the machine"))
        + style.dim(
          "   Linux \(plain(forecast.kernel)), totalpages \(SizeFormat.grouped(domain.totalpages))"),
      "    limit      \(limit.file) \(size(limit.limit)), \(size(limit.usage)) in use",
      "    left       \(style.amount(pages: domain.left, pageSize: forecast.pageSize)), "
        + "\(percent(domain.leftPerMille)), with what can be reclaimed",
    ]
    let outcome = outcome(of: domain)
    if !outcome.isEmpty { lines.append("    then       " + style.red(outcome)) }
    lines += table(domain).map { "    " + $0 }
    let others = domain.candidateCount - domain.candidates.count
    if others > 0 { lines.append("    and \(others) more") }
    return lines
  }

  private func outcome(of domain: Forecast.Domain) -> String {
    switch domain.outcome {
    case .kill: ""
    case .panicOnOOM: "the kernel panics: vm.panic_on_oom"
    case .panicDeadlocked:
      "the kernel panics: nobody of \(domain.ineligibleCount) processes can be killed"
    case .waits: "nobody can be killed: the invoker waits, or gets ENOMEM"
    case .forced: "nobody can be killed: the group goes over its limit"
    case .killsInvoker: "nobody can be chosen: the invoker is killed"
    case .disabled: "oom_kill_disable: the invoker waits, nobody is killed"
    case .victimDying: "a victim is still dying: nobody else is killed until it is gone"
    }
  }

  private func table(_ domain: Forecast.Domain) -> [String] {
    if domain.candidates.isEmpty { return [] }
    let isLegacy = domain.arithmetic.unit == .none
    let setting = isLegacy ? "oom_adj" : "oom_score_adj"
    var rows = [["", "points", "oom_score", setting, "break-even", "frees", "pid", "name"]]
    for (place, next) in domain.candidates.enumerated() {
      let candidate = next.candidate
      var name = plain(candidate.name)
      if !next.also.isEmpty {
        let names = next.also.prefix(3).map { plain($0.process.name) }.joined(separator: ", ")
        let rest = next.also.count > 3 ? " and \(next.also.count - 3) more" : ""
        name += "   (with \(names)\(rest))"
      }
      let adj = candidate.legacy.map { "\($0.oomAdj)" } ?? "\(candidate.oomScoreAdj)"
      rows.append([
        "#\(place + 1)", SizeFormat.grouped(candidate.points), "\(candidate.oomScore)", adj,
        next.breakEvenAdj.map { "\($0)" } ?? "-", size(next.freedPages), "\(candidate.pid)", name,
      ])
    }
    return TextTable.lines(ofNumbers: rows)
  }
}
