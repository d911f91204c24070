import OOMFormats
import OOMSimulator
import Synchronization

/// Scenarios of files that lines of a batch name, so that each is read once. Bounded: the oldest makes room. What is
/// imported has the names of all its files as one.
final class ScenarioCache: Sendable {
  private struct State {
    var found: [String: Result<BatchScenario, BatchError>] = [:]
    /// Paths in the order in which they were read, and how large their files were.
    var order: [(path: String, bytes: Int)] = []
    var bytes = 0
  }

  static let mostFiles = 256
  static let mostBytes = 1 << 26

  private let state = Mutex(State())
  /// Without links; nil where lines may not name files.
  private let directory: String?

  /// - Parameter directory: below which files are read, without links; nil where none are.
  init(below directory: String?) { self.directory = directory }

  /// Reads a scenario, or remembers it or what was wrong with it.
  ///
  /// - Parameter imported: the files that something else has printed; nil where `path` is a scenario.
  private func scenario(
    of path: String, imported: BatchImport?
  ) throws(BatchError) -> BatchScenario {
    guard let imported else {
      let known = state.withLock { state in
        if let known = state.found[path] { return known }
        // Under the lock, so that no file is read twice at the same time.
        return Self.keep(read(path), of: path, in: &state)
      }
      return try known.get()
    }
    if let known = state.withLock({ $0.found[path] }) { return try known.get() }
    // Mostly each line imports a file of its own, which threads do at the same time.
    let found = importFiles(imported)
    return try state.withLock { Self.keep(found, of: path, in: &$0) }.get()
  }

  private static func keep(
    _ found: (result: Result<BatchScenario, BatchError>, bytes: Int), of path: String,
    in state: inout State
  ) -> Result<BatchScenario, BatchError> {
    if let known = state.found[path] { return known }
    state.found[path] = found.result
    state.order.append((path, found.bytes))
    state.bytes += found.bytes
    while state.order.count > 1, state.order.count > mostFiles || state.bytes > mostBytes {
      let oldest = state.order.removeFirst()
      state.found[oldest.path] = nil
      state.bytes -= oldest.bytes
    }
    return found.result
  }

  /// What one thread has read last, with storage of its own: lines that lie together mostly name one file.
  struct Last {
    fileprivate var path = ""
    fileprivate var scenario = BatchScenario(Scenario())
  }

  func scenario(of path: String, _ last: inout Last) throws(BatchError) -> Scenario {
    try scenario(of: path, imported: nil, &last).scenario
  }

  /// The scenario that `import` makes of files, or `snapshot` of the archive of a host.
  func scenario(
    importing files: BatchImport, _ last: inout Last
  ) throws(BatchError) -> BatchScenario {
    // No path holds this byte. Options make another scenario of the same files.
    let options: [String?] = [
      files.from?.rawValue, files.free, files.node, files.memory.map { "\($0.rawValue)" },
      files.swap.map { "\($0.rawValue)" }, files.instance, "\(files.scale)",
    ]
    let name = (files.paths + ["", ""] + options.map { $0 ?? "" }).joined(separator: "\0")
    var made = try scenario(of: "\0" + name, imported: files, &last)
    made.notes = files.notes + (made.notes ?? [])
    return made
  }

  private func scenario(
    of path: String, imported: BatchImport?, _ last: inout Last
  ) throws(BatchError) -> BatchScenario {
    if path != last.path || path.isEmpty {
      let made = try scenario(of: path, imported: imported)
      last.scenario = BatchScenario(made.scenario.copyForThread, notes: made.notes)
      last.path = path
    }
    return last.scenario
  }

  private func importFiles(
    _ files: BatchImport
  ) -> (Result<BatchScenario, BatchError>, bytes: Int) {
    var size = 0
    do throws(BatchError) {
      var read: [ImportFile] = []
      let file = { (path: String) throws(BatchError) -> ImportFile in
        ImportFile(name: path, bytes: try self.bytes(of: path, "import"))
      }
      for path in files.paths {
        read.append(try file(path))
        size += read.last?.bytes.count ?? 0
      }
      return (.success(try imported(read, files.options(file))), size)
    } catch {
      return (.failure(error), size + files.paths.count)
    }
  }

  private func imported(
    _ files: [ImportFile], _ options: ImportOptions
  ) throws(BatchError) -> BatchScenario {
    if files.count == 1, let archive = try? TarArchive(files[0].bytes) {
      let directory = HostDirectory(files[0].name, archive: archive)
      if let reading = HostReading(directory, isLive: false), !reading.isEmptyCopy {
        if let fault = reading.fault { throw BatchError(inFile: fault, key: "import") }
        return BatchScenario(
          HostSnapshot(of: reading.host).scenario, notes: reading.complaints)
      }
    }
    do throws(ScenarioError) {
      let imported = try Imported(files, options)
      return BatchScenario(imported.scenario, notes: imported.notes)
    } catch {
      throw BatchError(inFile: error, key: "import")
    }
  }

  private func bytes(of path: String, _ key: String) throws(BatchError) -> [UInt8] {
    guard let directory else {
      throw BatchError(
        "a line may name a file below a directory that --files gives; none is given", key: key)
    }
    do throws(InputError) {
      return try InputFile.readRegular(path, below: directory)
    } catch {
      var message = error.message
      // A path as from the directory of --files is the likeliest mistake.
      if !path.hasPrefix("/"), InputFile.realPath(path) == nil,
        let real = InputFile.realPath(directory + "/" + path), real.hasPrefix(directory)
      {
        message += ": paths are as from the working directory, not as from that of --files"
      }
      throw BatchError(message, key: key)
    }
  }

  private func read(_ path: String) -> (Result<BatchScenario, BatchError>, bytes: Int) {
    let bytes: [UInt8]
    do throws(BatchError) {
      bytes = try self.bytes(of: path, "file")
    } catch {
      return (.failure(error), path.utf8.count)
    }
    do throws(ScenarioError) {
      return (.success(BatchScenario(try Scenario(json: bytes, file: path))), bytes.count)
    } catch {
      return (.failure(BatchError(inFile: error)), bytes.count)
    }
  }
}
