/// One key of the scenario format: how it is called, what it holds, and what that means.
///
/// The reader, the writer, the differences of two scenarios, `--set` and the schema all go by these tables. A
/// value that equals that of `Root` as it is made without any argument is the usual one, which the writer leaves
/// out.
package struct Field<Root>: Sendable {
  package let key: String
  package let value: FieldValue<Root>
  /// What the schema says of it; nil where its kind says all.
  package let meaning: String?
  /// A value as JSON text that is not the usual one.
  package let example: String
  /// Whether it has to be given.
  package let isRequired: Bool

  package init(
    _ key: String, _ value: FieldValue<Root>, _ meaning: String?, example: String,
    isRequired: Bool = false
  ) {
    self.key = key
    self.value = value
    self.meaning = meaning
    self.example = example
    self.isRequired = isRequired
  }

  /// The value as the differences of two scenarios show it.
  package func shown(_ root: Root) -> ShownValue {
    value.shown(root)
  }
}

/// The kind of value that a key holds, with how to get it from what it is a part of and how to set it there.
///
/// Nil is a value that is not given.
package enum FieldValue<Root>: Sendable {
  package typealias Get<Value> = @Sendable (Root) -> Value?
  package typealias Set<Value> = @Sendable (inout Root, Value) -> Void

  /// An amount of memory with its unit, in pages.
  case size(Get<Int64>, Set<Int64>)
  /// A limit of a group: a size, bytes without a unit, or `max`. In pages.
  case limit(Get<Int64>, Set<Int64>)
  /// A sysctl in KiB.
  case kbytes(Get<Kibibytes>, Set<Kibibytes>)
  case integer(ClosedRange<Int64>, Get<Int64>, Set<Int64>)
  /// One of a few numbers; the text is what the message about another one says after it.
  case choice(Choice, Get<Int64>, Set<Int64>)
  /// 0 or 1, as the kernel's files have it.
  case flag(Get<Bool>, Set<Bool>)
  /// The same in an object of its own, which the file of version 1 shows: `oom_kill_disable`.
  case oomControl(Get<Bool>, Set<Bool>)
  case bool(Get<Bool>, Set<Bool>)
  /// A time.
  case duration(Get<Microseconds>, Set<Microseconds>)
  /// A part of a whole in per cent: `50%`.
  case share(Get<Share>, Set<Share>)
  /// A time above zero.
  case pause(Get<Microseconds>, Set<Microseconds>)
  /// A time in which one page is read, 10 s at most.
  case latency(Get<Microseconds>, Set<Microseconds>)
  /// A text that is not empty, with what has it as a name: `a process`.
  case name(of: String, Get<String>, Set<String>)
  case text(Get<String>, Set<String>)
  /// One of several words.
  case word([String], Get<String>, Set<String>)
  /// The path of a group.
  case path(Get<String>, Set<String>)
  case nodes(Get<NodeMask>, Set<NodeMask>)
  case process(Get<ProcessReference>, Set<ProcessReference>)
  /// How much smaller a zram makes a page, in thousandths.
  case ratio(Get<Int64>, Set<Int64>)
  case capabilities(Get<Capabilities>, Set<Capabilities>)
  /// Names of processes, each once.
  case names(Get<[String]>, Set<[String]>)
  case kills(Get<[Expectation.ExpectedKill]>, Set<[Expectation.ExpectedKill]>)
  case refusals(Get<[Expectation.ExpectedRefusal]>, Set<[Expectation.ExpectedRefusal]>)
  /// What groups have to come to, by path.
  case groups(Get<[Expectation.ExpectedGroup]>, Set<[Expectation.ExpectedGroup]>)
  /// The child of a fork.
  case child(Get<Event.Child>, Set<Event.Child>)
  /// One size, or one for each level.
  case pageTables(Get<PageTables>, Set<PageTables>)
  /// How many threads, or the groups of those beside the main one.
  case threads(Get<Scenario.Process.Threads>, Set<Scenario.Process.Threads>)
  case restart(Get<RestartPolicy>, Set<RestartPolicy>)
  /// One size, or a list of devices.
  case swap(Get<SwapSpace>, Set<SwapSpace>)
  case machineNodes(Get<[Machine.Node]>, Set<[Machine.Node]>)
  /// A quantity of memory as Kubernetes writes it: `512Mi`.
  case quantity(Get<Kubernetes.Quantity>, Set<Kubernetes.Quantity>)
  /// An amount of memory by the signal of eviction that it belongs to: a quantity, or a part in per cent.
  case threshold(
    Kubernetes.EvictionThreshold.Use, Get<Kubernetes.EvictionThreshold>,
    Set<Kubernetes.EvictionThreshold>)
  /// A time by the signal of eviction that it belongs to.
  case grace(Get<Microseconds>, Set<Microseconds>)
  /// Rulesets of oomd, as its configuration file has them.
  case rulesets(Get<[Oomd.Ruleset]>, Set<[Oomd.Ruleset]>)

  /// Numbers of which one is allowed.
  package struct Choice: Sendable {
    package let allowed: [Int64]
    /// What is looked at as a number at all; beyond it the message is that of a range.
    package let range: ClosedRange<Int64>
    package let complaint: @Sendable (Int64) -> String
  }

  /// Page tables in pages: `levels` add up to `total` where they are given.
  package typealias PageTables = (total: Int64, levels: PageTableLevels?)

  /// Swap in pages: `devices` are given where one of them is a zram.
  package typealias SwapSpace = (pages: Int64, devices: [SwapDevice])
}

