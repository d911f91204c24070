package import OOMSimulator

/// Answers lines of a batch.
package struct BatchAnswer: Sendable {
  /// Overrides for every line; those of a line come after them.
  let settings: [ScenarioSetting]
  /// Decides where a line names no release.
  let kernel: KernelRelease?
  let policy: Policy

  package init(settings: [ScenarioSetting], kernel: KernelRelease?, policy: Policy) {
    self.settings = settings
    self.kernel = kernel
    self.policy = policy
  }

  /// The result of a line as JSON on one line, `oomsim.result/1`, its line break included.
  ///
  /// - Parameters:
  ///   - number: of the line, from 1.
  ///   - file: reads the scenario of a file that the line names; a `BatchError` says why it cannot.
  ///   - imported: makes one of files that something else has printed, with what has to be said of it.
  package func answer(
    _ line: [UInt8], number: Int, file: (String) throws(BatchError) -> Scenario,
    imported: (BatchImport) throws(BatchError) -> BatchScenario = { _ throws(BatchError) in
      throw BatchError("nothing is imported here", key: "import")
    }
  ) -> [UInt8] {
    do throws(BatchError) {
      let request = try BatchRequest(line)
      let made = try scenario(of: request, line, file, imported)
      let scenario = made.scenario
      var simulator =
        (request.kernel ?? kernel).map { Simulator(kernel: $0) } ?? Simulator(for: scenario)
      simulator.policy = policy
      var writer = JSONWriter(inline: true)
      writer.result(simulator.run(valid: scenario), id: request.id, notes: made.notes)
      writer.finish()
      return writer.bytes
    } catch {
      return Self.answer(error, number: number)
    }
  }

  /// The line that says why there is no result.
  package static func answer(_ error: BatchError, number: Int) -> [UInt8] {
    var writer = JSONWriter(inline: true)
    writer.object { writer in
      writer.field("schema", "oomsim.result/1")
      if let id = error.id {
        writer.key("id")
        writer.raw(id)
      }
      writer.field("outcome", "error")
      writer.field("line", Int64(number))
      writer.key("errors")
      writer.array { writer in
        for diagnostic in error.diagnostics {
          writer.object {
            $0.field("column", diagnostic.column.map(Int64.init))
            $0.field("path", diagnostic.path)
            $0.field("message", diagnostic.message)
          }
        }
      }
    }
    writer.finish()
    return writer.bytes
  }

  private func scenario(
    of request: BatchRequest, _ line: [UInt8], _ file: (String) throws(BatchError) -> Scenario,
    _ imported: (BatchImport) throws(BatchError) -> BatchScenario
  ) throws(BatchError) -> BatchScenario {
    var made: BatchScenario
    switch request.source {
    case .inline(let range): made = BatchScenario(try inline(line, range, request.id))
    case .file(let path):
      made = BatchScenario(try named(request.id) { () throws(BatchError) in try file(path) })
    case .imported(let files):
      made = try named(request.id) { () throws(BatchError) in try imported(files) }
    }
    if settings.isEmpty, request.settings.isEmpty { return made }
    do throws(ScenarioError) {
      // What it expects is not asked, and may name a process that is not there with other values.
      made.scenario.expectation = nil
      made.scenario = try made.scenario.setting(settings + request.settings)
      return made
    } catch {
      throw BatchError(
        id: request.id,
        diagnostics: error.diagnostics.map {
          Diagnostic(
            path: $0.path.isEmpty ? "set" : $0.path, message: "\(error.file): \($0.message)")
        })
    }
  }

  /// Gives an error the name that the line has.
  private func named<Value>(
    _ id: [UInt8]?, _ read: () throws(BatchError) -> Value
  ) throws(BatchError) -> Value {
    do throws(BatchError) {
      return try read()
    } catch {
      throw BatchError(id: id, diagnostics: error.diagnostics)
    }
  }

  private func inline(
    _ line: [UInt8], _ range: Range<Int>, _ id: [UInt8]?
  ) throws(BatchError) -> Scenario {
    let isWhole = range == line.startIndex..<line.endIndex
    do throws(ScenarioError) {
      return try Scenario(json: isWhole ? line : Array(line[range]))
    } catch {
      let offset = JSONLocator(bytes: line).position(of: range.lowerBound).column - 1
      throw BatchError(
        id: id,
        diagnostics: error.diagnostics.map {
          Diagnostic(
            column: $0.column.map { $0 + offset },
            path: isWhole ? $0.path : $0.path.isEmpty ? "scenario" : "scenario." + $0.path,
            message: $0.message)
        })
    }
  }
}
