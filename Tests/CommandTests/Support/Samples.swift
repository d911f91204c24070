import Foundation

/// Scenarios that the tables of commands use.
enum Samples {
  static let scenarios = Program.packageRoot.appending(path: "Scenarios")

  /// 64 MiB of group /g end the run of `big`: 2 × 40 MiB.
  static func scenario(
    name: String = "sample", kernel: String = "\"kernel\": \"6.12\", ", expect: String = ""
  ) -> String {
    """
    { "schema": "oomsim.scenario/1", "name": "\(name)", \(kernel)
      "machine": { "memory": "1G" },
      "cgroups": { "/g": { "memory.max": "64M", "memory.swap.max": 0 } },
      "processes": [
        { "pid": 1, "name": "init", "anon": "4M" },
        { "name": "big", "cgroup": "/g", "anon": "40M" },
        { "name": "small", "cgroup": "/g", "anon": "10M" }
      ],
      "events": [ { "at": "10s", "grow": { "process": "big", "anon": "40M", "over": "4s" } } ]\(expect) }
    """
  }

  static let passing = scenario(
    name: "passing", expect: #", "expect": { "kills": [ { "name": "big" } ] }"#)
  static let failing = scenario(
    name: "failing", expect: #", "expect": { "kills": [ { "name": "small" } ] }"#)
  static let malformed = #"{ "schema": "oomsim.scenario/1", "machine": { "memory": "1KB" } }"#

  /// A directory with one file of each kind.
  static func directory() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.file("pass.json", passing)
    try scratch.file("fail.json", failing)
    try scratch.file("malformed.json", malformed)
    try scratch.file("nothing.json", scenario(name: "nothing"))
    try scratch.file("empty.json", "")
    try scratch.file("binary.json", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167) }))
    try scratch.file("good/b.json", passing)
    try scratch.file("good/a/c.json", passing)
    try scratch.file("good/schema.json", "{}")
    try scratch.file("good/notes.txt", "no scenario")
    try scratch.file("bare/notes.txt", "no scenario")
    return scratch
  }
}
