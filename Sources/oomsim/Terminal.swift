import Glibc
import OOMFormats
internal import OOMReports

/// Standard output and error, and what is known of the window behind them.
struct Terminal: Sendable {
  /// Colours as `--color` and the environment want them, pages with `--pages`.
  func style(_ arguments: Arguments) -> Style {
    let isColored =
      switch arguments.value("--color") {
      case "always": true
      case "never": false
      default:
        isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR") ?? "" == ""
          && environment("TERM") != "dumb"
      }
    return Style(isColored: isColored, showsPages: arguments.has("--pages"))
  }

  /// Columns of the window, 80 when there is none.
  var width: Int {
    if let columns = environment("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
    var size = winsize()
    let isKnown = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Whether the locale has more than ASCII. File: locale(7), `LC_CTYPE`.
  var isUnicode: Bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environment)
    let locale = names.first { $0 != "" } ?? ""
    let folded = locale.lowercased()
    return folded.contains("utf-8") || folded.contains("utf8")
  }

  func out(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

  func out(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether standard error is a terminal.
  var hasTerminalForErrors: Bool { isatty(STDERR_FILENO) == 1 }

  /// Writes over the line that standard error ends in.
  func progress(_ text: String) { write(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO) }

  /// Writes, and says whether the reader is still there.
  func isOpen(after bytes: [UInt8]) -> Bool {
    write(bytes, to: STDOUT_FILENO)
  }

  /// A message, its lines apart; what else would control a terminal is spelt out.
  func error(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let safe = lines.map { plain(String($0)) }.joined(separator: "\n")
    write(Array((safe + "\n").utf8), to: STDERR_FILENO)
  }

  /// A reader that has gone away has read enough: what is left is dropped, without a message. Any other
  /// failure, such as a full disk, ends the program: a part must not pass for the whole.
  ///
  /// - Returns: false when the reader has gone away.
  @discardableResult
  private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    guard let code = writeAll(bytes, to: descriptor) else { return true }
    if code == EPIPE || descriptor == STDERR_FILENO { return false }
    let reason = unsafe strerror(code).map { unsafe String(cString: $0).lowercased() }
    error("oomsim: standard output: \(reason ?? "cannot be written")")
    exit(ExitCode.noInput.rawValue)
  }

  private func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
