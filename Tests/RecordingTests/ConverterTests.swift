import RecordingConverter
import Testing

struct SizeExpressionTests {
  @Test(arguments: [
    ("700", 700), ("4M", 1024), ("3600K", 900), ("25%", 250), ("5%+100UNIT+200", 350),
    ("TOTAL+1", 1501), ("3TOTAL", 4500), ("LIMIT-100", 400), ("RAM", 1000), ("SWAP", 500),
  ])
  func sizes(text: String, pages: Int64) {
    let size = SizeExpression(ramPages: 1000, swapPages: 500, commitLimitPages: 500)
    #expect(size.pages(text) == pages)
  }

  @Test(arguments: ["", "4X", "leave", "1++2", "M5"])
  func rejected(text: String) {
    #expect(SizeExpression(ramPages: 1, swapPages: 0).pages(text) == nil)
  }
}

struct JSONValueTests {
  @Test func tablesHaveOneEntryALine() {
    let value: JSONValue = [
      "name": "a \"b\"\n", "processes": [["pid": 1], ["pid": 2]], "expect": ["kills": []],
    ]
    #expect(
      value.text == """
        {
          "name": "a \\"b\\"\\n",
          "processes": [
            { "pid": 1 },
            { "pid": 2 }
          ],
          "expect": { "kills": [] }
        }

        """)
  }
}

