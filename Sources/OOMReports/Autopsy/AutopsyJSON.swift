package import KernelLog
package import OOMFormats
internal import OOMSimulator

extension JSONWriter {
  /// `oomsim.autopsy/1`: what was found of every report, in the order of the logs. Sizes are in pages.
  package mutating func autopsy(_ autopsies: [Autopsy]) {
    object { writer in
      writer.field("schema", "oomsim.autopsy/1")
      writer.key("reports")
      writer.array { for autopsy in autopsies { $0.report(autopsy) } }
    }
  }

  private mutating func report(_ autopsy: Autopsy) {
    let report = autopsy.report
    object { writer in
      writer.field("line", Int64(report.line))
      writer.field("kernel", autopsy.kernel)
      writer.field("kernel_stated", autopsy.isKernelStated)
      writer.field("rule_set", autopsy.ruleSet)
      writer.field("constraint", autopsy.constraint?.rawValue)
      writer.field("cgroup", autopsy.cgroup)
      writer.field("totalpages", autopsy.totalpages)
      writer.field("totalpages_from", autopsy.totalpagesFrom.rawValue)
      writer.field("page_size", autopsy.pageSize)
      writer.field("tasks", Int64(report.table?.rows.count ?? 0))
      writer.key("invoker")
      if let invoker = report.invoker {
        writer.object(inline: true) {
          $0.field("pid", invoker.pid)
          $0.field("name", invoker.name)
        }
      } else {
        writer.null()
      }
      writer.key("logged")
      writer.logged(autopsy.logged)
      writer.key("killed")
      writer.array {
        for kill in report.kills { $0.killLine(kill) }
      }
      writer.key("predicted")
      writer.predicted(autopsy)
      writer.field("verdict", autopsy.verdict.rawValue)
      writer.field("why", autopsy.why)
      writer.key("runner_up")
      writer.runnerUp(autopsy)
      writer.key("limit")
      writer.limit(autopsy)
      writer.field("unknown", autopsy.unknowns)
      writer.field("notes", autopsy.notes)
    }
  }

  private mutating func logged(_ chosen: OOMReport.Chosen?) {
    guard let chosen else { return null() }
    object(inline: true) {
      $0.field("pid", chosen.pid)
      $0.field("name", chosen.name)
      $0.field("score", chosen.score)
    }
  }

  /// One kill line; sizes in kB as logged.
  private mutating func killLine(_ kill: KillLine) {
    object(inline: true) {
      $0.field("pid", kill.pid)
      $0.field("name", kill.name)
      $0.field("anon_kb", kill.anon)
      $0.field("file_kb", kill.file)
      $0.field("shmem_kb", kill.shmem)
    }
  }

  private mutating func predicted(_ autopsy: Autopsy) {
    guard let kill = autopsy.kill else { return null() }
    object(inline: true) {
      $0.field("pid", Int64(kill.victim.pid))
      $0.field("name", kill.victim.name)
      $0.field("points", kill.victim.points)
      $0.field("score", autopsy.predictedScore)
      $0.field("oom_score_adj", Int64(kill.victim.oomScoreAdj))
    }
  }

  private mutating func runnerUp(_ autopsy: Autopsy) {
    guard let kill = autopsy.kill, let runnerUp = kill.decision?.runnerUp else { return null() }
    let explanation = Explanation(of: kill)
    object(inline: true) {
      $0.field("pid", Int64(runnerUp.pid))
      $0.field("name", runnerUp.name)
      $0.field("points", runnerUp.points)
      $0.field("margin", explanation.margin)
      $0.field("oom_score_adj", Int64(runnerUp.oomScoreAdj))
      $0.field("victim_spared_at_oom_score_adj", explanation.sparedAtAdj.map { Int64($0) })
      $0.field("chosen_at_oom_score_adj", explanation.runnerUpChosenAtAdj.map { Int64($0) })
    }
  }

  private mutating func limit(_ autopsy: Autopsy) {
    let limit = LimitHit(autopsy)
    object(inline: true) {
      $0.field("kind", limit.kind.rawValue)
      $0.field("text", limit.text)
      $0.field("missing_kb", limit.missing)
    }
  }
}
