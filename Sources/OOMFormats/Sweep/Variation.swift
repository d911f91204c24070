package import OOMSimulator

/// One parameter of a sweep: a path that `--set` reaches, and the values that it takes.
package struct Variation: Equatable, Sendable {
  /// As `--set` spells it, numbers in brackets as `.0`.
  package var path: String
  /// As `--set` takes them; empty for a range without steps.
  package var values: [String]
  /// The ends of a range.
  var range: Span?

  /// The ends of a range, both of them in it.
  struct Span: Equatable, Sendable {
    var from: Int64
    var to: Int64
    var scale: Scale
    /// Nil leaves it to a search how close it looks.
    var step: Int64?
  }

  /// As many values as a parameter may take, and a table may have cells.
  package static let most = 1_000_000

  package var isRange: Bool { range != nil }

  /// Whether only a search can go through it.
  package var isOpen: Bool { range != nil && values.isEmpty }

  /// Reads `PATH=FROM..TO/STEP`, `PATH=FROM..TO` or `PATH=a,b,c`.
  ///
  /// A step that does not end at TO is followed by TO: both ends are always tried.
  ///
  /// - Parameter pageSize: what a page counts in `37 pages`.
  package init(_ text: String, pageSize: Bytes) throws(QuantityError) {
    guard let setting = ScenarioSetting(text) else {
      throw QuantityError(
        message:
          "--vary takes PATH=FROM..TO/STEP or PATH=a,b,c, found '\(plain(shortened(text)))'")
    }
    path = normalized(setting.path)
    values = []
    do throws(QuantityError) {
      let parts = Self.list(setting.value)
      if parts.count == 1, let dots = parts[0].firstRange(ofDots: ()) {
        if path == "kernel" {
          values = try Self.releases(parts[0], dots)
        } else {
          let span = try Self.span(parts[0], dots, pageSize: pageSize)
          range = span
          values = try Self.values(of: span)
        }
      } else {
        try takeList(parts)
      }
    } catch {
      throw QuantityError(message: "--vary \(plain(path)): \(error.message)")
    }
  }

  private mutating func takeList(_ parts: [String]) throws(QuantityError) {
    var seen: Set<String> = []
    for part in parts {
      if part.isEmpty { throw QuantityError(message: "a value is missing between the commas") }
      guard seen.insert(part).inserted else {
        throw QuantityError(message: "'\(plain(shortened(part)))' stands there twice")
      }
    }
    guard parts.count <= Self.most else { throw Self.tooMany(parts.count) }
    values = parts
  }

  static func tooMany(_ count: Int?) -> QuantityError {
    QuantityError(
      message: "\(count.map(String.init) ?? "more than 2^63") values, at most \(Self.most): "
        + "take larger steps or a smaller range")
  }

  /// The parts of a list. Commas in brackets and in quotes belong to a value.
  private static func list(_ text: String) -> [String] {
    var parts = [""]
    var depth = 0
    var isQuoted = false
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "[", "{": if !isQuoted { depth += 1 }
      case "]", "}": if !isQuoted { depth -= 1 }
      default: break
      }
      if character == ",", depth <= 0, !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }

  private static func span(
    _ text: String, _ dots: Range<String.Index>, pageSize: Bytes
  ) throws(QuantityError) -> Span {
    let from = try Quantity(String(text[..<dots.lowerBound]), pageSize: pageSize)
    let rest = text[dots.upperBound...]
    let slash = rest.firstIndex(of: "/")
    let to = try Quantity(String(rest[..<(slash ?? rest.endIndex)]), pageSize: pageSize)
    var step: Quantity?
    if let slash {
      step = try Quantity(String(rest[rest.index(after: slash)...]), pageSize: pageSize)
    }
    var scale: Scale?
    for found in [from.scale, to.scale, step?.scale] {
      guard let found else { continue }
      if let scale, scale != found {
        throw QuantityError(message: "sizes, durations and numbers do not mix in one range")
      }
      scale = found
    }
    if from.amount > to.amount { throw QuantityError(message: "the smaller value comes first") }
    if let step, step.amount <= 0 { throw QuantityError(message: "a step is more than 0") }
    let isCounted = (scale ?? .integers) == .integers
    return Span(
      from: from.amount, to: to.amount, scale: scale ?? .integers,
      step: step?.amount ?? (isCounted ? 1 : nil))
  }

  private static func values(of span: Span) throws(QuantityError) -> [String] {
    guard let step = span.step else { return [] }
    let (width, overflow) = span.to.subtractingReportingOverflow(span.from)
    if overflow { throw tooMany(nil) }
    let whole = Int(width / step)
    let isUneven = width % step != 0
    let (count, overflows) = whole.addingReportingOverflow(isUneven ? 2 : 1)
    guard !overflows, count <= most else { throw tooMany(overflows ? nil : count) }
    var values = (0...whole).map { span.scale.text(span.from + Int64($0) * step) }
    if isUneven { values.append(span.scale.text(span.to)) }
    return values
  }

  /// The releases at which a rule changes between two, and the two.
  private static func releases(
    _ text: String, _ dots: Range<String.Index>
  ) throws(QuantityError) -> [String] {
    let from = try knownRelease(String(text[..<dots.lowerBound]))
    let to = try knownRelease(String(text[dots.upperBound...]))
    guard from < to else { throw QuantityError(message: "the older release comes first") }
    return [from.text]
      + RulesByRelease.boundaries.filter { from < $0 && $0 < to }.map { $0.text } + [to.text]
  }
}

extension ScenarioSetting {
  /// Whether two settings are of the same value, however they spell its path.
  package func isOfSamePath(as other: ScenarioSetting) -> Bool {
    normalized(path) == normalized(other.path)
  }
}

/// A path in one of its spellings: `events[0].at` is `events.0.at`.
func normalized(_ path: String) -> String {
  guard path.hasPrefix("events[") || path.hasPrefix("machine.swap[") else { return path }
  var text = ""
  for character in path {
    switch character {
    case "[": text.append(".")
    case "]": break
    default: text.append(character)
    }
  }
  return text
}

extension String {
  /// Where `..` stands between the ends of a range; not where it begins or ends the text, or stands in quotes.
  fileprivate func firstRange(ofDots _: Void) -> Range<Index>? {
    if hasPrefix("\"") || hasPrefix("/") { return nil }
    var at = startIndex
    while at < endIndex {
      let next = index(after: at)
      if self[at] == ".", next < endIndex, self[next] == "." { return at..<index(after: next) }
      at = next
    }
    return nil
  }
}
