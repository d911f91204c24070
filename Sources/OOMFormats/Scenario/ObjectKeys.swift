/// The keys that an object can have, by number, found by their bytes.
struct ObjectKeys: Sendable {
  let names: [String]
  private let hashes: [UInt64]
  private let utf8: [[UInt8]]

  init(_ names: [String]) {
    precondition(names.count <= 64, "seen keys are remembered in 64 bits")
    self.names = names
    utf8 = names.map { Array($0.utf8) }
    hashes = utf8.map { Self.hash($0.span, 0, $0.count) }
  }

  /// The number of a key, nil when it is none of these.
  ///
  /// - Parameter guess: where to look first; objects of one kind mostly have the same keys in the same order.
  func number(_ bytes: [UInt8], _ start: Int, _ end: Int, guess: Int) -> Int? {
    let hash = Self.hash(bytes.span, start, end)
    // From the guess on: keys that come in order but not all of them are found after a few steps.
    var number = guess < hashes.count ? guess : 0
    for _ in hashes.indices {
      if hashes[number] == hash, isEqual(number, bytes, start, end) { return number }
      number = number + 1 < hashes.count ? number + 1 : 0
    }
    return nil
  }

  /// FNV-1a.
  private static func hash(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var at = start
    while at < end {
      hash = (hash ^ UInt64(bytes[at])) &* 0x0000_0100_0000_01b3
      at &+= 1
    }
    return hash
  }

  private func isEqual(_ number: Int, _ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
    let key = utf8[number]
    guard key.count == end - start else { return false }
    for index in 0..<key.count where key[index] != bytes[start + index] { return false }
    return true
  }
}
