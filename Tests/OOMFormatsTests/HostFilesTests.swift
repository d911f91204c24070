import OOMFormats
import OOMSimulator
import Testing

/// The files of /proc and cgroupfs, whatever they hold.
@Suite struct HostFilesTests {
  @Test func `status, in the forms of several releases`() {
    let new = ProcessStatus(
      Array(
        """
        Name:\ta\\nb
        State:\tS (sleeping)
        PPid:\t7
        Uid:\t33\t0\t0\t0
        VmSize:\t  900 kB
        VmLck:\t    8 kB
        VmRSS:\t  600 kB
        RssAnon:\t  100 kB
        RssFile:\t  200 kB
        RssShmem:\t  300 kB
        VmPTE:\t   44 kB
        VmSwap:\t   12 kB
        Threads:\t3
        CapEff:\t0000000000220000
        Mems_allowed_list:\t0-1,3
        """.utf8))
    #expect(new.uid == 33 && new.ppid == 7 && new.threads == 3 && new.vmSize == 900)
    #expect(new.rssAnon == 100 && new.rssFile == 200 && new.rssShmem == 300)
    #expect(new.vmLck == 8 && new.vmPTE == 44 && new.vmSwap == 12 && new.vmPMD == nil)
    #expect(new.capabilities == [.sysAdmin, .sysRawIO])
    #expect(new.memsAllowed?.description == "0-1,3" && !new.isKernelThread)
    let old = ProcessStatus(Array("VmRSS: 8 kB\nVmPTE: 4 kB\nVmPMD: 8 kB\n".utf8))
    #expect(old.rssAnon == nil && old.vmPMD == 8 && old.vmSize == nil)
    #expect(HostProcess(pid: 5, status: old).hasEnded)
  }

  @Test func `a name with parentheses, and lines cut short`() throws {
    let line = "42 (a) R (b)) S 7 1 1 0 -1 2129984 0 0 0 0 11 12 0 0 30 10 1 0 900 0 0"
    let stat = try #require(ProcessStat(Array(line.utf8)))
    #expect(stat.comm == Array("a) R (b)".utf8) && stat.ppid == 7 && stat.startTime == 900)
    #expect(stat.isKernelThread && stat.utime == 11 && stat.stime == 12 && stat.nice == 10)
    for length in 0..<(line.utf8.count - 8) {
      #expect(ProcessStat(Array(line.utf8.prefix(length))) == nil)
    }
  }

  @Test func `cgroup of both versions`() {
    let both = ProcessCgroups(Array("5:cpu,memory:/a:b\n1:name=systemd:/x\n0::/u\n".utf8))
    #expect(both.memory == "/a:b" && both.unified == "/u")
    #expect(ProcessCgroups(Array("x\n:\n::\n".utf8)).memory == nil)
  }

