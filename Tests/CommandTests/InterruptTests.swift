import Foundation
import Testing

/// Ctrl-C at any moment: the program ends at once, and a file that it writes is the old one or the new one, whole.
///
/// Foundation's `Process` starts programs with signals blocked, so that these are started by `posix_spawn()`.
@Suite struct InterruptTests {
  /// Ends of a program that a signal came to.
  private enum End: Equatable {
    case exited(Int32)
    case killed(Int32)
  }

  private struct SpawnError: Error { let code: Int32 }

  private static func start(_ words: [String]) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in [1, 2] {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    let texts = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe texts.indices { unsafe free(texts[index]) } }
    var pid: pid_t = 0
    let code = unsafe posix_spawn(&pid, words[0], &actions, &attributes, texts, environ)
    if code != 0 { throw SpawnError(code: code) }
    return pid
  }

  private static func end(of pid: pid_t) -> End {
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(status & 0x7f)
  }

  @Test func `an interrupted write leaves the old file or the new one`() throws {
    let scratch = try Scratch()
    let out = scratch.url.appending(path: "page.html").path
    let scenario = Program.packageRoot.appending(path: "Scenarios/global/electron-adj.json").path
    let words = [Program.oomsim.path, "report", scenario, "-o", out]
    #expect(Self.end(of: try Self.start(words)) == .exited(0))
    let whole = try Data(contentsOf: URL(filePath: out))
    let clock = ContinuousClock()
    let began = clock.now
    #expect(Self.end(of: try Self.start(words)) == .exited(0))
    let usual = clock.now - began
    var ends: [End] = []
    for step in 0..<24 {
      try Data("old".utf8).write(to: URL(filePath: out))
      let pid = try Self.start(words)
      // Not a task's sleep: others may be in its way until the program has ended.
      usleep(
        UInt32(
          clamping: usual.components.seconds * 1_000_000 * Int64(step) / 20
            + usual.components.attoseconds / 1_000_000_000_000 * Int64(step) / 20))
      kill(pid, SIGINT)
      let end = Self.end(of: pid)
      ends.append(end)
      let found = try Data(contentsOf: URL(filePath: out))
      switch end {
      case .exited(let code): #expect(code == 0 && found == whole)
      case .killed(let signal):
        #expect(signal == SIGINT)
        #expect(found == whole || found == Data("old".utf8), "\(found.count) bytes")
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: scratch.url.path) == ["page.html"])
    }
    #expect(ends.contains(.killed(SIGINT)))
  }
}
