import KernelLog

/// What a machine's console said: the kernel's own lines, and between them, in the order in which things came about,
/// what the guest says in lines `LAB {json}`.
package struct Console: Sendable {
  struct Line {
    var time: Double
    var text: Substring
    /// What the guest says; nil for a line of the kernel.
    var fact: Fact?
  }

  var lines: [Line] = []
  /// The kernel's reports, each with the line that it begins in.
  var reports: [(report: OOMReport, line: Int)] = []
  /// By the number of a line that the reader of logs has, the line here.
  private var places: [Int] = []

  package init(_ text: String) {
    var log: [UInt8] = []
    for raw in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      guard let (time, said) = Self.parts(of: raw) else { continue }
      if said.hasPrefix("LAB {") {
        lines.append(Line(time: time, text: said, fact: Fact(json: String(said.dropFirst(4)))))
      } else {
        log += Array(raw.utf8) + [0x0A]
        places.append(lines.count)
        lines.append(Line(time: time, text: said))
      }
    }
    for report in KernelLogReader.reports(in: log) {
      reports.append((report, place(report.line)))
    }
  }

  /// The line here of one that the reader of logs counted, from 1.
  func place(_ number: Int) -> Int {
    places.isEmpty ? 0 : places[min(max(number - 1, 0), places.count - 1)]
  }

  /// A line's time and text: `[    2.396086] text`, with the caller in between where a kernel prints it.
  private static func parts(of line: Substring) -> (Double, Substring)? {
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]"),
      let time = Double(line[line.index(after: line.startIndex)..<end].drop { $0 == " " })
    else { return nil }
    var text = line[line.index(after: end)...].drop { $0 == " " }
    if text.hasPrefix("[") || text.hasPrefix("T"), let close = text.firstIndex(of: "]"),
      text[..<close].dropFirst().drop(while: { "TC ".contains($0) }).allSatisfy(\.isNumber),
      !text[..<close].dropFirst().drop(while: { $0 == " " }).allSatisfy(\.isNumber)
    {
      text = text[text.index(after: close)...].drop { $0 == " " }
    }
    return (time, text)
  }

  /// Values that the guest gave when it had booted.
  package var boot: Fact? { lines.compactMap(\.fact).first { $0["ev"]?.text == "boot" } }

  /// The machine's size as its boot told it.
  package func guestSize(disk: String) throws -> GuestSize {
    guard let boot, let memory = boot["ram_pages"]?.int, let free = boot["free_pages"]?.int else {
      throw LabError.failed("the machine did not say its size; did it boot?")
    }
    return GuestSize(memory: memory, free: free, disk: disk)
  }

  /// Whether all steps were done.
  package var isFinished: Bool { lines.contains { $0.fact?["ev"]?.text == "end" } }

  /// What the guest could not do.
  package var errors: [String] {
    lines.compactMap(\.fact).compactMap { fact in
      switch fact["ev"]?.text {
      case "error": "\(fact["what"]?.text ?? "?"): errno \(fact["errno"]?.int ?? 0)"
      case "swapon" where fact["errno"] != 0:
        "swapon \(fact["dev"]?.text ?? "?"): errno \(fact["errno"]?.int ?? 0)"
      case "reply":
        // To be refused memory is a result.
        fact["r"]?.list?.dropFirst().first?.int.flatMap { result in
          result < 0 && result != -12
            ? "\(fact["name"]?.text ?? "?"): \(fact["op"]?.text ?? "?"): errno \(-result)" : nil
        }
      default: nil
      }
    }
  }
}
