/// Turns UTF-16, in which some terminals and editors save what they show, into the bytes of a log.
struct LogDecoder {
  private enum Form { case unknown, bytes, little, big }

  private var form = Form.unknown
  /// What came before the form was known, or an odd byte, or the first half of a pair.
  private var rest: [UInt8] = []
  private var high: UInt16?

  /// So many bytes tell the form.
  private static let least = 64

  /// Whether pieces are as they are to be.
  var isPlain: Bool { form == .bytes }

  mutating func decode(_ bytes: [UInt8], isLast: Bool = false) -> [UInt8] {
    if form == .bytes { return bytes }
    rest += bytes
    if form == .unknown {
      guard rest.count >= Self.least || isLast else { return [] }
      find()
      if form == .bytes {
        defer { rest = [] }
        return rest
      }
    }
    var text: [UInt8] = []
    text.reserveCapacity(rest.count / 2)
    var index = 0
    while index + 1 < rest.count {
      let first = UInt16(rest[index])
      let second = UInt16(rest[index + 1])
      take(form == .little ? second << 8 | first : first << 8 | second, &text)
      index += 2
    }
    rest.removeFirst(index)
    return text
  }

  /// By the mark at the start, or by every other byte's being 0.
  private mutating func find() {
    if rest.starts(with: [0xFF, 0xFE]) || rest.starts(with: [0xFE, 0xFF]) {
      form = rest[0] == 0xFF ? .little : .big
      rest.removeFirst(2)
      return
    }
    let head = rest.prefix(Self.least & ~1)
    let zeros = [0, 1].map { side in
      head.indices.count { $0 % 2 == side && head[$0] == 0 }
    }
    // Names of hosts and months may have other letters; the kernel has none.
    let most = head.count / 2
    if most >= 8, zeros[1] * 4 >= most * 3, zeros[0] == 0 {
      form = .little
    } else if most >= 8, zeros[0] * 4 >= most * 3, zeros[1] == 0 {
      form = .big
    } else {
      form = .bytes
    }
  }

  private mutating func take(_ unit: UInt16, _ text: inout [UInt8]) {
    var value = UInt32(unit)
    if let high, 0xDC00...0xDFFF ~= unit {
      value = 0x10000 + (UInt32(high) & 0x3FF) << 10 + UInt32(unit & 0x3FF)
    }
    high = 0xD800...0xDBFF ~= unit ? unit : nil
    if high != nil { return }
    if value < 0x80 {
      text.append(UInt8(value))
    } else {
      text += Array(String(Character(UnicodeScalar(value) ?? "\u{FFFD}")).utf8)
    }
  }
}
