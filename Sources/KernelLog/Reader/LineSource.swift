/// The host that wrote a line, by what stands before the kernel's text: logs of several hosts may lie in one file, line by line.
enum LineSource {
  /// The host behind a time of day and before a tag, and what stands before the time, such as a file's name;
  /// empty where the line does not say.
  static func key(_ head: ArraySlice<UInt8>) -> [UInt8] {
    guard head.count >= 3, let first = head.first else { return [] }
    let head = head.prefix(400)
    if first == UInt8(ascii: "[") { return behindBracket(head) }
    let words = head.split(separator: UInt8(ascii: " "))
    if head.contains(UInt8(ascii: "=")), let named = words.lazy.compactMap(labelled).first {
      return Array(named)
    }
    if first == UInt8(ascii: "\"") || head.trimmed.last == UInt8(ascii: ",")
      || head.contains(",\""), head.count(where: { $0 == UInt8(ascii: ",") }) > 1
    {
      return column(head).map(Array.init) ?? []
    }
    guard let clock = words.firstIndex(where: { hasClock($0) || isEpoch($0) }) else {
      return words.first.flatMap { leader($0, words.dropFirst().first) }.map(Array.init) ?? []
    }
    let isBeforeTime = clock == 1 && isISO(words[1])
    var key =
      leader(words[0], words.dropFirst().first, isMarked: isBeforeTime).map(Array.init) ?? []
    var next = clock + 1
    while next < words.count, isZone(words[next]) { next += 1 }
    if next + 1 < words.count, isHost(words[next]), isBehindHost(words[next + 1]) {
      if !key.isEmpty { key.append(0x20) }
      key += words[next]
    }
    return key
  }

  static func hasClock(_ word: ArraySlice<UInt8>) -> Bool {
    guard word.count >= 5 else { return false }
    for index in word.indices.dropFirst(2).dropLast(2) where word[index] == UInt8(ascii: ":") {
      if [index - 2, index - 1, index + 1, index + 2].allSatisfy({ decimal(word[$0]) != nil }) {
        return true
      }
    }
    return false
  }

  /// Seconds since 1970, with a fraction.
  private static func isEpoch(_ word: ArraySlice<UInt8>) -> Bool {
    word.count >= 12 && word[word.startIndex + 10] == UInt8(ascii: ".")
      && word.allSatisfy { decimal($0) != nil || $0 == UInt8(ascii: ".") }
  }

  static func isISO(_ word: ArraySlice<UInt8>) -> Bool {
    word.count >= 16 && word.first.flatMap(decimal) != nil
      && word[word.startIndex + 4] == UInt8(ascii: "-")
  }

  /// `[  139.201253] host kernel: ` and `[pod/name/container] `; a time in brackets has no host before it.
  private static func behindBracket(_ head: ArraySlice<UInt8>) -> [UInt8] {
    guard let end = head.firstIndex(of: UInt8(ascii: "]")) else { return [] }
    let inside = head[(head.startIndex + 1)..<end]
    if inside.contains(UInt8(ascii: "/")), inside.allSatisfy(isOfName) { return Array(inside) }
    guard head.count > end - head.startIndex + 8 else { return [] }
    let words = head[(end + 1)...].split(separator: UInt8(ascii: " "))
    guard words.count > 1, isHost(words[0]), words[1].begins(with: "kernel") else { return [] }
    return Array(words[0])
  }

  /// `host=web1`, as services put it before a message.
  private static func labelled(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let equals = word.firstIndex(of: UInt8(ascii: "=")), equals > word.startIndex,
      equals + 1 < word.endIndex,
      word[..<equals].allSatisfy({ isOfName($0) || $0 == UInt8(ascii: "@") })
    else { return nil }
    let (key, parent) = RecordKeys.parts(word[..<equals], in: "")
    guard RecordKeys.hostRank(key, in: parent) != nil else { return nil }
    let name = word[(equals + 1)...].filter { $0 != UInt8(ascii: "\"") }
    return name.isEmpty ? nil : name[...]
  }

  /// The first field of a line of CSV that may be a host: a name, no time, number, level or facility.
  private static func column(_ head: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    head.split(separator: UInt8(ascii: ",")).lazy.map { field in
      field.trimmed.drop { $0 == UInt8(ascii: "\"") }.prefix { $0 != UInt8(ascii: "\"") }
    }.first { name in
      name.first.map(isLetter) ?? false && name.allSatisfy(isOfName) && name.count > 1
        && !isLevel(name)
    }
  }