struct DecisionTests {
  @Test func stateIsTheTable() throws {
    let scenario = try #require(decisions(of: groupRecording())[0].scenario)
    #expect(scenario.name == "x01-group-qemu-6.12-1")
    #expect(scenario.path == "6.12/x01-group-qemu-6.12-1.json")
    #expect(scenario.document["source"] == ["recorded: Debian 6.12.1, QEMU, 256 MiB"])
    #expect(scenario.document["cgroups"] == ["/g": ["memory.max": "3600kB"]])
    #expect(
      scenario.document["events"] == [["at": 0, "oom": ["cgroup": "/g", "process": 10]]])
  }

  @Test func everySharerOfTheAddressSpaceDies() throws {
    let scenario = try #require(decisions(of: groupRecording())[0].scenario)
    #expect(
      scenario.document["expect"] == [
        "kills": [
          ["pid": 11, "constraint": "memcg", "cgroup": "/g", "points": 570, "also": ["BS"]]
        ],
        "panic": false,
      ])
    #expect(
      scenario.text.contains(#"{ "pid": 12, "name": "BS", "cgroup": "/g", "shares_mm_with": "B" }"#)
    )
  }

  @Test func firstVictimOfAGroupKillCountsOnce() throws {
    let kills = #", { "pid": 10, "name": "A" }, { "pid": 11, "name": "B" }"#
    let scenario = try #require(decisions(of: groupRecording(kills: kills))[0].scenario)
    #expect(scenario.text.contains(#""also": ["BS", "A"]"#))
  }

  @Test func refusedWritesAreNoLimits() throws {
    let cgset = """
      { "type": "cgset", "t": 1, "path": "/g", "key": "memory.max", "value": "1M", "errno": 16 },
      """
    let scenario = try #require(decisions(of: groupRecording(cgset: cgset))[0].scenario)
    #expect(scenario.document["cgroups"] == ["/g": ["memory.max": "3600kB"]])
  }

  @Test func manualOOMIsAnEventOfItsOwn() throws {
    var recording = try groupRecording()
    recording.ooms[0].order = -1
    let scenario = try #require(decisions(of: recording)[0].scenario)
    #expect(scenario.document["events"] == [["at": 0, "sysrq": "f"]])
  }

  @Test func vforkChildSharesItsParentsMemory() throws {
    var recording = try groupRecording()
    recording.processes[2].mode = "vfork"
    let scenario = try #require(decisions(of: recording)[0].scenario)
    #expect(
      scenario.text.contains(
        #"{ "pid": 12, "name": "BS", "cgroup": "/g", "shares_mm_with": "B", "in_vfork": true }"#))
    #expect(scenario.text.contains(#""also": ["BS"]"#))
  }

  @Test func processWithoutItsLeaderGoesByItsOwnPid() throws {
    let steps = #"{ "line": "do B threads 2", "t": 4 }, { "line": "do B leaderexit", "t": 4 },"#
    var recording = try groupRecording(steps: steps)
    recording.ooms[0].tasks?[1].pid = 15
    recording.ooms[0].kills?[0].pid = 15
    recording.ooms[0].formula?.points?[1].pid = 15
    let scenario = try #require(decisions(of: recording)[0].scenario)
    #expect(scenario.text.contains(#"{ "pid": 11, "name": "B", "cgroup": "/g","#))
    #expect(scenario.text.contains(#""threads": 2"#))
    #expect(scenario.text.contains(#"{ "pid": 11, "constraint": "memcg", "cgroup": "/g","#))
    #expect(scenario.text.contains(#""points": 570"#))
  }

  @Test func versionOneHasItsOwnFiles() throws {
    let scenario = try #require(decisions(of: liveRecording())[0].scenario)
    #expect(scenario.path == "6.18/v1-x-host-6.18-1.json")
    #expect(scenario.document["cgroup_version"] == 1)
    #expect(
      scenario.document["cgroups"] == [
        "/lab": [
          "memory.limit_in_bytes": 4_194_304, "memory.oom_control": ["oom_kill_disable": 0],
        ],
        "/lab/x": [:],
      ])
    #expect(scenario.document["events"] == [["at": 0, "oom": ["cgroup": "/lab", "process": 21]]])
    #expect(scenario.text.contains(#"{ "pid": 20, "name": "A", "cgroup": "/lab/x","#))
  }

  @Test func unknownNodesAreAReasonToSkip() throws {
    let summary = #""constraint": "CONSTRAINT_CPUSET""#
    let converted = try decisions(of: groupRecording(summary: summary))[0]
    guard case .skipped(_, let reason) = converted else {
      Issue.record("not skipped")
      return
    }
    #expect(reason == "NUMA: the nodes were not recorded")
  }

  @Test func policiesOfOtherKindsAreAReasonToSkip() throws {
    let steps = #"{ "line": "do A policy 1 3", "t": 4, "replies": [ { "r": [0] } ] },"#
    let summary = #""constraint": "CONSTRAINT_NONE""#
    let converted = try decisions(of: nodeRecording(summary: summary, steps: steps))[0]
    guard case .skipped(_, let reason) = converted else {
      Issue.record("not skipped")
      return
    }
    #expect(reason == "NUMA: a policy other than bind")
  }

  @Test(arguments: ["1", #""1""#])
  func whoIsBoundToOtherNodesIsThere(nodemask: String) throws {
    let steps = """
      { "line": "do A policy 1", "t": 4, "replies": [ { "r": [0] } ] },
      { "line": "do B policy 3", "t": 4, "replies": [ { "r": [0] } ] },
      { "line": "do B policy 1", "t": 4, "replies": [ { "r": [22] } ] },
      """
    let summary = #""constraint": "CONSTRAINT_MEMORY_POLICY", "nodemask": \#(nodemask)"#
    let recording = try nodeRecording(summary: summary, steps: steps)
    let scenario = try #require(decisions(of: recording)[0].scenario)
    let nodes: JSONValue = [
      ["memory": "30000 pages", "present": "31100 pages", "spanned": "32200 pages"],
      ["memory": "20000 pages", "present": "20000 pages", "spanned": "20000 pages"],
    ]
    #expect(scenario.document["machine"]?["nodes"] == nodes)
    #expect(scenario.text.contains(#""name": "A", "cgroup": "/g", "mempolicy": "0","#))
    #expect(scenario.text.contains(#""mempolicy": "0,1","#))
    #expect(
      scenario.document["events"] == [["at": 0, "oom": ["process": 10, "nodes": "1"]]])
    #expect(scenario.text.contains(#"{ "pid": 11, "constraint": "memory_policy", "points": 570,"#))
  }

  @Test func nodesOfAGroupAreAList() throws {
    let cgset = """
      { "type": "cgset", "t": 1, "path": "/g", "key": "cpuset.mems", "value": "0", "errno": 0 },
      """
    let summary = #""constraint": "CONSTRAINT_CPUSET", "nodemask": "(null)""#
    let recording = try nodeRecording(summary: summary, cgset: cgset)
    let scenario = try #require(decisions(of: recording)[0].scenario)
    #expect(
      scenario.document["cgroups"] == ["/g": ["memory.max": "3600kB", "cpuset.mems": "0"]])
    #expect(scenario.document["events"] == [["at": 0, "oom": ["process": 10]]])
    #expect(scenario.text.contains(#"{ "pid": 11, "constraint": "cpuset", "points": 570,"#))
  }
}

