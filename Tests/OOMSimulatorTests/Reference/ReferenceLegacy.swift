/// The points of a process: mm/oom_kill.c, badness(), 2.6.11-2.6.35. They are also what
/// fs/proc/base.c, proc_oom_score() prints.
func referenceLegacyBadness(_ world: ReferenceWorld, _ index: Int) -> UInt64 {
  if world.wordBits == 32 {
    return UInt64(referenceLegacyWord(world, index, UInt32.self))
  }
  return referenceLegacyWord(world, index, UInt64.self)
}

/// The same in one `unsigned long`: mm/oom_kill.c, badness(), 2.6.11-2.6.35.
private func referenceLegacyWord<Word: FixedWidthInteger & UnsignedInteger>(
  _ world: ReferenceWorld, _ index: Int, _ word: Word.Type
) -> Word {
  let process = world.processes[index]
  let adj = Int(process.oomAdj)

  if world.since(2, 6, 32) && adj == -17 { return 0 }
  if process.isKernelThread { return 0 }
  var points = Word(truncatingIfNeeded: process.totalVM)
  if world.since(2, 6, 19) && process.isSwapoff { return Word.max }

  for child in world.processes where child.ppid == process.pid && child.pid != process.pid {
    if child.isKernelThread || child.mm == process.mm { continue }
    let size = Word(truncatingIfNeeded: child.totalVM)
    if world.since(2, 6, 16) {
      points = points &+ (size / 2 &+ 1)
    } else {
      points = points &+ size
    }
  }

  let processorUnits = referenceJiffies(process.cpuTimeUS, hz: world.hz, word)
  let processorRoot = referenceRoot(
    UInt64(processorUnits) >> UInt64(referenceShiftHZ(world.hz) + 3))
  if processorRoot != 0 { points /= Word(truncatingIfNeeded: processorRoot) }

  let runUnits = process.runTimeUS < 0 ? 0 : UInt64(process.runTimeUS / 1_000_000) >> 10
  let runRoot = referenceRoot(referenceRoot(runUnits))
  if runRoot != 0 { points /= Word(truncatingIfNeeded: runRoot) }

  if process.nice > 0 { points = points &* 2 }

  let isSuperuser: Bool
  if world.since(2, 6, 25) {
    isSuperuser = process.capSysAdmin || process.capSysResource
  } else {
    isSuperuser = process.capSysAdmin || process.uid == 0
  }
  if isSuperuser { points /= 4 }
  if process.capSysRawIO { points /= 4 }

  if adj > 0 {
    if world.since(2, 6, 22) && points == 0 { points = 1 }
    points = points << adj
  } else if adj < 0 {
    points = points >> -adj
  }
  return points
}

/// Microseconds as clock ticks: include/asm-generic/cputime.h, cputime_to_jiffies(), 2.6.11-2.6.35.
private func referenceJiffies<Word: FixedWidthInteger & UnsignedInteger>(
  _ microseconds: Int64, hz: Int64, _ word: Word.Type
) -> Word {
  let wholeSeconds = microseconds / 1_000_000
  let rest = microseconds % 1_000_000
  return Word(truncatingIfNeeded: wholeSeconds &* hz &+ rest * hz / 1_000_000)
}

/// The logarithm of HZ: include/linux/jiffies.h, SHIFT_HZ, 2.6.11-2.6.35.
private func referenceShiftHZ(_ hz: Int64) -> Int {
  switch hz {
  case ..<24: 4
  case ..<48: 5
  case ..<96: 6
  case ..<192: 7
  case ..<384: 8
  case ..<768: 9
  default: 10
  }
}

/// The square root, rounded down: lib/int_sqrt.c, int_sqrt(), 2.6.11-2.6.35.
private func referenceRoot(_ value: UInt64) -> UInt64 {
  var root: UInt64 = 0
  var bit: UInt64 = 1 << 31
  while bit != 0 {
    let trial = root | bit
    if trial * trial <= value { root = trial }
    bit >>= 1
  }
  return root
}