  @Test func `page size, swap and zram`() {
    var machine = HostMachine()
    machine.read(meminfo: Array("MemFree: 160500 kB\nHugetlb: x kB\nMemTotal 1\n".utf8))
    machine.inferPageSize(vmstat: Array("nr_free_pages 10000\nnr_x 1\n".utf8), release: .standard)
    #expect(machine.pageSize == 16384)
    machine.read(
      swaps: Array("Filename Type Size Used Priority\n/a b 10 0 -2\n/dev/zram1 b 20 0 9\n".utf8))
    #expect(machine.swaps.map(\.name) == ["/dev/zram1", "/a"])
    #expect(machine.swaps[0].isZram && machine.swaps[0].device == "zram1")
    for (text, ratio) in [
      ("3000 900 1000 0", 3000), ("10 10 20", 1000), ("900000 1 1", 100_000),
    ] { #expect(HostMachine.zramRatio(mmStat: Array(text.utf8)) == Int64(ratio)) }
    #expect(HostMachine.zramRatio(mmStat: Array("0 0 0".utf8)) == nil)
  }

  /// 400,000 kB of 1,000,000 are used. A process of /a has 40,000 kB in memory and 25,000 in swap, which are 10,000 of the
  /// pool; so of the 60,000 that /a is charged for 10,000 are the kernel's, and of the machine 340,000.
  @Test func `zswap as the host has it`() throws {
    var host = Host()
    host.machine.read(
      meminfo: Array(
        """
        MemTotal: 1000000 kB
        MemFree: 600000 kB
        SwapTotal: 100000 kB
        SwapFree: 75000 kB
        Zswap: 10000 kB
        Zswapped: 25000 kB

        """.utf8))
    host.machine.read(zswapEnabled: Array("Y\n".utf8))
    host.machine.read(zswapMaxPoolPercent: Array("25\n".utf8))
    var process = HostProcess(
      pid: 7,
      status: ProcessStatus(
        Array(
          "Name:\tp\nVmSize:\t90000 kB\nRssAnon:\t40000 kB\nVmPTE:\t0 kB\nVmSwap:\t25000 kB\n".utf8)
      ))
    process.cgroups = ProcessCgroups(Array("0::/a\n".utf8))
    host.processes.append(process)
    var group = HostGroup()
    for (file, text) in [
      ("memory.current", "61440000"), ("memory.stat", "file 0\nzswap 10240000\n"),
      ("memory.zswap.max", "20480000"), ("memory.zswap.writeback", "0"),
    ] { group.read(file, Array((text + "\n").utf8)) }
    host.groups["/a"] = group
    let scenario = HostSnapshot(of: host).scenario
    #expect(scenario.machine.zswap && scenario.machine.zswapMaxPoolPercent == 25)
    #expect(scenario.machine.zswapRatio == 2500)
    #expect(scenario.cgroups["/a"]?.zswapMax == 5000)
    #expect(scenario.cgroups["/a"]?.zswapWriteback == false)
    #expect(scenario.cgroups["/a"]?.kernel == 2500)
    #expect(scenario.machine.kernel == 85_000)
    var off = Host()
    off.machine.read(meminfo: Array("MemTotal: 1000000 kB\n".utf8))
    off.machine.read(zswapEnabled: Array("N\n".utf8))
    off.machine.read(zswapMaxPoolPercent: Array("200\n".utf8))
    let machine = HostSnapshot(of: off).scenario.machine
    #expect(!machine.zswap && machine.zswapMaxPoolPercent == 20)
  }

  /// Any bytes make a host that makes a scenario that reads back.
  @Test func `garbage in every file`() throws {
    var state: UInt64 = 7
    func byte() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    let status = Array(
      "VmSize:\t9999999999999999999 kB\nRssAnon: -5 kB\nVmRSS:\nVmSwap: 9e9\n".utf8)
    for round in 0..<300 {
      var host = Host()
      func noise(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0..<(round % 9) where !text.isEmpty { text[Int(byte()) % text.count] = byte() }
        return text
      }
      host.machine.read(meminfo: noise(Array("MemTotal: 99 kB\nMemFree: 98 kB\n".utf8)))
      host.machine.read(swaps: noise(Array("/dev/zram0 p 100 0 1\n".utf8)))
      for pid in 1...3 as ClosedRange<Int32> {
        var process = HostProcess(pid: pid, status: ProcessStatus(noise(status)))
        process.stat = ProcessStat(
          noise(Array("1 (\u{1}) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 0 0 1 0 5".utf8)))
        process.cgroups = ProcessCgroups(noise(Array("0::/a/../b\n".utf8)))
        process.oomScoreAdj = Int64(byte()) * 40 - 5000
        process.status.vmSize = process.status.vmSize ?? 4
        host.processes.append(process)
      }
      var group = HostGroup()
      for file in HostGroup.files(version: 2) { group.read(file, noise(Array("4096000\n".utf8))) }
      host.groups["/a"] = group
      let snapshot = HostSnapshot(of: host)
      var writer = JSONWriter()
      writer.scenario(snapshot.scenario)
      writer.finish()
      let again = try Scenario(json: writer.bytes)
      #expect(again == snapshot.scenario)
      #expect(HostScoreCheck(snapshot).unread == snapshot.shown.count)
    }
  }
}