struct ReplayTests {
  @Test func growthEndsHalfAVictimLater() throws {
    let scenario = try #require(replay(of: groupRecording()).scenario)
    #expect(scenario.recordedGrower?.pid == 10)
    #expect(scenario.recordedGrower?.pages == 370)
    #expect(
      scenario.text.contains(
        #"{ "at": "2s", "grow": { "process": "A", "anon": "550 pages", "over": "10s" } }"#))
  }

  @Test func kernelMemoryIsWhatIsLeft() throws {
    let scenario = try #require(replay(of: groupRecording()).scenario)
    // 50000 - 40000 free - init 200+10 - A 75+10 - B 575+11, once for both - and 190 reserved.
    let machine: JSONValue = [
      "memory": "50000 pages", "swap": "1000 pages", "kernel": "9309 pages", "cpus": 1,
    ]
    #expect(scenario.document["machine"] == machine)
  }

  @Test func logOfALiveRunIsItsScript() throws {
    let scenario = try #require(replay(of: liveRecording()).scenario)
    #expect(scenario.recordedGrower?.pid == 21)
    #expect(scenario.recordedGrower?.pages == 570)
    #expect(
      scenario.document["cgroups"]?["/lab"] == [
        "memory.limit_in_bytes": 4_194_304, "memory.oom_control": ["oom_kill_disable": 1],
      ])
    #expect(
      scenario.document["events"] == [
        ["at": "1s", "grow": ["process": "G", "anon": "800 pages"]],
        [
          "at": "2s",
          "set": ["cgroup": "/lab", "to": ["memory.oom_control": ["oom_kill_disable": 0]]],
        ],
      ])
    #expect(
      scenario.document["expect"] == [
        "kills": [
          ["name": "A", "constraint": "memcg", "cgroup": "/lab", "after": "2s", "also": []]
        ],
        "survivors": ["G"], "stuck": [], "panic": false,
      ])
  }

  @Test func processesJoinTheirGroupsAfterTheyStart() throws {
    let scenario = try #require(replay(of: groupRecording()).scenario)
    #expect(scenario.text.contains(#"{ "at": 0, "move": { "process": "A", "cgroup": "/g" } }"#))
    #expect(
      scenario.text.contains(
        #"{ "pid": 11, "name": "B", "uid": 7, "oom_score_adj": 5, "anon": "75 pages","#))
  }
}

struct ReplayOfFilesTests {
  private func events(_ steps: String) throws -> String {
    try #require(replay(of: groupRecording(steps: steps)).scenario).text
  }

  private func step(_ line: String, _ pages: Int, _ errno: Int = 0) -> String {
    #"{ "line": "\#(line)", "t": 4.1, "replies": [ { "r": [\#(pages), \#(errno), 0] } ] },"#
  }

  @Test func whatIsReadIsCacheOfTheReadersGroup() throws {
    let text = try events(
      step("do A readfile 300 path=/dev/vda", 300) + step("do B readfile 200 path=/dev/vda", 200))
    #expect(text.contains(#""page_cache": { "read": "300 pages", "cgroup": "/g" }"#))
    #expect(!text.contains("200 pages\", \"cgroup"))
  }

