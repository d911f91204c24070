import OOMFormats
import OOMReports
import OOMSimulator
import VictimSelection

// What a page shows at once, of one replay: the run in short and, unless `chart` is 0, memory over time with the process
// that would be killed at each moment.

extension Request {
  /// Kills that a page lists; how many there are is told besides.
  private static let mostKills = 200
  /// Processes that it draws.
  private static let mostLines = 10

  func look() throws(Mistake) -> [UInt8] {
    let (scenario, simulator, run) = try run()
    let timeline =
      option("chart") == "0"
      ? nil
      : simulator.timeline(
        of: run, scenario, processes: Self.mostLines, asksWhoIsNext: true)
    return written { writer in
      writer.object { writer in
        writer.field("kills", Int64(run.kills.count))
        writer.key("run")
        writer.short(run, kills: Self.mostKills)
        if let timeline {
          writer.key("timeline")
          writer.timeline(timeline, of: run)
          writer.key("next")
          writer.next(timeline)
        }
      }
    }
  }
}

extension JSONWriter {
  /// The parts of `oomsim.result/1` that a page reads.
  fileprivate mutating func short(_ run: Run, kills: Int) {
    object { writer in
      writer.field("kernel", run.kernel)
      writer.field("rule_set", run.ruleSet)
      writer.field("outcome", run.outcome.rawValue)
      writer.key("kills")
      writer.array { writer in
        for kill in run.kills.prefix(kills) {
          writer.object(inline: true) { writer in
            writer.field("at_us", kill.at)
            writer.field("by", kill.by)
            writer.field("cgroup", kill.decision?.cgroup)
            writer.key("victim")
            writer.object(inline: true) {
              $0.field("pid", Int64(kill.victim.pid))
              $0.field("name", kill.victim.name)
              // Those of a killer of user space go by nothing of the kernel's.
              $0.field("points", kill.decision == nil ? nil : kill.victim.points)
            }
            writer.key("killed")
            writer.array(inline: true) { for dead in kill.killed { $0.process(dead.process) } }
          }
        }
      }
      writer.key("refused")
      writer.array(inline: true) { for refusal in run.refused { $0.integer(refusal.at.rawValue) } }
      writer.key("stuck")
      writer.array(inline: true) { for stuck in run.stuck { $0.integer(stuck.at.rawValue) } }
      writer.key("panic")
      if let panic = run.panic {
        writer.object(inline: true) { $0.field("at_us", panic.at) }
      } else {
        writer.null()
      }
      writer.field("digest", hexText(run.digest))
    }
  }

  private mutating func process(_ process: ProcessIdentity) {
    object(inline: true) {
      $0.field("pid", Int64(process.pid))
      $0.field("name", process.name)
    }
  }

  /// The process that would be killed at each sample: names, and for each sample the place of one of them, -1 for nobody.
  fileprivate mutating func next(_ timeline: Timeline) {
    var names: [ProcessIdentity] = []
    var places: [ProcessIdentity: Int64] = [:]
    let at = timeline.next.map { process -> Int64 in
      guard let process else { return -1 }
      if let place = places[process] { return place }
      let place = Int64(names.count)
      places[process] = place
      names.append(process)
      return place
    }
    object { writer in
      writer.field("cgroup", timeline.nextCgroup)
      writer.key("names")
      writer.array { for name in names { $0.process(name) } }
      writer.key("at")
      writer.array(inline: true) { for place in at { $0.integer(place) } }
    }
  }
}
