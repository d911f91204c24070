/// The engine as WebAssembly, packed as `Sources/WebAssembly/build.sh` leaves it in `oomsim.packed`: a small module that unpacks,
/// and the large one packed by LZMA.
///
/// The file begins with `oomsim`, a zero and the version 1; two numbers of 32 bits, lowest byte first, say how large the
/// small module is and the large one unpacked; the two follow.
package struct PackedModule: Sendable {
  /// What of the large one's size a page could hold at all.
  private static let mostUnpacked = 1 << 28

  /// Exports `unpack_room` and `unpack`.
  let unpacker: [UInt8]
  let packed: [UInt8]
  let unpackedCount: Int

  /// - Returns: nil for bytes of another form.
  package init?(_ bytes: [UInt8]) {
    let head = Array("oomsim\0\u{1}".utf8)
    func number(_ at: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
    guard bytes.count > head.count + 8, bytes.starts(with: head) else { return nil }
    let begin = head.count + 8
    let count = number(head.count)
    guard count > 0, count < bytes.count - begin, number(head.count + 4) <= Self.mostUnpacked else {
      return nil
    }
    unpacker = Array(bytes[begin..<begin + count])
    packed = Array(bytes[(begin + count)...])
    unpackedCount = number(head.count + 4)
  }
}
