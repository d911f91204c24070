#if canImport(Glibc)
  internal import Glibc
#endif

/// Finds the words that lines of reports have, quickly: most of a log is no report.
///
/// Sixteen places at a time are held against three bytes of each word; what passes is held against all of it.
enum TriggerSearch {
  /// What is looked for: the three bytes, and the word that they are a part of.
  private struct Word {
    var key: UInt32
    /// How many bytes of the word stand before the three.
    var lead: Int
    var bytes: [UInt8]
    /// It has to stand close behind the word, which alone is in every line of a program.
    var follower: String

    init(_ key: String, lead: Int, _ text: String, with follower: String = "") {
      self.follower = follower
      self.key = key.utf8.reduce(0) { $0 << 8 | UInt32($1) }
      self.lead = lead
      bytes = Array(text.utf8)
    }
  }

  private static let words = [
    Word("oom", lead: 0, "oom-"), Word("oom", lead: 0, "oom_"), Word("oom", lead: 0, "oom."),
    Word("oom", lead: 0, "oom\\_"),
    Word("oom", lead: 0, "oomd kill: "), Word("oom", lead: 0, "oom killer "),
    Word("SIG", lead: 3, "nd SIG", with: "to "),
    Word("SIG", lead: 4, "ing SIG", with: "to "), Word("yki", lead: 8, "lowmemorykiller: "),
    Word("it!", lead: 2, "init!"),
    Word("oom", lead: 1, "_oom"), Word("oom", lead: 1, " oom"),
    Word("oom", lead: 1, "-oomd", with: "illed"),
    Word(" pr", lead: 1, "A process of this unit has"), Word(" pr", lead: 11, "killed some pr"),
    Word(" pr", lead: 2, "to process "), Word(" pr", lead: 6, "victim process: "),
    Word("Lin", lead: 0, "Linux version"),
    Word(" pr", lead: 3, "ill process"), Word(" pr", lead: 5, "illed process"),
    Word(" pr", lead: 5, "lable process"), Word("mm:", lead: 1, "omm:"),
    Word("Tas", lead: 0, "Tasks in "), Word("Tas", lead: 0, "Tasks state (memory"),
    Word("ry:", lead: 4, "memory: u"),
    Word("ry:", lead: 4, "memory: K"), Word("ry:", lead: 4, "memory: k"),
    Word("ry:", lead: 4, "memory:\t"), Word("ry:", lead: 4, "memory:\u{A0}"),
    Word("ry:", lead: 4, "memory:\u{2007}"), Word("ry:", lead: 4, "memory:\n"),
    Word("ry:", lead: 4, "memory: \n"),
    Word("-In", lead: 3, "Mem-Info:"), Word("_vm", lead: 5, "total_vm "),
    Word(" = ", lead: 4, "swap = "), Word(" = ", lead: 5, "swap  = "),
    Word("ppr", lead: 3, " suppressed"), Word("ppr", lead: 2, "Suppressed "),
    Word(" pr", lead: 0, " printk messages dropped"),
    Word("E\":", lead: 0, "E\":["), Word("E\":", lead: 0, "E\": ["),
  ]

  private typealias Bytes = SIMD16<UInt8>
  private typealias Hits = SIMDMask<SIMD16<Int8>>

  /// Three neighbours of each of sixteen places.
  private struct Window {
    let first: Bytes
    let second: Bytes
    let third: Bytes

    @inline(__always)
    init(_ buffer: UnsafeRawBufferPointer, _ index: Int) {
      first = unsafe buffer.loadUnaligned(fromByteOffset: index, as: Bytes.self)
      second = unsafe buffer.loadUnaligned(fromByteOffset: index &+ 1, as: Bytes.self)
      third = unsafe buffer.loadUnaligned(fromByteOffset: index &+ 2, as: Bytes.self)
    }

    /// Where three bytes stand one behind the other.
    @inline(__always)
    func hits(_ a: Unicode.Scalar, _ b: Unicode.Scalar, _ c: Unicode.Scalar) -> Hits {
      (first .== Bytes(repeating: UInt8(ascii: a)))
        .& (second .== Bytes(repeating: UInt8(ascii: b)))
        .& (third .== Bytes(repeating: UInt8(ascii: c)))
    }

    /// The first place at which one of the words may stand; nil for none of the sixteen.
    @inline(__always)
    var firstHit: Int? {
      let kill = hits("o", "o", "m") .| hits(" ", "p", "r")
      let head =
        hits("L", "i", "n") .| hits("m", "m", ":") .| hits("-", "I", "n") .| hits("r", "y", ":")
      let rest =
        hits(" ", "=", " ") .| hits("T", "a", "s") .| hits("E", "\"", ":") .| hits("_", "v", "m")
      let others =
        hits("S", "I", "G") .| hits("y", "k", "i") .| hits("i", "t", "!")
        .| hits("p", "p", "r")
      let all = unsafe unsafeBitCast(kill .| head .| rest .| others, to: SIMD2<UInt64>.self)
      if all[0] != 0 { return UInt64(littleEndian: all[0]).trailingZeroBitCount / 8 }
      if all[1] != 0 { return 8 + UInt64(littleEndian: all[1]).trailingZeroBitCount / 8 }
      return nil
    }
  }

  /// Where the three bytes of the first word stand.
  ///
  /// - Complexity: O(*n*).
  static func next(in bytes: [UInt8], from start: Int, to end: Int) -> Int? {
    var index = start
    return unsafe bytes.withUnsafeBytes { buffer in
      // The last bytes of the range are looked at one by one, so that no load goes beyond it.
      while index &+ 18 <= end {
        guard let hit = unsafe Window(buffer, index).firstHit else {
          index &+= 16
          continue
        }
        index &+= hit
        if isWord(bytes, index, start, end) { return index }
        index &+= 1
      }
      return (index..<max(end, index)).first { isWord(bytes, $0, start, end) }
    }
  }

  /// Whether a line has one of the words.
  static func isIn(_ line: [UInt8]) -> Bool {
    let whole = line + [0x0A]
    return next(in: whole, from: 0, to: whole.count) != nil
  }

  private static func isWord(_ bytes: [UInt8], _ index: Int, _ start: Int, _ end: Int) -> Bool {
    guard index + 2 < end else { return false }
    let key =
      UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
    for word in words where word.key == key {
      let from = index - word.lead
      guard from >= start, from + word.bytes.count <= end else { continue }
      guard bytes[from..<(from + word.bytes.count)].elementsEqual(word.bytes) else { continue }
      if word.follower.isEmpty { return true }
      if bytes[index..<min(index + 32, end)].firstIndex(of: word.follower) != nil { return true }
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
