import OOMFormats
import OOMSimulator
import Testing

@testable import KernelLog

/// What the invoker's stack tells, and what a log has after the kill: `StackFrame`, `AfterDecision`, `OtherKill`.
@Suite struct KernelLogStackTests {
  private func autopsy(_ log: String) throws -> Autopsy {
    try #require(Autopsy.of(Logs.reports(log)).first)
  }

  private static func report(_ stack: String...) -> String {
    let frames = stack.map { " \($0)\n" }.joined()
    return """
      a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
      CPU: 0 PID: 301 Comm: a Not tainted 5.15.0 #1
      Call Trace:
      \(frames)[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
      [    301]     0   301    30000    14000    40960        0             0 a

      """
  }

  /// `out_of_memory()` is called for a charge and for a page; what calls it tells. Kernel: mm/oom_kill.c, mm/memcontrol.c.
  @Test func `the stack says what ran out where no line does`() throws {
    let group = Self.report(
      "dump_header+0x4a/0x1f0", "out_of_memory+0x10/0x400", "mem_cgroup_out_of_memory+0xc4/0xd0",
      "try_charge_memcg+0x1/0x2")
    #expect(try autopsy(group).constraint == .memcg)
    let machine = Self.report(
      "out_of_memory+0x10/0x400", "__alloc_pages_slowpath.constprop.0+0xc4/0xd0")
    #expect(try autopsy(machine).constraint == Constraint.none)
    let fault = Self.report("out_of_memory+0x10/0x400", "pagefault_out_of_memory+0x52/0x6a")
    #expect(try autopsy(fault).constraint == Constraint.none)
    let chargedFault = Self.report(
      "mem_cgroup_out_of_memory+0x1/0x2", "mem_cgroup_oom_synchronize+0x1/0x2",
      "pagefault_out_of_memory+0x52/0x6a")
    #expect(try autopsy(chargedFault).constraint == .memcg)
    let cut = Self.report("oom_kill_process+0x1/0x2", "out_of_memory+0x10/0x400")
    #expect(try autopsy(cut).constraint == nil)
    let leftOver = Self.report("? out_of_memory+0x10/0x400", "? __alloc_pages+0xc4/0xd0")
    #expect(try autopsy(leftOver).constraint == nil)
  }

  /// The innermost function of one purpose: a page that is read in for a fault during `read()` is the fault's.
  @Test(arguments: [
    (
      ["__alloc_pages+0x1/0x2", "do_anonymous_page+0x1/0x2", "handle_mm_fault+0x1/0x2"],
      "page fault"
    ),
    (
      ["filemap_fault+0x1/0x2", "__do_fault+0x1/0x2", "handle_mm_fault+0x1/0x2"],
      "page fault in a mapped file"
    ),
    (["copy_process+0x1/0x2", "kernel_clone+0x1/0x2"], "fork"),
    (
      [
        "copy_strings.isra.0+0x1/0x2", "do_execveat_common.isra.0+0x1/0x2",
        "__x64_sys_execve+0x1/0x2",
      ], "exec"
    ),
    (["page_cache_ra_unbounded+0x1/0x2", "filemap_read+0x1/0x2", "vfs_read+0x1/0x2"], "read"),
    (["generic_perform_write+0x1/0x2", "vfs_write+0x1/0x2"], "write"),
    (["asm_exc_page_fault+0x1/0x2", "vfs_read+0x1/0x2"], "page fault"),
    (["memory_max_write+0x1/0x2", "vfs_write+0x1/0x2"], "lower limit of its group"),
    (
      [
        "[<ffffffff81151db7>] ? sock_alloc_send_pskb+0x1/0x2",
        "[<ffffffff81151db7>] sys_read+0x1/0x2",
      ], "read"
    ),
    (["[c000000001] [c00000000025] .copy_process+0x1/0x2"], "fork"),
    (["[<c0123>] (vfs_write+0x1/0x2) from [<c01>] (sys_write+0x3/0x4)"], "write"),
    (["kthread+0x1/0x2", "ret_from_fork+0x1/0x2"], "kernel thread"),
  ])
  func `what the memory was for`(stack: [String], activity: String) throws {
    let log = stack.map { " \($0)\n" }.joined()
    let autopsy = try autopsy(
      Self.report("out_of_memory+0x1/0x2").replacing(" out_of_memory+0x1/0x2\n", with: log))
    #expect(autopsy.report.activity?.rawValue == activity)
  }

