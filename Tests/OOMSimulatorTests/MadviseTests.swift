import OOMFormats
import Testing

@testable import OOMSimulator

/// `madvise()` with `MADV_FREE` and `MADV_DONTNEED`: mm/madvise.c; what reclaim discards: `shrink_folio_list()`,
/// mm/vmscan.c.
@Suite struct MadviseTests {
  /// 1000 pages of memory without reserves; go has 500 of its own and the first page table given.
  private func scenario(_ events: String, swap: Int64 = 0) throws -> Scenario {
    let text = """
      { "schema": "oomsim.scenario/1", "name": "t",
        "machine": { "memory": "1000 pages", "swap": "\(swap) pages" },
        "sysctl": { "vm.min_free_kbytes": 0, "vm.overcommit_memory": 1 },
        "processes": [ { "name": "go", "anon": "500 pages", "page_tables": "4 pages" },
                       { "name": "other", "page_tables": "4 pages" } ],
        "events": [ \(events) ] }
      """
    return try Scenario(json: Array(text.utf8), file: "test.json")
  }

  private func run(
    _ events: String, swap: Int64 = 0, kernel: KernelRelease = "6.12"
  ) throws -> Run {
    try Simulator(kernel: kernel).run(scenario(events, swap: swap))
  }

  private let free = #"{ "at": "1s", "madvise": { "process": "go", "advice": "free" } }"#
  private let grow = #"{ "at": "2s", "grow": { "process": "other", "anon": "800 pages" } }"#

  @Test func `it counts until there is need, and then it is gone without swap`() throws {
    let idle = try run(free)
    #expect(idle.process(0).anon == 500)
    let run = try run(free + ", " + grow)
    #expect(run.kills.isEmpty && run.process(1).anon == 800)
    #expect(run.process(0).anon < 200 && run.process(0).anon > 180)
  }

  @Test func `without it somebody dies`() throws {
    #expect(try run(grow).kills.count == 1)
  }

  /// Of the 100 pages that are freed no age is left, so that all that goes to swap is of the 400 touched later.
  @Test func `what is freed has no age`() throws {
    let events = [
      #"{ "at": "1s", "grow": { "process": "other", "anon": "100 pages", "over": "1s" } }"#,
      #"{ "at": "3s", "madvise": { "process": "other", "advice": "free" } }"#,
      #"{ "at": "4s", "grow": { "process": "other", "shmem": "400 pages", "over": "1s" } }"#,
      #"{ "at": "6s", "grow": { "process": "go", "anon": "800 pages", "over": "1s" } }"#,
      #"{ "at": "8s", "grow": { "process": "go", "anon": "100 pages", "over": "1s" } }"#,
    ]
    let run = try run(events.joined(separator: ", "), swap: 2000)
    let (go, other) = (run.process(0), run.process(1))
    #expect(run.kills.isEmpty && go.anon + go.swap == 1400)
    #expect(other.anon == 0 && other.swap == 0)
  }

  @Test func `what is touched again stays`() throws {
    let touch = #"{ "at": "1500ms", "touch": { "process": "go" } }"#
    #expect(try run([free, touch, grow].joined(separator: ", ")).kills.count == 1)
    let half = #"{ "at": "1500ms", "touch": { "process": "go", "anon": "250 pages" } }"#
    let most = #"{ "at": "2s", "grow": { "process": "other", "anon": "700 pages" } }"#
    let run = try run([free, half, most].joined(separator: ", "))
    #expect(run.kills.isEmpty && (250..<320).contains(run.process(0).anon))
  }

  @Test func `it goes before anything is swapped`() throws {
    let run = try run(free + ", " + grow, swap: 1000)
    #expect(run.process(0).swap == 0 && run.process(1).swap == 0)
  }

  /// The address space stays: in mode 2 it is committed as before, and touching it is no new request.
  @Test(arguments: ["free", "dontneed"])
  func `it stays committed`(advice: String) throws {
    let madvise = #"{ "at": "1s", "madvise": { "process": "go", "advice": "\#(advice)" } }"#
    let again = #"{ "at": "3s", "grow": { "process": "go", "anon": "100 pages" } }"#
    for events in [[madvise, grow], [madvise, again], [madvise, grow, again]] {
      let text = events.joined(separator: ", ")
      var replay = Replay(try scenario(text), recordsCandidates: false)
      replay.run()
      #expect(replay.record.kills.isEmpty, "\(events)")
      // What is still there is not touched again by an allocation of its own.
      let isNew = advice == "free" && events == [madvise, again]
      let committed: Int64 = isNew ? 600 : events.contains(grow) ? 1300 : 500
      #expect(replay.state.committed == committed, "\(events)")
    }
  }

  @Test func `dontneed is gone at once`() throws {
    let run = try run(
      #"{ "at": "1s", "madvise": { "process": "go", "size": "300 pages", "advice": "dontneed" } }"#)
    #expect(run.process(0).anon == 200)
  }

  @Test func `by release`() throws {
    let early = try run(free, kernel: "4.4")
    #expect(early.process(0).anon == 500)
    #expect(early.warnings.contains { $0.fact == .noMadviseFree("go") })
    #expect(try run(free, kernel: "4.11").process(0).anon == 0)
    #expect(try run(free, swap: 100, kernel: "4.11").process(0).anon == 500)
    #expect(try run(free, kernel: "4.12").process(0).anon == 500)
  }
}
