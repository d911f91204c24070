internal import OOMSimulator

// From the lines of Prometheus to processes, groups and events.

extension ImportDraft {
  /// A process a container or a job: growth and shrinking along its series, ends and starts where it has gaps.
  mutating func readPrometheus(_ files: [ImportFile]) throws(ScenarioError) {
    var world = PrometheusWorld(options)
    for file in files { try PrometheusAnswer.read(file) { world.take($0) } }
    let bridged = world.settle()
    let file = files.first ?? ImportFile(name: "", bytes: [])
    if world.subjects.isEmpty, world.machine["MemTotal"] == nil {
      if let wanted = options.instance, !world.instances.isEmpty {
        let names = world.instances.sorted().prefix(5).map { shortened($0) }.joined(separator: ", ")
        throw file.error(
          "no series of memory of the instance \(shortened(wanted)): found \(names)", line: 1)
      }
      if world.missing > 0 {
        throw file.error("no sample of memory that is a number: \(world.missing) are NaN", line: 1)
      }
      let known =
        world.unknown.keys.min().map { ": found \(shortened($0))" } ?? ""
      throw file.error(
        "no series of memory in it, such as container_memory_rss, node_memory_MemTotal_bytes or process_resident_memory_bytes"
          + known, line: 1)
    }
    if world.begin > world.end { (world.begin, world.end) = (0, 0) }
    if world.end - world.begin > Scenario.mostMicroseconds.rawValue {
      throw file.error("the samples span more than 31 years", line: 1)
    }
    chooseAnon(&world)
    world.endReplaced()
    let tolerance = world.simplify()
    if tolerance > 0 {
      let size = SizeFormat.binary(pages: tolerance, pageSize: Self.pageSize)
      note(
        "lines through all samples would be more than \(ImportOptions.mostPieces) pieces: they are off by up to \(size); "
          + "--tolerance 0 meets all")
    }
    world.keepAnon()
    var events = ImportEvents(start: world.begin)
    addLives(world, &events)
    setMachine(world, &events)
    scenario.events = events.sorted()
    say(world, bridged)
  }

  // MARK: What is anonymous

  private mutating func chooseAnon(_ world: inout PrometheusWorld) {
    var guessed: [PrometheusMetric: Int] = [:]
    for place in world.subjects.indices {
      var subject = world.subjects[place]
      for metric in [.rss, .workingSet, .usage] as [PrometheusMetric] {
        guard let line = subject.lines[metric] else { continue }
        if metric != .rss { guessed[metric, default: 0] += 1 }
        subject.measuredBy = metric
        subject.anon = line
        break
      }
      // Of the working set cache is a part, but which is not known: it is not counted twice.
      if subject.lines[.rss] == nil { subject.lines[.cache] = nil }
      for line in [subject.anon, subject.lines[.swap] ?? SampledLine()] {
        if let first = line.first, let last = line.last {
          subject.begin = min(subject.begin, first.time)
          subject.end = max(subject.end, last.time)
        }
      }
      for metric in subject.lines.keys where ![.cache, .swap, subject.measuredBy].contains(metric) {
        subject.lines[metric] = nil
      }
      world.subjects[place] = subject
    }
    world.subjects.removeAll { $0.anon.first == nil && $0.lines[.swap] == nil }
    // A group that has others below it counts what they use again.
    var above: Set<Substring> = []
    for subject in world.subjects {
      var path = subject.subject.identity[...]
      guard path.hasPrefix("/") else { continue }
      while let slash = path.lastIndex(of: "/") {
        path = path[..<slash]
        above.insert(path)
      }
    }
    world.subjects.removeAll { subject in
      subject.subject.group == subject.subject.identity
        && above.contains(subject.subject.identity[...])
    }
    note(
      guessed[.workingSet] ?? 0, "container has", "containers have",
      "no container_memory_rss: the working set is taken for anonymous memory, though active cache is in it"
    )
    note(
      guessed[.usage] ?? 0, "container has", "containers have",
      "no container_memory_rss: all use is taken for anonymous memory, though cache is in it")
  }

  // MARK: Lives

  private mutating func addLives(_ world: PrometheusWorld, _ events: inout ImportEvents) {
    events.reserveCapacity(world.subjects.reduce(0) { $0 + $1.anon.knots.count })
    var names: [String: [(name: String, end: Int64)]] = [:]
    var restarts = 0
    // What is there at first comes first, as in the text; then by the time of the start.
    let order = world.subjects.indices.sorted {
      let (a, b) = (world.subjects[$0].begin, world.subjects[$1].begin)
      return a == b ? $0 < $1 : a < b
    }
    for place in order {
      let subject = world.subjects[place]
      // Containers of one name that do not overlap are one that came back.
      let wanted = subject.subject.name
      let free = names[wanted]?.firstIndex { $0.end <= subject.begin }
      let name = free.flatMap { names[wanted]?[$0].name } ?? unique(wanted)
      if let free {
        names[wanted]?[free].end = subject.end
        restarts += 1
      } else {
        names[wanted, default: []].append((name, subject.end))
      }
      var process = Scenario.Process(name: name)
      if var group = subject.subject.group {
        if name != wanted { group += name.dropFirst(wanted.count) }
        process.cgroup = group
        let limits = world.limits(of: wanted).group(version: scenario.cgroupVersion)
        if limits != Cgroup(), scenario.cgroups[group]?.max == nil {
          let cache = scenario.cgroups[group]?.pageCache
          scenario.cgroups[group] = limits
          scenario.cgroups[group]?.pageCache = cache
        }
      }
      restarts += add(subject, process, world, &events)
    }
    note(
      restarts, "restart", "restarts",
      "seen: an end where samples stop, a start where they begin again")
  }

