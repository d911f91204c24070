import Foundation
import Testing

/// `run -o` saves what was replayed.
struct RunOutputTests {
  @Test func `what --set and --kernel changed is saved, and the run is printed`() async throws {
    let scratch = try Scratch()
    try scratch.file("in.json", Samples.scenario())
    let changed = ["--set", "processes.big.oom_score_adj=-999", "--kernel", "5.4"]
    let path = scratch.url.appending(path: "out.json").path
    let input = scratch.url.appending(path: "in.json").path
    let run = try await Program.run(["run", "--json", input, "-o", path] + changed)
    #expect(run.code == 0 && run.error == "", "\(run)")
    let saved = try String(contentsOfFile: path, encoding: .utf8)
    #expect(saved.contains("\"oom_score_adj\": -999") && saved.contains("\"kernel\": \"5.4\""))
    // The same run comes from the file alone.
    let again = try await Program.run(["run", "--json", path])
    #expect(again.code == 0 && again.out == run.out)
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path)
    #expect(left.sorted() == ["in.json", "out.json"])
    // A dash prints the same scenario and nothing else.
    let printed = try await Program.run(["run", input, "-o", "-"] + changed)
    #expect(printed.code == 0 && printed.out == saved)
  }

  @Test func `a file is replaced in place, by its link and with its permissions`() async throws {
    let scratch = try Scratch()
    try scratch.file("in.json", Samples.scenario())
    let directory = scratch.url.path
    let output = try await Program.shell(
      """
      cd '\(directory)' && ln -s in.json link.json && chmod 640 in.json \\
        && oomsim run link.json --set machine.memory=2G -o link.json > run.txt \\
        && test -L link.json && stat -c %a in.json && oomsim check in.json | tail -n 1 \\
        && grep -c 2G in.json && ls
      """)
    #expect(output.code == 0, "\(output)")
    let lines = output.out.split(separator: "\n").map(String.init)
    #expect(lines.first == "640" && lines.contains("1"), "\(output)")
    #expect(lines.suffix(3) == ["in.json", "link.json", "run.txt"], "\(output)")
  }

  @Test func `what cannot be saved is said, and the old file stays`() async throws {
    let scratch = try Scratch()
    try scratch.file("in.json", Samples.scenario())
    let input = scratch.url.appending(path: "in.json").path
    let nowhere = try await Program.run(["run", input, "-o", "/nowhere/out.json"])
    #expect(nowhere.code == 66 && nowhere.out == "", "\(nowhere)")
    #expect(nowhere.error.contains("/nowhere/out.json") && nowhere.error.contains("no such file"))
    for arguments in [[input, input, "-o", "x.json"], [input, "--json", "-o", "-"]] {
      let wrong = try await Program.run(["run"] + arguments)
      #expect(wrong.code == 64 && wrong.out == "" && wrong.error.hasPrefix("Error: -o"), "\(wrong)")
    }
    let mistaken = try await Program.run(["run", input, "-o", input, "--set", "machine.memory=no"])
    #expect(mistaken.code == 64)
    #expect(try String(contentsOfFile: input, encoding: .utf8) == Samples.scenario())
  }
}

/// What `oomsim run` says of groups. Kernel: mm/memcontrol.c, `memory_events_show()`.
struct RunGroupsTests {
  private static let text = """
    { "schema": "oomsim.scenario/1", "machine": { "memory": "1G" },
      "cgroups": { "/a": { "memory.high": "100M", "memory.max": "120M" } },
      "processes": [{ "name": "p", "cgroup": "/a", "anon": "10 pages" }],
      "events": [{ "at": 0, "grow": { "process": "p", "anon": "140M" } }] }
    """

  @Test func `a group that slept is named in text, all are in JSON`() async throws {
    let shown = try await Program.run(["run", "-"], stdin: Self.text)
    #expect(shown.out.contains("\ngroup /a: slept 1m"))
    #expect(shown.out.contains(" above memory.high, peak 120 MiB\n"))
    let json = try await Program.run(["run", "-", "--json"], stdin: Self.text)
    #expect(json.out.contains(#"{ "path": "/a", "current": 0, "peak": 30720, "swap_current": 0"#))
    #expect(json.out.contains(#""swap_peak": 0, "high_sleep_us": 6"#))
    #expect(json.out.contains(#""max": 1, "oom": 1, "oom_kill": 1, "oom_group_kill": 0 } }"#))
  }
}
