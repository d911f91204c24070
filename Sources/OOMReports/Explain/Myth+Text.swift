internal import OOMFormats
package import OOMSimulator
internal import VictimSelection

extension Myth {
  /// What people say.
  package var claim: String {
    switch self {
    case .largest: "The largest process always dies."
    case .whoAsks: "The one that asks for the memory is killed."
    case .random: "The victim is picked at random."
    case .age: "A process that has run for long, or computed much, is spared."
    case .nice: "A nice process dies first."
    case .rootBonus: "Processes of root have a bonus."
    case .child: "A child dies for its parent."
    case .children: "The memory of children counts for their parent."
    case .sharers: "A process that shares the victim's memory dies with it."
    case .inherited: "A child has the oom_score_adj of its parent."
    case .addressSpace: "Virtual size counts."
    case .swap: "What is in swap does not count."
    case .swapPrevents: "With swap nobody is killed."
    case .upTo1000: "oom_score goes from 0 to 1000."
    case .oomAdj: "The setting of a process goes from -17 to 15."
    case .safe: "With oom_score_adj -1000 everything is safe."
    case .reservation: "memory.min and memory.low keep a process from being killed."
    case .mode2: "Mode 2 of overcommit grants memory and swap, and no more."
    case .process: "The OOM killer is a process."
    case .switchedOff: "The OOM killer can be switched off."
    case .oomControl: "On cgroup version 2, memory.oom_control switches it off for a group."
    case .hostLog: "A kill in a container does not show in the host's log."
    case .workingSet: "The kubelet kills a container whose working set is at its limit."
    }
  }

  /// What is true instead, in this kill.
  func answer(_ kill: Kill, _ rules: Rules) -> String {
    switch self {
    case .age: "No more: neither age nor CPU time counts."
    case .nice: "No more: nice does not count."
    case .rootBonus, .child, .addressSpace: "No more."
    case .swap:
      rules.badness.isLegacy
        ? "Address space counts, wherever its pages are." : "It counts like memory."
    case .upTo1000: Self.meaning(ofScore: kill.victim, rules)
    case .random: "There were equals, and their order decided."
    case .whoAsks:
      "\(plain(kill.decision?.invoker?.name ?? "")) asked, \(plain(kill.victim.name)) was chosen. Only vm.oom_kill_allocating_task makes it so."
    case .reservation: "They keep pages from reclaim; badness does not read them."
    case .largest, .children, .sharers, .inherited, .swapPrevents, .oomAdj, .safe, .mode2, .process,
      .switchedOff,
      .oomControl, .hostLog, .workingSet:
      truth
    }
  }

  /// What a victim's `oom_score` says where it does not end at 1000.
  private static func meaning(ofScore victim: Candidate, _ rules: Rules) -> String {
    let name = plain(victim.name)
    if rules.proc.oomScore == .points {
      return "Here it is the points themselves: \(name) showed \(victim.oomScore)."
    }
    let text = "Here a process with nothing shows 666, and \(name) showed \(victim.oomScore): "
    let share = (victim.oomScore * 3 - 2000) / 20
    if share < 0 { return text + "its oom_score_adj takes off more than it has." }
    return text + "\(share) % of memory and swap"
      + (victim.oomScoreAdj == 0 ? "." : ", its oom_score_adj included.")
  }

