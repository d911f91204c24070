package import OOMSimulator
internal import VictimSelection

extension Forecast {
  /// The domains with at most so much left, and the nearest in any case.
  package func near(_ perMille: Int64) -> ArraySlice<Domain> {
    let count = domains.firstIndex { $0.leftPerMille > perMille } ?? domains.count
    return domains.prefix(max(count, 1))
  }
}

extension JSONWriter {
  /// `oomsim.next/1`: the processes that die next at each limit. Sizes are pages, what is left also in thousandths.
  package mutating func forecast(_ forecast: Forecast, nearPerMille: Int64) {
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
