extension UserspaceKiller {
  /// What stands on the clock of a replay. One whose arguments cannot be is refused before (`Scenario.problems()`).
  var killer: Killer {
    let program = self
    switch settings {
    case .earlyoom(let args):
      guard
        let options = try? EarlyOOMOptions(args ?? "", isAtLeast: { isAtLeast($0, $1, $2) })
      else { return Killer(name: kind.rawValue) { _, _, _ in .noVictim } }
      let earlyOOM = EarlyOOM(options: options, program: program)
      return Killer(name: kind.rawValue, nextLook: 0) { _, state, killer in
        earlyOOM.look(&state, &killer)
      }
    case .oomd(let configuration):
      let oomd = OomdEngine(configuration)
      var killer = Killer(name: kind.rawValue, nextLook: oomd.interval) { _, state, killer in
        oomd.look(&state, &killer)
      }
      killer.memory = oomd.memory
      return killer
    case .talos:
      let talos = Talos(program: program)
      return Killer(name: kind.rawValue, nextLook: 0) { _, state, killer in
        talos.look(&state, &killer)
      }
    case .kubelet(let configuration):
      let kubelet = KubeletEviction(program, configuration)
      return Killer(name: kind.rawValue, nextLook: 0) { _, state, killer in
        kubelet.look(&state, &killer)
      }
    case .systemdOOMd(let conf):
      let oomd = SystemdOOMd(program: program, conf: conf)
      return Killer(name: kind.rawValue, nextLook: 0) { _, state, killer in
        oomd.look(&state, &killer)
      }
    }
  }
}
