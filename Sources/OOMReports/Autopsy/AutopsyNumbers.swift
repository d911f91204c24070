internal import KernelLog
internal import OOMFormats
internal import OOMSimulator

// What a report's own numbers come to, in words that its text and its page share.

extension Autopsy {
  /// As one number, as a range, or as the least that it can be.
  var totalpagesText: String {
    guard let totalpages else { return "not in the report" }
    let size = SizeFormat.binary(pages: totalpages, pageSize: pageSize)
    let pages = "\(SizeFormat.grouped(totalpages)) (\(size))"
    guard let range = totalpagesRange else {
      return totalpagesFrom == .inferred ? pages + ", inferred" : pages
    }
    guard let high = range.high else {
      return "at least \(pages)"
        + (range.isByScore ? ", by the printed score" : ": \(missingTotal) is not in the report")
    }
    let reason = range.isByScore ? "by the printed score" : "by the swap that the host has"
    return "\(SizeFormat.grouped(range.low)) to \(SizeFormat.grouped(high)), \(reason)"
  }

  /// What of `totalpages` the report does not have.
  private var missingTotal: String {
    if !report.scope.isMemcg {
      return report.memory.ram == nil ? "the size of the machine" : "the swap of the machine"
    }
    return report.limits.memory?.limit == nil ? "the limit of the group" : "the swap of the machine"
  }

  /// Which limit was hit, and by how much it was missed.
  var limitText: String {
    let limit = LimitHit(self)
    guard let missing = limit.missing, missing > 0 else { return limit.text + limit.also }
    return limit.text + ", \(SizeFormat.binary(missing)) missing" + limit.also
  }
}

extension MemoryBreakdown {
  var owner: String { isOfGroup ? "the group" : "the machine" }

  /// All parts, what is in none of them, and what cannot be.
  var rows: [(size: Kibibytes, name: String)] {
    var rows = parts.map { (size: $0.size, name: $0.name) }
    if rest > 0 {
      rows.append(
        (
          rest,
          "in none of these lists: the kernel's own"
            + (hasLargeRest ? ", a driver's, or a leak" : "")
        ))
    }
    for part in disbelieved {
      rows.append((part.size, "\(part.name): more than \(owner) has, not believed"))
    }
    return rows
  }
}
