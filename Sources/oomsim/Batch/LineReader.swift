import Glibc

/// Takes an input apart into lines without holding more of it than one line and a piece.
struct LineReader {
  enum Line {
    case line([UInt8])
    case tooLong
    case end
    case failed(Int32)
  }

  private let descriptor: Int32
  private let longest: Int
  private var buffer: [UInt8] = []
  /// Where the next line begins, and how far it was looked through for its end.
  private var start = 0
  private var seen = 0
  private var isAtEnd = false
  private static let piece = 1 << 16

  /// - Parameter longest: bytes that a line has at most, without its line break.
  init(_ descriptor: Int32, longest: Int) {
    self.descriptor = descriptor
    self.longest = longest
  }

  /// The next line without its line break. The last one need not have one.
  mutating func next() -> Line {
    var isTooLong = false
    while true {
      if let end = lineEnd() {
        defer {
          start = end + 1
          seen = start
        }
        if isTooLong || end - start > longest { return .tooLong }
        return .line(Array(buffer[start..<end]))
      }
      if buffer.count - start > longest {
        // Its rest is read and forgotten.
        isTooLong = true
        start = buffer.count
      }
      if isAtEnd {
        defer { start = buffer.count }
        if isTooLong { return .tooLong }
        return start == buffer.count ? .end : .line(Array(buffer[start...]))
      }
      let failure = readPiece()
      if failure != 0 { return .failed(failure) }
    }
  }

  private mutating func lineEnd() -> Int? {
    let (from, count) = (seen, buffer.count)
    seen = count
    let found = unsafe buffer.withUnsafeBytes { bytes -> Int? in
      guard from < count, let base = bytes.baseAddress,
        let end = unsafe memchr(base + from, 0x0A, count - from)
      else { return nil }
      return unsafe UnsafeRawPointer(end) - base
    }
    return found
  }

  /// - Returns: what went wrong, 0 for nothing.
  private mutating func readPiece() -> Int32 {
    buffer.removeSubrange(..<start)
    start = 0
    seen = buffer.count
    var failure: Int32 = 0
    let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.piece) { space, count in
      repeat {
        let got = unsafe read(descriptor, space.baseAddress, Self.piece)
        failure = got < 0 ? errno : 0
        count = max(got, 0)
      } while failure == EINTR
    }
    if failure != 0 { return failure }
    isAtEnd = piece.isEmpty
    buffer += piece
    return 0
  }
}
