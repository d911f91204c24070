// Reading the text files of /proc, /sys and cgroupfs: bytes in, values out, nothing of it trusted.

/// A part of a file's bytes.
typealias HostBytes = ArraySlice<UInt8>

extension HostBytes {
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }

  /// The lines without their ends.
  func forEachLine(_ body: (HostBytes) -> Void) {
    var start = startIndex
    var at = startIndex
    while at < endIndex {
      if self[at] == 10 {
        body(self[start..<at])
        start = at + 1
      }
      at += 1
    }
    if start < endIndex { body(self[start..<endIndex]) }
  }

  private func begins(word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard count >= length else { return false }
    return word.withUTF8Buffer { text in
      for offset in 0..<length where unsafe text[offset] != self[startIndex + offset] {
        return false
      }
      return true
    }
  }

  /// What stands behind a word that the bytes begin with.
  func after(_ word: StaticString) -> HostBytes? {
    begins(word: word) ? self[(startIndex + word.utf8CodeUnitCount)...] : nil
  }

  var stripped: HostBytes {
    var part = self
    while let first = part.first, Self.isSpace(first) { part = part.dropFirst() }
    while let last = part.last, Self.isSpace(last) { part = part.dropLast() }
    return part
  }

  /// The words between spaces and tabs.
  var words: [HostBytes] {
    var words: [HostBytes] = []
    var start: Int?
    for at in startIndex..<endIndex {
      if Self.isSpace(self[at]) {
        if let from = start { words.append(self[from..<at]) }
        start = nil
      } else if start == nil {
        start = at
      }
    }
    if let start { words.append(self[start..<endIndex]) }
    return words
  }

  /// The number that the bytes begin with, spaces before it passed over; nil for none or one beyond 64 bits.
  var number: Int64? {
    var at = startIndex
    while at < endIndex, Self.isSpace(self[at]) { at += 1 }
    let isNegative = at < endIndex && self[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    var value: Int64 = 0
    var hasDigits = false
    while at < endIndex {
      let digit = self[at] &- UInt8(ascii: "0")
      if digit > 9 { break }
      let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeNow) = tenfold.addingReportingOverflow(Int64(digit))
      if isTooLarge || isTooLargeNow { return nil }
      value = sum
      hasDigits = true
      at += 1
    }
    return hasDigits ? (isNegative ? -value : value) : nil
  }

  /// A hexadecimal number without a prefix.
  var hexadecimal: UInt64? {
    UInt64(String(decoding: stripped, as: UTF8.self), radix: 16)
  }

  /// The bytes as text in which nothing is lost: a byte that is no UTF-8 is written as `\xff`.
  var lossless: String {
    if let text = String(validating: self, as: UTF8.self) { return text }
    var text = ""
    var rest = self
    while let byte = rest.first {
      let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      if let character = String(validating: rest.prefix(length), as: UTF8.self) {
        text += character
        rest = rest.dropFirst(length)
      } else {
        let digits = String(byte, radix: 16)
        text += "\\x" + (digits.count < 2 ? "0" : "") + digits
        rest = rest.dropFirst()
      }
    }
    return text
  }
}

/// The only number of a file such as /proc/sys/vm/swappiness.
package func hostNumber(_ bytes: [UInt8]?) -> Int64? { bytes.flatMap { $0[...].number } }

/// The text of a file of one line.
package func hostLine(_ bytes: [UInt8]) -> String { bytes[...].stripped.lossless }
