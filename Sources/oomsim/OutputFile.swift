import Glibc

enum OutputFile {
  /// Writes a whole file, `-` is standard output; what goes wrong goes to standard error.
  ///
  /// - Parameter place: where to write what is called `path`; nil is there.
  static func write(
    _ bytes: [UInt8], to path: String, at place: String? = nil, _ terminal: Terminal
  ) throws(ExitCode) {
    if path == "-" {
      terminal.out(bytes)
      return
    }
    guard let file = unsafe fopen(place ?? path, "w") else {
      let reason = unsafe strerror(errno).map { unsafe String(cString: $0).lowercased() }
      terminal.error("oomsim: \(path): \(reason ?? "cannot be written")")
      throw .noInput
    }
    let isWritten = unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count
    guard unsafe fclose(file) == 0, isWritten else {
      terminal.error("oomsim: \(path): cannot be written")
      throw .noInput
    }
  }

  /// Writes a whole file beside its place and puts it there when it is whole, so that what was there before is not
  /// lost half-way. What is no regular file, such as a pipe, is written in place.
  static func replace(_ path: String, with bytes: [UInt8], _ terminal: Terminal) throws(ExitCode) {
    let place = resolved(path)
    var mode: mode_t?
    var status = stat()
    if path != "-", unsafe stat(place, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { return try write(bytes, to: path, terminal) }
      mode = status.st_mode & 0o7777
    }
    if path == "-" { return try write(bytes, to: path, terminal) }
    let beside = "\(place).\(getpid()).part"
    do throws(ExitCode) {
      try write(bytes, to: path, at: beside, terminal)
    } catch {
      _ = unsafe unlink(beside)
      throw error
    }
    if let mode { _ = unsafe chmod(beside, mode) }
    guard unsafe rename(beside, place) == 0 else {
      let reason = unsafe strerror(errno).map { unsafe String(cString: $0).lowercased() }
      _ = unsafe unlink(beside)
      terminal.error("oomsim: \(path): \(reason ?? "cannot be written")")
      throw .noInput
    }
  }

  /// Where a path leads: a link stays a link when the file behind it is replaced.
  private static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
