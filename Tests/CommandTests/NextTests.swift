import Foundation
import Testing

/// `next`: the domains in order, the candidates in order, and what there is when nobody can die.
@Suite struct NextTests {
  private func scenario(
    _ processes: String, machine: String = #""memory": "1G""#, cgroups: String = "",
    sysctl: String = "", kernel: String = "6.12"
  ) -> String {
    """
    { "schema": "oomsim.scenario/1", "name": "s", "kernel": "\(kernel)", "machine": { \(machine) },
      "sysctl": { \(sysctl) }, "cgroups": { \(cgroups) }, "processes": [ \(processes) ] }
    """
  }

  private func domains(_ text: String, _ options: [String] = ["--near", "100"]) async throws
    -> [[String: Any]]
  {
    let output = try await Program.run(["next", "-", "--json"] + options, stdin: text)
    #expect(output.code == 0 && output.error == "", "\(output.error)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "oomsim.next/1")
    return try #require(document["domains"] as? [[String: Any]])
  }

  @Test func `the nearest limit comes first`() async throws {
    let text = scenario(
      """
      { "pid": 1, "name": "init", "anon": "4M" },
      { "pid": 10, "name": "a", "anon": "50M", "cgroup": "/far" },
      { "pid": 11, "name": "b", "anon": "60M", "cgroup": "/near/b" }
      """,
      cgroups: """
        "/far": { "memory.max": "200M" }, "/near": { "memory.max": "64M", "memory.swap.max": 0 },
        "/near/b": { "memory.max": "100M" }
        """)
    let domains = try await domains(text)
    #expect(domains.map { $0["cgroup"] as? String } == ["/near", "/near/b", "/far", nil])
    #expect(domains[0]["limit"] as? Int == 16384)
    let left = try #require(domains[0]["left"] as? Int)
    #expect(left + (domains[0]["usage"] as? Int ?? 0) == 16384)
    #expect(domains[0]["left_per_mille"] as? Int == left * 1000 / 16384)
    let some = try await self.domains(text, ["--near", "10"])
    #expect(some.map { $0["cgroup"] as? String } == ["/near"])
  }

  /// Prometheus' text format: one block a metric, labels in quotes with what ends them escaped, numbers in bytes.
  @Test func `metrics of the limits and their candidates`() async throws {
    let text = scenario(
      """
      { "pid": 10, "name": "a\\"b\\\\c\\nd", "anon": "60M", "cgroup": "/near" },
      { "pid": 11, "name": "small", "anon": "1M", "cgroup": "/near" }
      """, cgroups: #""/near": { "memory.max": "64M", "memory.swap.max": 0 }"#)
    let output = try await Program.run(["next", "-", "--prometheus"], stdin: text)
    #expect(output.code == 0 && output.error == "", "\(output)")
    let lines = output.out.split(separator: "\n").map(String.init)
    #expect(lines.contains(#"oomsim_limit_bytes{cgroup="/near",file="memory.max"} 67108864"#))
    #expect(
      lines.contains {
        $0.hasPrefix(
          #"oomsim_candidate_points{cgroup="/near",file="memory.max",rank="1",pid="10",name="a\"b\\c\nd"} 15"#
        )
      }, "\(output.out)")
    #expect(
      lines.contains {
        $0.hasPrefix(#"oomsim_limit_left_ratio{cgroup="/near",file="memory.max"} 0.0"#)
      })
    // Each metric is announced once, before its samples, which stand together.
    var announced: [String] = []
    for line in lines {
      if line.hasPrefix("# TYPE ") {
        announced.append(String(line.split(separator: " ")[2]))
      } else if !line.hasPrefix("#") {
        #expect(line.hasPrefix(try #require(announced.last) + "{"), "\(line)")
        #expect(line.wholeMatch(of: #/[a-z_]+\{.*\} -?[0-9.]+/#) != nil, "\(line)")
      }
    }
    #expect(Set(announced).count == announced.count && announced.count == 8)
  }

