public import OOMSimulator

extension Scenario {
  /// Reads a scenario, format `oomsim.scenario/1`.
  ///
  /// - Parameters:
  ///   - bytes: the text, UTF-8.
  ///   - file: how messages call it.
  /// - Throws: a `ScenarioError` with every mistake that could be found, at most twenty.
  /// - Complexity: O(*n*) for *n* bytes, without a tree in between.
  public init(json bytes: [UInt8], file: String = "scenario.json") throws(ScenarioError) {
    try self.init(json: bytes, file: file, settings: [])
  }

  /// Reads a scenario and overrides values in it.
  ///
  /// - Parameter settings: what to override, as in `processes.llm.oom_score_adj=-500`.
  package init(
    json bytes: [UInt8], file: String, settings: [ScenarioSetting]
  ) throws(ScenarioError) {
    var notes: [Diagnostic] = []
    try self.init(json: bytes, file: file, settings: settings, notes: &notes)
  }

  /// Reads a scenario, overrides values in it, and says what has to be known of what was read.
  ///
  /// - Parameter notes: gets what is right and not what everybody would take it for.
  package init(
    json bytes: [UInt8], file: String, settings: [ScenarioSetting], notes: inout [Diagnostic]
  ) throws(ScenarioError) {
    self = try Self.read(bytes, file, &notes)
    let asRead = self
    for setting in settings { try apply(setting, notes: &notes) }
    var found = contradictions()
    // With other values a process that the scenario expects may not be there: that is for a check to say.
    if !settings.isEmpty { found.removeAll { $0.path.first == .key("expect") } }
    if found.isEmpty { return }
    if !settings.isEmpty, asRead.contradictions().isEmpty {
      // The text was right before: the overrides contradict it.
      let diagnostics = found.prefix(ScenarioError.limit).map {
        Diagnostic(path: pathText($0.path), message: $0.message)
      }
      throw ScenarioError(diagnostics: Array(diagnostics), file: "--set")
    }
    let locator = JSONLocator(bytes: bytes)
    let placed = found.prefix(ScenarioError.limit).map { (locator.offset(of: $0.path), $0) }
    let diagnostics = placed.sorted { $0.0 < $1.0 }.map { offset, problem in
      let (line, column) = locator.position(of: offset)
      return Diagnostic(
        line: line, column: column, path: pathText(problem.path), message: problem.message)
    }
    throw ScenarioError(diagnostics: Array(diagnostics), file: file)
  }

  /// A scenario that was right, with other values.
  ///
  /// - Throws: a `ScenarioError` for a value that cannot be, alone or with the others.
  package func setting(_ settings: [ScenarioSetting]) throws(ScenarioError) -> Scenario {
    var scenario = self
    for setting in settings { try scenario.apply(setting) }
    if settings.allSatisfy({ $0.standsAlone(in: self) }) { return scenario }
    let found = scenario.contradictions()
    if found.isEmpty { return scenario }
    let diagnostics = found.prefix(ScenarioError.limit).map {
      Diagnostic(path: pathText($0.path), message: $0.message)
    }
    let texts = settings.map { "--set \($0.path)=\($0.value)" }
    throw ScenarioError(
      diagnostics: Array(diagnostics), file: texts.isEmpty ? "--set" : texts.joined(separator: " "))
  }

  /// Reads the text alone, without looking for contradictions.
  private static func read(
    _ bytes: [UInt8], _ file: String, _ notes: inout [Diagnostic]
  ) throws(ScenarioError) -> Scenario {
    var reader = ScenarioReader(bytes, pageSize: 4096)
    do throws(JSONError) {
      try reader.read()
      // Sizes are read as pages, groups by the files of their version: when either turns out to be another one,
      // read again.
      let pageSize = reader.scenario.machine.pageSize
      let version = reader.scenario.cgroupVersion
      if pageSize != reader.fields.pageSize || version != reader.fields.cgroupVersion {
        reader = ScenarioReader(bytes, pageSize: pageSize, cgroupVersion: version)
        try reader.read()
      }
    } catch {
      if let refusal = YAML.refusal(of: bytes, file: file) { throw refusal }
      let (line, column) = JSONLocator(bytes: bytes).position(of: error.offset)
      let advice = reader.fields.json.adviceForYAML(at: error.offset)
      let diagnostic = Diagnostic(
        line: line, column: column, path: "", message: "no valid JSON: \(error.message)\(advice)")
      throw ScenarioError(diagnostics: [diagnostic], file: file)
    }
    var problems = reader.fields.problems
    if !reader.isScenario {
      // Its other keys are nobody's business.
      problems = [
        Fields.Problem(
          offset: 0,
          message: "this is no scenario: it has no 'machine'; 'oomsim import' makes one of what "
            + "Docker, kubectl, Prometheus, systemctl or ps print")
      ]
    }
    if problems.isEmpty {
      if reader.fields.notes.isEmpty { return reader.scenario }
      let locator = JSONLocator(bytes: bytes)
      notes += reader.fields.notes.prefix(ScenarioError.limit).map {
        Diagnostic(path: pathText(locator.path(to: $0.offset)), message: $0.message)
      }
      return reader.scenario
    }
    let locator = JSONLocator(bytes: bytes)
    let diagnostics = problems.sorted { $0.offset < $1.offset }.prefix(ScenarioError.limit).map {
      let (line, column) = locator.position(of: $0.offset)
      return Diagnostic(
        line: line, column: column, path: pathText(locator.path(to: $0.offset)),
        message: $0.message)
    }
    throw ScenarioError(diagnostics: Array(diagnostics), file: file)
  }
}
