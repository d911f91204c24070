internal import Glibc

/// Finds the words that lines of reports have, quickly: most of a log is no report.
///
/// Eight bytes at a time are held against three bytes of each word; what passes is held against all of it.
enum TriggerSearch {
  /// What is looked for: the three bytes, and the word that they are a part of.
  private struct Word {
    var key: UInt32
    /// How many bytes of the word stand before the three.
    var lead: Int
    var bytes: [UInt8]

    init(_ key: String, lead: Int, _ text: String) {
      self.key = key.utf8.reduce(0) { $0 << 8 | UInt32($1) }
      self.lead = lead
      bytes = Array(text.utf8)
    }
  }

  private static let words = [
    Word("oom", lead: 0, "oom-"), Word("oom", lead: 0, "oom_"), Word("oom", lead: 0, "oom."),
    Word("oom", lead: 1, "_oom"), Word("oom", lead: 1, " oom"),
    Word("Lin", lead: 0, "Linux version"),
    Word(" pr", lead: 3, "ill process"), Word(" pr", lead: 5, "illed process"),
    Word(" pr", lead: 5, "lable process"), Word("mm:", lead: 1, "omm:"),
    Word("Tas", lead: 0, "Tasks in "), Word("ry:", lead: 4, "memory: u"),
    Word("ry:", lead: 4, "memory: K"), Word("ry:", lead: 4, "memory: k"),
    Word("ry:", lead: 4, "memory:\n"), Word("ry:", lead: 4, "memory: \n"),
    Word("-In", lead: 3, "Mem-Info:"),
    Word(" = ", lead: 4, "swap = "), Word(" = ", lead: 5, "swap  = "),
    Word("E\":", lead: 0, "E\":["), Word("E\":", lead: 0, "E\": ["),
  ]

  /// A byte in each of eight.
  @inline(__always)
  private static func all(_ scalar: Unicode.Scalar) -> UInt64 {
    UInt64(UInt8(ascii: scalar)) &* 0x0101_0101_0101_0101
  }

  /// Bits where three bytes stand one behind the other, in words of eight bytes that begin one byte apart; none
  /// where they stand nowhere.
  @inline(__always)
  private static func hits(
    _ first: UInt64, _ second: UInt64, _ third: UInt64, _ a: Unicode.Scalar, _ b: Unicode.Scalar,
    _ c: Unicode.Scalar
  ) -> UInt64 {
    // A byte that is 0 borrows from its highest bit.
    let other = first ^ all(a) | second ^ all(b) | third ^ all(c)
    return (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
  }

  /// Where the three bytes of the first word stand.
  ///
  /// - Complexity: O(*n*).
  static func next(in bytes: [UInt8], from start: Int, to end: Int) -> Int? {
    var index = start
    return unsafe bytes.withUnsafeBytes { buffer in
      // The last bytes of the range are looked at one by one, so that no load goes beyond it.
      while index &+ 10 <= end {
        let one = unsafe eight(buffer, index)
        let two = unsafe eight(buffer, index &+ 1)
        let three = unsafe eight(buffer, index &+ 2)
        let kill =
          hits(one, two, three, "o", "o", "m") | hits(one, two, three, " ", "p", "r")
        let head =
          hits(one, two, three, "L", "i", "n") | hits(one, two, three, "m", "m", ":")
          | hits(one, two, three, "-", "I", "n") | hits(one, two, three, "r", "y", ":")
        let rest =
          hits(one, two, three, " ", "=", " ") | hits(one, two, three, "T", "a", "s")
          | hits(one, two, three, "E", "\"", ":")
        let all = kill | head | rest
        if all == 0 {
          index &+= 8
          continue
        }
        // The lowest one is right; borrowing may have made others of it.
        index &+= all.trailingZeroBitCount / 8
        if isWord(bytes, index, start, end) { return index }
        index &+= 1
      }
      return (index..<max(end, index)).first { isWord(bytes, $0, start, end) }
    }
  }

  @inline(__always)
  private static func eight(_ buffer: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
    UInt64(littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self))
  }

  private static func isWord(_ bytes: [UInt8], _ index: Int, _ start: Int, _ end: Int) -> Bool {
    guard index + 2 < end else { return false }
    let key =
      UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
    for word in words where word.key == key {
      let from = index - word.lead
      guard from >= start, from + word.bytes.count <= end else { continue }
      if bytes[from..<(from + word.bytes.count)].elementsEqual(word.bytes) { return true }
    }
    return false
  }

  /// How many lines end in a range.
  static func lineEnds(in bytes: [UInt8], from start: Int, to end: Int) -> Int {
    var count = 0
    var from = start
    while from < end, let found = lineEnd(in: bytes, from: from), found < end {
      count += 1
      from = found + 1
    }
    return count
  }

  /// The next end of a line.
  static func lineEnd(in bytes: [UInt8], from start: Int) -> Int? {
    unsafe bytes.withUnsafeBytes { buffer in
      guard start < buffer.count, let base = buffer.baseAddress,
        let found = unsafe memchr(base + start, 0x0A, buffer.count - start)
      else { return nil }
      return unsafe base.distance(to: UnsafeRawPointer(found))
    }
  }
}
