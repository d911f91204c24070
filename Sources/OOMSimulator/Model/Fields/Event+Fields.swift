/// What actions are made of. Each has some of these; the others keep their usual values.
package struct EventParts: Sendable {
  package var process: ProcessReference?
  package var sizes = Event.Sizes()
  /// Pages that are touched again.
  package var anon: Int64?
  package var shmem: Int64?
  /// Pages of an action that has one size.
  package var size: Int64?
  /// Pages of an action that comes in two directions, either of them: more, or less.
  package var more: Int64?
  package var less: Int64?
  package var over: Microseconds = 0
  package var kind = Event.MappingKind.private
  /// Of `madvise`: `MADV_FREE`, or `MADV_DONTNEED`.
  package var isLazy: Bool?
  package var nodes: NodeMask?
  package var cgroup: String?
  package var child: Event.Child?
  /// Of `pressure`.
  package var full: Share?
  package var some: Share?

  package init() {}
}

/// How an action is written in a scenario: its key, its members, and what they make.
package struct EventForm: Sendable {
  /// What its value is.
  package enum Shape: Sendable {
    /// An object with these members.
    case members([Field<EventParts>], Members = .all, make: @Sendable (EventParts) -> Event.Action?)
    /// The process that starts.
    case process
    /// A process, a group or the sysctls, and what to write there.
    case setting
    /// A word that stands for the action.
    case word(String, Event.Action)
  }

  /// Which members there have to be, besides those that are required.
  package enum Members: Sendable {
    case all
    case oneOrMore(of: [String])
    /// - Parameter firstOnly: members that go with the first of the two only.
    case either(String, or: String, firstOnly: [String] = [])
  }

  package let name: String
  package let meaning: String
  package let shape: Shape

  init(_ name: String, _ meaning: String, _ shape: Shape) {
    self.name = name
    self.meaning = meaning
    self.shape = shape
  }

  /// The members of an object; none of another shape.
  package var fields: [Field<EventParts>] {
    if case .members(let fields, _, _) = shape { fields } else { [] }
  }

  /// The form of an action.
  package static func of(_ action: Event.Action) -> EventForm {
    for form in all where form.name == action.name { return form }
    preconditionFailure("no form is called '\(action.name)'")
  }

  /// Every action of the format, in the order in which messages list them.
  package static let all: [EventForm] = memoryForms + unownedForms + otherForms

  private static let memoryForms: [EventForm] = [
    EventForm(
      "grow",
      "A process allocates memory and touches it. All its new anonymous memory is one request to "
        + "overcommit.",
      .members(
        growthFields + [
          nodes(
            "Memory nodes that this memory is bound to, as mbind() does. Default: what the "
              + "process's memory policy and cpuset allow.")
        ], .oneOrMore(of: sizeKeys),
        make: { parts in
          parts.process.map { .grow($0, parts.sizes, over: parts.over, nodes: parts.nodes) }
        })),
    EventForm(
      "shrink", "A process gives memory back.",
      .members(
        growthFields, .oneOrMore(of: sizeKeys),
        make: { parts in parts.process.map { .shrink($0, parts.sizes, over: parts.over) } })),
    EventForm(
      "map", "Address space that is not touched: only overcommit sees it.",
      .members(
        mappingFields,
        make: { parts in parts.process.map { .map($0, pages: parts.size ?? 0, parts.kind) } })),
    EventForm(
      "unmap", "Gives such address space back.",
      .members(
        mappingFields,
        make: { parts in parts.process.map { .unmap($0, pages: parts.size ?? 0, parts.kind) } })),
  ]

  private static let unownedForms: [EventForm] = [
    EventForm("start", "A new process. It may have the name of one that has died.", .process),
    EventForm(
      "exit", "A process ends by itself.",
      .members([process(isRequired: true)], make: { $0.process.map { .exit($0) } })),
    unowned(
      .pageCache, "File cache charged to a group, or to none.",
      grows: more("read", "Read into the cache."), less("drop", "Dropped from the cache.")),
    unowned(
      .tmpfs, "Memory of files in a tmpfs: it belongs to no process and stays until it is deleted.",
      grows: more("write", "Written."), less("delete", "Deleted."),
      Field(
        "size", .size({ $0.size }, { $0.size = $1 }),
        "The size of the tmpfs, which all tmpfs files of the group count against: a write beyond it "
          + "gets ENOSPC. No bound when left out, though mount gives half of the memory.",
        example: "\"64M\"")),
    unowned(
      .kernel,
      "Memory of the kernel that cannot be reclaimed. Since 4.5 the group is charged for it, before "
        + "that the machine alone.",
      grows: more("grow", "Taken."), less("shrink", "Given back, at most what is there.")),
    EventForm(
      "reclaim",
      "With a group: memory.reclaim of it, since 5.19; on version 1 all that can be, as "
        + "memory.force_empty does. Without one: clean cache and reclaimable slab, as drop_caches.",
      .members(
        [group(isRequired: false), size("How much at most.", isRequired: true)],
        make: { parts in parts.size.map { .reclaim(pages: $0, cgroup: parts.cgroup) } })),
    EventForm(
      "pressure",
      "How much of the time a group, or the machine, waits for memory: what memory.pressure comes to goes by it instead "
        + "of by what the model derives.",
      .members(
        [
          ownGroup,
          Field(
            "full", .share({ $0.full }, { $0.full = $1 }), "All that have work wait.",
            example: "\"56%\"", isRequired: true),
          Field(
            "some", .share({ $0.some }, { $0.some = $1 }),
            "Some of them wait, no less than 'full'. Default: as 'full'.", example: "\"80%\""),
          Field(
            "over", .pause({ $0.over == 0 ? nil : $0.over }, { $0.over = $1 }),
            "How long. Default: until the next such event of the group.", example: "\"30s\""),
        ],
        make: { parts in
          parts.full.map {
            .pressure(
              cgroup: parts.cgroup ?? "/", some: parts.some ?? $0, full: $0,
              over: parts.over == 0 ? nil : parts.over)
          }
        })),
  ]

  /// The form of what happens to memory of no process.
  ///
  /// - Parameter bound: a member that goes with growth only.
  private static func unowned(
    _ what: Event.Unowned, _ meaning: String, grows: Field<EventParts>,
    _ shrinks: Field<EventParts>,
    _ bound: Field<EventParts>? = nil
  ) -> EventForm {
    let bounds = bound.map { [$0] } ?? []
    return EventForm(
      what.rawValue, meaning,
      .members(
        [grows, shrinks, ownGroup, over] + bounds,
        .either(grows.key, or: shrinks.key, firstOnly: bounds.map { $0.key }),
        make: { parts in
          let path = parts.cgroup ?? "/"
          return parts.more.map {
            .growUnowned(what, pages: $0, cgroup: path, over: parts.over, size: parts.size)
          } ?? parts.less.map { .shrinkUnowned(what, pages: $0, cgroup: path, over: parts.over) }
        }))
  }

  private static let otherForms: [EventForm] = [
    EventForm("set", "Changes a setting while everything runs.", .setting),
    EventForm(
      "move", "Moves a process to another group. What it was charged for stays behind.",
      .members(
        [process(isRequired: true), group(isRequired: true)],
        make: { parts in
          guard let process = parts.process, let path = parts.cgroup else { return nil }
          return .move(process, cgroup: path)
        })),
    EventForm(
      "oom",
      "Declares an OOM here and now: of a group, or of the machine. process is the process that "
        + "asked for memory.",
      .members(
        [group(isRequired: false), process(isRequired: false), nodes(nil)],
        make: { .oom(cgroup: $0.cgroup, invoker: $0.process, nodes: $0.nodes) })),
    EventForm(
      "sysrq", "The manual OOM kill: f, as written to /proc/sysrq-trigger.", .word("f", .sysrq)),
    EventForm(
      "swapoff",
      "Takes swap away, all of it without a size: what is in it comes back to memory. process does "
        + "it, and is the first to be killed.",
      .members(
        [size(nil, isRequired: false), process(isRequired: false)],
        make: { .swapoff(pages: $0.size, $0.process) })),
    EventForm(
      "swapon", "Adds swap.",
      .members([size(nil, isRequired: true)], make: { $0.size.map { .swapon(pages: $0) } })),
    EventForm(
      "fork",
      "A child that shares its parent's private memory by copy-on-write: both count the pages, the "
        + "machine has them once.",
      .members(
        [process(isRequired: true), child],
        make: { parts in
          guard let process = parts.process, let child = parts.child else { return nil }
          return child.name.isEmpty ? nil : .fork(process, child)
        })),
    EventForm(
      "cow",
      "Writes to pages that are shared by copy-on-write: each takes a new page of the machine, rss "
        + "stays.",
      .members(
        [process(isRequired: true), size("What is written to.", isRequired: true), over],
        make: { parts in
          parts.process.map { .cow($0, pages: parts.size ?? 0, over: parts.over) }
        })),
    EventForm(
      "touch",
      "A process touches memory again, what it touched longest ago first: reclaim takes it last now, and "
        + "what is in swap comes back. All that it has when no size is given.",
      .members(
        touchFields,
        make: { parts in
          parts.process.map {
            .touch($0, anon: parts.anon, shmem: parts.shmem, over: parts.over)
          }
        })),
    EventForm(
      "madvise",
      "A process does not need anonymous memory now, whose address space stays mapped: all of it without a "
        + "size. What was freed stays until reclaim discards it, unless it is touched again, since 4.5.",
      .members(
        [
          process(isRequired: true), size("How much at most.", isRequired: false),
          Field(
            "advice",
            .word(
              ["free", "dontneed"], { $0.isLazy == false ? "dontneed" : "free" },
              { $0.isLazy = $1 == "free" }),
            "free is MADV_FREE, dontneed is MADV_DONTNEED: gone at once.", example: "\"free\"",
            isRequired: true),
        ],
        make: { parts in
          guard let process = parts.process, let isLazy = parts.isLazy else { return nil }
          return .madvise(process, pages: parts.size, lazily: isLazy)
        })),
  ]

  // MARK: Members

  private static let touchFields: [Field<EventParts>] = [
    process(isRequired: true),
    Field(
      "anon", .size({ $0.anon }, { $0.anon = $1 }), "Anonymous memory.", example: "\"1G\""),
    Field("shmem", .size({ $0.shmem }, { $0.shmem = $1 }), "Shared memory.", example: "\"3M\""),
    over,
  ]

  private static let sizeKeys = ["anon", "file", "shmem", "locked"]

  private static let growthFields: [Field<EventParts>] = [
    process(isRequired: true),
    Field(
      "anon", .size({ $0.sizes.anon }, { $0.sizes.anon = $1 }), "Anonymous memory.",
      example: "\"1G\""),
    Field(
      "file", .size({ $0.sizes.file }, { $0.sizes.file = $1 }), "File pages.", example: "\"2M\""),
    Field(
      "shmem", .size({ $0.sizes.shmem }, { $0.sizes.shmem = $1 }), "Shared memory.",
      example: "\"3M\""),
    Field(
      "locked", .size({ $0.sizes.locked }, { $0.sizes.locked = $1 }),
      "Anonymous memory that is locked as it is touched, besides anon.", example: "\"4M\""),
    over,
  ]

  private static let mappingFields: [Field<EventParts>] = [
    process(isRequired: true), size("Length of the mapping.", isRequired: true),
    Field(
      "kind",
      .word(
        Event.MappingKind.allCases.map { $0.rawValue }, { $0.kind.rawValue },
        { $0.kind = Event.MappingKind(rawValue: $1) ?? $0.kind }),
      "private and shared mappings are committed; read_only ones are not, noreserve ones only in "
        + "mode 2.", example: "\"shared\""),
  ]

  private static func process(isRequired: Bool) -> Field<EventParts> {
    Field(
      "process", .process({ $0.process }, { $0.process = $1 }), nil, example: "\"p\"",
      isRequired: isRequired)
  }

  private static func size(_ meaning: String?, isRequired: Bool) -> Field<EventParts> {
    Field(
      "size", .size({ $0.size }, { $0.size = $1 }), meaning, example: "\"1M\"",
      isRequired: isRequired)
  }

  private static func group(isRequired: Bool) -> Field<EventParts> {
    Field(
      "cgroup", .path({ $0.cgroup }, { $0.cgroup = $1 }), nil, example: "\"/a\"",
      isRequired: isRequired)
  }

  private static func nodes(_ meaning: String?) -> Field<EventParts> {
    Field("nodes", .nodes({ $0.nodes }, { $0.nodes = $1 }), meaning, example: "\"0\"")
  }

  private static let over = Field<EventParts>(
    "over", .duration({ $0.over }, { $0.over = $1 }),
    "The time it takes, evenly. At once when left out.", example: "\"5s\"")

  /// A group that is the root when it is left out.
  private static let ownGroup = Field<EventParts>(
    "cgroup", .path({ $0.cgroup == "/" ? nil : $0.cgroup }, { $0.cgroup = $1 }), nil,
    example: "\"/a\"")

  private static func more(_ key: String, _ meaning: String) -> Field<EventParts> {
    Field(key, .size({ $0.more }, { $0.more = $1 }), meaning, example: "\"1M\"")
  }

  private static func less(_ key: String, _ meaning: String) -> Field<EventParts> {
    Field(key, .size({ $0.less }, { $0.less = $1 }), meaning, example: "\"2M\"")
  }

  private static let child = Field<EventParts>(
    "child", .child({ $0.child }, { $0.child = $1 }), nil, example: "{ \"name\": \"c\" }",
    isRequired: true)
}