  @Test func fileOfATmpfsIsASegmentThatStays() throws {
    let text = try events(step("do A file 40 path=/shm/f create", 40) + step("do A free", 40))
    #expect(text.contains(#""name": "A", "anon": "75 pages", "segment": "/shm/f""#))
    #expect(text.contains(#""grow": { "process": "A", "shmem": "40 pages" }"#))
    #expect(text.contains(#""shrink": { "process": "A", "shmem": "40 pages" }"#))
  }

  @Test func mappedFileIsFilePages() throws {
    let text = try events(step("do A file 40 path=/dev/vda off=16640", 40))
    #expect(text.contains(#""grow": { "process": "A", "file": "40 pages" }"#))
  }

  @Test func lockedMemoryIsLockedAsItIsTouched() throws {
    let text = try events(
      step("do A mlockall future", 0) + step("do A anon 7", 7) + step("do A anon 9000", 0, -11))
    #expect(text.contains(#""grow": { "process": "A", "locked": "7 pages" }"#))
    #expect(!text.contains("9000 pages"))
  }

  @Test func limitsInBytesAreNumbers() throws {
    let cgset = """
      { "type": "cgset", "t": 1, "path": "/g", "key": "memory.max", "value": "8192", "errno": 0 },
      """
    let scenario = try #require(decisions(of: groupRecording(cgset: cgset))[0].scenario)
    #expect(scenario.document["cgroups"] == ["/g": ["memory.max": 8192]])
  }

  @Test func growthUntilADeathAsksForAll() throws {
    let steps = step("do A anon 400% stop", 5)
    let scenario = try #require(replay(of: groupRecording(steps: steps), untilDeath: true).scenario)
    let index = try #require(scenario.endingAtDeath.first)
    guard case .array(let events)? = scenario.document["events"] else { return }
    #expect(events[index]["grow"]?["anon"] == "6144 pages")
  }
}

struct OvercommitTests {
  @Test func growthAmongRequestsIsReplayed() throws {
    let extra =
      #", "overcommit": [ { "name": "B", "op": "reserve", "line": "do B reserve 70 keep","#
      + #" "ok": true, "committed_before_kb": 400, "commit_limit_kb": 100, "total_vm": 312 } ]"#
    let steps = """
      { "line": "do B reserve 70 keep", "t": 4, "replies": [ { "ok": true, "pages": 70 } ] },
      { "line": "do A anon 20", "t": 4, "replies": [ { "r": [0, -12, 9] } ] },
      """
    var recording = try groupRecording(extra: extra, steps: steps)
    recording.ooms = []
    recording.steps.removeLast()
    let scenario = try #require(overcommit(of: recording)?.scenario)
    #expect(scenario.kind == .overcommit)
    #expect(
      scenario.text.contains(
        #""map": { "process": "B", "size": "70 pages", "kind": "private" }"#))
    #expect(scenario.document["expect"]?["refused"] == [["process": "A", "at": "4s"]])
  }

  @Test func searchIsTwoRequests() throws {
    let extra = """
      , "overcommit": [ { "name": "B", "op": "bsearch", "line": "do B bsearch 0 TOTAL",
        "max_ok_pages": 51000, "committed_before_kb": 400, "commit_limit_kb": 100,
        "total_vm": 312 } ]
      """
    let converted = try overcommit(of: groupRecording(extra: extra))
    let scenario = try #require(converted?.scenario)
    #expect(
      scenario.document["expect"] == [
        "kills": [], "refused": [["process": "B", "at": "3s"]], "panic": false,
      ])
    #expect(
      scenario.text.contains(
        #""map": { "process": "committed", "size": "100 pages", "kind": "private" }"#))
  }

  @Test func nothingAskedIsNothingToShow() throws {
    #expect(try overcommit(of: groupRecording()) == nil)
  }
}
