import OOMFormats
import OOMSimulator
import Testing

/// What `systemctl show` says of slices and of what contradicts itself.
@Suite struct ImportUnitsTests {
  private func imported(
    _ text: String, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Imported {
    var options = ImportOptions()
    options.kind = .systemd
    change(&options)
    return try Imported([ImportFile(name: "input", bytes: Array(text.utf8))], options)
  }

  private static let slice = """
    Id=app.slice
    MemoryCurrent=1060000000
    MemoryMax=1073741824

    Id=app-a.slice
    MemoryCurrent=300000000

    Id=a.service
    MainPID=10
    MemoryCurrent=200000000
    ControlGroup=/app.slice/app-a.slice/a.service
    """

  /// What is not listed is used all the same.
  @Test func `the rest of a slice`() throws {
    let made = try imported(Self.slice)
    let processes = (0..<made.scenario.processes.count).map { made.scenario.processes[$0] }
    #expect(processes.map(\.name) == ["a", "unlisted-in-app.slice", "unlisted-in-app-a.slice"])
    #expect(processes[1].cgroup == "/app.slice/unlisted-in-app.slice")
    #expect(processes[2].cgroup == "/app.slice/app-a.slice/unlisted-in-app-a.slice")
    #expect(
      made.notes.contains {
        $0.hasPrefix("app.slice: 724 MiB of its MemoryCurrent are of no unit that is listed")
      }, "\(made.notes)")
    let forecast = Simulator(for: made.scenario).forecast(made.scenario, top: 5)
    let group = try #require(forecast.domains.first { $0.cgroup == "/app.slice" })
    // 1073741824 - 1060000000 bytes are 3354 pages, some of which page tables of empty processes may take.
    #expect((3300...3354).contains(group.left))
    let whole = try imported(Self.slice.replacing("1060000000", with: "300000000"))
    #expect(whole.scenario.processes.count == 2)
  }

  @Test func `the rest of the root is the kernel's`() throws {
    let made = try imported(
      "Id=-.slice\nMemoryCurrent=409600\n\nId=a.service\nMainPID=10\nMemoryCurrent=204800\n")
    #expect(made.scenario.machine.kernel == 50 && made.scenario.processes.count == 1)
    #expect(made.notes.contains { $0.hasPrefix("-.slice: 200 KiB of its MemoryCurrent") })
  }

  @Test func `use above a limit`() throws {
    let made = try imported("Id=a.service\nMainPID=10\nMemoryCurrent=8192\nMemoryMax=4096\n")
    #expect(
      made.notes.contains(
        "a.service: MemoryCurrent is 8 KiB, which is more than its MemoryMax of 4 KiB"))
  }

  @Test func `what version 1 of cgroups does not have is said`() throws {
    let text = "Id=a.service\nMainPID=10\nOOMPolicy=kill\nMemoryHigh=infinity\n"
    let one = try imported(text) { $0.cgroupVersion = 1 }
    #expect(one.notes.contains { $0.hasPrefix("1 unit with OOMPolicy, MemoryHigh or other") })
    #expect(try !imported(text).notes.contains { $0.contains("OOMPolicy") })
    let usual = try imported("Id=a.service\nMainPID=10\nOOMPolicy=stop\n") { $0.cgroupVersion = 1 }
    #expect(!usual.notes.contains { $0.contains("OOMPolicy") })
  }

  /// Properties of systemd.resource-control(5), of systemd 253 and 256.
  @Test func `what a unit may have in the pool of zswap`() throws {
    let text = "Id=a.service\nMainPID=10\nMemoryZSwapMax=1048576\nMemoryZSwapWriteback=no\n"
    let groups = try imported(text).scenario.cgroups.values
    #expect(groups.compactMap(\.zswapMax) == [256])
    #expect(groups.compactMap(\.zswapWriteback) == [false])
    let usual = try imported(
      "Id=a.service\nMainPID=10\nMemoryZSwapMax=infinity\nMemoryZSwapWriteback=yes\n"
    ).scenario.cgroups.values
    #expect(usual.allSatisfy { $0.zswapMax == nil && $0.zswapWriteback == nil })
  }

  /// A release that cannot mount groups so gets no warning for what nobody has given.
  @Test func `an old release`() throws {
    let text = "Id=a.service\nMainPID=10\nMemoryLow=4096\n"
    let old = try imported(text) { $0.kernel = KernelRelease(4, 19) }.scenario
    #expect(!old.isRecursivelyProtected && Simulator(for: old).run(old).warnings.isEmpty)
    #expect(try imported(text).scenario.isRecursivelyProtected)
  }
}
