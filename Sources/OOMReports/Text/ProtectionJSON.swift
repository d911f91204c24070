package import OOMFormats
package import OOMSimulator
internal import VictimSelection

extension JSONWriter {
  /// `oomsim.protect/1`: what spares a process, each setting by its smallest change. Sizes are pages, the
  /// machine's memory MiB.
  package mutating func protection(_ protection: Protection) {
    object { writer in
      writer.field("schema", "oomsim.protect/1")
      writer.field("scenario", protection.scenario)
      writer.field("kernel", protection.kernel)
      writer.field("rule_set", protection.ruleSet)
      writer.key("process")
      writer.object(inline: true) {
        $0.field("pid", Int64(protection.process.pid))
        $0.field("name", protection.process.name)
        $0.field("cgroup", protection.cgroup)
      }
      writer.key("fate")
      writer.object(inline: true) { $0.fate(protection.fate) }
      writer.key("options")
      writer.array {
        for option in protection.options {
          $0.object { $0.option(option, of: protection) }
        }
      }
      writer.key("warnings")
      writer.array {
        for warning in protection.warnings {
          $0.object(inline: true) {
            $0.field("warning", warning.key)
            $0.field("text", warning.text(protection))
          }
        }
      }
    }
  }

  private mutating func fate(_ fate: Fate) {
    switch fate {
    case .survives: field("outcome", "survives")
    case .killed(let number, let at, let because):
      field("outcome", "killed")
      field("at_us", at)
      field("kill", Int64(number + 1))
      field("because", because.rawValue)
    case .panic(let at, let why):
      field("outcome", "panic")
      field("at_us", at)
      field("why", why.rawValue)
    case .stuck(let stuck):
      field("outcome", "stuck")
      field("at_us", stuck.at)
      field("why", stuck.whyText)
    case .refused(let at):
      field("outcome", "refused")
      field("at_us", at)
    }
  }

  private mutating func option(_ option: Protection.Option, of protection: Protection) {
    field("setting", option.lever.key)
    field("cgroup", option.lever.cgroup)
    if case .limitOfOther(let process, _, _) = option.lever {
      key("other")
      object(inline: true) {
        $0.field("pid", Int64(process.pid))
        $0.field("name", process.name)
      }
    }
    field("unit", option.lever.unit)
    field("from", option.from)
    field("to", option.to)
    field("tried", Int64(option.tried))
    field("tried_all", option.isExhaustive)
    field("monotonic", option.exceptions.isEmpty)
    key("fails_at")
    array(inline: true) { for value in option.exceptions { $0.integer(value) } }
    field("set", protection.setting(option))
    key("then")
    guard let run = option.run else { return null() }
    object { $0.consequences(run) }
  }

  /// What a run comes to for others.
  private mutating func consequences(_ run: Run) {
    field("outcome", run.outcome.rawValue)
    blastRadius(of: run)
    key("killed")
    array {
      for kill in run.kills {
        $0.object(inline: true) {
          $0.field("at_us", kill.at)
          $0.field("pid", Int64(kill.dyingFirst.pid))
          $0.field("name", kill.dyingFirst.name)
          $0.field("processes", Int64(kill.killed.count))
          $0.field("freed_pages", kill.freedPages)
        }
      }
    }
    field("refused", Int64(run.refused.count))
    field("stuck", Int64(run.stuck.count))
  }

  /// `blast_radius`: how many die, and what comes back.
  mutating func blastRadius(of run: Run) {
    let blast = BlastRadius(of: run)
    key("blast_radius")
    object(inline: true) {
      $0.field("kills", Int64(blast.kills))
      $0.field("processes", Int64(blast.deaths))
      $0.field("freed_pages", blast.freedPages)
      $0.field("first_kill_us", blast.firstKillAt)
    }
  }
}

extension Protection.Warning {
  /// A word of the JSON document.
  var key: String {
    switch self {
    case .growsItself: "grows_itself"
    case .aloneInGroup: "alone_in_group"
    case .aloneInMachine: "alone_in_machine"
    case .adjWeighsNothing: "adj_weighs_nothing"
    case .disabledPanics: "disabled_panics"
    case .disabledSacrificesMany: "disabled_sacrifices_many"
    case .disabledSticks: "disabled_sticks"
    case .notByPoints: "not_by_points"
    case .diesWith: "dies_with"
    case .nodesNotSearched: "nodes_not_searched"
    case .noGroup: "no_group"
    case .followedInPart: "followed_in_part"
    case .notSearched: "not_searched"
    }
  }
}
