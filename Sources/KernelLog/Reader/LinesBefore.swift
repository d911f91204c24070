/// The lines before a place, the last first: of the piece that is read, and of those before it.
struct LinesBefore: IteratorProtocol {
  /// So far back they are looked for.
  static let most = 1 << 16

  private let bytes: ArraySlice<UInt8>
  private let earlier: [UInt8]
  private var end: Int
  private var isEarlier = false
  private var used = 0

  /// - Parameters:
  ///   - end: where a line begins.
  ///   - earlier: what was read before `bytes`.
  init(_ bytes: ArraySlice<UInt8>, before end: Int, behind earlier: [UInt8]) {
    self.bytes = bytes
    self.earlier = earlier
    self.end = end
  }

  mutating func next() -> [UInt8]? {
    guard used < Self.most else { return nil }
    if !isEarlier, end == bytes.startIndex {
      isEarlier = true
      end = earlier.count
    }
    if isEarlier, end == 0 { return nil }
    let text = isEarlier ? earlier[...] : bytes
    let start = text[..<(end - 1)].lastIndex(of: 0x0A).map { $0 + 1 } ?? text.startIndex
    var line = Array(text[start..<(end - 1)])
    end = start
    if start == bytes.startIndex, !isEarlier, let last = earlier.last, last != 0x0A {
      // The pieces have cut it.
      isEarlier = true
      end = earlier.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      line = earlier[end...] + line
    }
    used += line.count + 1
    return line
  }
}
