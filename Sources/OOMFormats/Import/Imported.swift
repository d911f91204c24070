package import OOMSimulator

/// A scenario made of what other programs print.
package struct Imported: Sendable {
  package var kind: ImportKind
  package var isGuessed: Bool
  package var scenario: Scenario
  /// What is a guess, and what was left out.
  package var notes: [String]

  /// - Throws: a `ScenarioError` that says what cannot be read, and where.
  package init(_ files: [ImportFile], _ options: ImportOptions) throws(ScenarioError) {
    var options = options
    var files = files
    isGuessed = options.kind == nil
    // What `free` prints is told from tables of processes, whichever way it is given.
    if options.free == nil, files.count > 1, let index = files.firstIndex(where: FreeText.isOne) {
      options.free = files.remove(at: index)
    }
    var kinds: [ImportKind] = []
    for file in files {
      if let kind = options.kind {
        kinds.append(kind)
      } else {
        kinds.append(try ImportKind.guess(of: file))
      }
    }
    // What containers use beside what they may use.
    var stats: [ImportFile] = []
    if let limits = kinds.first(where: { $0 == .compose || $0 == .dockerInspect }),
      kinds.allSatisfy({ $0 == limits || $0 == .dockerStats })
    {
      stats = zip(files, kinds).filter { $1 == .dockerStats }.map { $0.0 }
      files = zip(files, kinds).filter { $1 == limits }.map { $0.0 }
      kinds = [limits]
    }
    if let first = kinds.first, let other = kinds.firstIndex(where: { $0 != first }) {
      throw files[other].error(
        "this is \(kinds[other].rawValue), and the file before it \(first.rawValue): one kind at a time"
      )
    }
    let kind = kinds.first
    self.kind = kind ?? .compose
    var draft = ImportDraft(self.kind, options)
    var matches = try draft.measure(stats)
    switch self.kind {
    case .compose: for file in files { try draft.readCompose(file, &matches) }
    case .dockerInspect: for file in files { try draft.readDockerInspect(file, &matches) }
    case .dockerStats: try draft.readDockerStats(files)
    case .oci: for file in files { try draft.readOCI(file) }
    case .kubernetes: try draft.readKubernetes(files)
    case .prometheus: try draft.readPrometheus(files)
    case .systemd: for file in files { try draft.readSystemd(file) }
    case .ps: for file in files { try draft.readPs(file) }
    case .sar: try draft.readSar(files)
    case .atop: try draft.readAtop(files)
    }
    // Units that do not run and workloads without pods are an answer all the same.
    if draft.scenario.processes.count == 0, draft.scenario.cgroups.isEmpty,
      ![.systemd, .kubernetes].contains(self.kind), let file = files.first
    {
      throw file.error(self.kind.whatIsMissing)
    }
    for text in matches.notes { draft.note(text) }
    for (option, isGiven, isUsed) in [
      ("--free", options.free != nil, self.kind == .ps),
      ("--node", options.node != nil, self.kind == .kubernetes),
      ("--instance", options.instance != nil, self.kind == .prometheus),
      ("--tolerance", options.tolerance != nil, [.prometheus, .sar, .atop].contains(self.kind)),
    ] where isGiven && !isUsed {
      draft.note("\(option) is not used: this is \(self.kind.rawValue)")
    }
    try draft.finish(files)
    scenario = draft.scenario
    notes = draft.notes
  }
}
