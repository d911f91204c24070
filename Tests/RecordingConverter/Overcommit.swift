/// The requests for address space of a recording, as `map` events around the admission boundary;
/// nil for a recording that asked for none.
public func overcommit(of recording: Recording) -> Converted? {
  guard !recording.commitRequests.isEmpty, let machine = recording.machine else { return nil }
  let name = "\(recording.name)-\(recording.kernel.id)"
  if recording.touchesBetweenRequests { return replay(of: recording, name: name, as: .overcommit) }
  var run = CommitRun(recording: recording, machine: machine)
  do {
    try run.run()
    return .scenario(
      RecordedScenario(
        name: name, kind: .overcommit, kernel: recording.release, document: run.document(name: name)
      ))
  } catch let error as NotExpressible {
    return .skipped(name: name, reason: error.reason)
  } catch {
    return .skipped(name: name, reason: "\(error)")
  }
}

extension Recording {
  /// Whether memory is touched in the course of requests for address space: then the whole script is replayed.
  var touchesBetweenRequests: Bool {
    let requests = commitRequests.map(\.line)
    return ooms.isEmpty && !requests.isEmpty
      && steps.contains { $0.words.count > 2 && ["anon", "shmem"].contains($0.words[2]) }
  }
}

private struct CommitRun {
  let recording: Recording
  let machine: Recording.Machine
  var seconds = 1
  var events: [JSONValue] = []
  var refused: [JSONValue] = []
  /// What each process can give back with `free`; one-page mappings stay for good.
  var kept: [String: Int64] = [:]
  /// Requests that no event can express, by the last word of their line.
  var omitted: [String] = []

  var mode: Int64 { recording.sysctls.last?.values["overcommit_memory"] ?? 0 }
  /// A kernel built for several CPUs counts one page at a time in batches and overshoots.
  var isExactPageByPage: Bool { recording.kernel.id.hasPrefix("uml") }

  mutating func run() throws {
    for request in recording.commitRequests {
      switch request.op {
      case "bsearch": search(request)
      case "reserve": try reserve(request)
      case "drip" where isExactPageByPage:
        map(request.name, request.made ?? 0, "private", isAdmitted: true)
        map(request.name, 1, "private", isAdmitted: false)
      case "drip": throw NotExpressible(reason: "the counter's per-CPU batch is not modelled")
      case "forktest": fork(request)
      default: throw NotExpressible(reason: "no event for \(request.op)")
      }
      releaseAfterwards(request)
    }
  }

  /// `do R free` is a step and not a request, so look for it here.
  private mutating func releaseAfterwards(_ request: Recording.CommitRequest) {
    let lines = recording.steps.map(\.line)
    guard let free = lines.firstIndex(of: "do \(request.name) free"), free > 0,
      lines[free - 1] == request.line, let pages = kept[request.name]
    else { return }
    unmap(request.name, pages, "private")
    kept[request.name] = nil
  }

  /// The largest mapping that is admitted, and the one that is a page too large.
  private mutating func search(_ request: Recording.CommitRequest) {
    guard let largest = request.maxOkPages else { return }
    if mode == 1 {
      // Everything is admitted: the search ended at the size of the address space.
      map(request.name, machine.ramPages * 1000, "private", isAdmitted: true)
      unmap(request.name, machine.ramPages * 1000, "private")
      return
    }
    if largest > 0 {
      map(request.name, largest, "private", isAdmitted: true)
      unmap(request.name, largest, "private")
    }
    map(request.name, largest + 1, "private", isAdmitted: false)
  }

  private mutating func reserve(_ request: Recording.CommitRequest) throws {
    let words = request.line.split(separator: " ").map(String.init)
    let flags = words.dropFirst(4).filter { $0 != "keep" }
    let kinds = ["ro": "read_only", "shared": "shared", "noreserve": "noreserve"]
    guard flags.count <= 1, let kind = flags.first.map({ kinds[$0] }) ?? "private" else {
      omitted.append(flags.joined(separator: " "))
      return
    }
    let size = SizeExpression(
      ramPages: machine.ramPages, swapPages: machine.swapPages,
      commitLimitPages: request.commitLimitKb / 4)
    guard let asked = size.pages(words[3]) else { throw NotExpressible(reason: request.line) }
    let isAdmitted = request.ok ?? false
    map(request.name, asked, kind, isAdmitted: isAdmitted)
    guard isAdmitted else { return }
    if words.contains("keep") {
      kept[request.name, default: 0] += asked
    } else {
      unmap(request.name, asked, kind)
    }
  }

