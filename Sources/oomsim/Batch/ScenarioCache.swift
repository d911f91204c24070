import OOMFormats
import OOMSimulator
import Synchronization

/// Scenarios of files that lines of a batch name, so that each is read once. Bounded: the oldest makes room.
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
  func scenario(of path: String) throws(BatchError) -> Scenario {
    let known = state.withLock { state in
      if let known = state.found[path] { return known }
      // Under the lock, so that no file is read twice at the same time.
      let (result, bytes) = read(path)
      state.found[path] = result
      state.order.append((path, bytes))
      state.bytes += bytes
      while state.order.count > 1,
        state.order.count > Self.mostFiles || state.bytes > Self.mostBytes
      {
        let oldest = state.order.removeFirst()
        state.found[oldest.path] = nil
        state.bytes -= oldest.bytes
      }
      return result
    }
    return try known.get()
  }

  /// What one thread has read last, with storage of its own: lines that lie together mostly name one file.
  struct Last {
    fileprivate var path = ""
    fileprivate var scenario = Scenario()
  }

  func scenario(of path: String, _ last: inout Last) throws(BatchError) -> Scenario {
    if path != last.path || path.isEmpty {
      last.scenario = try scenario(of: path).copyForThread
      last.path = path
    }
    return last.scenario
  }

  private func read(_ path: String) -> (Result<Scenario, BatchError>, bytes: Int) {
    let bytes: [UInt8]
    guard let directory else {
      let message = "a line may name a file below a directory that --files gives; none is given"
      return (.failure(BatchError(message, key: "file")), path.utf8.count)
    }
    do throws(InputError) {
      bytes = try InputFile.readRegular(path, below: directory)
    } catch {
      return (.failure(BatchError(error.message, key: "file")), path.utf8.count)
    }
    do throws(ScenarioError) {
      return (.success(try Scenario(json: bytes, file: path)), bytes.count)
    } catch {
      return (.failure(BatchError(inFile: error)), bytes.count)
    }
  }
}
