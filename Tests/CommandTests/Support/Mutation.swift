import Foundation

/// Damages inputs: documents by their structure, texts by their bytes and lines.
struct Mutation {
  private var random: Seeded

  init(seed: UInt64) { random = Seeded(seed) }

  /// Values that do not belong where they are put.
  private mutating func stranger() -> Any {
    random.pick(
      [
        0, -1, 1, 4096, Int64.max, Int64.min, 1 << 40, 1 << 53, 0.5, 1e300, true, false, NSNull(),
        "", " ", "max", "-1", "0x10", "1099511627775 pages", "1099511627776 pages", "1e9G", "4T",
        "1us",
        "999999999999999us", "9223372036854775807s", "/", "/a/../b", "//", "é", "\u{1b}[31m",
        "\u{202e}",
        "p-1", "pid:1", "processes[0]", "=1+1", String(repeating: "a", count: 300), [Any](),
        [String: Any](),
      ] as [Any])
  }

  /// The document with one to three of its members changed.
  mutating func document(_ document: Any) -> Any {
    var document = document
    for _ in 0..<Int.random(in: 1...3, using: &random) { document = changed(document) }
    return document
  }

  private mutating func changed(_ value: Any) -> Any {
    switch value {
    case var object as [String: Any] where !object.isEmpty:
      let key = random.pick(object.keys.sorted())
      switch Int.random(in: 0..<12, using: &random) {
      case 0: object[key] = nil
      case 1: object[random.pick(object.keys.sorted())] = object[key]
      case 2: object[key + "_"] = object[key]
      default: object[key] = changed(object[key] ?? NSNull())
      }
      return object
    case var list as [Any] where !list.isEmpty:
      let index = Int.random(in: list.indices, using: &random)
      switch Int.random(in: 0..<12, using: &random) {
      case 0: list.remove(at: index)
      case 1: list.insert(list[index], at: Int.random(in: list.indices, using: &random))
      case 2: list.swapAt(index, Int.random(in: list.indices, using: &random))
      default: list[index] = changed(list[index])
      }
      return list
    case let text as String where random.chance(40): return damaged(text)
    case let number as Int where random.chance(40):
      return random.pick([number &+ 1, number &- 1, number &* 2, -number, number &* 1_000_003])
    default: return stranger()
    }
  }

  private mutating func damaged(_ text: String) -> String {
    String(decoding: bytes(Array(text.utf8), changes: 1), as: UTF8.self)
  }

  /// The bytes with some flipped, removed, doubled or cut off, and lines swapped.
  mutating func bytes(_ bytes: [UInt8], changes: Int = 3) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...changes, using: &random) where bytes.count > 1 {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(at + Int.random(in: 1...40, using: &random), bytes.count)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 1: bytes.removeSubrange(at..<end)
      case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
      case 3: bytes.removeSubrange(at...)
      case 4:
        let digits = Array(
          random.pick(["18446744073709551615", "-1", "99999999999999999999"]).utf8)
        bytes.replaceSubrange(at..<end, with: digits)
      default:
        var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        lines.swapAt(
          Int.random(in: lines.indices, using: &random),
          Int.random(in: lines.indices, using: &random))
        bytes = Array(lines.joined(separator: [0x0a]))
      }
    }
    return bytes
  }

  /// An argument with something strange in it.
  mutating func option(_ text: String) -> String {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: "\(stranger())".filter { $0 != "\0" }
    case 1: damaged(text).filter { $0 != "\0" }
    default: text + random.pick(["", "=", ",", "..", "/", "-", "G", "9999999999999999999", ".p-1"])
    }
  }
}
