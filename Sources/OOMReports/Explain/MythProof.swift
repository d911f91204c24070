package import OOMSimulator

/// A command whose output shows what is true of a myth.
package struct MythProof: Equatable, Sendable {
  /// Without the name of the program, in the directory that has the course.
  package var command: [String]
  /// Parts of lines of its output.
  package var shows: [String]

  package init(of myth: Myth) {
    switch myth {
    case .largest:
      self.init(
        "explain protection/agent-minus-500 --why agent",
        "104 468 = anon 1 119 771", "666 909 = anon 665 600", "victim        app (1005)")
    case .whoAsks:
      self.init(
        "run global/memory-leak-vps-early-spike", "killed process 1014 (mysqld)",
        "asked by   1008 (php-fpm-3)")
    case .random:
      self.init(
        "compare old/tie-5-3 --kernels 5.2,5.3", "worker-1 (1000) → worker-3 (1002)",
        "The last of equals.")
    case .age:
      self.init(
        "compare global/modern-age --set processes.old.anon=1200M --kernels 2.6.35,2.6.36",
        "2.6.36  badness", "CPU time, run time, nice and children no longer count")
    case .nice:
      self.init(
        "run global/modern-age --set processes.old.anon=1200M --set processes.young.nice=19",
        "#1 at 1.909s  Out of memory: killed process 1000 (old)")
    case .rootBonus:
      self.init(
        "compare old/root-bonus-3-10 --kernels 3.10,4.17", "app (1001) → backupd (1000)",
        "root bonus")
    case .child:
      self.init(
        "compare old/sacrifice-child-5-1 --kernels 5.0,5.1", "nvidia-smi (8603) → python (8596)",
        "No child is sacrificed")
    case .children:
      self.init(
        "explain old/forking-server-2-6-32", "90 002 = (total_vm 60 000 + children 1 200 040)")
    case .sharers:
      self.init(
        "run recorded/6.12/g19-shared-mm-qemu-6.12-1", "killed process 130 (AS)",
        "129 (A) shares its memory")
    case .inherited:
      self.init(
        "run protection/postgres-adj-inherited", "killed process 1001 (app)",
        "asked by   1017 (pg-runaway)")
    case .addressSpace:
      self.init(
        "compare old/forking-server-2-6-32 --kernels 2.6.35,2.6.36",
        "forkd had 90 002 points", "mysqld (300) at 1s: 292 points, forkd 7",
        "address space")
    case .swap:
      self.init(
        "run global/memory-leak-vps-swap", "470 015 = anon 427 696 + swap 41 393 + page tables 926")
    case .swapPrevents:
      self.init(
        "compare global/memory-leak-vps global/memory-leak-vps-swap",
        "first kill    1h10m2s → 3h3m35s")
    case .upTo1000: self.init("score old/idle-666", "0        666  1000  bash")
    case .oomAdj:
      self.init(
        "score old/oom-adj-2-6-32 --kernel 2.6.36", "1000       1000  1002  batch",
        "-1000          0  1000  database   (oom_score_adj is -1000)")
    case .safe:
      self.init(
        "run protection/init-protection",
        "Kernel panic: System is deadlocked on memory: no killable processes")
    case .reservation:
      self.init("run protection/memory-min-is-no-shield", "killed process 1001 (mysqld)")
    case .mode2:
      self.init(
        "run overcommit/redis-bgsave-mode2", "ENOMEM: 900 (redis-server)",
        "is not below 12.3 GiB: CommitLimit")
    case .process:
      self.init(
        "run global/memory-leak-vps-early-spike --kernel-log", "php-fpm-3 invoked oom-killer",
        "Killed process 1014 (mysqld)")
    case .switchedOff:
      self.init("run global/panic-on-oom", "Kernel panic: vm.panic_on_oom is set")
    case .oomControl:
      self.init(
        "run memcg/oompolicy-kill --set cgroups./system.slice/supervisor.service.memory.oom_control=1",
        "'memory.oom_control' is a file of cgroup version 1", "it cannot be disabled")
    case .hostLog:
      self.init(
        "run memcg/db-container-with-limit --kernel-log",
        "Memory cgroup out of memory: Killed process", "task_memcg=/docker/db")
    case .workingSet:
      self.init(
        "run kubernetes/oom-group-1-28",
        "memory.max of /kubepods/burstable/pod-1/c1: 438 MiB, 438 MiB used",
        "Memory cgroup out of memory")
    }
  }

  /// - Parameter line: a command in which a story is named by its directory and its name.
  private init(_ line: String, _ shows: String...) {
    command = line.split(separator: " ").map { word in
      let isStory =
        !word.hasPrefix("-") && !word.hasPrefix("cgroups") && word.contains { $0 == "/" }
      return isStory ? "Scenarios/\(word).json" : String(word)
    }
    self.shows = shows
  }
}
