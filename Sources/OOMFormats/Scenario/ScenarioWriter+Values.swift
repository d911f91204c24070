internal import OOMSimulator

// How single values of a scenario are written: a key and its value, nothing for nil.

extension ScenarioWriter {
  /// A size in the largest unit that is exact.
  func size(_ key: String, _ pages: Int64?, to writer: inout JSONWriter) {
    guard let pages else { return }
    writer.key(named: key)
    if pages == 0 { return writer.integer(0) }
    writer.string(pages == Cgroup.unlimited ? "max" : SizeText.text(pages, pageSize: pageSize))
  }

  func text(_ key: String, _ text: String?, to writer: inout JSONWriter) {
    guard let text else { return }
    writer.key(named: key)
    writer.string(text)
  }

  func list(_ key: String, _ texts: [String]?, to writer: inout JSONWriter) {
    guard let texts else { return }
    writer.key(named: key)
    writer.array(inline: true) { for text in texts { $0.string(text) } }
  }

  func flag(_ key: String, _ value: Bool?, to writer: inout JSONWriter) {
    guard let value else { return }
    writer.key(named: key)
    writer.integer(value ? 1 : 0)
  }

  func duration(_ key: String, _ time: Microseconds?, to writer: inout JSONWriter) {
    guard let time else { return }
    writer.key(named: key)
    time == 0 ? writer.integer(0) : writer.string(DurationText.text(time))
  }

  /// A value by the signal of eviction that it belongs to.
  func bySignal(
    _ key: String, to writer: inout JSONWriter, _ value: (String, inout JSONWriter) -> Void
  ) {
    writer.key(named: key)
    writer.object(inline: true) { value(Kubernetes.EvictionSignal.memory.rawValue, &$0) }
  }

  func process(_ key: String, _ process: ProcessReference?, to writer: inout JSONWriter) {
    guard let process else { return }
    writer.key(named: key)
    switch process {
    case .name(let name): writer.string(name)
    case .pid(let pid): writer.integer(Int64(pid))
    }
  }

  func ratio(_ key: String, _ thousandths: Int64?, to writer: inout JSONWriter) {
    guard let thousandths else { return }
    writer.key(named: key)
    writer.decimal(thousandths: thousandths)
  }

  func pageTables(
    _ key: String, _ tables: (total: Int64, levels: PageTableLevels?)?, to writer: inout JSONWriter
  ) {
    guard let tables else { return }
    guard let levels = tables.levels else { return size(key, tables.total, to: &writer) }
    writer.key(named: key)
    writer.object(inline: true) {
      size("pte", levels.pte, to: &$0)
      if levels.pmd != 0 { size("pmd", levels.pmd, to: &$0) }
      if levels.pud != 0 { size("pud", levels.pud, to: &$0) }
    }
  }

  func threads(
    _ key: String, _ threads: Scenario.Process.Threads?, to writer: inout JSONWriter
  ) {
    guard let threads else { return }
    writer.key(named: key)
    switch threads {
    case .count(let count): writer.integer(count)
    case .inGroups(let groups):
      writer.array(inline: true) { writer in
        for group in groups { writer.object(inline: true) { text("cgroup", group, to: &$0) } }
      }
    }
  }

  func swap(
    _ key: String, _ swap: (pages: Int64, devices: [SwapDevice])?, to writer: inout JSONWriter
  ) {
    guard let swap else { return }
    if swap.devices.isEmpty { return size(key, swap.pages, to: &writer) }
    writer.key(named: key)
    writer.array { writer in
      for device in swap.devices {
        let usual = SwapDevice(size: 0)
        writer.object(inline: true) {
          fields(SwapDevice.fields, of: device, usual: usual, to: &$0)
        }
      }
    }
  }

  func expectedGroups(
    _ key: String, _ groups: [Expectation.ExpectedGroup]?, to writer: inout JSONWriter
  ) {
    guard let groups else { return }
    typealias Group = Expectation.ExpectedGroup
    writer.key(named: key)
    writer.object { writer in
      for group in groups {
        writer.key(named: group.path)
        writer.object(inline: true) { writer in
          for key in Group.sizes + Group.numbers { bounds(key, group.bounds[key], to: &writer) }
          let events = Group.events.filter { group.bounds["events." + $0] != nil }
          if events.isEmpty { return }
          writer.key("events")
          writer.object(inline: true) {
            for key in events { bounds(key, group.bounds["events." + key], to: &$0) }
          }
        }
      }
    }
  }

  private func bounds(
    _ key: String, _ bounds: Expectation.Bounds?, to writer: inout JSONWriter
  ) {
    guard let bounds else { return }
    writer.key(named: key)
    if let exact = bounds.exact { return writer.integer(exact) }
    writer.object(inline: true) {
      for (key, bound) in [("min", bounds.min), ("max", bounds.max)] {
        guard let bound else { continue }
        $0.key(named: key)
        $0.integer(bound)
      }
    }
  }

  func nodes(_ key: String, _ nodes: [Machine.Node]?, to writer: inout JSONWriter) {
    guard let nodes else { return }
    writer.key(named: key)
    writer.array { writer in
      for node in nodes {
        writer.object(inline: true) {
          size("memory", node.memory, to: &$0)
          if node.present != node.memory { size("present", node.present, to: &$0) }
          if node.spanned != node.present { size("spanned", node.spanned, to: &$0) }
          size("kernel", node.kernel, to: &$0)
          if node.weight != 1 { $0.field("weight", node.weight) }
        }
      }
    }
  }
}

extension JSONWriter {
  /// A number that is given in thousandths, with as many places as it needs.
  mutating func decimal(thousandths: Int64) {
    var places = String(thousandths % 1000 + 1000).dropFirst()
    while places.last == "0" { places.removeLast() }
    let text = places.isEmpty ? "\(thousandths / 1000)" : "\(thousandths / 1000).\(places)"
    raw(Array(text.utf8))
  }
}

extension SizeText {
  /// A size in the largest unit that is exact: `16G`, `148k`; in pages where there is none.
  static func text(_ pages: Int64, pageSize: Bytes) -> String {
    let units: [(name: String, bytes: Int64)] = [
      ("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("k", 1 << 10),
    ]
    if let bytes = pageSize.bytes(pages: pages), bytes <= maxBytes {
      for unit in units where bytes.rawValue % unit.bytes == 0 {
        return "\(bytes.rawValue / unit.bytes)\(unit.name)"
      }
    }
    return "\(pages) pages"
  }
}
