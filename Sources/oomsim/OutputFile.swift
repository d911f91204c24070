import Glibc

enum OutputFile {
  /// Writes a whole file, `-` is standard output; what goes wrong goes to standard error.
  ///
  /// It is written beside its place and put there when it is whole, so that neither a full disk nor an interrupt leaves
  /// half of it, and what was there before is not lost. What is no regular file, such as a pipe, is written in place.
  static func write(_ bytes: [UInt8], to path: String, _ terminal: Terminal) throws(ExitCode) {
    if path == "-" {
      terminal.out(bytes)
      return
    }
    do throws(WriteError) {
      try write(bytes, to: path)
    } catch {
      terminal.error("oomsim: \(path): \(error.reason)")
      throw .noInput
    }
  }

  private struct WriteError: Error {
    var reason: String

    init(_ code: Int32) { reason = InputFile.reason(code) }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(WriteError) {
    // A link stays a link when the file behind it is replaced.
    let place = InputFile.realPath(path) ?? path
    var status = stat()
    let exists = unsafe stat(place, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      let descriptor = unsafe open(place, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw WriteError(errno) }
      return try fill(descriptor, bytes)
    }
    // A link that leads nowhere is not replaced by a file.
    if !exists, unsafe lstat(place, &status) == 0 { throw WriteError(ENOENT) }
    let mode = exists ? status.st_mode & 0o7777 : nil
    let interrupts = HeldInterrupts()
    defer { interrupts.release() }
    let (beside, descriptor) = try openBeside(place)
    do throws(WriteError) {
      if let mode { _ = fchmod(descriptor, mode) }
      try fill(descriptor, bytes)
      guard unsafe rename(beside, place) == 0 else { throw WriteError(errno) }
    } catch {
      _ = unsafe unlink(beside)
      throw error
    }
  }

  /// A new file in the directory of another one.
  private static func openBeside(_ place: String) throws(WriteError) -> (String, Int32) {
    let slash = place.utf8.lastIndex(of: UInt8(ascii: "/"))
    let directory = slash.map { place[...$0] } ?? ""
    for number in 0..<100 {
      let beside = "\(directory).oomsim-\(getpid())-\(number).part"
      let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (beside, descriptor) }
      if errno != EEXIST { throw WriteError(errno) }
    }
    throw WriteError(EEXIST)
  }

  /// Writes all bytes and closes.
  private static func fill(_ descriptor: Int32, _ bytes: [UInt8]) throws(WriteError) {
    if let code = writeAll(bytes, to: descriptor) {
      close(descriptor)
      throw WriteError(code)
    }
    if close(descriptor) != 0 { throw WriteError(errno) }
  }
}

/// Writes all bytes, however many calls that takes.
///
/// - Returns: the `errno` of the call that failed, nil when everything is written.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
  var written = 0
  while written < bytes.count {
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
    }
    if count > 0 {
      written += count
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}

/// Interrupts wait while a file is put in its place; then they end the program as they would have.
///
/// One thread writes files, after all others have ended, so that its signal mask is that of the program.
private struct HeldInterrupts {
  private var before = sigset_t()

  init() {
    var held = sigset_t()
    _ = unsafe sigemptyset(&held)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { _ = unsafe sigaddset(&held, signal) }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &held, &before)
  }

  func release() {
    var before = before
    _ = unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}
