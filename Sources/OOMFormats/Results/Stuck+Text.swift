package import OOMSimulator

extension Stuck {
  /// Why the growth cannot go on, in a clause that begins in lower case.
  package var whyText: String {
    let limit = limitFile ?? "the limit"
    return switch why {
    case .noKillableProcess: "\(limit) is reached and nobody in the group can be killed"
    case .oomKillDisabled: "\(limit) is reached and oom_kill_disable is 1: under_oom 1, it waits"
    case .chosenUnkillable:
      "the process that is chosen cannot be killed, because its oom_adj is -17, and it is chosen again"
    case .victimStillDying:
      "a killed process is still dying, and until its memory is back nobody else is killed"
    }
  }
}
