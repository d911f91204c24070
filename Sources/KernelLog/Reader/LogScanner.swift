#if canImport(Glibc)
  internal import Glibc
#endif
internal import OOMSimulator

/// Reads one line of a kernel log: bytes, since names and foreign lines need not be text.
///
/// Numbers are checked: one that does not fit 64 bits is no number.
struct LogScanner {
  let bytes: ArraySlice<UInt8>
  private(set) var at: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  var isAtEnd: Bool { at == bytes.endIndex }
  var rest: ArraySlice<UInt8> { bytes[at...] }
  var next: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { at += 1 }
  }

  mutating func skip(_ count: Int) { at = min(at + count, bytes.endIndex) }

  /// Passes over a text that stands here.
  mutating func take(_ text: String) -> Bool {
    guard rest.begins(with: text) else { return false }
    at += text.utf8.count
    return true
  }

  /// Goes on behind the next occurrence of a text; stays where it is without one.
  mutating func skip(past text: String) -> Bool {
    guard let start = rest.firstIndex(of: text) else { return false }
    at = start + text.utf8.count
    return true
  }

  /// A decimal number with or without a sign.
  mutating func number() -> Int64? {
    var end = at
    let isNegative = next == UInt8(ascii: "-")
    if isNegative { end += 1 }
    let digits = end
    var value: Int64 = 0
    while end < bytes.endIndex, let digit = decimal(bytes[end]) {
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(isNegative ? -digit : digit)
      if overflows || overflow { return nil }
      value = sum
      end += 1
    }
    if end == digits { return nil }
    at = end
    return value
  }

  /// A number that ends where a column does.
  mutating func column() -> Int64? {
    skipSpace()
    let start = at
    guard let value = number() else { return nil }
    if let byte = next, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") {
      at = start
      return nil
    }
    return value
  }

  /// Everything up to a blank.
  mutating func word() -> ArraySlice<UInt8> {
    let start = at
    while let byte = next, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { at += 1 }
    return bytes[start..<at]
  }

  /// The number behind the first `key` of the line, such as `order=`.
  static func number(after key: String, in bytes: ArraySlice<UInt8>) -> Int64? {
    var scanner = LogScanner(bytes)
    return scanner.skip(past: key) ? scanner.number() : nil
  }

  /// A size behind `key` that is followed by its unit, such as `limit 1024kB`.
  static func kilobytes(after key: String, in bytes: ArraySlice<UInt8>) -> Kibibytes? {
    var scanner = LogScanner(bytes)
    guard scanner.skip(past: key) else { return nil }
    scanner.skipSpace()
    guard let value = scanner.number(), scanner.take("kB") || scanner.take("KB") else { return nil }
    return Kibibytes(value)
  }
}

/// The value of a decimal digit.
@inline(__always)
func decimal(_ byte: UInt8) -> Int64? {
  let digit = byte &- UInt8(ascii: "0")
  return digit < 10 ? Int64(digit) : nil
}

extension ArraySlice<UInt8> {
  func begins(with text: String) -> Bool {
    var index = startIndex
    for byte in text.utf8 {
      guard index < endIndex, self[index] == byte else { return false }
      index += 1
    }
    return true
  }

  func ends(with text: String) -> Bool {
    let count = text.utf8.count
    return self.count >= count && self[(endIndex - count)...].begins(with: text)
  }

  func hasSuffix(_ suffix: [UInt8]) -> Bool {
    count >= suffix.count && self[(endIndex - suffix.count)...].elementsEqual(suffix)
  }

  func firstIndex(of text: String) -> Int? {
    if count < text.utf8.count { return nil }
    var text = text
    let offset: Int? = unsafe withUnsafeBytes { line in
      text.withUTF8 { word in
        guard let start = line.baseAddress, let base = word.baseAddress,
          let first = unsafe word.first
        else { return 0 }
        var from = 0
        while from + word.count <= line.count,
          let found = unsafe memchr(start + from, Int32(first), line.count - word.count + 1 - from)
        {
          if unsafe memcmp(found, base, word.count) == 0 {
            return unsafe start.distance(to: UnsafeRawPointer(found))
          }
          from = unsafe start.distance(to: UnsafeRawPointer(found)) + 1
        }
        return nil
      }
    }
    return offset.map { startIndex + $0 }
  }

  func lastIndex(of text: String) -> Int? {
    guard let first = text.utf8.first else { return endIndex }
    let count = text.utf8.count
    if self.count < count { return nil }
    for index in (startIndex...(endIndex - count)).reversed()
    where self[index] == first && self[index...].begins(with: text) {
      return index
    }
    return nil
  }

  func contains(_ text: String) -> Bool { firstIndex(of: text) != nil }

  /// What is no UTF-8 becomes the replacement character.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// Without blanks around it.
  var trimmed: ArraySlice<UInt8> {
    var slice = self
    while let byte = slice.first, byte == 0x20 || byte == 0x09 { slice.removeFirst() }
    while let byte = slice.last, byte == 0x20 || byte == 0x09 || byte == 0x0D {
      slice.removeLast()
    }
    return slice
  }
}