extension Event.Action {
  /// What the action is made of, for its form; nothing where the form is no object of members.
  package var parts: EventParts {
    var parts = EventParts()
    switch self {
    case .grow(let process, let sizes, let over, let nodes):
      (parts.process, parts.sizes, parts.over, parts.nodes) = (process, sizes, over, nodes)
    case .shrink(let process, let sizes, let over):
      (parts.process, parts.sizes, parts.over) = (process, sizes, over)
    case .map(let process, let pages, let kind), .unmap(let process, let pages, let kind):
      (parts.process, parts.size, parts.kind) = (process, pages, kind)
    case .exit(let process): parts.process = process
    case .fork(let process, let child): (parts.process, parts.child) = (process, child)
    case .cow(let process, let pages, let over):
      (parts.process, parts.size, parts.over) = (process, pages, over)
    case .touch(let process, let anon, let shmem, let over):
      (parts.process, parts.anon, parts.shmem, parts.over) = (process, anon, shmem, over)
    case .madvise(let process, let pages, let isLazy):
      (parts.process, parts.size, parts.isLazy) = (process, pages, isLazy)
    case .growUnowned(_, let pages, let path, let over, let size):
      (parts.more, parts.cgroup, parts.over, parts.size) = (pages, path, over, size)
    case .shrinkUnowned(_, let pages, let path, let over):
      (parts.less, parts.cgroup, parts.over) = (pages, path, over)
    case .reclaim(let pages, let path): (parts.size, parts.cgroup) = (pages, path)
    case .pressure(let path, let some, let full, let over):
      parts.cgroup = path == "/" ? nil : path
      (parts.full, parts.some, parts.over) = (full, some == full ? nil : some, over ?? 0)
    case .move(let process, let path): (parts.process, parts.cgroup) = (process, path)
    case .swapoff(let pages, let process): (parts.size, parts.process) = (pages, process)
    case .swapon(let pages): parts.size = pages
    case .oom(let path, let invoker, let nodes):
      (parts.cgroup, parts.process, parts.nodes) = (path, invoker, nodes)
    case .start, .setProcess, .setCgroup, .setSysctl, .setMachine, .sysrq: break
    }
    return parts
  }
}
