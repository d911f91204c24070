/// What `badness()` of 2.6.11 to 2.6.35 reads of one task.
package struct LegacyTask: Equatable, Sendable {
  /// Address space in pages. Kernel: `mm->total_vm`.
  package var totalVM: Int64 = 0
  /// What the children with an address space of their own add, by `LegacyBadness.childShare`.
  package var childrenVM: UInt64 = 0
  /// Kernel: `utime + stime`.
  package var cpuJiffies: UInt64 = 0
  /// Ticks a second: 24 to 1200. Kernel: `HZ`.
  package var hz: Int64 = 250
  /// Seconds since it was started.
  package var runSeconds: Int64 = 0
  package var nice: Int = 0
  /// Its uid or euid is 0.
  package var isUidZero = false
  /// Kernel: `CAP_SYS_ADMIN`, `CAP_SYS_RESOURCE`, `CAP_SYS_RAWIO`.
  package var isAdmin = false
  package var hasResource = false
  package var hasRawIO = false
  /// -17 to 15. File: /proc/PID/oom_adj.
  package var oomAdj: Int16 = 0
  /// None of its memory nodes is one of the allocation's: counts an eighth since 2.6.19.
  package var isOnOtherNodes = false
  /// Kernel: `PF_SWAPOFF`.
  package var isSwapoff = false

  package init() {}
}

/// Badness of Linux 2.6.11 to 2.6.35: the address space, divided by how long a task has run and worked,
/// doubled for the nice, quartered for root, shifted by `oom_adj`; in unsigned words that wrap.
///
/// Kernel: `badness()`, mm/oom_kill.c.
package struct LegacyBadness: Equatable, Sendable {
  /// Children count half of their address space and a page: since 2.6.16, commit 9827b781f20; all of it
  /// before.
  package var halvesChildren = false
  /// A task in swapoff has all points there are: since 2.6.19.
  package var swapoffIsMaximum = false
  /// 0 points become 1 before a positive `oom_adj` shifts them: since 2.6.22, commit 9a82782f8f5.
  package var liftsZero = false
  /// `CAP_SYS_ADMIN` or `CAP_SYS_RESOURCE` make a superuser, the uid does not: since 2.6.25, commit
  /// 97829955ad2. Before: `CAP_SYS_ADMIN`, uid 0 or euid 0.
  package var asksCapabilities = false
  /// `oom_adj` -17 is 0 points: since 2.6.32, commit 28b83c5193e. Before it shifts like other values.
  package var disabledIsZero = false

  package init() {}

  /// What one child adds to the points of its parent, in pages.
  package func childShare(totalVM: Int64) -> UInt64 {
    halvesChildren ? UInt64(totalVM) / 2 + 1 : UInt64(totalVM)
  }

  /// Points as the kernel's function returns them: an `unsigned long`.
  package func points(_ task: LegacyTask, word: WordBits = .bits64) -> UInt64 {
    switch word {
    case .bits64: points(task, UInt64.self)
    case .bits32: UInt64(points(task, UInt32.self))
    }
  }

  private func points<Word: FixedWidthInteger & UnsignedInteger>(
    _ task: LegacyTask, _: Word.Type
  ) -> Word {
    if disabledIsZero, task.oomAdj == -17 { return 0 }
    if swapoffIsMaximum, task.isSwapoff { return .max }
    var points = Word(truncatingIfNeeded: task.totalVM) &+ Word(truncatingIfNeeded: task.childrenVM)
    let (cpu, run) = divisors(task, Word.self)
    if cpu > 1 { points /= cpu }
    if run > 1 { points /= run }
    if task.nice > 0 { points &*= 2 }
    if isSuperuser(task) { points /= 4 }
    if task.hasRawIO { points /= 4 }
    if task.isOnOtherNodes { points /= 8 }
    if task.oomAdj > 0 {
      if liftsZero, points == 0 { points = 1 }
      points <<= Word(task.oomAdj)
    } else if task.oomAdj < 0 {
      points >>= Word(-task.oomAdj)
    }
    return points
  }

  /// What CPU time and run time divide by: roots of units of about ten seconds and of 1024 seconds.
  ///
  /// Both are 0 or 1 for a young task, which divides by nothing.
  func divisors<Word: FixedWidthInteger & UnsignedInteger>(
    _ task: LegacyTask, _: Word.Type
  ) -> (cpu: Word, run: Word) {
    let cpu = Word(truncatingIfNeeded: task.cpuJiffies) >> Word(shiftHZ(task.hz) + 3)
    let run = task.runSeconds < 0 ? 0 : Word(truncatingIfNeeded: task.runSeconds >> 10)
    return (squareRoot(cpu), squareRoot(squareRoot(run)))
  }

  /// The divisors of CPU time and run time as numbers, 0 and 1 meaning none.
  package func divisors(_ task: LegacyTask, word: WordBits) -> (cpu: UInt64, run: UInt64) {
    switch word {
    case .bits64:
      return divisors(task, UInt64.self)
    case .bits32:
      let both = divisors(task, UInt32.self)
      return (UInt64(both.cpu), UInt64(both.run))
    }
  }

  package func isSuperuser(_ task: LegacyTask) -> Bool {
    task.isAdmin || (asksCapabilities ? task.hasResource : task.isUidZero)
  }

  /// Kernel: `SHIFT_HZ`, include/linux/timex.h.
  private func shiftHZ(_ hz: Int64) -> Int {
    switch hz {
    case ..<48: 5
    case ..<96: 6
    case ..<192: 7
    case ..<384: 8
    case ..<768: 9
    default: 10
    }
  }

  /// Kernel: `int_sqrt()`, lib/int_sqrt.c.
  private func squareRoot<Word: FixedWidthInteger & UnsignedInteger>(_ number: Word) -> Word {
    guard number > 1 else { return number }
    var root = Word(1) << Word((Word.bitWidth - number.leadingZeroBitCount + 1) / 2)
    while true {
      let next = (root + number / root) / 2
      if next >= root { return root }
      root = next
    }
  }
}
