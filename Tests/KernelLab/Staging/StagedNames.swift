import OOMSimulator

/// What processes are called in the guest: a kernel keeps 15 bytes, and a step ends a name at a blank.
struct StagedNames {
  private var byName: [String: String] = [:]
  private(set) var originals: [String: String] = [:]
  private var byPid: [Int32: String] = [:]
  private var taken: Set<String> = ["init"]

  /// Names a process that begins.
  mutating func add(_ name: String, pid: Int32) -> String {
    let plain = name.unicodeScalars.map { scalar -> Character in
      let isPlain =
        scalar.isASCII && scalar.value > 0x20 && !"\"\\=/".unicodeScalars.contains(scalar)
      return isPlain ? Character(scalar) : "_"
    }
    var staged = String(plain.prefix(15))
    var number = 1
    while taken.contains(staged) {
      number += 1
      let end = "~\(number)"
      staged = String(plain.prefix(15 - end.count)) + end
    }
    taken.insert(staged)
    byName[name] = staged
    originals[staged] = name
    if pid != 0 { byPid[pid] = staged }
    return staged
  }

  subscript(reference: ProcessReference) -> String? {
    switch reference {
    case .name(let name): byName[name]
    case .pid(let pid): byPid[pid]
    }
  }
}
