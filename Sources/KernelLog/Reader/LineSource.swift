/// The host that wrote a line, by what stands before the kernel's text: logs of several hosts may lie in one file, line by line.
enum LineSource {
  /// The host behind a time of day and before a tag, and what stands before the time, such as a file's name;
  /// empty where the line does not say.
  static func key(_ head: ArraySlice<UInt8>) -> [UInt8] {
    // A time in brackets has no host before it.
    if head.count < 3 || head.first == UInt8(ascii: "[") { return [] }
    let words = head.prefix(400).split(separator: UInt8(ascii: " "))
    guard let clock = words.firstIndex(where: hasClock) else {
      return words.first.flatMap { leader($0, isBeforeTime: false) }.map(Array.init) ?? []
    }
    var key: [UInt8] = []
    if let word = words[...clock].first,
      let name = leader(word, isBeforeTime: clock == 1 && isISO(words[1]))
    {
      key += name
    }
    var next = clock + 1
    while next < words.count, isZone(words[next]) { next += 1 }
    if next + 1 < words.count, isHost(words[next]), isBehindHost(words[next + 1]) {
      key.append(0x20)
      key += words[next]
    }
    return key
  }

  private static func hasClock(_ word: ArraySlice<UInt8>) -> Bool {
    guard word.count >= 5 else { return false }
    for index in word.indices.dropFirst(2).dropLast(2) where word[index] == UInt8(ascii: ":") {
      if [index - 2, index - 1, index + 1, index + 2].allSatisfy({ decimal(word[$0]) != nil }) {
        return true
      }
    }
    return false
  }

  private static func isISO(_ word: ArraySlice<UInt8>) -> Bool {
    word.count >= 16 && word.first.flatMap(decimal) != nil
      && word[word.startIndex + 4] == UInt8(ascii: "-")
  }

  /// A file's or a host's name before all else: `/var/log/messages:`, `web1:`, `web1 |`; not a level, a bracket or a
  /// part of a date.
  private static func leader(
    _ word: ArraySlice<UInt8>, isBeforeTime: Bool
  ) -> ArraySlice<UInt8>? {
    var name = word
    var isMarked = isBeforeTime
    if let colon = word.firstIndex(of: UInt8(ascii: ":")) {
      name = word[..<colon]
      isMarked = true
    }
    guard isMarked, let first = name.first, name.contains(where: isLetter),
      isLetter(first) || decimal(first) != nil || first == UInt8(ascii: "/")
        || first == UInt8(ascii: "."),
      name.allSatisfy(isOfName)
    else { return nil }
    // A time that a letter follows begins so, too.
    if decimal(first) != nil, hasClock(word) { return nil }
    let isLevel = ["kern", "kernel", "klogd", "warn", "warning", "info", "err", "notice", "debug"]
      .contains { name.count == $0.utf8.count && name.begins(with: $0) }
    return isLevel ? nil : name
  }

  private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }

  private static func isOfName(_ byte: UInt8) -> Bool {
    LineCharacters.isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "/") || byte >= 0x80
  }

  private static func isHost(_ word: ArraySlice<UInt8>) -> Bool {
    word.contains { isLetter($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
      && word.last != UInt8(ascii: ":")
      && word.allSatisfy { isOfName($0) || $0 == UInt8(ascii: ":") }
  }

  /// A tag, or the kernel's time where there is no tag.
  private static func isBehindHost(_ word: ArraySlice<UInt8>) -> Bool {
    word.last == UInt8(ascii: ":") || word.first == UInt8(ascii: "[") || word.begins(with: "kernel")
  }

  /// `UTC`, `PM`, `+0200`.
  private static func isZone(_ word: ArraySlice<UInt8>) -> Bool {
    if word.first == UInt8(ascii: "+") { return true }
    return word.count <= 4 && word.allSatisfy { 0x41...0x5A ~= $0 }
      || word.count == 4 && word.allSatisfy { decimal($0) != nil }
  }
}
