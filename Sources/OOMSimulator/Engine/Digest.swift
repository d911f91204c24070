/// A 64-bit FNV-1a hash that takes whole words: each is folded in at once, then mixed, so that a run of a
/// hundred thousand processes is hashed in a millisecond.
struct Digest {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01b3
    value ^= value >> 29
  }

  mutating func add(_ time: Microseconds) { add(time.rawValue) }

  mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

  /// A text and its end, so that neighbours cannot run into each other.
  mutating func add(_ text: String) {
    var word: UInt64 = 0
    var count: UInt64 = 0
    for byte in text.utf8 {
      word = word << 8 | UInt64(byte)
      count += 1
      if count % 8 == 0 {
        add(word)
        word = 0
      }
    }
    add(word)
    add(count)
  }

  mutating func add(_ process: ProcessIdentity?) {
    add(Int64(process?.pid ?? -1))
    add(process?.name ?? "")
  }
}

/// The digest of everything that a run says happened; its candidates are left out.
func digest(of run: Run) -> UInt64 {
  var digest = Digest()
  digest.add(run.scenario)
  digest.add(run.ruleSet)
  if run.policy != .kernel { digest.add(run.policy.rawValue) }
  digest.add(run.outcome.rawValue)
  digest.add(run.end)
  for kill in run.kills {
    digest.add(kill.at)
    if let decision = kill.decision {
      digest.add(decision.constraint.rawValue)
      digest.add(decision.cgroup ?? "")
      digest.add(decision.totalpages)
      digest.add(decision.invoker)
    } else {
      digest.add(kill.by)
    }
    digest.add(kill.victim.identity)
    digest.add(Int64(truncatingIfNeeded: kill.victim.points))
    digest.add(kill.freedPages)
    if let decision = kill.decision { digest.add(decision.runnerUp?.identity) }
    for casualty in kill.killed {
      digest.add(casualty.process)
      digest.add(casualty.because.rawValue)
    }
  }
  for refusal in run.refused {
    digest.add(refusal.at)
    digest.add(refusal.process)
    digest.add(refusal.pages)
    digest.add(refusal.commitLimit)
    digest.add(refusal.committedAS)
    if let size = refusal.tmpfsSize { digest.add(size) }
  }
  for stuck in run.stuck {
    digest.add(stuck.at)
    digest.add(stuck.process)
    digest.add(stuck.cgroup ?? "")
  }
  if let loop = run.loop {
    digest.add(loop.period)
    digest.add(Int64(loop.kills))
    for name in loop.processes + loop.hurtBesides { digest.add(name) }
  }
  digest.add(run.panic?.why.rawValue ?? "")
  digest.add(run.panic?.at ?? -1)
  let tasks = run.tasks
  for row in 0..<tasks.count {
    let process = tasks.final(row)
    digest.add(Int64(process.pid))
    digest.add(Int64(tasks.states[row].rawValue))
    digest.add(process.anon)
    digest.add(process.swap)
  }
  return digest.value
}
