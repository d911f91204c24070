import Glibc
import Synchronization

/// How far a long sweep is, on standard error where that is a terminal. It is no part of any result.
final class Progress: Sendable {
  private struct State {
    var shown = 0
    var isShown = false
  }

  private let terminal: Terminal
  private let begin = Progress.now()
  private let state = Mutex(State())

  init(_ terminal: Terminal) {
    self.terminal = terminal
  }

  /// Shows it from the first second on, whenever another percent is done.
  func report(_ done: Int, of total: Int) {
    guard terminal.hasTerminalForErrors, total > 0, Progress.now() - begin >= 1 else { return }
    state.withLock { state in
      let percent = done * 100 / total
      guard percent > state.shown, percent < 100 else { return }
      state.shown = percent
      state.isShown = true
      terminal.progress("\(done) of \(total), \(percent) %")
    }
  }

  func finish() {
    state.withLock { state in
      if state.isShown { terminal.progress("") }
      state.isShown = false
    }
  }

  private static func now() -> Int {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec
  }
}
