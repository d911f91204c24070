import Testing

/// A kill that the counters of a kernel may decide otherwise says so.
struct NearTieCommandTests {
  private static let text = """
    { "schema": "oomsim.scenario/1", "kernel": "6.12", "machine": { "memory": "1G", "cpus": 2 },
      "processes": [ { "name": "web", "anon": "300M" }, { "name": "db", "anon": "76810 pages" } ],
      "events": [ { "at": 0, "oom": {} } ] }
    """

  @Test func `run and explain say so, with the margin and how far counters can be off`()
    async throws
  {
    let run = try await Program.run(["run", "-"], stdin: Self.text)
    let said = "won by 11 pages (44 KiB), and counters of 6.12 can be 248 pages (992 KiB) behind"
    #expect(
      run.out.contains(
        "\n    near tie   won by 44 KiB, and counters of 6.12 can be 992 KiB behind: it may be web\n"
      ),
      "\(run)")
    let pages = try await Program.run(["run", "-", "--pages"], stdin: Self.text)
    #expect(pages.out.contains("\n    near tie   \(said): it may be web\n"), "\(pages)")
    let json = try await Program.run(["run", "-", "--json"], stdin: Self.text)
    #expect(json.out.contains("\"near_tie\": true,\n      \"near_tie_within\": 248,"), "\(json)")
    let lesson = try await Program.run(["explain", "-"], stdin: Self.text)
    #expect(lesson.out.contains("    near tie      won by 11 pages (44 KiB), and the counters"))
    #expect(lesson.out.contains("of 6.12 can be 248"), "\(lesson)")
    let facts = try await Program.run(["explain", "-", "--json"], stdin: Self.text)
    #expect(facts.out.contains("\"near_tie_within\": 248"), "\(facts)")
  }

  @Test func `a release that sums its counters decides for sure`() async throws {
    let run = try await Program.run(["run", "-", "--kernel", "7.0"], stdin: Self.text)
    #expect(run.code == 0 && !run.out.contains("near tie"))
    let json = try await Program.run(["run", "-", "--kernel", "7.0", "--json"], stdin: Self.text)
    #expect(
      json.out.contains("\"near_tie\": false,") && json.out.contains("\"near_tie_within\": null,"))
  }
}
