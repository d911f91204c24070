public import OOMSimulator
internal import VictimSelection

// The documents that `--json` prints. All sizes are pages, all times microseconds.

extension Run {
  /// The run as JSON, format `oomsim.result/1`, UTF-8: what `oomsim run --json` prints.
  ///
  /// - Complexity: O(processes + kills).
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.result(self)
    writer.finish()
    return writer.bytes
  }
}

extension JSONWriter {
  /// `oomsim.result/1`: one run.
  ///
  /// - Parameters:
  ///   - id: JSON that tells this result from others.
  ///   - notes: what has to be said of a scenario that was imported; nil for one that was not.
  package mutating func result(_ run: Run, id: [UInt8]? = nil, notes: [String]? = nil) {
    object { writer in
      writer.field("schema", "oomsim.result/1")
      if let id {
        writer.key("id")
        writer.raw(id)
      }
      if let notes { writer.field("notes", notes) }
      writer.field("scenario", run.scenario)
      writer.field("kernel", run.kernel)
      writer.field("rule_set", run.ruleSet)
      if run.policy != .kernel { writer.field("policy", run.policy.rawValue) }
      if let badness = run.badness { writer.field("badness", badness) }
      writer.field("outcome", run.outcome.rawValue)
      writer.field("end_us", run.end)
      writer.key("kills")
      writer.array { for kill in run.kills { $0.kill(kill) } }
      writer.key("refused")
      writer.array { for refusal in run.refused { $0.refusal(refusal) } }
      writer.key("stuck")
      writer.array { for stuck in run.stuck { $0.stuck(stuck) } }
      writer.key("panic")
      if let panic = run.panic {
        writer.object(inline: true) {
          $0.field("at_us", panic.at)
          $0.field("why", panic.why.rawValue)
          $0.field("constraint", panic.constraint.rawValue)
        }
      } else {
        writer.null()
      }
      writer.key("loop")
      if let loop = run.loop { writer.loop(loop) } else { writer.null() }
      writer.field("warnings", run.warnings.map { $0.text })
      writer.key("processes")
      writer.array { for row in 0..<run.processCount { $0.finalProcess(run.process(row)) } }
      writer.key("groups")
      writer.array { for group in run.groups { $0.finalGroup(group) } }
      if !run.stalls.isEmpty {
        writer.key("stalls")
        writer.array {
          for stall in run.stalls {
            $0.object(inline: true) {
              $0.field("cgroup", stall.cgroup)
              $0.field("full", stall.full.text)
              if let least = stall.least { $0.field("at_least", least.text) }
              $0.field("since_us", stall.since)
            }
          }
        }
      }
      writer.field("digest", hexText(run.digest))
    }
  }

  private mutating func loop(_ loop: Run.Loop) {
    object(inline: true) { writer in
      writer.field("period_us", loop.period)
      writer.field("kills", Int64(loop.kills))
      writer.field("kills_per_hour", loop.killsPerHour)
      writer.field("processes", loop.processes)
      writer.field("hurt_besides", loop.hurtBesides)
    }
  }

  private mutating func finalProcess(_ process: Run.FinalProcess) {
    row {
      $0.append("{ \"pid\": ")
      $0.decimal(Int64(process.pid))
      $0.append(", \"name\": ")
      $0.quoted(process.name)
      $0.append(", \"state\": ")
      $0.quoted(process.state.rawValue)
      $0.append(", \"anon\": ")
      $0.decimal(process.anon)
      $0.append(", \"swap\": ")
      $0.decimal(process.swap)
      $0.append(" }")
    }
  }

  private mutating func finalGroup(_ group: Run.FinalGroup) {
    object(inline: true) { writer in
      writer.field("path", group.path)
      writer.field("current", group.current)
      writer.field("peak", group.peak)
      writer.field("swap_current", group.swapCurrent)
      writer.field("swap_peak", group.swapPeak)
      if let pool = group.zswapCurrent { writer.field("zswap_current", pool) }
      writer.field("high_sleep_us", group.highSleep)
      writer.key("events")
      writer.object(inline: true) {
        for (key, count) in group.events.named {
          $0.key(named: key)
          $0.integer(count)
        }
      }
      if let failcnt = group.failcnt { writer.field("failcnt", failcnt) }
    }
  }

  private mutating func kill(_ kill: Kill) {
    object { writer in
      let decision = kill.decision
      writer.field("at_us", kill.at)
      writer.field("by", kill.by)
      writer.field("constraint", decision?.constraint.rawValue)
      writer.field("cgroup", decision?.cgroup)
      writer.field("totalpages", decision?.totalpages)
      writer.key("invoker")
      writer.identity(decision?.invoker)
      writer.key("victim")
      writer.object(inline: true) { $0.victim(kill.victim, isOfKernel: decision != nil) }
      writer.key("killed")
      writer.array {
        for casualty in kill.killed {
          $0.object(inline: true) {
            $0.field("pid", Int64(casualty.process.pid))
            $0.field("name", casualty.process.name)
            $0.field("because", casualty.because.rawValue)
          }
        }
      }
      writer.field("freed_pages", kill.freedPages)
      if let ground = kill.ground {
        writer.key("ground")
        writer.ground(ground)
      }
      writer.key("runner_up")
      if let runnerUp = decision?.runnerUp {
        writer.object(inline: true) {
          $0.field("pid", Int64(runnerUp.pid))
          $0.field("name", runnerUp.name)
          $0.field("points", runnerUp.points)
          if runnerUp.heldBack != 0 { $0.field("held_back", runnerUp.heldBack) }
        }
      } else {
        writer.null()
      }
      let explanation = Explanation(of: kill)
      writer.field("at_earliest_us", decision?.earliest)
      writer.field("near_tie", explanation.nearTieWithin != nil)
      writer.field("near_tie_within", explanation.nearTieWithin)
      if let sparedAt = explanation.sparedAtAdj {
        writer.field("spared_at_oom_score_adj", Int64(sparedAt))
      } else {
        writer.key("spared_at_oom_score_adj")
        writer.null()
      }
      writer.field("allocating_task", decision?.chosen == .allocatingTask)
      if let sparedAt = explanation.sparedAtOOMAdj {
        writer.field("spared_at_oom_adj", Int64(sparedAt))
      }
      if let nodes = decision?.nodes { writer.field("nodes", nodes.description) }
      writer.key("limit")
      if let limit = decision?.limit {
        writer.object(inline: true) { $0.limitState(limit) }
      } else {
        writer.null()
      }
      if let candidates = decision?.candidates {
        writer.key("candidates")
        writer.array { for candidate in candidates { $0.candidate(candidate, score: false) } }
      }
    }
  }

