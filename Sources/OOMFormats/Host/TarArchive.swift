internal import OOMSimulator

/// What is wrong with an archive.
package struct ArchiveError: Error, Equatable {
  package var message: String
}

/// The files of a tar archive, read strictly: in the forms that POSIX and GNU tar write, whole, with right checksums.
///
/// Links and devices are passed over, as what oomsim reads of a host has none. Source: POSIX.1-2017, pax,
/// "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format".
package struct TarArchive: Sendable {
  private let bytes: [UInt8]
  private var files: [String: Range<Int>] = [:]
  /// The names in each directory, in the order of the archive; the top is the empty name.
  private var directories: [String: [String]] = ["": []]
  /// What the names in the archive begin with that `proc` lies in; empty for the top.
  private var base = ""

  private static let block = 512
  /// More is no path that a kernel takes. Kernel: `PATH_MAX`.
  private static let longestName = 4096

  package init(_ bytes: [UInt8]) throws(ArchiveError) {
    self.bytes = bytes
    for (magic, name, tool) in [
      ([0x1F, 0x8B], "gzip", "gunzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "unzstd"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", "unxz"), ([0x42, 0x5A, 0x68], "bzip2", "bunzip2"),
    ] as [([UInt8], String, String)] where bytes.starts(with: magic) {
      throw ArchiveError(
        message: "compressed with \(name): \(tool) makes a plain tar archive of it")
    }
    try readMembers()
    if directories["proc"] == nil {
      // All of it may lie in one directory.
      let tops = (directories[""] ?? []).filter { directories[$0 + "/proc"] != nil }
      if tops.count == 1 { base = tops[0] + "/" }
    }
  }

  private mutating func readMembers() throws(ArchiveError) {
    var at = 0
    // What the header before a member says of it.
    var (longName, size): (String?, Int?) = (nil, nil)
    while true {
      guard at + Self.block <= bytes.count else {
        throw ArchiveError(message: at == 0 ? "no tar archive" : "the archive ends in the middle")
      }
      if bytes[at..<at + Self.block].allSatisfy({ $0 == 0 }) {
        if at == 0 { throw ArchiveError(message: "an archive without any file") }
        return
      }
      try checkHeader(at)
      let stated = try octal(at + 124, 12)
      let length = size ?? stated
      let start = at + Self.block
      guard 0...(bytes.count - start) ~= length else {
        throw ArchiveError(message: "the archive ends in the middle of a file")
      }
      let content = start..<start + length
      switch bytes[at + 156] {
      case UInt8(ascii: "L"):
        longName = text(content.lowerBound, content.count)
      case UInt8(ascii: "x"):
        let records = try paxRecords(content)
        longName = records["path"] ?? longName
        size = records["size"].flatMap { Int($0) } ?? size
      case UInt8(ascii: "g"), UInt8(ascii: "K"): break
      case 0, UInt8(ascii: "0"), UInt8(ascii: "5"):
        let isDirectory = bytes[at + 156] == UInt8(ascii: "5")
        try add(longName ?? name(at), isDirectory ? nil : content)
        (longName, size) = (nil, nil)
      case UInt8(ascii: "1")...UInt8(ascii: "7"): (longName, size) = (nil, nil)
      default:
        throw ArchiveError(message: "a member of a type that is not known, at byte \(at + 156)")
      }
      at = start + (length + Self.block - 1) / Self.block * Self.block
    }
  }

  private func checkHeader(_ at: Int) throws(ArchiveError) {
    guard bytes[at + 257..<at + 262].elementsEqual("ustar".utf8) else {
      throw ArchiveError(message: at == 0 ? "no tar archive" : "no header at byte \(at)")
    }
    // The sum is that of the header with spaces in its own place.
    var sum = 8 * 0x20
    for index in at..<at + Self.block where !(at + 148..<at + 156).contains(index) {
      sum += Int(bytes[index])
    }
    guard try octal(at + 148, 8) == sum else {
      throw ArchiveError(message: "the header at byte \(at) is damaged: its checksum is wrong")
    }
  }

  private func name(_ at: Int) -> String {
    let name = text(at, 100)
    // GNU tar has times where POSIX has the beginning of a long name.
    let isPOSIX = bytes[at + 262] == 0
    let prefix = isPOSIX ? text(at + 345, 155) : ""
    return prefix.isEmpty ? name : prefix + "/" + name
  }

  private func text(_ start: Int, _ count: Int) -> String {
    bytes[start..<start + count].prefix { $0 != 0 }.lossless
  }

  private func octal(_ start: Int, _ count: Int) throws(ArchiveError) -> Int {
    var number = 0
    var hasDigits = false
    for byte in bytes[start..<start + count] {
      if byte == 0x20 || byte == 0 {
        if hasDigits { break }
        continue
      }
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else {
        throw ArchiveError(message: "no octal number at byte \(start)")
      }
      number = number << 3 | Int(byte - UInt8(ascii: "0"))
      hasDigits = true
    }
    return number
  }

  /// Records such as `21 path=sys/fs/cgroup\n`, each with its length.
  private func paxRecords(_ content: Range<Int>) throws(ArchiveError) -> [String: String] {
    var records: [String: String] = [:]
    var at = content.lowerBound
    while at < content.upperBound {
      let rest = bytes[at..<content.upperBound]
      guard let space = rest.firstIndex(of: 0x20), let length = rest[..<space].number,
        length > Int64(space - at) + 1, length <= Int64(rest.count),
        rest[at + Int(length) - 1] == UInt8(ascii: "\n"),
        let equals = rest[space..<at + Int(length)].firstIndex(of: UInt8(ascii: "="))
      else { throw ArchiveError(message: "a damaged extended header at byte \(at)") }
      let end = at + Int(length)
      let key = rest[(space + 1)..<equals].lossless
      let value = rest[(equals + 1)..<(end - 1)]
      records[key] = value.lossless
      at = end
    }
    return records
  }

  private mutating func add(_ name: String, _ content: Range<Int>?) throws(ArchiveError) {
    let parts = name.split(separator: "/").filter { $0 != "." }
    guard name.utf8.count <= Self.longestName, !parts.contains("..") else {
      throw ArchiveError(message: "'\(plain(shortened(name)))' is no name of a file in an archive")
    }
    var path = ""
    for (index, part) in parts.enumerated() {
      let parent = path
      path = path.isEmpty ? String(part) : path + "/" + part
      if index == parts.count - 1, let content {
        guard files.updateValue(content, forKey: path) == nil, directories[path] == nil else {
          throw ArchiveError(message: "'\(plain(shortened(path)))' is in the archive twice")
        }
        directories[parent, default: []].append(String(part))
      } else if directories[path] == nil {
        directories[path] = []
        directories[parent, default: []].append(String(part))
      }
    }
  }

  // MARK: Looking things up

  /// The bytes of a file; nil where there is none.
  package func bytes(_ name: String) -> [UInt8]? { files[base + name].map { Array(bytes[$0]) } }

  /// The names in a directory; nil where there is none.
  package func list(_ name: String) -> [String]? { directories[base + name] }

  package func exists(_ name: String) -> Bool {
    files[base + name] != nil || directories[base + name] != nil
  }
}