extension FieldValue {
  fileprivate func shown(_ root: Root) -> ShownValue {
    switch self {
    case .size(let get, _), .limit(let get, _): .optionalPages(get(root))
    case .kbytes(let get, _): .optional(get(root)?.rawValue)
    case .integer(_, let get, _), .choice(_, let get, _), .ratio(let get, _):
      .optional(get(root))
    case .flag(let get, _), .bool(let get, _), .oomControl(let get, _):
      get(root).map { .flag($0) } ?? .absent
    case .duration(let get, _), .pause(let get, _), .grace(let get, _), .latency(let get, _):
      get(root).map { .microseconds($0) } ?? .absent
    case .share(let get, _): .optional(get(root)?.text)
    case .name(_, let get, _), .word(_, let get, _), .path(let get, _), .text(let get, _):
      .optional(get(root))
    case .nodes(let get, _): .optional(get(root)?.description)
    case .process(let get, _): .optional(get(root)?.description)
    case .capabilities(let get, _): .optional(get(root)?.names.joined(separator: ", "))
    case .threads(let get, _): .optional(get(root)?.text)
    case .names(let get, _): .optional(get(root)?.joined(separator: ", "))
    case .kills(let get, _):
      .optional(get(root)?.map { $0.process.description }.joined(separator: ", "))
    case .refusals(let get, _):
      .optional(get(root)?.map { $0.process.description }.joined(separator: ", "))
    case .groups(let get, _): .optional(get(root)?.map { $0.path }.joined(separator: ", "))
    case .child(let get, _): .optional(get(root).map(Self.text))
    case .pageTables(let get, _): Self.shown(get(root))
    case .restart(let get, _): .optional(get(root)?.text)
    case .swap(let get, _): Self.shown(get(root))
    case .machineNodes(let get, _): .optional(get(root).map(Self.text))
    case .quantity(let get, _): .optional(get(root)?.text)
    case .threshold(_, let get, _): .optional(get(root)?.text)
    case .rulesets(let get, _):
      .optional(get(root).map { $0.map { $0.text }.joined(separator: "; ") })
    }
  }

  private static func shown(_ tables: PageTables?) -> ShownValue {
    guard let tables else { return .absent }
    guard let levels = tables.levels else { return .pages(tables.total) }
    return .text("\(levels.pte) + \(levels.pmd) + \(levels.pud) pages")
  }

  private static func shown(_ swap: SwapSpace?) -> ShownValue {
    guard let swap, !swap.devices.isEmpty else { return .optionalPages(swap?.pages) }
    let devices = swap.devices.map { device in
      let ratio = device.kind == .zram ? " / \(device.ratio) per mille" : ""
      return "\(device.kind.rawValue) of \(device.size) pages\(ratio)"
    }
    return .text(devices.joined(separator: ", "))
  }

  private static func text(_ child: Event.Child) -> String {
    var text = child.name
    if child.pid != 0 { text += ", pid \(child.pid)" }
    if let adj = child.oomScoreAdj { text += ", oom_score_adj \(adj)" }
    return text
  }

  private static func text(_ nodes: [Machine.Node]) -> String {
    let texts = nodes.map { node in
      var text = "\(node.memory) pages"
      if node.present != node.memory { text += " of \(node.present)" }
      if node.spanned != node.present { text += " in \(node.spanned)" }
      if let kernel = node.kernel { text += " with \(kernel) of the kernel" }
      if node.weight != 1 { text += " of weight \(node.weight)" }
      return text
    }
    return texts.joined(separator: ", ")
  }
}

extension Capabilities {
  /// The capabilities by their names in the scenario format.
  package static let named: [(name: String, capability: Capabilities)] = [
    ("sys_admin", .sysAdmin), ("sys_resource", .sysResource), ("sys_rawio", .sysRawIO),
  ]

  /// The names of those that are set.
  package var names: [String] {
    var names: [String] = []
    for one in Self.named where contains(one.capability) { names.append(one.name) }
    return names
  }
}

extension RestartPolicy {
  /// What it says, in the words of the scenario format, times in microseconds.
  var text: String {
    var text = policy.rawValue
    for field in Self.fields.dropFirst() {
      switch field.shown(self) {
      case .number(let value): text += ", \(field.key) \(value)"
      case .microseconds(let value): text += ", \(field.key) \(value.rawValue) us"
      case .text(let value) where value != Backoff.constant.rawValue:
        text += ", \(field.key) \(value)"
      default: break
      }
    }
    return text
  }
}