  /// The order in which candidates stand is that in which kills come, and with the break-even value the other dies.
  @Test(arguments: ["6.12", "5.2", "4.7", "4.4", "3.10", "3.2", "2.6.36", "2.6.32"])
  func `candidates are those that an OOM takes`(kernel: String) async throws {
    let processes = """
      { "pid": 1, "name": "init", "anon": "4M" },
      { "pid": 10, "name": "a", "anon": "100M" }, { "pid": 11, "name": "b", "anon": "120M", "oom_score_adj": -30 },
      { "pid": 12, "name": "c", "anon": "100M" }, { "pid": 13, "name": "d", "anon": "100M", "uid": 5 },
      { "pid": 14, "name": "e", "anon": "9M", "oom_score_adj": -1000 }
      """
    let text = scenario(processes, kernel: kernel)
    let domain = try #require(try await domains(text).first)
    let candidates = try #require(domain["candidates"] as? [[String: Any]])
    let order = candidates.compactMap { $0["pid"] as? Int }
    #expect(Set(order).isSuperset(of: [10, 11, 12, 13]))
    let withEvents =
      text.dropLast(2)
      + #", "events": [ { "at": "1s", "oom": {} }, { "at": "2s", "oom": {} }, { "at": "3s", "oom": {} } ] }"#
    let run = try await Program.run(["run", "--json", "-"], stdin: String(withEvents))
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
    let kills = try #require(document["kills"] as? [[String: Any]])
    let killed = kills.compactMap { ($0["victim"] as? [String: Any])?["pid"] as? Int }
    #expect(killed == Array(order.prefix(3)))
    #expect(candidates[0]["frees"] as? Int == kills[0]["freed_pages"] as? Int)
    let adj = candidates[0]["break_even_oom_score_adj"] as? Int
    #expect(adj == kills[0]["spared_at_oom_score_adj"] as? Int)
  }

  @Test func `nobody can die`() async throws {
    let immortal =
      #"{ "pid": 5, "name": "x", "anon": "9M", "oom_score_adj": -1000, "cgroup": "/g" }"#
    let group = #""/g": { "memory.max": "10M", "memory.swap.max": 0 }"#
    for (kernel, outcome, text) in [
      ("6.12", "waits", "the invoker waits, or gets ENOMEM"),
      ("5.10", "forced", "the group goes over its limit"),
    ] {
      let scenario = scenario(immortal, cgroups: group, kernel: kernel)
      let domains = try await domains(scenario)
      #expect(domains[0]["outcome"] as? String == outcome)
      #expect(domains[1]["outcome"] as? String == "panic_no_killable_process")
      let output = try await Program.run(["next", "-"], stdin: scenario)
      #expect(output.code == 0 && output.out.contains(text), "\(output.out)")
    }
    let panic = try await Program.run(
      ["next", "-", "--near", "100"],
      stdin: scenario(#"{ "name": "x", "anon": "9M" }"#, sysctl: #""vm.panic_on_oom": 1"#))
    #expect(panic.out.contains("the kernel panics: vm.panic_on_oom"), "\(panic.out)")
  }

  @Test func `a group that dies as a whole`() async throws {
    let domains = try await domains(
      scenario(
        """
        { "pid": 5, "name": "x", "anon": "9M", "cgroup": "/g" },
        { "pid": 6, "name": "y", "anon": "1M", "cgroup": "/g" }
        """, cgroups: #""/g": { "memory.max": "16M", "memory.oom.group": 1 }"#))
    let candidate = try #require((domains[0]["candidates"] as? [[String: Any]])?.first)
    let also = try #require(candidate["also"] as? [[String: Any]])
    #expect(also.count == 1 && also[0]["because"] as? String == "oom_group")
    #expect((candidate["frees"] as? Int ?? 0) > 2560)
  }

  @Test func `options`() async throws {
    let text = scenario(
      (10..<20).map { #"{ "pid": \#($0), "name": "p\#($0)", "anon": "9M" }"# }.joined(
        separator: ","))
    let two = try await Program.run(["next", "-", "--top", "2"], stdin: text)
    #expect(two.out.contains("#2") && !two.out.contains("#3") && two.out.contains("and 8 more"))
    let other = try await Program.run(
      ["next", "-", "--set", "processes.p12.oom_score_adj=500", "--kernel", "5.4"], stdin: text)
    #expect(other.out.contains("p12") && other.out.contains("Linux 5.4"))
    for (arguments, error) in [
      (["next", "-", "--top", "0"], "--top takes a number"),
      (["next", "-", "--near", "101"], "--near takes a number"),
      (["next", "-", "--watch", "0"], "--watch takes a number"),
      (["next", "-", "--watch", "1"], "cannot read standard input again"),
      (["next", "-", "--root", "/"], "no FILE beside it"),
      (["next", "--set", "machine.memory=1G"], "--set is for a scenario"),
    ] {
      let output = try await Program.run(arguments, stdin: text)
      #expect(output.code == 64 && output.out == "" && output.error.contains(error), "\(output)")
    }
  }

  @Test func `watching ends when nobody reads any more`() async throws {
    let root = Program.packageRoot.appending(path: "Tests/Data/hosts/web").path
    let output = try await Program.shell(
      "timeout 30 oomsim next --root '\(root)' --watch 1 | head -n 12; true")
    #expect(output.code == 0)
    let heads = output.out.split(separator: "\n").filter { $0.hasPrefix("/system.slice/web") }
    #expect(heads.count == 2, "\(output.out)")
    let interrupted = try await Program.shell(
      "timeout -s INT 2 oomsim next --root '\(root)' --watch 1 > /dev/null; echo $?")
    #expect(interrupted.out == "124\n")
  }
}
