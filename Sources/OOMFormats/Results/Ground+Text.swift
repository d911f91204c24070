package import OOMSimulator

extension Ground {
  /// What a killer of user space went by, in a sentence: the ground is what was held against what.
  package var text: String {
    var parts = checks.map { plain($0.text) }
    if let watched, !parts.isEmpty { parts[0] = "\(plain(watched)): \(parts[0])" }
    if let held { parts.append("held for \(SizeFormat.time(held))") }
    return parts.joined(separator: ", ")
  }

  /// By what oomd has chosen the group, in a sentence; nil for other programs.
  package var choice: String? {
    guard let rule else { return nil }
    var parts = [plain(rule.plugin)]
    if let ranked { parts.append(ranked.text) }
    if let preference { parts.append(preference) }
    return parts.joined(separator: ", ")
  }
}

extension Ground.Check {
  /// `MemAvailable 9.99% <= 10%`.
  fileprivate var text: String {
    "\(what) \(value.shown) \(relation) \(limit.shown)"
      + (least.map { " (an estimate, \($0.text) at least)" } ?? "")
  }
}

extension Kubernetes.EvictionCandidate {
  /// What the kubelet ranks a pod by, in a sentence.
  package var text: String {
    guard let usage, let above = aboveRequest else {
      return "nothing: there are no statistics of it"
    }
    let part =
      exceedsRequest
      ? "\(SizeFormat.binary(above)) above its request" : "not above its request"
    return
      "\(SizeFormat.binary(usage)) in use, \(part) of \(SizeFormat.binary(request.bytes)), priority \(priority)"
  }
}

extension Ground.Figure {
  /// In full, for documents: `12.3456%`, `100Mi`.
  package var text: String {
    switch self {
    case .share(let share): share.text
    case .size(let size): Kubernetes.Quantity(bytes: size).text
    case .ratio(let hundredths): Self.decimal(hundredths)
    case .pages(let pages): "\(pages)"
    case .time(let time): SizeFormat.time(time)
    }
  }

  /// For people: per cent with two places, unless that would make a whole per cent of a little more.
  fileprivate var shown: String {
    switch self {
    case .size(let size): return SizeFormat.binary(size)
    case .share(let share):
      let hundredths = share.millionths / 100
      if hundredths % 100 == 0 { return share.text }
      return Self.decimal(hundredths) + "%"
    case .pages(let pages): return SizeFormat.grouped(pages) + (pages == 1 ? " page" : " pages")
    case .ratio, .time: return text
    }
  }

  private static func decimal(_ hundredths: Int64) -> String {
    "\(hundredths / 100)." + String(hundredths % 100 + 100).dropFirst()
  }
}

extension JSONWriter {
  /// What a killer of user space went by: shares as texts of per cent.
  mutating func ground(_ ground: Ground) {
    object(inline: true) { writer in
      writer.field("signal", ground.signal.rawValue)
      writer.field("escalated_us", ground.escalated)
      writer.field("cgroup", ground.cgroup)
      writer.field("watched", ground.watched)
      writer.field("held_us", ground.held)
      if let pod = ground.pod {
        writer.key("pod")
        writer.object(inline: true) {
          $0.field("usage", pod.usage.map { Kubernetes.Quantity(bytes: $0).text })
          $0.field("request", pod.request.text)
          $0.field("priority", Int64(pod.priority))
        }
      }
      if let rule = ground.rule {
        writer.field("ruleset", rule.ruleset)
        writer.field("detector_group", rule.detectorGroup)
        writer.field("plugin", rule.plugin)
        writer.field("preference", ground.preference)
        writer.key("ranked")
        if let ranked = ground.ranked { writer.check(ranked) } else { writer.null() }
      }
      writer.key("checks")
      writer.array(inline: true) { for check in ground.checks { $0.check(check) } }
    }
  }

  private mutating func check(_ check: Ground.Check) {
    object(inline: true) {
      $0.field("what", check.what)
      $0.field("value", check.value.text)
      $0.field("relation", check.relation)
      $0.field("limit", check.limit.text)
      if let least = check.least { $0.field("at_least", least.text) }
    }
  }
}
