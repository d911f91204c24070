package import KernelLog
package import OOMFormats
internal import OOMSimulator

extension JSONWriter {
  /// `oomsim.autopsy/1`: what was found of every report, in the order of the logs. Sizes are in pages.
  ///
  /// - Parameter otherKills: kills by other programs that the logs have.
  package mutating func autopsy(_ autopsies: [Autopsy], otherKills: [OtherKill] = []) {
    object { writer in
      writer.field("schema", "oomsim.autopsy/1")
      writer.key("reports")
      writer.array { for autopsy in autopsies { $0.report(autopsy) } }
      writer.key("user_space")
      writer.array {
        for kill in otherKills {
          $0.object(inline: true) {
            $0.field("line", Int64(kill.line))
            $0.field("by", kill.killer.rawValue)
            $0.field("text", kill.text)
          }
        }
      }
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
      writer.key("totalpages_range")
      writer.range(autopsy.totalpagesRange)
      writer.field("page_size", autopsy.pageSize)
      writer.field("tasks", Int64(report.table?.rows.count ?? 0))
      writer.key("invoker")
      if let invoker = report.invoker {
        writer.object(inline: true) {
          $0.field("pid", invoker.pid)
          $0.field("name", invoker.name)
          $0.field("for", report.activity?.rawValue)
        }
      } else {
        writer.null()
      }
      writer.key("logged")
      writer.logged(autopsy.logged)
      writer.key("killed")
      writer.array {
        // A group that dies as a whole has its victim in two lines.
        var told: Set<Int64> = []
        for kill in report.kills where told.insert(kill.pid).inserted { $0.killLine(kill) }
      }
      writer.key("predicted")
      writer.predicted(autopsy)
      if let own = autopsy.own {
        writer.key("own_badness")
        writer.object(inline: true) {
          $0.field("badness", own.badness)
          $0.field("pid", own.victim.map { Int64($0.pid) })
          $0.field("name", own.victim?.name)
          $0.field("points", own.victim?.points)
          $0.field("another", autopsy.ownIsAnother ?? false)
          if own.hasNoValue { $0.field("no_value", true) }
        }
      }
      writer.field("verdict", autopsy.verdict.rawValue)
      writer.field("why", autopsy.why)
      writer.key("runner_up")
      writer.runnerUp(autopsy)
      writer.key("limit")
      writer.limit(autopsy)
      writer.key("follows")
      writer.array { for one in AfterDecision.all(of: autopsy.report) { $0.follows(one) } }
      writer.key("would_have_helped")
      writer.array { for remedy in Remedy.all(of: autopsy) { $0.remedy(remedy) } }
      writer.key("memory")
      writer.memory(autopsy)
      writer.key("evidence")
      writer.array { for check in autopsy.evidence.checks { $0.check(check) } }
      writer.field("contradicts", autopsy.evidence.contradicts)
      writer.field("unknown", autopsy.unknowns)
      writer.field("notes", autopsy.notes)
    }
  }

  /// Both ends, the upper one null where nothing bounds it; null where a number is not open.
  private mutating func range(_ range: Autopsy.OpenRange?) {
    guard let range else { return null() }
    array(inline: true) {
      $0.integer(range.low)
      if let high = range.high { $0.integer(high) } else { $0.null() }
    }
  }

  private mutating func follows(_ one: AfterDecision) {
    object(inline: true) {
      $0.field("what", one.what.rawValue)
      $0.field("line", one.line.map { Int64($0) })
      $0.field("pid", one.pid)
      $0.field("name", one.name)
      $0.field("text", one.text)
    }
  }

  private mutating func remedy(_ remedy: Remedy) {
    object(inline: true) {
      $0.field("change", remedy.change.rawValue)
      $0.field("cgroup", remedy.cgroup)
      $0.field("more_by_at_least_kb", remedy.moreBy)
      if remedy.isWithOthers { $0.field("with_the_others", true) }
    }
  }

  private mutating func memory(_ autopsy: Autopsy) {
    guard let memory = MemoryBreakdown(autopsy) else { return null() }
    object { writer in
      writer.field("of", memory.isOfGroup ? "group" : "machine")
      writer.field("total_kb", memory.total)
      writer.key("parts")
      writer.parts(memory.parts)
      writer.field("in_no_list_kb", memory.rest)
      if !memory.disbelieved.isEmpty {
        writer.key("not_believed")
        writer.parts(memory.disbelieved)
      }
      if memory.excess > 0 { writer.field("more_than_total_kb", memory.excess) }
    }
  }

  private mutating func parts(_ parts: [MemoryBreakdown.Part]) {
    array {
      for part in parts {
        $0.object(inline: true) {
          $0.field("name", part.name)
          $0.field("kb", part.size)
        }
      }
    }
  }

  private mutating func check(_ check: Evidence.Check) {
    object(inline: true) {
      $0.field("what", check.what.rawValue)
      $0.field("found", check.found)
      $0.field("against", check.against)
      $0.field("agrees", check.agrees)
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
      $0.field("points", autopsy.points)
      $0.field("score", autopsy.predictedScore)
      $0.field("oom_score_adj", Int64(kill.victim.oomScoreAdj))
    }
  }

  private mutating func runnerUp(_ autopsy: Autopsy) {
    guard let kill = autopsy.kill, let runnerUp = kill.decision?.runnerUp else { return null() }
    let ends = AutopsyEnds(autopsy, kill)
    object(inline: true) {
      $0.field("pid", Int64(runnerUp.pid))
      $0.field("name", runnerUp.name)
      $0.field("points", ends.same { $0.decision?.runnerUp?.points })
      $0.field("margin", ends.same { Explanation(of: $0).margin })
      $0.field("oom_score_adj", Int64(runnerUp.oomScoreAdj))
      $0.field(
        "victim_spared_at_oom_score_adj",
        ends.same { Explanation(of: $0).sparedAtAdj }.map { Int64($0) })
      $0.field(
        "chosen_at_oom_score_adj",
        ends.same { Explanation(of: $0).runnerUpChosenAtAdj }.map { Int64($0) })
    }
  }

  private mutating func limit(_ autopsy: Autopsy) {
    let limit = LimitHit(autopsy)
    object(inline: true) {
      $0.field("kind", limit.kind.rawValue)
      $0.field("text", limit.text + limit.also)
      $0.field("missing_kb", limit.missing)
    }
  }
}
