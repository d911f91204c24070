internal import OOMSimulator

// What the JSON of container tools has in common: sizes as numbers of bytes or as text.

extension Fields {
  /// Reads a whole document and hands on what is wrong with it.
  static func read(
    _ file: ImportFile, _ body: (inout Fields) throws(JSONError) -> Void
  ) throws(ScenarioError) {
    var fields = Fields(file.bytes, pageSize: ImportDraft.pageSize)
    do throws(JSONError) {
      try body(&fields)
      try fields.json.finish()
    } catch {
      if let error = fields.error(file: file.name, error) { throw error }
    }
    if let error = fields.error(file: file.name) { throw error }
  }

  /// A size as a number of bytes or as text such as `512m`; -1 where that means no limit.
  mutating func writtenSize(
    _ style: WrittenSize.Style = .binary, minusOne: Bool = false
  ) throws(JSONError) -> Bytes? {
    let kind = try json.peek()
    let offset = json.offset
    let text: String
    if kind == .number {
      text = json.text(try json.readNumber())
    } else {
      guard try expect(.string, or: "a size: bytes, or \(WrittenSize.allowed)") else { return nil }
      text = json.text(try json.readString())
    }
    if minusOne, text == "-1" { return -1 }
    if let size = WrittenSize.bytes(text[...], style) { return size }
    let why =
      text.hasPrefix("-") ? "is negative" : "is no size up to 4 PiB: \(WrittenSize.allowed)"
    wrong("'\(shortened(text))' \(why)", at: offset)
    return nil
  }

  /// A share of 0 to 100, which compose writes as a string; nil for -1, which is the kernel's own.
  mutating func writtenSwappiness() throws(JSONError) -> Int64? {
    guard try json.peek() == .string else {
      return try integer(-1...100).flatMap { $0 == -1 ? nil : $0 }
    }
    let offset = json.offset
    let text = json.text(try json.readString())
    if text == "-1" { return nil }
    if let number = Int64(text), (0...100).contains(number) { return number }
    wrong("'\(shortened(text))' is no number from 0 to 100", at: offset)
    return nil
  }

  /// A number of bytes of 64 bits; -1 and what is above any machine mean no limit, which is nil.
  mutating func byteLimit() throws(JSONError) -> Bytes? {
    guard let number = try integer(-1...Int64.max) else { return nil }
    return number == -1 || number > SizeText.maxBytes.rawValue ? nil : Bytes(number)
  }

  mutating func importedScore() throws(JSONError) -> Int16? {
    try integer(-1000...1000).map { Int16($0) }
  }

  /// A user: the last number of 32 bits means none. Kernel: `uid_valid()`, include/linux/uidgid.h.
  mutating func uid() throws(JSONError) -> UInt32? {
    try integer(0...Int64(UInt32.max - 1)).map { UInt32($0) }
  }

  /// `1000`, `1000:1000` or a name, as an image or `docker run --user` has it.
  mutating func containerUser() throws(JSONError) -> ContainerUser? {
    let kind = try json.peek()
    let offset = json.offset
    // Compose takes a number, too, and prints text.
    if kind == .number { return try uid().map { .uid($0) } }
    guard let text = try string() else { return nil }
    let name = text.prefix { $0 != ":" }
    if name.isEmpty || name == "root" { return nil }
    guard name.allSatisfy({ $0.isASCII && $0.isNumber }) else { return .name(String(name)) }
    if let uid = UInt32(name), uid < .max { return .uid(uid) }
    wrong("'\(shortened(text))' is no user: a uid is a number from 0 to 4294967294", at: offset)
    return nil
  }

  /// How many of a thing there are: no more than anybody starts on one machine.
  mutating func replicas() throws(JSONError) -> Int? {
    try integer(0...Int64(ImportDraft.mostReplicas)).map { Int($0) }
  }
}

/// The user that a container runs as.
enum ContainerUser: Equatable {
  case uid(UInt32)
  /// The image has the file that tells its uid.
  case name(String)
}

extension ImportDraft {
  /// The uid of a container's process: of a user by name it is a guess, but not that of root.
  mutating func uid(of user: ContainerUser?, _ container: String) -> UInt32 {
    switch user {
    case nil: return 0
    case .uid(let uid): return uid
    case .name(let name):
      note(
        "\(container): only the image knows the uid of its user '\(shortened(name))': taken for 1000"
      )
      return 1000
    }
  }

  /// More than this of one workload is no machine, and a few bytes must not become millions of processes.
  static let mostReplicas = 10_000
  /// Processes of an import.
  static let mostProcesses = 1_000_000
}
