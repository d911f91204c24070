package import OOMSimulator

extension Ground {
  /// What a killer of user space went by, in a sentence: the ground is what was held against what.
  package var text: String {
    var parts = checks.map {
      "\($0.what) \($0.value.shown) \($0.relation) \($0.limit.shown)"
        + ($0.least.map { " (an estimate, \($0.text) at least)" } ?? "")
    }
    if let watched { parts[0] = "\(plain(watched)): \(parts[0])" }
    if let held { parts.append("held for \(SizeFormat.time(held))") }
    return parts.joined(separator: ", ")
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
    }
  }

  /// For people: per cent with two places, unless that would make a whole per cent of a little more.
  fileprivate var shown: String {
    switch self {
    case .size(let size): return SizeFormat.binary(size)
    case .share(let share):
      let hundredths = share.millionths / 100
      if hundredths % 100 == 0 { return share.text }
      return "\(hundredths / 100)." + String(hundredths % 100 + 100).dropFirst() + "%"
    }
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
      writer.key("checks")
      writer.array(inline: true) {
        for check in ground.checks {
          $0.object(inline: true) {
            $0.field("what", check.what)
            $0.field("value", check.value.text)
            $0.field("relation", check.relation)
            $0.field("limit", check.limit.text)
            if let least = check.least { $0.field("at_least", least.text) }
          }
        }
      }
    }
  }
}
