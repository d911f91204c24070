import Foundation
import Testing

/// `run --timeline` saves memory over time.
struct TimelineCommandTests {
  /// 64 MiB of /g end `big` at 14s at the latest.
  private static let header =
    "time_us,cgroup_pages:/g,process_pages:big,process_pages:small,process_pages:init,free_pages,"
    + "cache_pages,swap_pages,committed_as_pages"

  private static func rows(_ csv: String) -> [[String]] {
    csv.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
  }

  @Test func `a file of values goes with the run, and a dash prints it`() async throws {
    let scratch = try Scratch()
    let input = try scratch.file("in.json", Samples.scenario()).path
    let path = scratch.url.appending(path: "out.csv").path
    let plain = try await Program.run(["run", input])
    let run = try await Program.run(["run", input, "--timeline", path])
    #expect(run.code == 0 && run.error == "" && run.out == plain.out, "\(run)")
    let saved = try String(contentsOfFile: path, encoding: .utf8)
    #expect(saved.hasPrefix(Self.header + "\n0,"), "\(saved)")
    let rows = Self.rows(saved)
    #expect(rows.allSatisfy { $0.count == 9 } && !saved.contains("\r"))
    // The kill: 64 MiB are charged before it, and `big` is gone after it.
    let times = rows.dropFirst().compactMap { Int($0[0]) }
    #expect(times == times.sorted() && times.last == 14_000_000)
    #expect(rows.contains { $0[1] == "16384" || $0[1] == "16383" })
    #expect(rows.last?[2] == "0" && rows.last?[3] == "2560" && rows.last?[4] == "1024")
    let printed = try await Program.run(["run", input, "--timeline", "-"])
    #expect(printed.code == 0 && printed.out == saved && printed.error == "")
  }

  @Test func `a step gives one line each, and one at the end`() async throws {
    let scratch = try Scratch()
    let input = try scratch.file("in.json", Samples.scenario()).path
    let output = try await Program.run(["run", input, "--timeline", "-", "--every", "3s"])
    #expect(
      Self.rows(output.out).dropFirst().map { $0[0] } == [
        "0", "3000000", "6000000", "9000000", "12000000", "14000000",
      ])
  }

  @Test func `JSON has a list for each column`() async throws {
    let scratch = try Scratch()
    let input = try scratch.file("in.json", Samples.scenario()).path
    let path = scratch.url.appending(path: "OUT.JSON").path
    let run = try await Program.run(["run", input, "--json", "--timeline", path])
    #expect(run.code == 0 && run.out.contains("oomsim.result/1"))
    let saved = try Data(contentsOf: URL(filePath: path))
    let document = try #require(try JSONSerialization.jsonObject(with: saved) as? [String: Any])
    #expect(document["schema"] as? String == "oomsim.timeline/1")
    let times = try #require(document["time_us"] as? [Int])
    for key in ["free_pages", "cache_pages", "swap_pages", "committed_as_pages"] {
      #expect((document[key] as? [Int])?.count == times.count, "\(key)")
    }
    let processes = try #require(document["processes"] as? [[String: Any]])
    #expect(processes.map { $0["name"] as? String } == ["big", "small", "init"])
    #expect(processes.allSatisfy { ($0["pages"] as? [Int])?.count == times.count })
    let groups = try #require(document["cgroups"] as? [[String: Any]])
    #expect(groups.map { $0["path"] as? String } == ["/g"])
    let printed = try await Program.run(["run", input, "--json", "--timeline", "-"])
    #expect(printed.out == String(decoding: saved, as: UTF8.self))
  }

  /// RFC 4180; a field that begins with `=`, `+`, `-` or `@` is a formula for a spreadsheet.
  @Test func `names cannot break a line, nor be formulas`() async throws {
    let text = #"""
      { "schema": "oomsim.scenario/1", "machine": { "memory": "64M" },
        "processes": [ { "name": "=cmd()", "anon": "9M" }, { "name": "a,\"b", "anon": "8M" },
          { "name": "n\n\u001b[31m", "anon": "7M" }, { "name": "twin", "anon": "3M" },
          { "name": "twin", "anon": "3M" }, { "name": "-1+1", "anon": "1M" } ] }
      """#
    let output = try await Program.run(["run", "-", "--timeline", "-"], stdin: text)
    #expect(output.code == 0, "\(output)")
    let lines = output.out.split(separator: "\n").map(String.init)
    #expect(
      lines.first == "time_us,process_pages:=cmd(),\"process_pages:a,\"\"b\","
        + #"process_pages:n\u{a}\u{1b}[31m,process_pages:twin,process_pages:-1+1,"#
        + "free_pages,cache_pages,swap_pages,committed_as_pages")
    #expect(lines.count == 2 && lines[1].hasPrefix("0,2304,2048,1792,1536,256,"))
    // In a table of what-ifs a name is a field by itself.
    let sweep = try await Program.run(
      ["sweep", "-", "--csv", "--vary", "machine.memory=64M"],
      stdin: text.dropLast(1) + #", "events": [ { "at": 0, "oom": {} } ] }"#)
    #expect(sweep.code == 0 && sweep.out.contains("\n64M,'=cmd(),"), "\(sweep)")
  }

  @Test func `a reader that goes away is no error, a place that is not there is`() async throws {
    let file = "Scenarios/memcg/hpc-batch-job.json"
    let line = "{ oomsim run \(file) --timeline - --every 1us; echo \"code $?\" >&2; } | head -n 1"
    let output = try await Program.shell(line)
    #expect(output.out.hasPrefix("time_us,") && output.out.split(separator: "\n").count == 1)
    // What was left out is said, whoever reads.
    #expect(output.error.hasPrefix("oomsim: timeline: too many samples to keep all: one each "))
    #expect(output.error.hasSuffix("\ncode 0\n"), "\(output)")
    let nowhere = try await Program.run(["run", file, "--timeline", "/nowhere/out.csv"])
    #expect(nowhere.code == 66 && nowhere.out == "")
    #expect(nowhere.error == "oomsim: /nowhere/out.csv: no such file or directory\n")
  }
}
