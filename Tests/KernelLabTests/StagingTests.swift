import Foundation
import KernelLab
import OOMFormats
import OOMSimulator
import Testing

struct ScaleTests {
  @Test(arguments: [
    (1000, 4000, 400, 100), (1000, 4000, 2, 1), (1000, 4000, 1, 0), (4000, 1000, 3, 12),
    (119_006, 2_035_200, 2_035_200, 119_006),
  ])
  func sizes(guest: Int64, scenario: Int64, size: Int64, pages: Int64) {
    #expect(Scale(guest: guest, scenario: scenario).pages(size) == pages)
  }

  @Test func text() {
    #expect(Scale(guest: 119_006, scenario: 2_035_200).text == "1 : 17.1")
    #expect(Scale(guest: 2000, scenario: 1000).text == "2.0 : 1")
  }
}

struct StagingTests {
  static let guest = GuestSize(memory: 100_000, free: 93_000, disk: "/dev/vda")

  private func staging(_ body: String, kernel: KernelRelease = "6.12") throws -> Staging {
    let text = #"{ "machine": { "memory": "200000 pages" \#(body) }"#
    let scenario = try Scenario(json: Array(text.utf8), file: "test")
    return try Staging(scenario, on: Self.guest, release: kernel)
  }

  private func reasons(_ body: String) throws -> [String] {
    do throws(any Error) {
      _ = try staging(body)
      return []
    } catch let error as CannotStage {
      return error.reasons
    }
  }