  /// A file's or a host's name before all else: `/var/log/messages:`, `web1:`, `web1 |`; not a level, a bracket or a
  /// part of a date.
  private static func leader(
    _ word: ArraySlice<UInt8>, _ next: ArraySlice<UInt8>?, isMarked: Bool = false
  ) -> ArraySlice<UInt8>? {
    var name = word
    var isMarked = isMarked || (next.map { $0.elementsEqual("|".utf8) } ?? false)
    if let colon = word.firstIndex(of: UInt8(ascii: ":")) {
      name = word[..<colon]
      isMarked = true
    } else if let file = file(word) {
      return file
    } else if word.count(where: { $0 == UInt8(ascii: "-") }) > 1, next.map(isHost) ?? true {
      // A pod and its container.
      isMarked = true
    }
    guard isMarked, let first = name.first,
      isLetter(first) || decimal(first) != nil || first == UInt8(ascii: "/")
        || first == UInt8(ascii: "."),
      name.allSatisfy(isOfName), name.contains(where: isLetter) || isAddress(name)
    else { return nil }
    // A time that a letter follows begins so, too.
    if decimal(first) != nil, hasClock(word) { return nil }
    return isLevel(name) ? nil : name
  }

  /// The file's name of a line that grep shows beside those that it has found: `messages-Aug`, `kern.log-12-[`.
  private static func file(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var name = word
    if let bracket = name.firstIndex(of: UInt8(ascii: "[")) { name = name[..<bracket] }
    guard let dash = name.lastIndex(of: UInt8(ascii: "-")), dash > name.startIndex else {
      return nil
    }
    let last = name[(dash + 1)...]
    let isMonth = last.count == 3 && months.contains { last.begins(with: $0) }
    guard
      isMonth || last.isEmpty || name.begins(with: "/") && last.allSatisfy({ decimal($0) != nil })
    else { return nil }
    name = name[..<dash]
    let number = name.reversed().prefix { decimal($0) != nil }
    if !number.isEmpty, name.dropLast(number.count).last == UInt8(ascii: "-") {
      name = name.dropLast(number.count + 1)
    }
    return name.allSatisfy(isOfName) && name.contains(where: isLetter) ? name : nil
  }

  static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static let levels = [
    "kern", "kernel", "klogd", "warn", "warning", "info", "err", "error", "notice", "debug", "crit",
    "critical", "alert", "emerg", "syslog", "user", "daemon", "stdout", "stderr", "main", "unknown",
  ]

  static func isLevel(_ name: ArraySlice<UInt8>) -> Bool {
    levels.contains { word in
      word.utf8.count == name.count && zip(word.utf8, name).allSatisfy { $0 == $1 | 0x20 }
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }

  private static func isOfName(_ byte: UInt8) -> Bool {
    LineCharacters.isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "/") || byte >= 0x80
  }

  /// `10.5.0.2`
  private static func isAddress(_ name: ArraySlice<UInt8>) -> Bool {
    name.count(where: { $0 == UInt8(ascii: ".") }) == 3
      && name.allSatisfy { decimal($0) != nil || $0 == UInt8(ascii: ".") }
  }

  static func isHost(_ word: ArraySlice<UInt8>) -> Bool {
    word.contains { isLetter($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
      && word.last != UInt8(ascii: ":")
      && word.allSatisfy { isOfName($0) || $0 == UInt8(ascii: ":") }
  }

  /// A tag, the kernel's time where there is no tag, or a record of netconsole.
  private static func isBehindHost(_ word: ArraySlice<UInt8>) -> Bool {
    word.last == UInt8(ascii: ":") || word.first == UInt8(ascii: "[")
      || word.begins(with: "kernel")
      || word.first.flatMap(decimal) != nil && word.contains(UInt8(ascii: ";"))
  }

  /// `UTC`, `PM`, `+0200`.
  private static func isZone(_ word: ArraySlice<UInt8>) -> Bool {
    if word.first == UInt8(ascii: "+") { return true }
    return word.count <= 4 && word.allSatisfy { 0x41...0x5A ~= $0 }
      || word.count == 4 && word.allSatisfy { decimal($0) != nil }
  }
}
