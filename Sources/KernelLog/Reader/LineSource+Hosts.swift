// The hosts that a log names in lines of anybody's: `Feb 18 15:00:54 web1 sshd[7]: …`.

extension LineSource {
  /// So much of a log is looked at from its beginning and from its end.
  private static let most = 1 << 16

  /// The hosts of some lines, each once; more than two of them are of no use.
  static func hosts(in log: [UInt8]) -> [[UInt8]] {
    var hosts: [[UInt8]] = []
    for line in log.suffix(most).split(separator: 0x0A) where hosts.count < 3 {
      guard let host = host(of: line).map(Array.init), !hosts.contains(host) else { continue }
      hosts.append(host)
    }
    return hosts
  }

  /// Behind the time of syslog, `Feb 18 15:00:54` or `2024-05-19T18:14:43+00:00`, and before the tag of a program.
  private static func host(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let words = line.prefix(200).split(separator: 0x20, maxSplits: 6)
    guard let first = words.first else { return nil }
    let host = isMonth(first) ? 3 : isISO(first) && first.contains(UInt8(ascii: "T")) ? 1 : nil
    guard let host, words.count > host + 1, hasClock(words[host - 1]), isHost(words[host]),
      !isLevel(words[host]), words[host + 1].last == UInt8(ascii: ":")
    else { return nil }
    return words[host]
  }

  private static func isMonth(_ word: ArraySlice<UInt8>) -> Bool {
    word.count == 3 && months.contains { word.begins(with: $0) }
  }
}