  /// - Returns: how often it came back.
  private mutating func add(
    _ subject: PrometheusWorld.Subject, _ process: Scenario.Process, _ world: PrometheusWorld,
    _ events: inout ImportEvents
  ) -> Int {
    let swaps = subject.lines[.swap]?.parts ?? []
    let caches = subject.lines[.cache]?.parts ?? []
    let parts = subject.anon.parts
    peak += subject.anon.most + (subject.lines[.cache]?.most ?? 0)
    for (number, part) in parts.enumerated() {
      guard let first = part.first, let last = part.last else { continue }
      var process = process
      process.anon = first.value
      let swap = Self.part(of: swaps, at: first.time)
      process.swap = swap.flatMap { SampledLine.value(of: $0, at: first.time) } ?? 0
      let cache = process.cgroup == "/" ? nil : Self.part(of: caches, at: first.time)
      let cached = cache.flatMap { SampledLine.value(of: $0, at: first.time) } ?? 0
      // Others are scraped a little earlier or later.
      if first.time - world.begin <= subject.step {
        scenario.processes.append(process)
        if cached > 0 { scenario.cgroups[process.cgroup, default: Cgroup()].pageCache = cached }
      } else {
        events.begin(process, at: first.time)
        events.cache(of: process.cgroup, by: cached, at: first.time)
      }
      events.anon(process.name, along: part)
      // What goes to swap stays anonymous memory of the process: which of it does is the replay's to say.
      if let swap { events.anon(process.name, along: swap) }
      if let cache { events.cache(of: process.cgroup, along: cache) }
      let isLast = number == parts.count - 1
      if !isLast || world.end - last.time > subject.step {
        events.exit(process.name, at: last.time)
        let left = cache.flatMap { SampledLine.value(of: $0, at: last.time) } ?? 0
        events.cache(of: process.cgroup, by: -left, at: last.time)
      }
    }
    return max(parts.count - 1, 0)
  }

  private static func part(
    of parts: [ArraySlice<SampledLine.Knot>], at time: Int64
  ) -> ArraySlice<SampledLine.Knot>? {
    parts.first { part in
      guard let first = part.first, let last = part.last else { return false }
      return first.time <= time && time <= last.time
    }
  }

  private mutating func say(_ world: PrometheusWorld, _ bridged: Int) {
    if world.hasUnnamed {
      note(
        "series without a name, results of an expression, are taken for resident anonymous memory")
    }
    if world.hasResidentOfProcesses {
      note(
        "process_resident_memory_bytes counts files and shared memory, too: all of it is taken for anonymous memory"
      )
    }
    if world.machines.count > 1 || world.hosts.count > 1 {
      note(
        "series of \(max(world.machines.count, world.hosts.count)) machines are taken for one; --instance NAME takes one of them"
      )
    }
    note(bridged, "gap", "gaps", "in which nothing was sampled: taken for straight lines")
    note(world.missing, "sample", "samples", "that are no number (NaN): taken for missing")
    let unknown = world.unknown.values.reduce(0, +)
    if let name = world.unknown.keys.min() {
      note(unknown, "series", "series", "of other metrics, such as \(shortened(name)), left out")
    }
    let span = SizeFormat.shortTime(Microseconds(world.end - world.begin))
    note(
      "samples: \(world.samples) over \(span); events: \(scenario.events.count), as what lies on a line is one"
    )
  }
}

extension PrometheusWorld {
  /// Takes the line of what anonymous memory was measured by for it.
  fileprivate mutating func keepAnon() {
    for place in subjects.indices {
      if let line = subjects[place].lines.removeValue(forKey: subjects[place].measuredBy) {
        subjects[place].anon = line
      }
    }
  }

  fileprivate func limits(of name: String) -> ContainerLimits {
    var limits = ContainerLimits(swapsAsMuch: false)
    guard let settings = settings[name] else { return limits }
    func size(_ metric: PrometheusMetric) -> Bytes? {
      settings[metric].flatMap { $0 > 0 && $0 <= SizeText.maxBytes.rawValue ? Bytes($0) : nil }
    }
    limits.memory = size(.limit)
    limits.reservation = size(.reservation)
    limits.memorySwap = size(.swapLimit)
    if let both = limits.memorySwap, let memory = limits.memory, both < memory {
      limits.memorySwap = nil
    }
    return limits
  }
}
