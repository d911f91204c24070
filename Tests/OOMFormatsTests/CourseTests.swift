import Foundation
import OOMFormats
import OOMReports
import OOMSimulator
import Testing

/// The course: what its README may say, and what the README of the shipped one does say.
@Suite struct CourseTests {
  private func course(_ text: String) throws(ScenarioError) -> Course {
    try Course(markdown: text, file: "C/README.md")
  }

  private func error(_ text: String) -> String {
    do throws(ScenarioError) {
      _ = try course(text)
      return "none"
    } catch {
      return error.description
    }
  }

  @Test func `chapters, stories and all other lines`() throws {
    let text = """
      # Title
      ## How to
      Prose | with a bar.
      ## One
      | story | domain | victim | what it teaches |
      |---|---|---|---|
      | [a](x/a.json) | machine | p\\|q | First. |
      | [b](b.json) |  |  | Second. |

      ## Two
       |[c](y/z/c.json)|||Third.|
      """
    let course = try course(text)
    #expect(course.chapters.map(\.title) == ["One", "Two"])
    #expect(course.stories.map(\.name) == ["a", "b", "c"])
    #expect(course.stories.map(\.path) == ["x/a.json", "b.json", "y/z/c.json"])
    #expect(course.stories.map(\.line) == [7, 8, 11])
    #expect(course.stories.map(\.teaches) == ["First.", "Second.", "Third."])
    #expect(course.stories[0].outcome == StoryOutcome(domain: "machine", victim: "p|q"))
    let filled = course.markdown { _ in StoryOutcome(domain: "/a|b", victim: "nobody") }
    #expect(
      filled
        == text.replacing("machine | p\\|q", with: "/a\\|b | nobody")
        .replacing("(b.json) |  |  |", with: "(b.json) | /a\\|b | nobody |")
        .replacing(
          " |[c](y/z/c.json)|||Third.|", with: "| [c](y/z/c.json) | /a\\|b | nobody | Third. |"))
    // Windows' ends of lines are no part of a lesson, and stay.
    let other = try self.course(text.replacing("\n", with: "\r\n"))
    #expect(other.chapters == course.chapters)
    #expect(
      other.markdown { _ in StoryOutcome(domain: "/a|b", victim: "nobody") }
        == filled.replacing("\n", with: "\r\n"))
  }

  @Test(
    arguments: [
      ("", "1:1: error: no story: a row"), ("## One\ntext", "1:1: error: no story"),
      ("| [a](a.json) | | | x |", "1:1: error: a story stands in a chapter"),
      ("## One\n| [a](a.json) | | x |", "2:1: error: a story has 4 cells"),
      ("## One\n| [a](a.json) | | | x | y |", "found 5"),
      ("## One\n| [a] (a.json) | | | x |", "2:1: error: a story is a link"),
      ("## One\n| **[a](a.json)** | | | x |", "2:1: error: a story is a link"),
      ("## One\n  |[a](a.json)|m|v|", "2:1: error: a story has 4 cells"),
      ("## One\n| [](.json) | | | x |", "2:1: error: a story has a name"),
      ("##  \n| [a](a.json) | | | x |", "2:1: error: a story stands in a chapter"),
      ("## One\n| [a](../a.json) | | | x |", "'../a.json' is no path below"),
      ("## One\n| [a](/a.json) | | | x |", "'/a.json' is no path below"),
      ("## One\n| [a](d//a.json) | | | x |", "'d//a.json' is no path below"),
      ("## One\n| [a](b.json) | | | x |", "'b.json' is not a.json"),
      ("## One\n| [a](a.json) | | | |", "'a' does not say what it teaches"),
      (
        "## One\n| [a](a.json) | | | x |\n| [a](d/a.json) | | | y |",
        "3:1: error: 'a' is in the course already"
      ),
    ])
  func `what is no course is refused with its line`(text: String, message: String) {
    #expect(error(text).contains(message), "\(error(text))")
    #expect(error(text).hasPrefix("C/README.md:"))
  }

  @Test func `many mistakes are reported up to the limit`() {
    let text = "## One\n" + String(repeating: "| [a](b.json) | | | x |\n", count: 1000)
    #expect(error(text).split(separator: "\n").count == ScenarioError.limit)
  }

  private var shipped: Course {
    get throws {
      let url = Files.scenarios.appending(path: "README.md")
      return try Course(markdown: String(contentsOf: url, encoding: .utf8), file: "README.md")
    }
  }

  @Test func `every shipped story is in the course, once`() throws {
    let stories = Files.shippedScenarios.filter {
      !$0.hasPrefix("recorded/") && !$0.hasPrefix("peers/")
    }
    #expect(try shipped.stories.map(\.path).sorted() == stories)
    #expect(
      try shipped.chapters.map(\.title) == [
        "First principles", "oom_score", "oom_score_adj", "Swap", "Memory cgroups", "Shared memory",
        "Overcommit", "Kubernetes", "AI servers", "Restart loops", "Not the kernel", "Old kernels",
        "NUMA nodes and panics",
      ])
  }

  /// A lesson that says since when something is so names a release in which a rule changed.
  @Test func `releases in lessons are those of the rules`() throws {
    let known = Set(RulesByRelease.changes.map(\.since))
    var count = 0
    let prose =
      try shipped.chapters.map { ($0.title, $0.introduction.joined(separator: " ")) }
      + shipped.stories.map { story in
        let url = Files.scenarios.appending(path: story.path)
        let scenario = try Scenario(json: Files.bytes(of: url))
        return (story.name, ([story.teaches] + scenario.description).joined(separator: " "))
      }
    for (name, text) in prose {
      for match in text.matches(
        of: #/([Ss]ince|[Ff]rom|[Bb]efore|[Tt]o) ([2-9]\.[0-9.]*[0-9])\b(?! [GMK]i?B)/#)
      {
        let release = try #require(KernelRelease(String(match.2)))
        // The last release of a rule is the one before the first of the next.
        let isLast = match.1.lowercased() == "to"
        let isTwoSix = release.version == 2
        let next =
          isTwoSix
          ? KernelRelease(2, 6, release.sublevel + 1)
          : KernelRelease(release.version, release.patchlevel + 1)
        let changed = isLast ? next : release
        #expect(known.contains(changed), "\(name): \(match.0)")
        count += 1
      }
    }
    #expect(count > 40)
  }

  /// One of each kind of end, as the README shows it.
  @Test(
    arguments: [
      ("global/memory-leak-vps", "machine", "worker"),
      ("ai/api-kv-cache-overnight", "machine", "llm-api ×3"),
      ("memcg/oompolicy-kill", "/system.slice/supervisor.service", "program-7 and 15 more"),
      ("numa/numa-membind", "node 0", "job"), ("old/idle-666", "–", "nobody"),
      ("global/panic-on-oom-2-node", "node 0", "panic"),
      ("memcg/panic-on-oom-2-memcg", "/docker/bgp", "panic"),
      ("overcommit/mode0-one-request", "overcommit", "ENOMEM: python"),
      ("global/panic-on-oom", "machine", "panic"),
      ("memcg/memory-high-livelock", "–", "nobody"),
      ("overcommit/redis-bgsave-mode2", "CommitLimit", "ENOMEM: redis-server ×2"),
      ("ai/concurrent-model-loads", "machine", "worker-A, worker-B (for ever)"),
    ])
  func `outcomes in a few words`(file: String, domain: String, victim: String) throws {
    let url = Files.scenarios.appending(path: file + ".json")
    let scenario = try Scenario(json: Files.bytes(of: url))
    let outcome = StoryOutcome(of: Simulator(for: scenario).run(scenario))
    #expect(outcome == StoryOutcome(domain: domain, victim: victim))
  }

  /// No cell grows with the machine: five names, or four and how many more, in a loop as without one.
  @Test(arguments: [false, true]) func `many victims are a few words`(isLoop: Bool) throws {
    let restart = isLoop ? #", "restart": { "policy": "always", "delay": "1s" }"# : ""
    let processes = (0..<9).map {
      "{ \"name\": \"w\($0)\", \"cgroup\": \"/g\($0)\", \"anon\": \"1M\"\(restart) }"
    }
    let groups = (0..<9).map { #""/g\#($0)": { "memory.max": "8M" }"# }
    let events = (0..<9).map { #"{ "at": "0s", "grow": { "process": "w\#($0)", "anon": "20M" } }"# }
    let scenario = try #require(
      reading(
        scenarioText(
          #""cgroups": { \#(groups.joined(separator: ", ")) }, "processes": [ \#(processes.joined(separator: ", ")) ], "events": [ \#(events.joined(separator: ", ")) ]"#
        )
      ).scenario)
    let outcome = StoryOutcome(of: Simulator(for: scenario).run(scenario))
    #expect(outcome.domain == "/g0, /g1, /g2, /g3, … 5 more")
    #expect(outcome.victim == "w0, w1, w2, w3, … 5 more" + (isLoop ? " (for ever)" : ""))
  }
}
