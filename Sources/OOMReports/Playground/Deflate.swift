/// Packs bytes so that a browser unpacks them by itself: the format of RFC 1951 with the codes that are fixed in it.
///
/// Texts of a few hundred kB become a sixth. What a tool packs better is left to the tool: the module comes packed.
enum Deflate {
  /// Repetitions reach back so far.
  private static let window = 32_768
  private static let shortest = 3
  private static let longest = 258
  /// Places with the same three bytes that are looked at.
  private static let tries = 64

  static func packed(_ bytes: [UInt8]) -> [UInt8] {
    var out = Bits()
    // One block, the last, with fixed codes.
    out.add(0b011, count: 3)
    // The last place of each hash of three bytes, and the one before each place.
    var heads = [Int](repeating: -1, count: 1 << 15)
    var before = [Int](repeating: -1, count: bytes.count)
    var at = 0
    func note(_ place: Int) {
      guard place + shortest <= bytes.count else { return }
      let hash = hash(bytes, place)
      before[place] = heads[hash]
      heads[hash] = place
    }
    while at < bytes.count {
      let (length, distance) = longestMatch(bytes, at, heads, before)
      note(at)
      if length < shortest {
        out.addLiteral(Int(bytes[at]))
        at += 1
        continue
      }
      out.addLength(length)
      out.addDistance(distance)
      for place in at + 1..<at + length { note(place) }
      at += length
    }
    // 256 ends the block.
    out.addLiteral(256)
    return out.finished
  }

  private static func hash(_ bytes: [UInt8], _ at: Int) -> Int {
    let word = Int(bytes[at]) << 16 | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
    return (word &* 0x9E37_79B1) >> 12 & 0x7FFF
  }

  private static func longestMatch(
    _ bytes: [UInt8], _ at: Int, _ heads: [Int], _ before: [Int]
  ) -> (length: Int, distance: Int) {
    guard at + shortest <= bytes.count else { return (0, 0) }
    let most = min(longest, bytes.count - at)
    var best = (length: 0, distance: 0)
    var place = heads[hash(bytes, at)]
    for _ in 0..<tries where place >= 0 && at - place <= window {
      var length = 0
      while length < most, bytes[place + length] == bytes[at + length] { length += 1 }
      if length > best.length { best = (length, at - place) }
      place = before[place]
    }
    return best
  }

  /// Bits of a stream: numbers with their lowest bit first, codes with their highest.
  private struct Bits {
    private var bytes: [UInt8] = []
    private var held = 0
    private var count = 0

    mutating func add(_ value: Int, count more: Int) {
      held |= value << count
      count += more
      while count >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: held))
        held >>= 8
        count -= 8
      }
    }

    private mutating func addCode(_ code: Int, count: Int) {
      var (code, turned) = (code, 0)
      for _ in 0..<count {
        turned = turned << 1 | code & 1
        code >>= 1
      }
      add(turned, count: count)
    }

    /// RFC 1951, 3.2.6.
    mutating func addLiteral(_ value: Int) {
      switch value {
      case 0..<144: addCode(0x30 + value, count: 8)
      case 144..<256: addCode(0x190 + value - 144, count: 9)
      case 256..<280: addCode(value - 256, count: 7)
      default: addCode(0xC0 + value - 280, count: 8)
      }
    }

    /// RFC 1951, 3.2.5: 257 to 284 for lengths from 3 to 257 with up to five bits more, and 285 for 258.
    mutating func addLength(_ length: Int) {
      if length == longest { return addLiteral(285) }
      let value = length - shortest
      let extra = value < 8 ? 0 : (Int.bitWidth - value.leadingZeroBitCount) - 3
      addLiteral(257 + 4 * extra + value >> extra)
      add(value & (1 << extra - 1), count: extra)
    }

    /// 0 to 29 for distances from 1 to 32,768 with up to 13 bits more.
    mutating func addDistance(_ distance: Int) {
      let value = distance - 1
      let extra = value < 4 ? 0 : (Int.bitWidth - value.leadingZeroBitCount) - 2
      addCode(2 * extra + value >> extra, count: 5)
      add(value & (1 << extra - 1), count: extra)
    }

    var finished: [UInt8] {
      count == 0 ? bytes : bytes + [UInt8(truncatingIfNeeded: held)]
    }
  }
}