  /// A child that exits at once.
  private mutating func fork(_ request: Recording.CommitRequest) {
    let child = "\(request.name)-\(seconds)"
    events.append([
      "at": .string("\(seconds)s"),
      "fork": ["process": .string(request.name), "child": ["name": .string(child)]],
    ])
    if request.ok ?? false {
      events.append(["at": .string("\(seconds)s"), "exit": ["process": .string(child)]])
    } else {
      refused.append(["process": .string(request.name), "at": .string("\(seconds)s")])
    }
    seconds += 1
  }

  private mutating func map(_ name: String, _ count: Int64, _ kind: String, isAdmitted: Bool) {
    append("map", name, count, kind)
    if !isAdmitted { refused.append(["process": .string(name), "at": .string("\(seconds - 1)s")]) }
  }

  private mutating func unmap(_ name: String, _ count: Int64, _ kind: String) {
    append("unmap", name, count, kind)
  }

  private mutating func append(_ action: String, _ name: String, _ count: Int64, _ kind: String) {
    events.append([
      "at": .string("\(seconds)s"),
      action: ["process": .string(name), "size": pages(count), "kind": .string(kind)],
    ])
    seconds += 1
  }
}

extension CommitRun {
  func document(name: String) -> JSONValue {
    let committed = (recording.commitRequests.first?.committedBeforeKb ?? 0) / 4
    var document = recording.head(
      name: name, title: recording.title, description: description(committed: committed))
    var size = ObjectBuilder()
    size.addPages("memory", machine.ramPages)
    size.addPages("swap", machine.swapPages)
    let hugetlb = (machine.meminfo["HugePages_Total"] ?? 0) * (machine.meminfo["Hugepagesize"] ?? 0)
    size.addPages("hugetlb", hugetlb / 4)
    document.append(.init(key: "machine", value: size.value))
    document.append(.init(key: "sysctl", value: sysctl))
    document.append(.init(key: "processes", value: .array(processes)))
    var all: [JSONValue] = [
      [
        "at": 0,
        "map": ["process": "committed", "size": pages(committed), "kind": "private"],
      ]
    ]
    if mode == 2 {
      all.append(["at": 0, "set": ["sysctl": true, "to": ["vm.overcommit_memory": 2]]])
    }
    document.append(.init(key: "events", value: .array(all + events)))
    document.append(
      .init(key: "expect", value: ["kills": [], "refused": .array(refused), "panic": false]))
    return .object(document)
  }

  private var sysctl: JSONValue {
    let values = recording.sysctls.last?.values ?? [:]
    var object = ObjectBuilder()
    // The Committed_AS of the start is made by a mapping, and that must not be refused.
    object.add("vm.overcommit_memory", .int(mode == 2 ? 1 : mode))
    if let kbytes = values["overcommit_kbytes"], kbytes != 0 {
      object.add("vm.overcommit_kbytes", .int(kbytes))
    } else {
      object.add("vm.overcommit_ratio", .int(values["overcommit_ratio"] ?? 50))
    }
    for name in ["admin_reserve_kbytes", "user_reserve_kbytes"] {
      if let value = values[name] { object.add("vm." + name, .int(value)) }
    }
    return object.value
  }

  private var processes: [JSONValue] {
    var entries = [ProcessEntry(name: "committed")]
    for process in recording.processes {
      let first = recording.commitRequests.first { $0.name == process.name }
      guard let first else { continue }
      var entry = ProcessEntry(pid: process.pid, name: process.name)
      entry.uid = process.uid
      entry.oomScoreAdj = process.adj ?? 0
      entry.totalVM = first.totalVm
      entries.append(entry)
    }
    return entries.map(\.value)
  }

  private func description(committed: Int64) -> [String] {
    var kinds: [String] = []
    for kind in omitted where !kinds.contains(kind) { kinds.append(kind) }
    return [
      "Shows: \(recording.rule).",
      "Each search for the largest mapping of kernel \(recording.kernel.release) is two requests:"
        + " the largest admitted, given back at once, and one page more, which was refused.",
      "The process committed stands for the \(committed) pages that were committed before.",
      mode == 1 ? "A search in mode 1 ends at the size of the address space; it asks less." : "",
      kinds.isEmpty ? "" : "Left out, for want of a kind: \(kinds.joined(separator: ", ")).",
    ]
  }
}
