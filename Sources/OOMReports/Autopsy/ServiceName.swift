/// The name that all lives and instances of a service have in common: the group's path without what is drawn or counted
/// anew for each of them.
///
/// Sources: systemd.unit(5) for `name@instance.service`; the names that containerd, CRI-O, Docker and Podman give to the
/// scopes of containers, and the kubelet to the slices of pods; systemd's `session-N.scope` and `run-uN.service`.
struct ServiceName: Equatable {
  let text: String

  /// - Parameter process: that was killed. It tells containers apart, of whose names nothing is left.
  init(group: String, process: String) {
    var isAnonymous = false
    let parts = group.split(separator: "/", omittingEmptySubsequences: false).map { part in
      Self.common(Array(part.utf8), &isAnonymous)
    }
    let path = parts.joined(separator: "/")
    text = isAnonymous ? "\(path) (\(process))" : path
  }

  /// Of one part of the path.
  private static func common(_ part: [UInt8], _ isAnonymous: inout Bool) -> String {
    let name = String(decoding: part, as: UTF8.self)
    // Users are no instances of a service.
    if name.hasPrefix("user-") || name.hasPrefix("user@") { return name }
    if let at = part.firstIndex(of: UInt8(ascii: "@")), name.hasSuffix(".service") {
      return String(decoding: part[...at], as: UTF8.self) + ".service"
    }
    var text: [UInt8] = []
    var rest = part[...]
    while let first = rest.first {
      let drawn = isBoundary(text.last) ? drawnLength(rest.prefix(64), text) : 0
      if drawn > 0 {
        text.append(UInt8(ascii: "*"))
        rest = rest.dropFirst(drawn)
        isAnonymous = true
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// How much of it is the number of a container or pod, which is drawn, or one that is counted.
  private static func drawnLength(_ rest: ArraySlice<UInt8>, _ before: [UInt8]) -> Int {
    let word = rest.prefix { isHex($0) || isJoint($0) && !before.isEmpty }
    // A uid has 32 digits and dashes, which a slice writes as underscores; a container has 12 to 64 digits.
    let digits = word.filter(isHex).count
    if digits == 32, word.count == 36 { return 36 }
    let plain = word.prefix { isHex($0) }
    if plain.count >= 12 { return plain.count }
    let isCounted = !plain.isEmpty && plain.allSatisfy { 0x30...0x39 ~= $0 }
    if !isCounted || before.count > 255 { return 0 }
    let text = String(decoding: before, as: UTF8.self)
    let counts = ["session-", "run-u", "run-r", "run-p", "run-p*-i", "run-"].contains { text == $0 }
    let isApp = text.hasPrefix("app-") && plain.count >= 3
    return counts || isApp ? plain.count : 0
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x61...0x66 ~= byte
  }

  private static func isJoint(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  /// Whether such a number may begin behind it: letters stand right before it in `pod5f0c…`, `run-u1`, `run-r0f…` and
  /// `run-p1-i2`.
  private static func isBoundary(_ byte: UInt8?) -> Bool {
    guard let byte else { return true }
    return isJoint(byte) || ":durpi".utf8.contains(byte)
  }
}
