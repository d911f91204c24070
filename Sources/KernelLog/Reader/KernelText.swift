// Where the kernel's own words begin in a line. What programs and people put before them is not listed: it is
// whatever stands before the words.

enum KernelText {
  /// How surely words are the kernel's where others stand before them.
  enum Strength: Equatable {
    /// Nobody else writes so.
    case strong
    /// A sentence may have these words, too.
    case weak
  }

  /// Whether a text begins as a line of a report does.
  static func strength(_ text: ArraySlice<UInt8>) -> Strength? {
    guard let first = text.first else { return nil }
    switch first {
    case UInt8(ascii: "["):
      return TaskTable.isHeaderHead(text) || TaskTable.isRow(text, numbers: 3) ? .strong : nil
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return isPages(text) ? .strong : nil
    case UInt8(ascii: "M"): return has(text, "Mem-Info:", "Memory cgroup ", "Memory limit reached")
    case UInt8(ascii: "O"):
      return has(text, "Out of memory: ", "Out of Memory: ", "Out of memory (", "Out of memory and")
    case UInt8(ascii: "o"):
      if text.begins(with: "out_of_memory+0x") { return .strong }
      return has(
        text, "oom-kill:constraint=", "oom_reaper: ", "oom-killer: gfp_mask=", "oom killer ")
    case UInt8(ascii: "K"):
      if isDeath(text, "Killed process ") || isDeath(text, "Kill process ") { return .weak }
      return has(text, "Kernel panic - ")
    case UInt8(ascii: "N"):
      return isNode(text) ? .strong : has(text, "No available memory")
    case UInt8(ascii: "F"): return has(text, "Free swap  =", "Free swap =")
    case UInt8(ascii: "T"):
      return has(text, "Total swap =", "Tasks state (", "Tasks in /", "Task in /")
    case UInt8(ascii: "C"):
      if text.begins(with: "CPU: "), text.prefix(60).contains("PID: ") { return .strong }
      return has(text, "Call Trace:")
    case UInt8(ascii: "P"):
      return text.begins(with: "Pid: ") && text.prefix(60).contains("comm: ") ? .strong : nil
    case UInt8(ascii: "L"): return has(text, "Linux version ")
    case UInt8(ascii: "l"): return has(text, "lowmem_reserve[]:")
    case UInt8(ascii: "m"):
      return has(
        text, "memory: usage ", "memory+swap: usage ", "mem_cgroup_out_of_memory+0x")
    case UInt8(ascii: "s"): return has(text, "swap: usage ")
    case UInt8(ascii: "p"): return has(text, "pagefault_out_of_memory+0x")
    case UInt8(ascii: "k"): return has(text, "kmem: usage ", "killed as a result of limit of")
    case UInt8(ascii: "D"), UInt8(ascii: "H"): return isZone(text) ? .weak : nil
    default: return nil
    }
  }

  private static func has(_ text: ArraySlice<UInt8>, _ words: String...) -> Strength? {
    words.contains { text.begins(with: $0) } ? .strong : nil
  }

  /// Whether a line of the sums over the machine begins here, in pages: `active_anon:48928`.
  static func isSum(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, sums.contains(where: { $0.utf8.first == first }),
      let name = sums.first(where: { text.begins(with: $0) })
    else { return false }
    var scanner = LogScanner(text.prefix(40))
    scanner.skip(name.utf8.count)
    return scanner.number() != nil && (scanner.isAtEnd || scanner.next == 0x20)
  }

  private static let sums = [
    "active_anon:", "active_file:", "unevictable:", "slab_reclaimable:", "mapped:", "free:",
  ]

  private static func isDeath(_ text: ArraySlice<UInt8>, _ words: String) -> Bool {
    guard text.begins(with: words) else { return false }
    return text.dropFirst(words.utf8.count).first.flatMap(decimal) != nil
  }

  private static func isPages(_ text: ArraySlice<UInt8>) -> Bool {
    var scanner = LogScanner(text.prefix(40))
    guard scanner.number() != nil, scanner.take(" pages ") else { return false }
    return scanner.take("RAM") || scanner.take("reserved") || scanner.take("HighMem")
  }

  private static func isNode(_ text: ArraySlice<UInt8>) -> Bool {
    var scanner = LogScanner(text)
    guard scanner.take("Node "), scanner.number() != nil, scanner.take(" ") else { return false }
    let rest = scanner.rest
    return rest.begins(with: "active_anon:") || isZone(rest) || rest.begins(with: "Normal")
      || rest.begins(with: "Movable") || rest.begins(with: "Device")
  }

  private static func isZone(_ text: ArraySlice<UInt8>) -> Bool {
    for zone in ["DMA", "DMA32", "HighMem"] where text.begins(with: zone) {
      let rest = text.dropFirst(zone.utf8.count)
      if rest.begins(with: " free:") || rest.begins(with: ": ") { return true }
    }
    return false
  }

  /// The first place from which a text is the kernel's.
  ///
  /// - Parameter hasSums: lines of sums are such, too, which stand in the middle of others where these are wrapped.
  static func start(
    in text: ArraySlice<UInt8>, hasSums: Bool = false
  ) -> (at: Int, strength: Strength)? {
    var previous: UInt8 = 0x20
    for index in text.indices {
      let byte = text[index]
      // The number of a number.
      let isInside = decimal(byte) != nil && decimal(previous) != nil
      if !isInside, mayBegin(byte), let strength = strength(text[index...]) {
        // A frame of a stack that may be left over from an older call.
        if text[..<index].ends(with: "? ") { return nil }
        if strength == .strong || !LineCharacters.isWord(previous)
          || text[..<index].ends(with: "child")
        {
          return (index, strength)
        }
      }
      if hasSums, previous == 0x20, isSum(text[index...]) { return (index, .strong) }
      previous = byte
    }
    return nil
  }

  @inline(__always)
  private static func mayBegin(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "["), 0x30...0x39, UInt8(ascii: "C"), UInt8(ascii: "D"), UInt8(ascii: "F"),
      UInt8(ascii: "H"), UInt8(ascii: "K"), UInt8(ascii: "L"), UInt8(ascii: "M"), UInt8(ascii: "N"),
      UInt8(ascii: "O"), UInt8(ascii: "P"), UInt8(ascii: "T"), UInt8(ascii: "k"), UInt8(ascii: "m"),
      UInt8(ascii: "o"), UInt8(ascii: "p"), UInt8(ascii: "s"):
      true
    default: false
    }
  }

  /// The longest name that a task has: `TASK_COMM_LEN` without its end.
  private static let longestName = 15

  /// Where the name before ` invoked oom-killer` begins, if others stand before it: a name is short, so behind the
  /// last mark that ends a prefix.
  static func nameStart(_ text: ArraySlice<UInt8>, before end: Int) -> Int {
    let name = text[..<end]
    if name.count <= longestName { return text.startIndex }
    let tail = name.suffix(longestName + 1)
    for mark in ["] ", "]: ", ": ", "\"", ">", "]", "| ", ";"] {
      if let at = tail.lastIndex(of: mark), at + mark.utf8.count < end {
        return at + mark.utf8.count
      }
    }
    let blank = tail.dropLast().firstIndex(of: UInt8(ascii: " "))
    return blank.map { $0 + 1 } ?? text.startIndex
  }
}
