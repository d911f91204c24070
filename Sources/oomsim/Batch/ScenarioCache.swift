import OOMFormats
import OOMSimulator
import Synchronization

/// Scenarios of files that lines of a batch name, so that each is read once. Bounded: the oldest makes room. What is
/// imported has the names of all its files as one.
final class ScenarioCache: Sendable {
  private struct State {
    var found: [String: Result<Scenario, BatchError>] = [:]
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
  private func scenario(of path: String, imported: [String]?) throws(BatchError) -> Scenario {
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
    _ found: (result: Result<Scenario, BatchError>, bytes: Int), of path: String,
    in state: inout State
  ) -> Result<Scenario, BatchError> {
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
    fileprivate var scenario = Scenario()
  }

  func scenario(of path: String, _ last: inout Last) throws(BatchError) -> Scenario {
    try scenario(of: path, imported: nil, &last)
  }

  /// The scenario that `import` makes of files, or `snapshot` of the archive of a host.
  func scenario(importing paths: [String], _ last: inout Last) throws(BatchError) -> Scenario {
    // No path holds this byte.
    try scenario(of: "\0" + paths.joined(separator: "\0"), imported: paths, &last)
  }

  private func scenario(
    of path: String, imported: [String]?, _ last: inout Last
  ) throws(BatchError) -> Scenario {
    if path != last.path || path.isEmpty {
      last.scenario = try scenario(of: path, imported: imported).copyForThread
      last.path = path
    }
    return last.scenario
  }

  private func importFiles(_ paths: [String]) -> (Result<Scenario, BatchError>, bytes: Int) {
    var files: [ImportFile] = []
    do throws(BatchError) {
      for path in paths {
        files.append(ImportFile(name: path, bytes: try bytes(of: path, "import")))
      }
      let size = files.reduce(0) { $0 + $1.bytes.count }
      return (.success(try imported(files)), size)
    } catch {
      return (.failure(error), files.reduce(paths.count) { $0 + $1.bytes.count })
    }
  }

  private func imported(_ files: [ImportFile]) throws(BatchError) -> Scenario {
    if files.count == 1, let archive = try? TarArchive(files[0].bytes) {
      let directory = HostDirectory(files[0].name, archive: archive)
      if let reading = HostReading(directory, isLive: false), !reading.isEmptyCopy {
        return HostSnapshot(of: reading.host).scenario
      }
    }
    do throws(ScenarioError) {
      return try Imported(files, ImportOptions()).scenario
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
      throw BatchError(error.message, key: key)
    }
  }

  private func read(_ path: String) -> (Result<Scenario, BatchError>, bytes: Int) {
    let bytes: [UInt8]
    do throws(BatchError) {
      bytes = try self.bytes(of: path, "file")
    } catch {
      return (.failure(error), path.utf8.count)
    }
    do throws(ScenarioError) {
      return (.success(try Scenario(json: bytes, file: path)), bytes.count)
    } catch {
      return (.failure(BatchError(inFile: error)), bytes.count)
    }
  }
}
