import Foundation
import KernelLog
import OOMSimulator

/// Makes a recording, in the form of those in Tests/Recordings, of what a console said.
package struct RecordingMaker {
  private var kernel: [String: Fact] = [:]
  private var machine: [String: Fact] = ["page_size": 4096, "swap_pages": 0]
  private var sysctls: [Fact] = []
  private var processes: [Fact] = []
  private var steps: [[String: Fact]] = []
  private var events: [Fact] = []
  private var dumps: [String: [String: Fact]] = [:]
  private var requests: [Fact] = []
  private var groups: [Fact] = []
  private var errors: [Fact] = []
  private var panic: String?
  private var ooms: [Fact] = []
  /// By line of the console, the index of the step that was being done.
  private var stepOfLine: [Int] = []

  /// Reads a console.
  ///
  /// - Parameter kind: what the machine is, the first word of the kernel's id: `qemu` or `uml`.
  package init(_ console: Console, kind: String) {
    let kills = Self.kills(of: console)
    for (index, line) in console.lines.enumerated() {
      if let fact = line.fact {
        take(fact, at: line.time)
      } else {
        take(line.text, at: line.time, kills[index] ?? [])
      }
      stepOfLine.append(steps.count - 1)
    }
    for (report, line) in console.reports { ooms.append(oom(report, console, line)) }
    let release = kernel["release"]?.text ?? ""
    kernel["id"] = .text(
      kind + "-" + release.split(separator: ".").prefix(2).joined(separator: "."))
    let reference = dumps["pre"] ?? dumps["base"] ?? [:]
    machine["meminfo"] = reference["meminfo"] ?? .object([:])
    machine["zones"] = reference["zones"] ?? .list([])
  }

  /// The document.
  ///
  /// - Parameters:
  ///   - name: of the scenario; the kernel's id is added to it in the name of the file.
  ///   - title: what it shows.
  ///   - memoryMiB: what the machine was given.
  package func document(
    name: String, title: String, memoryMiB: Int
  ) -> Fact {
    let lines = steps.compactMap { $0["line"]?.text }
    var document: [String: Fact] = [
      "schema": 1, "name": .text(name), "title": .text(title),
      "rule": "a scenario of oomsim, staged and recorded by kernel-lab",
      "kernel": .object(kernel), "machine": .object(machine),
      "scenario": .object(["script": .texts(lines), "mem_mib": .int(Int64(memoryMiB))]),
      "sysctls": .list(sysctls), "procs": .list(processes),
      "steps": .list(steps.map { .object($0) }), "events": .list(events),
      "dumps": .object(dumps.mapValues { .object($0) }), "ooms": .list(ooms),
      "overcommit": .list(requests), "cgset": .list(groups), "errors": .list(errors),
    ]
    if let panic { document["panic"] = .text(panic) }
    return .object(document)
  }

  /// The kernel's id, such as `qemu-6.12`.
  package var kernelID: String { kernel["id"]?.text ?? "" }

  // MARK: What the guest says

  private mutating func take(_ said: Fact, at time: Double) {
    guard let kind = said["ev"]?.text else { return }
    var members = said.members
    members["ev"] = nil
    if kind == "d" { return dump(said) }
    members["t"] = .decimal(time)
    switch kind {
    case "boot":
      kernel = members.filter { !["t", "ram_pages", "free_pages"].contains($0.key) }
      machine["ram_pages"] = members["ram_pages"]
    case "swapon": machine["swap_pages"] = members["swap_pages"]
    case "sysctls":
      sysctls.append(.object((said["v"]?.members ?? [:]).merging(["t": .decimal(time)]) { $1 }))
      return
    case "proc": processes.append(.object(members))
    case "cgset": groups.append(.object(members))
    case "error": errors.append(.object(members))
    case "step":
      steps.append(members)
      return
    case "did":
      if let index = steps.lastIndex(where: { $0["n"] == members["n"] }) {
        steps[index]["result"] = members["result"]
      }
    case "reply": reply(said)
    default: break
    }
    members["type"] = .text(kind)
    events.append(.object(members))
  }

  private mutating func dump(_ said: Fact) {
    guard let tag = said["tag"]?.text, let kind = said["k"]?.text, let value = said["v"] else {
      return
    }
    var dump = dumps[tag] ?? ["meminfo": .object([:]), "zones": .list([]), "procs": .list([])]
    switch kind {
    case "meminfo":
      let numbers = value.members.mapValues { $0.text.flatMap(Int64.init).map { .int($0) } ?? $0 }
      dump["meminfo"] = .object((dump["meminfo"]?.members ?? [:]).merging(numbers) { $1 })
    case "zone": dump["zones"] = .list((dump["zones"]?.list ?? []) + [value])
    case "proc": dump["procs"] = .list((dump["procs"]?.list ?? []) + [value])
    case "cg", "cgstat":
      var groups = dump["cgroups"]?.members ?? [:]
      var files = value.members
      guard let path = files.removeValue(forKey: "path")?.text else { return }
      let known = groups[path]?.members ?? [:]
      groups[path] = .object(
        kind == "cg"
          ? known.merging(files) { $1 } : known.merging(["memory.stat": .object(files)]) { $1 })
      dump["cgroups"] = .object(groups)
    default: break
    }
    dumps[tag] = dump
  }

  /// What a process answered belongs to the step that is being done, and its verb is the step's.
  private mutating func reply(_ said: Fact) {
    guard let last = steps.indices.last, let line = steps[last]["line"]?.text,
      let numbers = said["r"]?.list?.map({ $0.int ?? 0 }), numbers.count >= 5
    else { return }
    let words = line.split(separator: " ")
    guard words.count > 2, words[0] == "do" || words[0] == "bg" else { return }
    let verb = String(words[2])
    var answer: [String: Fact] = ["name": said["name"] ?? .null, "op": .text(verb)]
    if verb == "reserve" || verb == "forktest" {
      answer["ok"] = .bool(numbers[0] > 0)
      if verb == "reserve" { answer["pages"] = .int(numbers[0]) }
      answer["errno"] = .int(-numbers[1])
      answer["committed_before_kb"] = .int(numbers[2])
      answer["commit_limit_kb"] = .int(numbers[3])
      answer["total_vm"] = .int(numbers[4])
      requests.append(.object(answer.merging(["line": .text(line)]) { $1 }))
    } else {
      answer["r"] = .list(numbers.map { .int($0) })
    }
    steps[last]["replies"] = .list((steps[last]["replies"]?.list ?? []) + [.object(answer)])
  }

  // MARK: What the kernel says

  private mutating func take(_ text: Substring, at time: Double, _ kills: [KillLine]) {
    let start = "Kernel panic - not syncing: "
    if text.hasPrefix(start) {
      panic = String(text.dropFirst(start.count))
      events.append(.object(["type": "panic", "t": .decimal(time)]))
    } else if text.contains("no killable processes") {
      events.append(.object(["type": "no_killable", "t": .decimal(time)]))
    }
    for kill in kills {
      events.append(
        .object([
          "type": "kill", "t": .decimal(time), "pid": .int(kill.pid), "name": .text(kill.name),
        ]))
    }
  }

  private static func kills(of console: Console) -> [Int: [KillLine]] {
    var kills: [Int: [KillLine]] = [:]
    for (report, _) in console.reports {
      for kill in report.kills { kills[console.place(kill.line), default: []].append(kill) }
    }
    return kills
  }

  private func oom(_ report: OOMReport, _ console: Console, _ line: Int) -> Fact {
    let step = line < stepOfLine.count ? stepOfLine[line] : -1
    let isMemcg = report.scope.isMemcg
    var summary: [String: Fact] = [:]
    if let constraint = report.scope.constraint {
      summary["constraint"] = .text(constraint)
      if isMemcg { summary["oom_memcg"] = .optional(report.scope.domain) }
      if let nodes = report.scope.nodemask { summary["nodemask"] = .text(nodes) }
    }
    var oom: [String: Fact] = [
      "t": .decimal(console.lines[line].time),
      "step": step >= 0 ? steps[step]["line"] ?? .null : .null,
      "step_n": step >= 0 ? steps[step]["n"] ?? .null : .null,
      "invoker": .optional(report.invoker?.name), "invoker_pid": .optional(report.invoker?.pid),
      "order": .optional(report.request.order),
      "tasks": .list((report.table?.rows ?? []).map(Self.row)),
      "summary": summary.isEmpty ? .null : .object(summary),
      "kills": .list(report.kills.map { Self.kill($0, isMemcg: isMemcg) }),
      "no_killable": .bool(report.ending == .nobody || report.ending == .deadlocked),
      "memcg_usage": .list(report.limits.memory == nil ? [] : [.object(["what": "memory"])]),
    ]
    oom["mem_info"] = .object(memory(of: console, from: line))
    if let domain = report.scope.domain, isMemcg || report.limits.memory != nil {
      oom["stats_for"] = .text(domain)
    }
    return .object(oom)
  }

  /// What the report that begins in a line says of memory that nobody can get.
  private func memory(of console: Console, from line: Int) -> [String: Fact] {
    var found: [String: Int64] = [:]
    for entry in console.lines[line...].prefix(120) where entry.fact == nil {
      if entry.text.contains("oom-kill:") { break }
      if let pages = Self.number(in: entry.text, after: "free_pcp:", before: " free_cma") {
        found["free_pcp"] = pages
      }
      if let pages = Self.number(in: entry.text, after: "", before: " pages in swap cache") {
        found["swap_cache"] = pages
      }
      if let size = Self.number(in: entry.text, after: " boost:", before: "kB min:") {
        found["boost", default: 0] += size / 4
      }
    }
    return found.mapValues { .int($0) }
  }

  private static func number(in text: Substring, after start: String, before end: String) -> Int64?
  {
    guard let stop = text.range(of: end) else { return nil }
    let left = text[..<stop.lowerBound]
    let digits = left.reversed().prefix(while: \.isNumber).count
    guard left.dropLast(digits).hasSuffix(start) else { return nil }
    return Int64(left.suffix(digits))
  }

  private static func row(_ row: TaskTable.Row) -> Fact {
    var members: [String: Fact] = [
      "pid": .int(row.pid), "tgid": .int(row.tgid), "uid": .int(row.uid),
      "total_vm": .int(row.totalVM), "rss": .int(row.rss),
      "pgtables_bytes": .int(row.pgtablesBytes ?? 0), "swapents": .int(row.swapents ?? 0),
      "oom_score_adj": .int(row.oomScoreAdj ?? 0), "name": .text(row.name),
    ]
    if let anon = row.rssAnon { members["rss_anon"] = .int(anon) }
    if let file = row.rssFile { members["rss_file"] = .int(file) }
    if let shmem = row.rssShmem { members["rss_shmem"] = .int(shmem) }
    return .object(members)
  }

  private static func kill(_ kill: KillLine, isMemcg: Bool) -> Fact {
    .object([
      "reason": isMemcg ? "Memory cgroup out of memory" : "Out of memory",
      "pid": .int(kill.pid), "name": .text(kill.name),
      "anon_rss_kb": .optional(kill.anon?.rawValue),
      "shmem_rss_kb": .optional(kill.shmem?.rawValue),
    ])
  }
}

extension Fact: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .int(value) }
}
