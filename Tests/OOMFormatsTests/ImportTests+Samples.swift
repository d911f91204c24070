import OOMFormats
import OOMSimulator
import Testing

// Series of samples: the lines through them, gaps, and what counts twice.

extension ImportTests {
  /// A text of a series whose values are in pages; nil leaves a sample out.
  private func series(_ name: String, _ labels: String, _ pages: [Int64?], step: Int64 = 60)
    -> String
  {
    var samples: [String] = []
    for (index, value) in pages.enumerated() {
      guard let value else { continue }
      let time: Int64 = 1_764_460_800 + Int64(index) * step
      samples.append("[\(time), \"\(value * 4096)\"]")
    }
    return """
      { "metric": { "__name__": "\(name)", \(labels) }, "values": [\(samples.joined(separator: ","))] }
      """
  }

  private func answer(_ series: String...) -> String {
    #"{ "status": "success", "data": { "resultType": "matrix", "result": [ \#(series.joined(separator: ",")) ] } }"#
  }

  /// Follows the events of one process as a replay does.
  private func anon(_ scenario: Scenario, _ name: String, at time: Microseconds) throws -> Int64 {
    var pages = try process(scenario, name).anon
    for event in scenario.events where event.at <= time {
      func part(_ sizes: Event.Sizes, _ over: Microseconds) -> Int64 {
        time >= event.at + over ? sizes.anon : (time - event.at).part(of: over, in: sizes.anon)
      }
      switch event.action {
      case .grow(.name(name), let sizes, let over, _): pages += part(sizes, over)
      case .shrink(.name(name), let sizes, let over): pages -= part(sizes, over)
      default: break
      }
    }
    return pages
  }

  @Test func `lines go through every sample, with as few events as that takes`() throws {
    var state: UInt64 = 7
    var values: [Int64] = [10_000]
    for _ in 1..<400 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Flat, straight and jumping parts.
      let last = values[values.count - 1]
      switch (state >> 33) % 12 {
      case 0...5: values.append(last)
      case 6...9: values.append(last + 16)
      case 10: values.append(max(last - Int64((state >> 40) % 5000), 100))
      default: values.append(last + Int64((state >> 40) % 5000))
      }
    }
    let scenario = try imported(
      answer(series("container_memory_rss", #""container": "a""#, values))
    ).scenario
    for (index, value) in values.enumerated() {
      #expect(try anon(scenario, "a", at: .seconds(Int64(index) * 60)) == value, "sample \(index)")
    }
    var bends = 0
    for index in 1..<values.count - 1 {
      let (before, after) = (values[index] - values[index - 1], values[index + 1] - values[index])
      if before != after { bends += 1 }
    }
    #expect(scenario.events.count <= bends + 1)
    let smooth = try imported(answer(series("container_memory_rss", #""container": "a""#, values)))
    {
      $0.tolerance = 200
    }.scenario
    #expect(smooth.events.count < scenario.events.count)
    for (index, value) in values.enumerated() {
      let off = try anon(smooth, "a", at: .seconds(Int64(index) * 60)) - value
      #expect(abs(off) <= 201, "sample \(index)")
    }
  }

  @Test func `anonymous memory and cache apart, limits, swap`() throws {
    let labels = #""namespace": "n", "pod": "p", "container": "c""#
    let scenario = try imported(
      answer(
        series("container_memory_cache", labels, [50, 80]),
        series("container_memory_rss", labels, [1000, 1000]),
        series("container_memory_working_set_bytes", labels, [1020, 1030]),
        series("container_memory_swap", labels, [7, 7]),
        series("container_spec_memory_limit_bytes", labels, [2000, 2000]),
        series("container_spec_memory_swap_limit_bytes", labels, [3000, 3000]),
        series("node_memory_MemTotal_bytes", #""instance": "a:9100""#, [100_000, 100_000]))
    ).scenario
    let process = try process(scenario, "n/p/c")
    #expect(process.anon == 1000 && process.swap == 7 && process.cgroup == "/n_p_c")
    let group = try group(scenario, "/n_p_c")
    #expect(group.pageCache == 50 && group.max == 2000 && group.swapMax == 1000)
    #expect(scenario.machine.memory == 100_000)
    #expect(
      scenario.events == [
        Event(
          at: 0,
          action: .growUnowned(.pageCache, pages: 30, cgroup: "/n_p_c", over: .seconds(60)))
      ])
  }

  @Test func `gaps of one are restarts, gaps of all are not`() throws {
    let one = try imported(
      answer(
        series("container_memory_rss", #""name": "a""#, [10, 10, nil, nil, 5, 5]),
        series("container_memory_rss", #""name": "b""#, [9, 9, 9, 9, 9, 9])))
    #expect(one.notes.contains { $0.hasPrefix("1 restart seen") })
    #expect(one.scenario.events.map(\.at) == [.seconds(60), .seconds(240)])
    guard case .exit(.name("a")) = one.scenario.events[0].action,
      case .start(let again) = one.scenario.events[1].action
    else {
      Issue.record("\(one.scenario.events)")
      return
    }
    #expect(again.name == "a" && again.anon == 5)
    let all = try imported(
      answer(
        series("container_memory_rss", #""name": "a""#, [10, 10, nil, nil, 4, 4]),
        series("container_memory_rss", #""name": "b""#, [9, 9, nil, nil, 9, 9])))
    #expect(all.notes.contains { $0.hasPrefix("1 gap in which nothing was sampled") })
    #expect(all.scenario.events.map(\.at) == [.seconds(60)])
  }

  @Test func `sums of cAdvisor are not counted again`() throws {
    let made = try imported(
      answer(
        series("container_memory_rss", #""id": "/""#, [9000]),
        series("container_memory_rss", #""id": "/kubepods""#, [8000]),
        series(
          "container_memory_rss", #""id": "/kubepods/pod1", "pod": "p", "namespace": "n""#, [7000]),
        series(
          "container_memory_rss",
          #""id": "/kubepods/pod1/x", "pod": "p", "namespace": "n", "container": "POD""#, [1]),
        series(
          "container_memory_rss",
          #""id": "/kubepods/pod1/c", "pod": "p", "namespace": "n", "container": "c""#, [6000]))
    )
    #expect(made.scenario.processes.count == 1)
    #expect(try process(made.scenario, "n/p/c").anon == 6000)
  }

  @Test(
    arguments: [
      ("1.2345e+09", 301_392), ("4096", 1), ("4097", 2), ("4.097e3", 2), ("0", 0), ("1e-3", 1),
      ("1.8446744073709552e+19", 1 << 40), ("1e300", 1 << 40), ("40960000e-4", 1),
    ] as [(String, Int64)])
  func `values are decimals, read exactly`(value: String, pages: Int64) throws {
    let text = """
      { "data": { "resultType": "vector", "result": [ { "metric": { "__name__": "container_memory_rss",
        "container": "a" }, "value": [ 1.5, "\(value)" ] } ] } }
      """
    #expect(try process(try imported(text).scenario, "a").anon == pages)
  }
}
