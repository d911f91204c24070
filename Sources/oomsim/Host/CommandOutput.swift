import Glibc

/// What other programs of this host print.
enum CommandOutput {
  /// Standard output of a shell's command; nil where it fails, or the program is not there.
  static func bytes(of command: String) -> [UInt8]? {
    guard let stream = unsafe popen("(\(command)) 2>/dev/null", "r") else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, stream)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return unsafe pclose(stream) == 0 ? bytes : nil
  }
}
