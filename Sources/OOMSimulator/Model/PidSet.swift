/// Pids that are taken: a table of one bit a pid where there are many, else a set, which a small scenario fills in no
/// time.
struct PidSet {
  private var few: Set<Int32> = []
  private var bits: [UInt64] = []

  /// - Parameter count: about how many there will be.
  init(for count: Int) {
    if count > 4096 {
      bits = [UInt64](repeating: 0, count: Int(Scenario.Process.pidLimit) / 64)
    } else {
      few.reserveCapacity(count)
    }
  }

  /// - Returns: false when the pid is in it already.
  mutating func insert(_ pid: Int32) -> Bool {
    if bits.isEmpty { return few.insert(pid).inserted }
    let (word, bit) = (Int(pid) / 64, UInt64(1) << UInt64(pid % 64))
    defer { bits[word] |= bit }
    return bits[word] & bit == 0
  }
}
