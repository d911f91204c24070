internal import OOMSimulator

/// A scenario while it is made of what other programs print.
struct ImportDraft {
  static let pageSize: Bytes = 4096
  /// A machine that nothing is known of.
  static let usualMemory: Bytes = 16 << 30

  let kind: ImportKind
  let options: ImportOptions
  var scenario = Scenario()
  /// Guesses and what is left out, in the order in which they came up.
  private(set) var notes: [String] = []
  /// What the input says of the machine.
  var memory: Bytes?
  var swap: Bytes?
  /// The most that everything uses at a time, in pages, where events come to more than the start.
  var peak: Int64 = 0
  /// What containers use by their names, where it was measured beside their limits.
  var measured: [String: Bytes] = [:]
  private var names: [String: Int] = [:]

  init(_ kind: ImportKind, _ options: ImportOptions) {
    self.kind = kind
    self.options = options
    scenario.kernel = options.kernel
    scenario.cgroupVersion = options.cgroupVersion
  }

  /// Says something once.
  mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  mutating func note(_ count: Int, _ one: String, _ several: String, _ what: String) {
    if count > 0 { note("\(count) \(count == 1 ? one : several) \(what)") }
  }

  /// A name that no other process has: the second `web` is `web-2`.
  mutating func unique(_ name: String) -> String {
    let wanted = name.isEmpty ? "?" : name
    guard let count = names[wanted] else {
      names[wanted] = 1
      return wanted
    }
    var number = count + 1
    while names["\(wanted)-\(number)"] != nil { number += 1 }
    names[wanted] = number
    names["\(wanted)-\(number)"] = 1
    return "\(wanted)-\(number)"
  }

  /// A name as a part of the path of a group.
  static func part(_ name: String) -> String {
    let plain = String(name.map { $0 == "/" ? "-" : $0 })
    return plain.isEmpty || plain == "." || plain == ".." ? "_" : String(plain.prefix(200))
  }

  /// Pages of what is used, multiplied by `--scale`; no more than a machine can have.
  func used(_ size: Bytes) -> Int64 {
    let pages = Int128(Self.pageSize.pages(toHold: max(size, 0))) * Int128(options.scale)
    let most = Int128(Self.pageSize.pages(SizeText.maxBytes))
    return Int64(min((pages + 999) / 1000, most))
  }

  /// Pages of what is used as they were before `--scale`, within one: what the rest of a machine uses goes by what was
  /// measured, and does not become less where processes become larger.
  func measured(_ used: Int64) -> Int64 {
    options.scale == 1000 ? used : Int64(Int128(used) * 1000 / Int128(max(options.scale, 1)))
  }

  /// What the processes had in memory when they were measured, with their page tables.
  var measuredInProcesses: Int64 {
    (0..<scenario.processes.count).reduce(into: Int64(0)) { sum, row in
      let anon = measured(scenario.processes[row].anon)
      sum += anon + Kubernetes.NodeScenario.pageTables(of: anon)
    }
  }

  /// A process for swap that is in use, by which processes is not known: none that the killer could take.
  mutating func addUnlisted(swap size: Bytes) {
    let pages = Self.pageSize.pages(size)
    if pages <= 0 { return }
    scenario.processes.append(
      Scenario.Process(name: unique("unlisted"), uid: 1000, oomScoreAdj: -1000, swap: pages))
    note(
      "\(SizeFormat.binary(size)) of swap are in use, by which processes is not known: they are those of 'unlisted', which cannot be killed"
    )
  }

  /// Pages of a limit, rounded down as a kernel does it; nil for none.
  static func limit(_ size: Bytes?) -> Int64? {
    guard let size, size <= SizeText.maxBytes else { return nil }
    return pageSize.pages(size)
  }

  /// What is left for anonymous memory of what a group is charged for: its page tables are in it, too.
  func anon(ofCharged size: Bytes) -> Int64 {
    Kubernetes.NodeScenario.anonPages(of: used(size))
  }

  // MARK: The end

  /// Adds the machine and what has to be said, and makes sure that the scenario can be replayed.
  mutating func finish(_ files: [ImportFile]) throws(ScenarioError) {
    if scenario.machine.memory == 0 { setMachine() }
    if options.scale != 1000 {
      note("all use is multiplied by \(options.scale)/1000, as --scale has it")
    }
    let name = files.first.map { file in
      let last = file.name.split(separator: "/").last ?? ""
      return String(last.prefix { $0 != "." })
    }
    if scenario.name.isEmpty { scenario.name = name == "" ? kind.rawValue : name ?? kind.rawValue }
    if scenario.title.isEmpty {
      scenario.title = "\(scenario.name), imported from \(kind.rawValue)"
    }
    scenario.description += notes
    if let problem = scenario.problems().first {
      let first = files.first ?? ImportFile(name: "", bytes: [])
      throw first.error("what is in it makes no scenario: \(problem)")
    }
  }

  private mutating func setMachine() {
    let pages = Self.pageSize
    if let size = options.memory ?? memory {
      scenario.machine.memory = max(pages.pages(size), 1)
    } else {
      var size = Self.usualMemory
      let wanted = max(usedAtStart, peak)
      let limits = scenario.cgroups.values.compactMap { $0.max }.filter { $0 != Cgroup.unlimited }
      let largest = limits.max() ?? 0
      while size < SizeText.maxBytes / 2,
        pages.pages(size) / 5 * 4 < wanted || pages.pages(size) < largest
      { size = size * 2 }
      scenario.machine.memory = pages.pages(size)
      note(
        "the machine is not in the input: taken for \(SizeFormat.binary(size)); --memory SIZE says otherwise"
      )
    }
    if let size = options.swap ?? swap {
      scenario.machine.swap = pages.pages(size)
    } else if let size = swapForProcesses {
      scenario.machine.swap = pages.pages(size)
      note(
        "swap of the machine is not in the input: taken for \(SizeFormat.binary(size)), since processes have some in it; --swap SIZE says otherwise"
      )
    } else {
      note("swap of the machine is not in the input: taken for none; --swap SIZE says otherwise")
    }
    scenario.machine.kernel = min(scenario.machine.kernel, scenario.machine.memory)
    scenario.machine.pageCache = min(scenario.machine.pageCache, scenario.machine.memory)
  }

  /// Room for what processes have in swap at the start; nil where they have nothing in it.
  private var swapForProcesses: Bytes? {
    let most = Self.pageSize.pages(SizeText.maxBytes)
    let swapped = (0..<scenario.processes.count).reduce(Int64(0)) {
      min($0 + scenario.processes[$1].swap, most)
    }
    if swapped == 0 { return nil }
    var size: Bytes = 1 << 30
    while size < SizeText.maxBytes, Self.pageSize.pages(size) < swapped { size = size * 2 }
    return size
  }

  private var usedAtStart: Int64 {
    var sum: Int64 = 0
    let most = Self.pageSize.pages(SizeText.maxBytes)
    for row in 0..<scenario.processes.count {
      let process = scenario.processes[row]
      sum = min(sum + process.anon + process.file + process.shmem, most)
    }
    for group in scenario.cgroups.values { sum = min(sum + (group.pageCache ?? 0), most) }
    return sum
  }
}