  /// What is so, in all releases.
  package var truth: String {
    switch self {
    case .largest:
      "Points are memory and oom_score_adj together, of those in the domain whose limit was hit. -500 forgives half of memory and swap, and at the limit of a group nobody outside of it is looked at."
    case .whoAsks:
      "The process whose allocation fails only starts the search. It is the victim where it has most points, or where vm.oom_kill_allocating_task is set."
    case .random:
      "Nothing is drawn: the most points win. Of equals their place in the walk decides: the last dies since 5.3, on the machine and in groups alike."
    case .age:
      "To 2.6.35 points were divided by the square root of CPU time and the fourth root of run time. Since then neither is read."
    case .nice: "To 2.6.35 a nice process had its points doubled. Since then nice is not read."
    case .rootBonus:
      "To 2.6.35 root had a quarter of the points, then 3 % less: of the machine, and from 3.14 of its own use. Since 4.17 it has nothing, though manual pages still promise it."
    case .child:
      "To 5.0 a child with memory of its own died in place of the process that was chosen. Since 5.1 the chosen process dies itself."
    case .children:
      "To 2.6.35 it did, all of it and from 2.6.16 half: a server with many children had the most points. Since then each process has its own."
    case .sharers:
      "What has the same address space dies, too, since otherwise nothing of it would come back: a child of vfork, or of clone with CLONE_VM. A shared segment or a mapped file is no reason."
    case .inherited:
      "A fork copies it. A service that is protected protects all that it starts, unless that sets a value of its own."
    case .addressSpace:
      "To 2.6.35 all that a process had mapped counted, touched or not. Since then resident pages and swap count."
    case .swap: "A page in swap counts like a page in memory."
    case .swapPrevents:
      "Swap is more room, and room ends. It puts the kill off by its size divided by the rate of the growth; then the same process dies."
    case .upTo1000:
      "It did from 2.6.36 to 5.8. Since 5.9 it is (1000 + points × 1000 / totalpages) × 2 / 3: 666 for a process with nothing, and above 1000 for one that has more than half of memory and swap."
    case .oomAdj:
      "That is oom_adj, the setting to 2.6.35. Since then it is oom_score_adj, from -1000 to 1000; what is written to oom_adj is converted, -17 to -1000 and 15 to 1000."
    case .safe:
      "Such a process is never chosen, but that is no memory. With nobody left to kill, the machine panics; a group at its limit stands still, or its system calls fail. And since 4.8 whatever shares a victim's address space dies with it, at -1000, too."
    case .reservation: "They keep pages from reclaim. Badness does not read them."
    case .mode2:
      "It grants CommitLimit: vm.overcommit_ratio of memory, half of it by default, and all of swap. It counts what is promised, not what is used: a fork can fail with gigabytes free."
    case .process:
      "It is a function of the kernel that runs in the process whose allocation failed; the log says that this one invoked it. The kernel thread oom_reaper kills nobody: it takes back what a victim had."
    case .switchedOff:
      "There is no switch. vm.panic_on_oom puts a panic in its place. vm.overcommit_memory 2 refuses promises with ENOMEM, so that memory ends more rarely; where it ends all the same, somebody is killed."
    case .oomControl:
      "Version 2 has no such file. On version 1 its oom_kill_disable makes processes of a group at its limit wait."
    case .hostLog:
      "There is one kernel with one log. It has the kill as \"Memory cgroup out of memory\", with the path of the group instead of the container's name."
    case .workingSet:
      "At the limit of a container it is the kernel that kills: when nothing of what is charged can be taken back any more. The kubelet evicts whole pods, by the working set of the node, before its memory ends."
    }
  }

  /// Where in the source it stands.
  package var place: String {
    switch self {
    case .inherited: return "kernel/fork.c copy_signal()"
    case .oomControl: return "mm/memcontrol-v1.c mem_cgroup_oom_control_write()"
    case .hostLog: return "mm/oom_kill.c __oom_kill_process()"
    case .safe: return "mm/oom_kill.c out_of_memory(), __oom_kill_process()"
    case .swapPrevents: return "mm/page_alloc.c should_reclaim_retry()"
    case .process: return "mm/page_alloc.c __alloc_pages_may_oom(), mm/oom_kill.c out_of_memory()"
    case .workingSet:
      return
        "mm/memcontrol.c try_charge_memcg(); kubelet: pkg/kubelet/eviction/eviction_manager.go synchronize()"
    default:
      guard let rule = rule(in: .newestKnown, .none) else { return "" }
      return "\(rule.file) \(rule.function)"
    }
  }
}
