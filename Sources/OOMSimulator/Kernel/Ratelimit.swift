/// Ten reports in five seconds, and no more.
///
/// Kernel: `___ratelimit()`, lib/ratelimit.c, which `oom_kill_process()` asks; before 3.4 `printk_ratelimit()` with the same
/// numbers.
struct Ratelimit: Equatable, Sendable {
  private static let interval = Microseconds.seconds(5)
  private static let burst = 10

  private var begin: Microseconds?
  private var printed = 0
  private var missed = 0

  /// How many were suppressed since the last window; nil when this one is, too.
  mutating func admit(at time: Microseconds) -> Int? {
    var suppressed = 0
    if time > (begin ?? .max - Self.interval) + Self.interval {
      suppressed = missed
      (begin, printed, missed) = (nil, 0, 0)
    }
    if begin == nil { begin = time }
    guard printed < Self.burst else {
      missed += 1
      return nil
    }
    printed += 1
    return suppressed
  }
}
