internal import OOMSimulator

/// One process of a host, as its files in /proc have it.
package struct HostProcess: Equatable, Sendable {
  package var pid: Int32
  package var status: ProcessStatus
  package var stat: ProcessStat?
  /// Resident pages that are no anonymous ones, where `status` does not tell: before 4.5. File: /proc/PID/statm.
  package var sharedPages: Int64?
  package var oomScoreAdj: Int64?
  /// Before 2.6.36.
  package var oomAdj: Int64?
  /// What the kernel shows; nil where it could not be read.
  package var oomScore: Int64?
  /// Nil where they could not be read.
  package var cgroups: ProcessCgroups?

  package init(pid: Int32, status: ProcessStatus) {
    self.pid = pid
    self.status = status
  }

  package var isKernelThread: Bool { status.isKernelThread || stat?.isKernelThread == true }

  /// It has no address space any more, and cannot be chosen: a zombie, or on its way there.
  package var hasEnded: Bool { !isKernelThread && status.vmSize == nil }

  /// Whether it is an instance of a program, whose name is below 16 bytes. File: /proc/PID/comm.
  func runs(_ program: String) -> Bool {
    (stat?.comm ?? status.name).elementsEqual(program.utf8)
  }

  /// File: `shared` in /proc/PID/statm. Kernel: `proc_pid_statm()`, fs/proc/array.c.
  package mutating func read(statm bytes: [UInt8]) {
    let words = bytes[...].words
    if words.count >= 3 { sharedPages = words[2].number }
  }

  /// As a scenario has it, but for its group.
  func process(on machine: HostMachine, release: KernelRelease) -> Scenario.Process {
    var process = Scenario.Process()
    let comm = (stat?.comm ?? status.name)[...]
    process.name = comm.isEmpty ? "?" : comm.lossless
    process.pid = pid
    let parent = stat?.ppid ?? status.ppid
    if parent > 0, parent < Scenario.Process.pidLimit, parent != pid { process.ppid = parent }
    process.uid = min(status.uid, UInt32.max - 1)
    if let own = status.capabilities, own != (process.uid == 0 ? .all : []) {
      process.capabilities = own
    }
    process.oomScoreAdj = Int16(min(max(oomScoreAdj ?? 0, -1000), 1000))
    if let oomAdj, -17...15 ~= oomAdj {
      process.legacy.oomAdj = Int16(oomAdj)
      if oomScoreAdj == nil {
        process.oomScoreAdj = OOMSimulator.oomScoreAdj(writing: Int16(oomAdj))
      }
    }
    if isKernelThread {
      process.isKernelThread = true
      return process
    }
    memory(of: &process, machine)
    tables(of: &process, machine, release)
    return process
  }

  private func memory(of process: inout Scenario.Process, _ machine: HostMachine) {
    if let anon = status.rssAnon {
      process.anon = machine.pages(anon)
      process.file = machine.pages(status.rssFile ?? 0)
      process.shmem = machine.pages(status.rssShmem ?? 0)
    } else {
      let rss = machine.pages(status.vmRSS)
      process.file = min(max(sharedPages ?? 0, 0), rss)
      process.anon = rss - process.file
    }
    process.swap = machine.pages(status.vmSwap)
    process.locked = min(machine.pages(status.vmLck), process.anon)
    let size = min(
      machine.pages(max(status.vmSize ?? 0, 0)), machine.pageSize.pages(SizeText.maxBytes))
    if size >= process.anon + process.file + process.shmem + process.swap { process.totalVM = size }
  }

  /// Kernel: `task_mem()`, fs/proc/task_mmu.c. Since 4.15 `VmPTE` is all levels together.
  private func tables(
    of process: inout Scenario.Process, _ machine: HostMachine, _ release: KernelRelease
  ) {
    let pte = machine.pages(status.vmPTE)
    guard status.vmPMD != nil || release < KernelRelease(4, 15) else {
      process.pageTables = pte
      return
    }
    let levels = PageTableLevels(pte: pte, pmd: machine.pages(status.vmPMD ?? 0))
    process.pageTables = levels.total
    process.pageTableLevels = levels
  }
}
