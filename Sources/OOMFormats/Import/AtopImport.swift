internal import OOMSimulator

extension ImportDraft {
  /// A process in the samples from its first to its last.
  private struct Life {
    var pid: Int32
    var name: String
    var begin: Int
    var knots: [SampledLine.Knot] = []
    var first: AtopText.Process
    /// The sample in which it is not there any more.
    var end: Int?
  }

  /// The processes of the samples along the time, or where they show none one that stands for all; and the cache.
  mutating func readAtop(_ files: [ImportFile]) throws(ScenarioError) {
    let text = try AtopText(files)
    guard let first = text.samples.first, let last = text.samples.last else { return }
    memory = first.memory["tot"]
    swap = first.swap["tot"]
    let lives = lives(text)
    var events = ImportEvents(start: first.time)
    let step = zip(text.samples, text.samples.dropFirst()).map { $1.time - $0.time }.min() ?? 0
    let longest = max(step, 1) * 5 / 2
    let tolerance = options.tolerance ?? 0
    var cache = SampledLine(
      text.samples.map { SampledLine.Knot(time: $0.time, value: Self.cache($0)) },
      tolerance: tolerance, longest: longest)
    let bridged = cache.bridge { _, _ in true }
    note(bridged, "gap", "gaps", "between samples: taken for straight lines")
    for part in cache.parts { events.cache(of: "/", along: part) }
    scenario.machine.pageCache = cache.first?.value ?? 0
    var most: Int64 = 0
    for life in lives {
      var line = SampledLine(life.knots, tolerance: tolerance, longest: longest)
      _ = line.bridge { _, _ in true }
      most += line.most
      let name = add(life, line, text, &events)
      for part in line.parts { events.anon(name, along: part) }
    }
    scenario.events = events.sorted()
    peak = most
    setKernel(first, lives)
    if lives.isEmpty { readWhole(text, tolerance, longest) }
    note(
      "rss is taken for anonymous memory: atop does not tell what of it is file or shared, which counts in each process"
    )
    if !text.listsAll {
      note(
        "sizes are as exact as the text of atop has them; 'atop -r FILE -P MEM,SWP,PRM' has all digits"
      )
      note("a process that a sample does not list is taken for unchanged")
    }
    note(
      "oom_score_adj is taken for 0, and the owner for a user: atop does not show the one, and the other not always"
    )
    let span = SizeFormat.shortTime(Microseconds(last.time - first.time))
    note(
      "samples: \(text.samples.count) over \(span); events: \(scenario.events.count), as what lies on a line is one"
    )
  }

  private static func cache(_ sample: AtopText.Sample) -> Int64 {
    let all = (sample.memory["cache"] ?? 0) + (sample.memory["buff"] ?? 0)
    return pageSize.pages(max(all - (sample.memory["shmem"] ?? 0), 0))
  }

  private func lives(_ text: AtopText) -> [Life] {
    var lives: [Life] = []
    var open: [Int32: Int] = [:]
    for (index, sample) in text.samples.enumerated() {
      for (pid, number) in open.sorted(by: { $0.key < $1.key }) {
        let process = sample.processes[pid]
        let isGone = process == nil ? text.listsAll : process?.name != lives[number].name
        guard isGone else { continue }
        lives[number].end = index
        open[pid] = nil
      }
      for pid in sample.order {
        // Threads of the kernel have neither.
        guard let process = sample.processes[pid], process.resident > 0 || process.total > 0 else {
          continue
        }
        let number = open[pid] ?? lives.count
        if number == lives.count {
          lives.append(Life(pid: pid, name: process.name, begin: index, first: process))
          open[pid] = number
        }
        lives[number].knots.append(
          SampledLine.Knot(time: sample.time, value: used(process.resident)))
      }
    }
    return lives.sorted { ($0.begin, $0.pid) < ($1.begin, $1.pid) }
  }

  /// - Returns: the name that it got.
  private mutating func add(
    _ life: Life, _ line: SampledLine, _ text: AtopText, _ events: inout ImportEvents
  ) -> String {
    let start = text.samples[life.begin].time
    var process = Scenario.Process(
      name: unique(life.name), pid: life.pid, anon: line.first?.value ?? 0)
    process.uid = life.pid == 1 ? 0 : 1000
    if life.begin == 0 {
      process.swap = used(life.first.swap)
      scenario.processes.append(process)
    } else {
      // A pid may come again; events know processes by their names.
      process.pid = 0
      events.begin(process, at: start)
    }
    if let end = life.end { events.exit(process.name, at: text.samples[end].time) }
    return process.name
  }

  /// What is in use at the start and explained by nothing else is the kernel's.
  private mutating func setKernel(_ first: AtopText.Sample, _ lives: [Life]) {
    let pages = Self.pageSize
    let slab = pages.pages(first.memory["slrec"] ?? 0)
    let inProcesses = measuredInProcesses
    let total = pages.pages(first.memory["tot"] ?? 0)
    let taken = total - min(pages.pages(first.memory["free"] ?? 0), total)
    let left = taken - scenario.machine.pageCache - slab
    if lives.isEmpty || left < 0 { return }
    scenario.machine.slabReclaimable = slab
    scenario.machine.kernel = max(left - inProcesses, 0)
    if left < inProcesses {
      note(
        "the processes show \(SizeFormat.binary(pages: inProcesses - left, pageSize: pages)) more than is in use: shared pages count in each"
      )
    }
  }

  /// One process that stands for all.
  private mutating func readWhole(_ text: AtopText, _ tolerance: Int64, _ longest: Int64) {
    let knots = text.samples.map { sample in
      let taken = (sample.memory["tot"] ?? 0) - (sample.memory["free"] ?? 0)
      let cache = Self.pageSize.bytes(pages: Self.cache(sample)) ?? 0
      return SampledLine.Knot(time: sample.time, value: used(max(taken - cache, 0)))
    }
    var line = SampledLine(knots, tolerance: tolerance, longest: longest)
    _ = line.bridge { _, _ in true }
    scenario.processes.append(Scenario.Process(name: "used", anon: line.first?.value ?? 0))
    var events = ImportEvents(start: knots.first?.time ?? 0)
    for part in line.parts { events.anon("used", along: part) }
    let other = scenario.events
    scenario.events = (other + events.sorted()).enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }.map { $0.element }
    peak = line.most
    note(
      "no table with RSIZE and no line PRM: what is in use and no cache is the anonymous memory of one process, 'used'"
    )
  }
}
