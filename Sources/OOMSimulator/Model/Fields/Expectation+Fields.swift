internal import VictimSelection

extension Expectation {
  /// The keys of the section `expect`, in the order in which they are written.
  package static let fields: [Field<Self>] = [
    Field(
      "kills", .kills({ $0.kills }, { $0.kills = $1 }),
      "Every OOM kill in order; an empty list says that nobody dies.",
      example: "[{ \"name\": \"p\" }]"),
    Field(
      "survivors", .names({ $0.survivors }, { $0.survivors = $1 }),
      "Processes that are alive at the end.", example: "[\"p\"]"),
    Field(
      "stuck", .names({ $0.stuck }, { $0.stuck = $1 }),
      "Processes whose growth can never go on: all of them.", example: "[\"p\"]"),
    Field(
      "refused", .refusals({ $0.refused }, { $0.refused = $1 }),
      "Every request that overcommit refuses, in order.",
      example: "[{ \"process\": \"p\", \"at\": \"1s\" }]"),
    Field(
      "panic", .bool({ $0.panic }, { $0.panic = $1 }), "Whether the run ends in a kernel panic.",
      example: "false"),
    Field(
      "outcome",
      .word(
        Outcome.ofValid.map { $0.rawValue }, { $0.outcome?.rawValue },
        { $0.outcome = Outcome(rawValue: $1) }),
      "How the run ends: nothing is left to happen, a kernel panic, restarts that were proved to go on "
        + "for ever, or more kills or restarts than a run follows.", example: "\"completed\""),
    Field(
      "groups", .groups({ $0.groups }, { $0.groups = $1 }),
      "What groups come to, by path, with the keys that run --json has.",
      example: "{ \"/a\": { \"peak\": \"1G\", \"events\": { \"oom_kill\": { \"min\": 1 } } } }"),
  ]
}

extension Expectation.ExpectedKill {
  /// The process stands under one of the first two keys.
  package static let fields: [Field<Self>] = [
    Field(
      "name",
      .text(
        { if case .name(let name) = $0.process { name } else { nil } },
        { $0.process = .name($1) }),
      "The process that selection chooses.", example: "\"p\""),
    Field(
      "pid",
      .integer(
        1...Int64(Scenario.Process.pidLimit - 1),
        { if case .pid(let pid) = $0.process { Int64(pid) } else { nil } },
        { $0.process = .pid(Int32($1)) }),
      "The same by its pid.", example: "7"),
    Field(
      "constraint",
      .word(
        Constraint.allCases.map { $0.rawValue }, { $0.constraint?.rawValue },
        { $0.constraint = Constraint(rawValue: $1) }),
      "What ran out: none is the whole machine.", example: "\"memcg\""),
    Field(
      "cgroup", .path({ $0.cgroup }, { $0.cgroup = $1 }), "The group whose limit was hit.",
      example: "\"/a\""),
    Field(
      "points", .integer(Int64.min...Int64.max, { $0.points }, { $0.points = $1 }),
      "Badness of the victim in pages; may be negative.", example: "-5"),
    Field(
      "after", .duration({ $0.after }, { $0.after = $1 }), "Not earlier than this.",
      example: "\"1s\""),
    Field(
      "before", .duration({ $0.before }, { $0.before = $1 }), "Not later than this.",
      example: "\"2s\""),
    Field(
      "also", .names({ $0.also }, { $0.also = $1 }), "All that die with the victim, in any order.",
      example: "[\"p\"]"),
    Field(
      "by",
      .word(
        ["kernel"] + UserspaceKiller.Kind.allCases.map { $0.rawValue }, { $0.by }, { $0.by = $1 }),
      "What kills: the kernel, or a program of user space.", example: "\"earlyoom\""),
  ]
}

extension Expectation.ExpectedRefusal {
  package static let fields: [Field<Self>] = [
    Field(
      "process", .process({ $0.process }, { $0.process = $1 }), nil, example: "\"p\"",
      isRequired: true),
    Field("at", .duration({ $0.at }, { $0.at = $1 }), "When.", example: "\"1s\""),
  ]
}
