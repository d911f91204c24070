import OOMFormats
import OOMSimulator
import Testing

/// What importing makes of atop: processes along the samples, as atop(1) describes its output.
@Suite struct AtopImportTests {
  private func imported(
    _ text: String, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Imported {
    var options = ImportOptions()
    change(&options)
    return try Imported([ImportFile(name: "input", bytes: Array(text.utf8))], options)
  }

  private func sample(_ minute: Int, free: Int, _ processes: [(Int, String, Int)]) -> String {
    let head = "web 17960\(40_000 + 60 * minute) 2026/11/30 12:\(10 + minute):00 60"
    let lines = processes.map { pid, name, kib in
      "PRM \(head) \(pid) (\(name)) S 4096 900000 \(kib) 100 0 0 1 0 0 0 0 8 \(pid) y 0 0"
    }
    let machine = [
      "MEM \(head) 4096 100000 \(free) 20000 1000 5000 0 2000 0 1000 0 0 2097152 0 0",
      "SWP \(head) 4096 25000 25000 0 0 0",
    ]
    return (machine + lines + ["SEP"]).joined(separator: "\n") + "\n"
  }

  /// A process that is not listed has ended; one that is new has started; the machine is that of the first sample.
  @Test func `processes along the samples`() throws {
    let text =
      sample(0, free: 60_000, [(7, "a (b) c", 40_000), (8, "short", 4_000)])
      + sample(1, free: 50_000, [(7, "a (b) c", 80_000), (9, "late", 8_000)])
      + sample(2, free: 40_000, [(7, "a (b) c", 120_000), (9, "late", 8_000)])
    let result = try imported(text)
    let scenario = result.scenario
    #expect(result.kind == .atop && result.isGuessed && scenario.problems().isEmpty)
    #expect(scenario.machine.memory == 100_000 && scenario.machine.swap == 25_000)
    // 20 000 of cache and 1000 of buffers, less 1000 of shared memory.
    #expect(scenario.machine.pageCache == 20_000 && scenario.machine.slabReclaimable == 2000)
    #expect(scenario.processes.count == 2 && scenario.processes[0].name == "a (b) c")
    #expect(scenario.processes[0].anon == 10_000 && scenario.processes[0].swap == 2)
    // 40 000 pages are in use at the start: what is no cache, no slab and in no process is the kernel's.
    let inProcesses: Int64 = 11_000 + 29 + 11
    #expect(abs(scenario.machine.kernel - (40_000 - 22_000 - inProcesses)) < 40)
    let names = scenario.events.map { "\($0.action.name) at \($0.at.rawValue / 1_000_000)" }
    // 40 000, 80 000 and 120 000 KiB lie on a line.
    #expect(names == ["grow at 0", "exit at 60", "start at 60"])
  }

  /// The text leaves out what has not changed, and rounds.
  @Test func `a process that the text does not list goes on`() throws {
    let text = """
      ATOP - web   2026/11/30  12:00:00   ----   10s elapsed
      MEM | tot    4.0G | free    2.0G | cache 512.0M | buff    0.0M | slab  100.0M |
      SWP | tot    1.0G | free    1.0G |

        PID  VSIZE  RSIZE  VGROW  RGROW SWAPSZ  MEM CMD
         30   2.0G 512.0M     0K     0K     4K  12% java
         31 81512K 20480K     0K     0K     0K   1% sh

      ATOP - web   2026/11/30  12:00:10   ----   10s elapsed
      MEM | tot    4.0G | free    1.0G | cache 512.0M | buff    0.0M | slab  100.0M |
      SWP | tot    1.0G | free    1.0G |

        PID  VSIZE  RSIZE  VGROW  RGROW SWAPSZ  MEM CMD
         30   3.0G   1.5G     1G     1G     4K  37% java
      """
    let result = try imported(text)
    #expect(result.scenario.events.map(\.action.name) == ["grow"])
    #expect(result.notes.contains { $0.contains("is taken for unchanged") })
    #expect(result.scenario.machine.memory == 1 << 20)
    let scaled = try imported(text) { $0.scale = 2000 }
    #expect(scaled.scenario.processes[0].anon == 2 * result.scenario.processes[0].anon)
    // Without RSIZE nobody is told apart.
    let whole = try imported(text.replacing("RSIZE", with: "RGRAW"))
    #expect(whole.scenario.processes.count == 1 && whole.scenario.processes[0].name == "used")
    // 4 GiB less 2 GiB free and 512 MiB of cache.
    #expect(whole.scenario.processes[0].anon == 393_216)
  }
}
