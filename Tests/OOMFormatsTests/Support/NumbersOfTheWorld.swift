/// Numbers in the prose of lessons that are in no document of the run and do not follow from it, by the reason why.
enum NumbersOfTheWorld {
  static let all = constants.merging(programs) { $0 + $1 }.merging(parts) { $0 + $1 }

  /// Of the kernel's source: the most that oom_score can be, vm.user_reserve_kbytes at most, units of CPU time, where an int
  /// overflows, the size of a block of order 2.
  private static let constants: [String: [String]] = [
    "idle-666": ["2000"],
    "postgres-mode2-user-reserve": ["128"],
    "forking-server-2-6-32": ["8.192"],
    "overflow-3-0": ["8.19"],
    "order2-fragmentation": ["0.5"],
    "lowmem-32bit": ["750"],
  ]

  /// Releases and settings of other programs: Kubernetes and its requests, the heap of Java.
  private static let programs: [String: [String]] = [
    "k8s-sidecar-adj-before": ["512", "64"],
    "k8s-sidecar-adj": ["1.29"],
    "k8s-eviction-in-time": ["1.29"],
    "oom-group-1-27": ["1.28", "1.27"],
    "oom-group-1-28": ["1.28"],
    "jvm-maxrampercentage": ["80", "1600"],
    "jvm-maxrampercentage-60": ["1200"],
  ]

  /// What the scenario has in one number with something else, or outside of the machine.
  private static let parts: [String: [String]] = [
    "wsl2-half-ram": ["16"],
    "jvm-maxrampercentage": ["95", "700", "36", "1300"],
    "jvm-maxrampercentage-60": ["700"],
    "proxmox-arc": ["11", "11.5"],
    "lowmem-32bit": ["12"],
  ]
}