  @Test func stepsOfAWorld() throws {
    let staging = try staging(
      """
      , "kernel": "20000 pages", "swap": "2000 pages" },
      "sysctl": { "vm.swappiness": 10 },
      "processes": [
        { "pid": 1, "name": "systemd", "anon": "200 pages" },
        { "name": "a name", "uid": 33, "anon": "1000 pages" },
        { "name": "b", "count": 2, "oom_score_adj": -5, "cgroup": "/g/h", "shmem": "60 pages" } ],
      "cgroups": { "/g": { "memory.max": "50000 pages" } },
      "events": [ { "at": "1s", "grow": { "process": "b-2", "anon": "400000 pages", "over": "10s" } } ]
      """)
    #expect(
      staging.steps == [
        "swapon /dev/vda 1000", "sysctl vm/swappiness 10", "fill 3000",
        "cg g memory.max=102400000", "cg g/h",
        "proc a_name uid=33", "proc b-1 cg=g/h adj=-5", "proc b-2 cg=g/h adj=-5",
        "dump base", "initgrow 100", "do a_name anon 495", "do b-1 shmem 30", "do b-2 shmem 30",
        "dump pre", "do b-2 anon 200000 chunk=16", "sleep 300", "dump post",
      ])
    #expect(staging.scale.text == "1 : 2.0")
    #expect(staging.names["a_name"] == "a name")
  }

  @Test func growthAtTheSameTimeTakesTurns() throws {
    let staging = try staging(
      """
      }, "processes": [ { "name": "a" }, { "name": "b" } ],
      "events": [
        { "at": 0, "grow": { "process": "a", "anon": "4800 pages", "over": "10s" } },
        { "at": 0, "grow": { "process": "b", "anon": "2400 pages", "over": "10s" } },
        { "at": "20s", "grow": { "process": "a", "anon": "100 pages", "over": "10s" } } ]
      """)
    let steps = staging.steps.filter { $0.hasPrefix("do") }
    #expect(steps.count == 49)
    #expect(steps[0] == "do a anon 100 chunk=16")
    #expect(steps[1] == "do b anon 50 chunk=16")
    #expect(steps[48] == "do a anon 50 chunk=16")
    let sum = { (name: String) in
      steps.filter { $0.hasPrefix("do \(name) ") }
        .reduce(0) { $0 + (Int($1.split(separator: " ")[3]) ?? 0) }
    }
    #expect(sum("a") == 2450)
    #expect(sum("b") == 1200)
  }

  @Test func onlyGroupsKillSoTheyStayLarge() throws {
    let staging = try staging(
      """
      }, "processes": [ { "name": "a", "cgroup": "/g", "anon": "1000 pages" } ],
      "cgroups": { "/g": { "memory.max": "9000 pages" } },
      "events": [ { "at": "1s", "grow": { "process": "a", "anon": "20000 pages", "over": "10s" } } ]
      """)
    #expect(staging.scale.text == "1.0 : 1")
    #expect(staging.steps.contains("cg g memory.max=\(9000 * 4096)"))
  }

  @Test(arguments: [
    (#", "page_size": 65536 }, "processes": []"#, "machine.page_size"),
    (
      #", "swap": [ { "size": "1G", "kind": "zram" } ] }, "processes": []"#,
      "machine.swap: a zram; the guest has a disk"
    ),
    (
      #"}, "processes": [ { "name": "a", "in_vfork": true, "shares_mm_with": "b" }, { "name": "b" } ]"#,
      "processes.a.in_vfork"
    ),
    (
      #"}, "processes": [ { "name": "a" } ], "events": [ { "at": 0, "oom": {} } ]"#,
      "events: oom: an OOM that is declared comes about by nothing"
    ),
    (
      #"}, "processes": [ { "name": "a", "cgroup": "/g" } ], "cgroups": { "/g": {}, "/g/h": {} }"#,
      "processes.a: group /g has groups below it"
    ),
    (
      #"}, "processes": [ { "name": "a", "cgroup": "/g" } ], "cgroups": { "/g": { "memory.high": "1M" } }"#,
      "cgroups./g.memory.high"
    ),
    (
      #"}, "processes": [ { "name": "a", "count": 500 } ]"#,
      "500 processes: the guest has at most 240"
    ),
  ])
  func whatCannotBeStagedIsNamed(body: String, reason: String) throws {
    let reasons = try reasons(body)
    #expect(reasons.contains { $0.hasPrefix(reason) }, "\(reasons)")
  }

  @Test func startWithoutRoomIsRefused() throws {
    let reasons = try reasons(#"}, "processes": [ { "name": "a", "anon": "190000 pages" } ]"#)
    #expect(reasons.count == 1 && reasons[0].contains("more --memory"))
  }
}

struct RandomWorldTests {
  private func json(_ seed: UInt64) -> [UInt8] {
    RandomWorld(seed: seed).scenario(on: StagingTests.guest).json()
  }

  @Test func sameSeedSameWorld() {
    for seed: UInt64 in 1...20 { #expect(json(seed) == json(seed)) }
    #expect(json(1) != json(6))
  }

  @Test func everyWorldIsValidAndCanBeStaged() throws {
    for seed: UInt64 in 1...20 {
      let scenario = try Scenario(json: json(seed), file: "world")
      _ = try Staging(scenario, on: StagingTests.guest, release: "6.12")
    }
  }
}

struct CpioTests {
  @Test func archive() {
    var archive = CpioArchive()
    archive.add("dev", mode: 0o40755)
    archive.add("dev/console", mode: 0o20600, device: (5, 1))
    archive.add("init", mode: 0o100755, Data("hello".utf8))
    let bytes = archive.finish()
    #expect(bytes.count % 4 == 0)
    let text = String(decoding: bytes, as: UTF8.self)
    let first =
      "070701" + "00000001" + "000041ED" + "00000000" + "00000000" + "00000001" + "00000000"
      + "00000000" + "00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000"
    #expect(text.hasPrefix(first + "dev\0"))
    #expect(text.contains("00000005" + "00000001" + "0000000C" + "00000000" + "dev/console\0"))
    #expect(text.contains("init\0\0hello\0\0\0070701"))
    #expect(text.hasSuffix("TRAILER!!!\0\0\0\0"))
  }
}
