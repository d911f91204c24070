/// Unpacks what RFC 1951 calls a block with fixed codes, written after its text and apart from the program.
struct Inflate {
  struct Broken: Error {}

  private var bytes: [UInt8]
  private var at = 0

  static func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = Inflate(bytes: bytes)
    guard try stream.number(1) == 1, try stream.number(2) == 1 else { throw Broken() }
    var out: [UInt8] = []
    while true {
      let symbol = try stream.literal()
      if symbol < 256 {
        out.append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return out }
      let length = try stream.length(symbol)
      let distance = try stream.distance()
      guard distance <= out.count else { throw Broken() }
      for _ in 0..<length { out.append(out[out.count - distance]) }
    }
  }

  private mutating func bit() throws -> Int {
    guard at / 8 < bytes.count else { throw Broken() }
    defer { at += 1 }
    return Int(bytes[at / 8]) >> (at % 8) & 1
  }

  private mutating func number(_ count: Int) throws -> Int {
    var value = 0
    for place in 0..<count { value |= try bit() << place }
    return value
  }

  private mutating func code(_ count: Int, after start: Int = 0) throws -> Int {
    var value = start
    for _ in 0..<count { value = value << 1 | (try bit()) }
    return value
  }

  /// The table of section 3.2.6.
  private mutating func literal() throws -> Int {
    let seven = try code(7)
    if seven < 0b0011000 { return 256 + seven }
    let eight = try code(1, after: seven)
    if eight < 0b11000000 { return eight - 0b00110000 }
    if eight < 0b11001000 { return 280 + eight - 0b11000000 }
    return 144 + (try code(1, after: eight)) - 0b110010000
  }

  /// The first table of section 3.2.5.
  private mutating func length(_ symbol: Int) throws -> Int {
    let starts = [
      3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
      163,
      195, 227, 258,
    ]
    guard symbol - 257 < starts.count else { throw Broken() }
    let extra = symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4
    return starts[symbol - 257] + (try number(extra))
  }

  /// The second table of section 3.2.5.
  private mutating func distance() throws -> Int {
    let starts = [
      1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
      2049,
      3073, 4097, 6145, 8193, 12289, 16385, 24577,
    ]
    let symbol = try code(5)
    guard symbol < starts.count else { throw Broken() }
    return starts[symbol] + (try number(symbol < 4 ? 0 : symbol / 2 - 1))
  }
}
