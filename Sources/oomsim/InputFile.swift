import FoundationEssentials
import Glibc

/// Why a file could not be read.
struct InputError: Error {
  var message: String
}

enum InputFile {
  /// More than this is no scenario.
  static let maxBytes = 1 << 32

  /// All bytes of a file, `-` is standard input.
  static func read(_ path: String) throws(InputError) -> [UInt8] {
    if path == "-" { return try readAll(STDIN_FILENO, path, sizeHint: 1 << 16) }
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { throw InputError(message: "\(path): \(reason(errno))") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw InputError(message: "\(path): \(reason(errno))")
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw InputError(message: "\(path): is a directory")
    }
    return try readAll(descriptor, path, sizeHint: max(Int(status.st_size), 1))
  }

  /// All bytes of a file on a disk: what never ends, or is somebody else's to read, is an error.
  static func readRegular(_ path: String) throws(InputError) -> [UInt8] {
    // Not waiting for the other end of a pipe; looked at when it is open, so that it is what is read.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputError(message: "\(path): \(reason(errno))") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw InputError(message: "\(path): \(reason(errno))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return try readAll(descriptor, path, sizeHint: max(Int(status.st_size), 1))
    case S_IFDIR: throw InputError(message: "\(path): is a directory")
    default: throw InputError(message: "\(path): is no regular file")
    }
  }

  /// All bytes of a file on a disk below a directory, links followed.
  ///
  /// - Parameter directory: as `realPath` has it.
  static func readRegular(_ path: String, below directory: String) throws(InputError) -> [UInt8] {
    guard let real = realPath(path) else {
      throw InputError(message: "\(path): \(reason(errno))")
    }
    guard real.utf8.starts(with: (directory == "/" ? "/" : directory + "/").utf8) else {
      throw InputError(message: "\(path): not below the directory of --files")
    }
    do throws(InputError) {
      return try readRegular(real)
    } catch {
      // As the line names it.
      throw InputError(message: path + error.message.dropFirst(real.count))
    }
  }

  /// Where a path leads, without links; nil when it leads nowhere.
  static func realPath(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  /// Reads a file in pieces, `-` is standard input, so that its size does not matter.
  static func pieces(
    of path: String, _ take: ([UInt8]) -> Void
  ) throws(InputError) {
    let isInput = path == "-"
    let descriptor = isInput ? STDIN_FILENO : unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { throw InputError(message: "\(path): \(reason(errno))") }
    defer { if !isInput { close(descriptor) } }
    while true {
      var failure: Int32 = 0
      let piece = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
        repeat {
          let got = unsafe Glibc.read(descriptor, buffer.baseAddress, 1 << 20)
          failure = got < 0 ? errno : 0
          count = max(got, 0)
        } while failure == EINTR
      }
      if failure != 0 { throw InputError(message: "\(path): \(reason(failure))") }
      if piece.isEmpty { return }
      take(piece)
    }
  }

  private static func readAll(
    _ descriptor: Int32, _ path: String, sizeHint: Int
  ) throws(InputError) -> [UInt8] {
    var bytes: [UInt8] = []
    var capacity = min(sizeHint, maxBytes) + 1
    while true {
      let before = bytes.count
      var failure: Int32 = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        while count < capacity {
          let got = unsafe Glibc.read(
            descriptor, buffer.baseAddress?.advanced(by: count), capacity - count)
          if got > 0 {
            count += got
          } else if got == 0 {
            return
          } else if errno != EINTR {
            failure = errno
            return
          }
        }
      }
      if failure != 0 { throw InputError(message: "\(path): \(reason(failure))") }
      // A file of the expected size arrives in one piece and is not copied.
      if before == 0 { bytes = chunk } else { bytes += chunk }
      if chunk.count < capacity { return bytes }
      if bytes.count > maxBytes { throw InputError(message: "\(path): larger than 4 GiB") }
      capacity = max(bytes.count, 1 << 16)
    }
  }

  /// The directory of the running program and those above it, the nearest first. File: /proc/self/exe.
  static func directoriesAboveProgram() -> [String] {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var parts = (link ?? "").split(separator: "/").map(String.init)
    var directories: [String] = []
    while parts.popLast() != nil {
      directories.append(parts.isEmpty ? "" : "/" + parts.joined(separator: "/"))
    }
    return directories
  }

  static func reason(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) }?.lowercased() ?? "error \(code)"
  }

  /// Whether a path can be read to its end: a pipe that lies in a directory would be waited for.
  private static func isNoDevice(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return true }
    return [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  static func isDirectory(_ path: String) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
  }

  /// The scenarios below a directory in the order of their paths, or the file itself: `*.json` but for
  /// `schema.json`, which describes the format.
  static func scenarios(at path: String) throws(InputError) -> [String] {
    try files(at: path) {
      $0.hasSuffix(".json") && $0 != "schema.json" && !$0.hasSuffix("/schema.json")
    }
  }

  /// The files below a directory in the order of their paths, or the file itself; no devices.
  ///
  /// - Parameter isWanted: of a path below the directory.
  static func files(
    at path: String, where isWanted: (String) -> Bool = { _ in true }
  ) throws(InputError) -> [String] {
    guard path == "-" || FileManager.default.fileExists(atPath: path) else {
      throw InputError(message: "\(path): no such file or directory")
    }
    guard isDirectory(path) else { return [path] }
    let directory = path.hasSuffix("/") ? String(path.dropLast()) : path
    do {
      // With its slash a link to a directory is one, too.
      return try FileManager.default.subpathsOfDirectory(atPath: directory + "/").filter(isWanted)
        .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        .map { directory + "/" + $0 }
        .filter { isNoDevice($0) && !isDirectory($0) }
    } catch {
      throw InputError(message: "\(path): cannot be listed")
    }
  }
}
