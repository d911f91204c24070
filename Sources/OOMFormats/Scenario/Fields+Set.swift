internal import OOMSimulator

// The event `set`: a process, a group, the sysctls or the machine, and `to`: what to write.

extension Fields {
  private static let setKeys = ObjectKeys(["process", "cgroup", "sysctl", "machine", "to"])

  mutating func set() throws(JSONError) -> Event.Action? {
    let offset = try startOfNext()
    var process: ProcessReference?
    var path: String?
    var to: Int?
    let seen = try object(Self.setKeys) { (fields, key) throws(JSONError) in
      switch key {
      case 0: process = try fields.process()
      case 1: path = try fields.cgroupPath()
      case 2: try fields.marker("sysctl")
      case 3: try fields.marker("machine")
      default:
        to = try fields.startOfNext()
        try fields.json.skipValue()
      }
    }
    guard let seen else { return nil }
    if (seen & 0b1111).nonzeroBitCount != 1 {
      wrong("needs exactly one of 'process', 'cgroup', 'sysctl', 'machine'", at: offset)
      return nil
    }
    needs("to", seen & 16 != 0, at: offset)
    guard let to else { return nil }
    // What `to` means is known only now that the whole object is read: go back for it.
    let after = json
    json.rewind(to: to)
    defer { json = after }
    if let process { return .setProcess(process, try processChange()) }
    if let path {
      var change = Cgroup()
      try cgroup(path, into: &change)
      if change.pageCache != nil || change.kernel != nil || change.hugetlb != nil {
        wrong("only limits can be set: use the event page_cache for the cache", at: to)
      }
      return .setCgroup(path, change)
    }
    if seen & 8 != 0 {
      var change = Event.MachineChange()
      _ = try object(Self.machineChangeTable, into: &change)
      return .setMachine(memory: change.memory, hugetlb: change.hugetlb)
    }
    guard seen & 4 != 0 else { return nil }
    var change = Sysctl()
    try sysctl(into: &change)
    return .setSysctl(change)
  }

  /// `"sysctl": true`: the names stand in `to`.
  private mutating func marker(_ key: String) throws(JSONError) {
    let offset = try startOfNext()
    if try bool() == false { wrong("write \"\(key)\": true", at: offset) }
  }

  private mutating func processChange() throws(JSONError) -> Event.ProcessChange {
    var change = Event.ProcessChange()
    _ = try object(Self.processChangeTable, into: &change)
    return change
  }
}