  @Test func `init's death is the machine's`() throws {
    let kill =
      "Memory cgroup out of memory: Killed process 1 (init) total-vm:4kB, anon-rss:4kB, file-rss:0kB, "
      + "shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0\n"
    let panic = "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\n"
    let after = AfterDecision.all(of: try autopsy(kill + panic).report)
    #expect(after.map(\.what) == [.panic] && after.first?.line == 2)
    let other = kill.replacing("process 1 (init)", with: "process 9 (a)")
    let exit = panic.replacing("0x00000009", with: "0x00000100")
    #expect(AfterDecision.all(of: try autopsy(other + exit).report).isEmpty)
  }

  /// As their logs have them: earlyoom to 1.7 and later, nohang, both Android killers, oomd, Talos.
  @Test(arguments: [
    (
      "Feb 1 10:00:00 h earlyoom[7]: sending SIGTERM to process 42 uid 1000 \"a\": badness 900, VmRSS 3 MiB",
      OtherKill.Killer.earlyoom
    ),
    (
      "sending SIGKILL to process 42 uid 0 \"a\": oom_score 900, VmRSS 3 MiB, cmdline \"a\"",
      .earlyoom
    ),
    (
      "Feb 1 10:00:00 h nohang[530]:   Send SIGTERM to the victim; total response time: 13246 ms",
      .nohang
    ),
    ("2023-08-10 16:53:26,463:   Sending SIGTERM to the victim", .nohang),
    (
      "[  120.162200] lowmemorykiller: send sigkill to 2948 (rsyslogd), adj 0, size 209",
      .lowmemorykiller
    ),
    ("<6>lowmemorykiller: Killing 'd.play.games.ui' (2613), adj 1000,", .lowmemorykiller),
    (
      "10-24 14:24:26.342   710   710 I lowmemorykiller: Kill 'com.a' (17933), uid 10446, oom_score_adj 0 to free 140528kB rss, 37404kB swap; reason: device is not responding",
      .lmkd
    ),
    (
      "user: warning: [2026-01-12T20:27:31Z]: [talos] Sending SIGKILL to cgroup {\"controller\": \"runtime.OOMController\", \"cgroup\": \"/sys/fs/cgroup/kubepods/burstable/podx\"}",
      .talos
    ),
    (
      "<6>[12.345678] oomd kill: 10.00 60.00 600.00 /workload 1999 detector:swap,12345MB killer:kill_by_swap",
      .oomd
    ),
    ("h systemd[1]: app.scope: systemd-oomd killed 19 process(es) in this unit.", .systemd),
  ])
  func `kills by others`(line: String, killer: OtherKill.Killer) {
    for before in ["", "nothing happened\n"] {
      var reader = KernelLogReader()
      reader.read(Array((before + line + "\n").utf8))
      #expect(reader.finish().isEmpty)
      #expect(reader.otherKills.map(\.killer) == [killer], "\(line)")
    }
  }

  @Test(arguments: [
    "[talos] OOM controller triggered {\"controller\": \"runtime.OOMController\"}",
    "[   36.862975] lowmemorykiller: lowmem_shrink: convert oom_adj to oom_score_adj:",
    "nohang[530]: Memory status that requires corrective actions:",
    "earlyoom[7]: mem avail:  500 of 7000 MiB ( 7.1%), swap free:    0 of    0 MiB ( 0.0%)",
    "sshd[1]: Received signal 15; terminating. SIGTERM to all",
  ])
  func `what is no kill`(line: String) {
    var reader = KernelLogReader()
    reader.read(Array((line + "\n").utf8))
    #expect(reader.finish().isEmpty && reader.otherKills.isEmpty)
  }

  /// A mail program breaks a list of sizes at a blank; the sums are those of the whole list.
  @Test func `lists that were wrapped`() throws {
    let log =
      "[  12.345678] a invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\n"
      + "[  12.345678] Memory cgroup stats for /a: cache:0KB rss:70308KB mapped_file:4KB\n"
      + "swap:12KB inactive_anon:0KB\n"
      + "[  12.345678] Node 0 Normal free:4kB min:4kB low:4kB high:4kB active_anon:0kB\n"
      + "present:4096kB managed:4000kB kernel_stack:12kB all_unreclaimable? no\n"
      + "[  12.345678] Memory cgroup out of memory: Killed process 9 (a) total-vm:4kB, anon-rss:4kB, file-rss:0kB\n"
    let report = try #require(Logs.reports(log).first)
    #expect(report.use.stat["swap"] == 12 * 1024 && report.use.stat["rss"] == 70308 * 1024)
    #expect(report.memory.zones.first?.managed == 4000 && report.use.kernelStack == 12)
  }
}
