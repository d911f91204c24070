import Glibc

enum OutputFile {
  /// Writes a whole file, `-` is standard output; what goes wrong goes to standard error.
  static func write(_ bytes: [UInt8], to path: String, _ terminal: Terminal) throws(ExitCode) {
    if path == "-" {
      terminal.out(bytes)
      return
    }
    guard let file = unsafe fopen(path, "w") else {
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
}