  /// The limit that was hit; a limit that is not set is null.
  private mutating func limitState(_ state: Kill.LimitState) {
    func known(_ limit: Int64) -> Int64? { limit == Cgroup.unlimited ? nil : limit }
    field("file", state.file)
    field("limit", known(state.limit))
    field("usage", state.usage)
    field("free", state.free)
    field("min_watermark", state.minWatermark)
    field("swap_limit", known(state.swapLimit))
    field("swap_usage", state.swapUsage)
  }

  private mutating func identity(_ process: ProcessIdentity?) {
    guard let process else { return null() }
    object(inline: true) {
      $0.field("pid", Int64(process.pid))
      $0.field("name", process.name)
    }
  }

  private mutating func victim(_ victim: Candidate, isOfKernel: Bool) {
    field("pid", Int64(victim.pid))
    field("name", victim.name)
    field("points", isOfKernel ? victim.points : nil)
    field("oom_score", victim.oomScore)
    field("oom_score_adj", Int64(victim.oomScoreAdj))
    field("anon", victim.anon)
    field("file", victim.file)
    field("shmem", victim.shmem)
    field("swap", victim.swap)
    field("page_tables", victim.pageTables)
    if victim.heldBack != 0 { field("held_back", victim.heldBack) }
  }

  /// - Parameter oomAdjFile: how the release shows /proc/PID/oom_adj; nil where it is the setting.
  private mutating func candidate(
    _ candidate: Candidate, score: Bool, oomAdjFile: OOMAdjFile? = nil
  ) {
    object(inline: true) {
      $0.field("pid", Int64(candidate.pid))
      $0.field("name", candidate.name)
      $0.field("points", candidate.ineligible == nil ? candidate.points : nil)
      if score { $0.field("oom_score", candidate.oomScore) }
      $0.field("oom_score_adj", Int64(candidate.oomScoreAdj))
      if let legacy = candidate.legacy {
        $0.field("oom_adj", Int64(legacy.oomAdj))
        if score {
          $0.field("total_vm", legacy.totalVM)
          $0.field("children_vm", Int128(legacy.childrenVM))
          $0.field("cpu_jiffies", Int128(legacy.cpuJiffies))
          $0.field("run_seconds", legacy.runSeconds)
          $0.field("nice", Int64(legacy.nice))
        }
      } else if let oomAdjFile {
        $0.field("oom_adj", Int64(readOOMAdj(candidate.oomScoreAdj, oomAdjFile)))
      }
      $0.field("eligible", candidate.ineligible == nil)
      if score || candidate.ineligible != nil {
        $0.field("reason", candidate.ineligible?.rawValue)
      }
    }
  }

  private mutating func refusal(_ refusal: Refusal) {
    object(inline: true) {
      $0.field("at_us", refusal.at)
      $0.field("pid", refusal.process.map { Int64($0.pid) })
      $0.field("name", refusal.process?.name ?? "tmpfs")
      $0.field("pages", refusal.pages)
      $0.field("commit_limit", refusal.commitLimit)
      $0.field("committed_as", refusal.committedAS)
      $0.field("allowed", refusal.tmpfsSize ?? refusal.allowed)
      $0.field("error", refusal.error)
    }
  }

  private mutating func stuck(_ stuck: Stuck) {
    object(inline: true) {
      $0.field("at_us", stuck.at)
      $0.field("pid", stuck.process.map { Int64($0.pid) })
      $0.field("name", stuck.process?.name ?? "tmpfs")
      $0.field("cgroup", stuck.cgroup)
      $0.field("why", stuck.whyText)
    }
  }

  /// `oomsim.score/1`: the badness of every process, in iteration order.
  package mutating func score(_ table: ScoreTable) {
    object { writer in
      writer.field("schema", "oomsim.score/1")
      writer.field("scenario", table.scenario)
      writer.field("kernel", table.kernel)
      writer.field("rule_set", table.ruleSet)
      if let badness = table.arithmetic.ownBadness { writer.field("badness", badness) }
      writer.field("totalpages", table.totalpages)
      writer.field("warnings", table.warnings.map { $0.text })
      writer.key("processes")
      let file = table.arithmetic.rules.proc.oomAdj
      writer.array {
        for process in table.processes { $0.candidate(process, score: true, oomAdjFile: file) }
      }
    }
  }
}

/// A digest as sixteen hexadecimal digits.
package func hexText(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
