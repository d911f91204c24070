internal import OOMSimulator

// What a machine uses besides its processes, along the samples of node_exporter.

extension ImportDraft {
  mutating func setMachine(_ world: PrometheusWorld, _ events: inout ImportEvents) {
    let machine = PrometheusMachine(world)
    guard let total = machine.total else { return }
    memory = total
    swap = machine.first("SwapTotal").map { min($0, SizeText.maxBytes) }
    if options.memory != nil { return }
    if world.subjects.isEmpty { return addUsed(machine, &events) }
    let samples = machine.samples
    if samples.isEmpty { return }
    if !machine.hasFree {
      note(
        "no node_memory_MemFree_bytes: what is available is taken for free, and all cache for none")
    }
    let all = Self.pageSize.pages(total)
    let inProcesses = inProcesses(world, at: samples.map { $0.time })
    var kernel: [SampledLine.Knot] = []
    var cache: [SampledLine.Knot] = []
    for (sample, known) in zip(samples, inProcesses) {
      let cached = min(Self.pageSize.pages(sample.cached), all)
      let used = all - Self.pageSize.pages(min(sample.free, total)) - cached
      kernel.append(SampledLine.Knot(time: sample.time, value: max(used - known.anon, 0)))
      cache.append(SampledLine.Knot(time: sample.time, value: max(cached - known.cache, 0)))
    }
    let tolerance = options.tolerance ?? 0
    var kernelLine = SampledLine(kernel, tolerance: tolerance, longest: .max)
    var cacheLine = SampledLine(cache, tolerance: tolerance, longest: .max)
    // Not in more pieces than a replay is quick with.
    var off = tolerance
    while options.tolerance == nil, kernelLine.knots.count > 20_000, off < 1 << 38 {
      off = max(off * 2, 16)
      (kernelLine, cacheLine) = (kernelLine.simplified(off), cacheLine.simplified(off))
    }
    scenario.machine.kernel = kernelLine.first?.value ?? 0
    scenario.machine.pageCache = cacheLine.first?.value ?? 0
    for part in kernelLine.parts { events.kernel(along: part) }
    for part in cacheLine.parts { events.cache(of: "/", along: part) }
    note(
      "what is in use on the machine and in no process is taken for the kernel's: "
        + SizeFormat.binary(pages: scenario.machine.kernel, pageSize: Self.pageSize)
        + (kernelLine.knots.count > 1 ? " at first" : ""))
    let swapped = world.subjects.reduce(Int64(0)) {
      $0 + measured($1.lines[.swap]?.first?.value ?? 0)
    }
    let inUse = Self.pageSize.pages(machine.swapUsed.first?.used ?? 0)
    addUnlisted(swap: Self.pageSize.bytes(pages: max(inUse - swapped, 0)) ?? 0)
  }

  /// What the processes and their groups had in memory at each of some instants, before `--scale`.
  private func inProcesses(
    _ world: PrometheusWorld, at times: [Int64]
  ) -> [(anon: Int64, cache: Int64)] {
    var sums = [(anon: Int64, cache: Int64)](repeating: (0, 0), count: times.count)
    func follow(_ line: SampledLine?, _ add: (Int, Int64) -> Void) {
      for part in line?.parts ?? [] {
        guard let first = part.first, let last = part.last else { continue }
        var piece = part.startIndex
        for (index, time) in times.enumerated() where first.time <= time && time <= last.time {
          while piece + 1 < part.endIndex, part[piece + 1].time <= time { piece += 1 }
          let near = part[piece...min(piece + 1, part.endIndex - 1)]
          add(index, measured(SampledLine.value(of: near, at: time) ?? 0))
        }
      }
    }
    for subject in world.subjects {
      follow(subject.anon) {
        sums[$0].anon += $1 + Kubernetes.NodeScenario.pageTables(of: $1)
      }
      if subject.subject.group != nil { follow(subject.lines[.cache]) { sums[$0].cache += $1 } }
    }
    return sums
  }

  /// A machine that nothing else is known of: one process that stands for all.
  private mutating func addUsed(_ machine: PrometheusMachine, _ events: inout ImportEvents) {
    guard let total = machine.total else { return }
    let samples = machine.samples.map { sample in
      let left = min(sample.free + sample.cached, total)
      return SampledLine.Knot(time: sample.time, value: used(total - left))
    }
    if samples.isEmpty { return }
    let swapped = machine.swapUsed.map { SampledLine.Knot(time: $0.time, value: used($0.used)) }
    let tolerance = options.tolerance ?? 0
    let line = SampledLine(samples, tolerance: tolerance, longest: .max)
    let swaps = SampledLine(swapped, tolerance: tolerance, longest: .max)
    scenario.processes.append(
      Scenario.Process(
        name: "used", anon: line.first?.value ?? 0, swap: swaps.first?.value ?? 0))
    for part in line.parts + swaps.parts { events.anon("used", along: part) }
    note(
      "there are no series of processes or containers: all memory in use is that of one process, 'used'"
    )
    if swaps.most > 0 {
      note("what is in swap is anonymous memory of 'used': which of it is there, the replay says")
    }
  }
}

/// Samples of a machine, by the names of /proc/meminfo.
private struct PrometheusMachine {
  struct Sample {
    var time: Int64
    var free: Bytes
    /// What can be taken back, where it is told apart from what is free.
    var cached: Bytes
  }

  private let world: PrometheusWorld

  init(_ world: PrometheusWorld) { self.world = world }

  func first(_ name: String) -> Bytes? { world.machine[name]?.first.map { Bytes($0.value) } }

  var total: Bytes? {
    first("MemTotal").flatMap { $0 > 0 ? min($0, SizeText.maxBytes) : nil }
  }

  var hasFree: Bool { world.machine["MemFree"] != nil }

  private func values(_ name: String) -> [Int64: Bytes] {
    var values: [Int64: Bytes] = [:]
    for knot in world.machine[name] ?? [] {
      values[knot.time] = min(Bytes(knot.value), SizeText.maxBytes)
    }
    return values
  }

  /// By MemFree with cache, else by MemAvailable.
  var samples: [Sample] {
    let (free, available) = (values("MemFree"), values("MemAvailable"))
    let (cached, buffers, slab) = (values("Cached"), values("Buffers"), values("SReclaimable"))
    return Set(free.keys).union(free.isEmpty ? Array(available.keys) : []).sorted().map { time in
      guard let left = free[time] else {
        return Sample(time: time, free: available[time] ?? 0, cached: 0)
      }
      let cache = (cached[time] ?? 0) + (buffers[time] ?? 0) + (slab[time] ?? 0)
      return Sample(time: time, free: left, cached: cache)
    }
  }

  var swapUsed: [(time: Int64, used: Bytes)] {
    let total = values("SwapTotal")
    let first = first("SwapTotal") ?? 0
    return values("SwapFree").sorted { $0.key < $1.key }.map {
      ($0.key, max((total[$0.key] ?? first) - $0.value, 0))
    }
  }
}
