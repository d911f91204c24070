public import OOMFormats
public import OOMSimulator
internal import VictimSelection

/// The processes that die next, for people: domains nearest to their limits first, in each the candidates in order.
public struct ForecastText {
  private let forecast: Forecast
  private let style: Style

  public init(_ forecast: Forecast, style: Style) {
    self.forecast = forecast
    self.style = style
  }

  /// - Parameters:
  ///   - nearPerMille: domains with more left than this are only counted; the nearest is always shown.
  public func text(nearPerMille: Int64) -> String {
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
      "    left       \(SizeFormat.grouped(domain.left)) pages (\(size(domain.left))), "
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

extension Forecast {
  /// The domains with at most so much left, and the nearest in any case.
  func near(_ perMille: Int64) -> ArraySlice<Domain> {
    let count = domains.firstIndex { $0.leftPerMille > perMille } ?? domains.count
    return domains.prefix(max(count, 1))
  }
}

extension JSONWriter {
  /// `oomsim.next/1`: the processes that die next at each limit. Sizes are pages, what is left also in thousandths.
  public mutating func forecast(_ forecast: Forecast, nearPerMille: Int64) {
    let shown = forecast.near(nearPerMille)
    object { writer in
      writer.field("schema", "oomsim.next/1")
      writer.field("scenario", forecast.scenario)
      writer.field("kernel", forecast.kernel)
      writer.field("rule_set", forecast.ruleSet)
      writer.field("page_size", forecast.pageSize)
      writer.key("domains")
      writer.array { for domain in shown { $0.domain(domain) } }
      writer.field("domains_with_more_left", Int64(forecast.domains.count - shown.count))
      writer.field("warnings", forecast.warnings.map { $0.text })
    }
  }

  /// The limit of a domain, what is left to it, and what an OOM there would come to.
  mutating func limit(of domain: Forecast.Domain) {
    field("cgroup", domain.cgroup)
    field("file", domain.limit.file)
    field("limit", domain.limit.limit)
    field("usage", domain.limit.usage)
    field("left", domain.left)
    field("left_per_mille", domain.leftPerMille)
    field("totalpages", domain.totalpages)
    field("outcome", domain.outcome.rawValue)
  }

  private mutating func domain(_ domain: Forecast.Domain) {
    object { writer in
      writer.limit(of: domain)
      writer.field("eligible", Int64(domain.candidateCount))
      writer.field("ineligible", Int64(domain.ineligibleCount))
      writer.key("candidates")
      writer.array { for next in domain.candidates { $0.next(next) } }
    }
  }

  private mutating func next(_ next: Forecast.Next) {
    object(inline: true) {
      $0.field("pid", Int64(next.candidate.pid))
      $0.field("name", next.candidate.name)
      $0.field("points", next.candidate.points)
      $0.field("oom_score", next.candidate.oomScore)
      $0.field("oom_score_adj", Int64(next.candidate.oomScoreAdj))
      if let legacy = next.candidate.legacy { $0.field("oom_adj", Int64(legacy.oomAdj)) }
      $0.field(
        next.candidate.legacy == nil ? "break_even_oom_score_adj" : "break_even_oom_adj",
        next.breakEvenAdj.map(Int64.init))
      $0.field("frees", next.freedPages)
      if !next.also.isEmpty {
        $0.key("also")
        $0.array {
          for casualty in next.also {
            $0.object {
              $0.field("pid", Int64(casualty.process.pid))
              $0.field("name", casualty.process.name)
              $0.field("because", casualty.because.rawValue)
            }
          }
        }
      }
    }
  }
}
