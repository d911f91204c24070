internal import OOMFormats
internal import OOMSimulator

// The lines that a report begins with.

/// `NAME invoked oom-killer: gfp_mask=…, order=…, oom_score_adj=…`, in the forms since 2.6.11.
///
/// Kernel: `dump_header()`, mm/oom_kill.c; before 2.6.24 `out_of_memory()`.
struct InvokedLine {
  var invoker = OOMReport.Invoker()
  var request = OOMReport.Request()
  var nodemask: String?
  var releases = ReleaseRange()
  /// What stands behind its last number, such as the end of a quotation and more fields.
  var suffix: [UInt8] = []

  init?(_ text: ArraySlice<UInt8>) {
    if let end = text.firstIndex(of: " invoked oom-killer") {
      invoker.name = text[..<end].trimmed.text
    } else {
      guard text.trimmed.begins(with: "oom-killer: gfp_mask=") else { return nil }
    }
    var scanner = LogScanner(text)
    guard scanner.skip(past: "oom-killer") else { return nil }
    let fields = scanner.rest
    request.order = LogScanner.number(after: "order=", in: fields)
    invoker.oomScoreAdj = LogScanner.number(after: "oom_score_adj=", in: fields)
    readMask(fields)
    if var nodes = Optional(LogScanner(fields)), nodes.skip(past: "nodemask=") {
      nodemask = Self.nodes(nodes.rest)
    }
    narrow(fields)
    readSuffix(fields)
  }

  private mutating func readSuffix(_ fields: ArraySlice<UInt8>) {
    var scanner = LogScanner(fields)
    guard scanner.skip(past: "oom_score_adj="), scanner.number() != nil else { return }
    let rest = scanner.rest
    // 4.4 and 4.5 print the mask last.
    guard let first = rest.trimmed.first, !LineCharacters.isWord(first), rest.count <= 200,
      !rest.contains("gfp_mask")
    else { return }
    suffix = Array(rest)
  }

  private mutating func readMask(_ fields: ArraySlice<UInt8>) {
    var scanner = LogScanner(fields)
    guard scanner.skip(past: "gfp_mask=0x") else { return }
    var mask: UInt64 = 0
    var count = 0
    while let byte = scanner.next, let digit = Character(UnicodeScalar(byte)).hexDigitValue,
      count < 16
    {
      mask = mask << 4 | UInt64(digit)
      count += 1
      scanner.skip(1)
    }
    request.gfpMask = mask
    if scanner.take("("), let end = scanner.rest.firstIndex(of: UInt8(ascii: ")")) {
      request.gfpFlags = scanner.rest[..<end].text
    }
  }

  /// A list of nodes up to the comma before the next word.
  static func nodes(_ text: ArraySlice<UInt8>) -> String? {
    var end = text.startIndex
    while end < text.endIndex,
      decimal(text[end]) != nil || text[end] == UInt8(ascii: "-") || text[end] == UInt8(ascii: ",")
    {
      end += 1
    }
    var list = text[..<end]
    while list.last == UInt8(ascii: ",") || list.last == UInt8(ascii: "-") { list.removeLast() }
    return list.isEmpty ? nil : list.text
  }

  private mutating func narrow(_ fields: ArraySlice<UInt8>) {
    let hasAdj = fields.contains("oom_score_adj=")
    if fields.contains("oomkilladj=") {
      releases.narrow(from: "2.6.19", to: "2.6.31")
    } else if fields.contains("oom_adj=") {
      hasAdj
        ? releases.narrow(from: "2.6.36", to: "3.7") : releases.narrow(from: "2.6.32", to: "2.6.35")
    } else if hasAdj {
      releases.narrow(from: "3.8")
    }
    guard hasAdj else { return }
    if !request.gfpFlags.isEmpty || fields.contains("()") {
      releases.narrow(from: "4.6")
    } else if request.gfpMask != nil, !fields.contains("oom_adj=") {
      releases.narrow(to: "4.5")
    }
    if fields.contains("nodemask=") { releases.narrow(from: "4.9", to: "4.20") }
    if request.order == -1 { releases.narrow(from: "4.3") }
    // The bit of __GFP_DIRECT_RECLAIM, which every request that can kill has, moved twice.
    if let mask = request.gfpMask, request.gfpFlags.mentions("GFP_KERNEL") {
      switch mask & 0x1ff_ffff {
      case 0xcc0: releases.narrow(from: "5.2")
      case 0x60_00c0: releases.narrow(from: "4.17", to: "5.1")
      case 0x140_00c0: releases.narrow(from: "4.10", to: "4.16")
      case 0x240_00c0: releases.narrow(to: "4.9")
      default: break
      }
    }
  }
}

/// The line of the stack dump that tells which process runs on which CPU of which kernel: `CPU: 0 PID: 1 Comm: x Not tainted 6.12 #1`,
/// before 3.9 `Pid: 1, comm: x Not tainted 2.6.32 #1`.
///
/// Kernel: `dump_stack_print_info()`, lib/dump_stack.c.
struct StackLine {
  var pid: Int64
  var name: String
  var release: KernelRelease?
  var releases = ReleaseRange()

  init?(_ text: ArraySlice<UInt8>) {
    var scanner = LogScanner(text)
    let isNew = scanner.skip(past: "PID: ")
    guard isNew || scanner.skip(past: "Pid: "), let pid = scanner.number() else { return nil }
    self.pid = pid
    guard scanner.skip(past: isNew ? "Comm: " : "comm: "),
      let taint = scanner.rest.lastIndex(of: "ainted")
    else { return nil }
    var name = scanner.rest[..<taint].trimmed
    // `Not t` or `T`, and what a kernel with kdump says before it.
    for end in [" Not t", " T", " Kdump: loaded"] where name.ends(with: end) {
      name = name.dropLast(end.utf8.count).trimmed
    }
    self.name = name.text
    release = Self.release(in: text[(taint + 6)...])
    if text.contains(" UID: ") { releases.narrow(from: "6.12") }
  }

  /// The first word behind the taint flags, which are letters, that is a release.
  private static func release(in text: ArraySlice<UInt8>) -> KernelRelease? {
    for word in text.split(separator: UInt8(ascii: " ")).prefix(24) {
      guard let first = word.first, decimal(first) != nil, word.contains(UInt8(ascii: ".")) else {
        continue
      }
      if let release = KernelRelease(word.text) { return release }
    }
    return nil
  }

  /// `Linux version 6.1.0-13-amd64 (…)`, the first line of a boot.
  static func bootRelease(_ text: ArraySlice<UInt8>) -> KernelRelease? {
    guard text.begins(with: "Linux version ") else { return nil }
    var scanner = LogScanner(text.dropFirst(14))
    return KernelRelease(scanner.word().text)
  }
}

/// `NAME cpuset=/ mems_allowed=0`, 2.6.29 to 4.20. Kernel: `cpuset_print_current_mems_allowed()`.
struct CpusetLine {
  var cpuset: String
  var memsAllowed: String

  init?(_ text: ArraySlice<UInt8>) {
    guard !text.begins(with: "oom-kill:"), let at = text.firstIndex(of: " cpuset="),
      let mems = text[at...].firstIndex(of: " mems_allowed="),
      let nodes = InvokedLine.nodes(text[(mems + 14)...])
    else { return nil }
    cpuset = text[(at + 8)..<mems].text
    memsAllowed = nodes
  }
}
