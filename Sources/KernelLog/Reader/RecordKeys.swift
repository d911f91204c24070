/// What programs that keep logs as records call the message, and the machine that wrote it.
enum RecordKeys {
  private static let messages = [
    "message", "msg", "log", "text", "textpayload", "line", "short_message", "_raw", "raw",
    "syslogmessage", "body", "logmessage",
  ]

  private static let hosts = [
    "hostname", "host", "node", "nodename", "node_name", "computer", "instance_name", "instance",
    "instance_id", "machine",
  ]

  /// Parts of a record that name the collector's machine, not the one that wrote the line.
  private static let collectors = ["agent", "beat", "collector", "ecs", "relay"]

  /// A key, and the one in which it stands: `host.name` is the name of a host.
  static func parts(
    _ key: ArraySlice<UInt8>, in parent: String
  ) -> (key: String, parent: String) {
    guard let dot = key.lastIndex(of: UInt8(ascii: ".")) else { return (plain(key), parent) }
    let before = key[..<dot]
    let start = before.lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? before.startIndex
    return (plain(key[(dot + 1)...]), plain(before[start...]))
  }

  /// Without what a service puts before its own keys.
  static func plain(_ key: ArraySlice<UInt8>) -> String {
    let word = key.drop { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "@") }
    return String(decoding: word.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// How likely a value is the message: 0 is the likeliest; nil for a key that tells nothing.
  static func messageRank(_ key: String) -> Int? { messages.firstIndex { $0 == key } }

  /// How likely a value is the name of the machine.
  ///
  /// - Parameter parent: the key of the object in which the key stands, such as the `host` of `host.name`.
  static func hostRank(_ key: String, in parent: String = "") -> Int? {
    if collectors.contains(where: { $0 == parent }) { return nil }
    if key == "name", let rank = hosts.firstIndex(where: { $0 == parent }) { return rank }
    return hosts.firstIndex { $0 == key }
  }
}
