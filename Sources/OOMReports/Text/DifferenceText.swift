internal import OOMFormats
internal import OOMSimulator

extension RunDifference {
  /// A line for each thing that differs, with what it is on both sides.
  func lines(width: Int) -> [String] {
    aspects.flatMap { aspect in
      let head = "    " + aspect.label + String(repeating: " ", count: 14 - aspect.label.count)
      var (was, becomes) = (value(before, aspect), value(after, aspect))
      if was == becomes {
        was = value(before, aspect, time: SizeFormat.exactTime)
        becomes = value(after, aspect, time: SizeFormat.exactTime)
      }
      let text = "\(was) → \(becomes)"
      return wrapped(text, width: max(width - head.count, 30)).enumerated().map {
        ($0.offset == 0 ? head : String(repeating: " ", count: head.count)) + $0.element
      }
    }
  }

  private func value(
    _ run: Run, _ aspect: Aspect, time: (Microseconds) -> String = { SizeFormat.time($0) }
  ) -> String {
    switch aspect {
    case .victims: return Self.names(run.kills.map { $0.dyingFirst })
    case .blastRadius: return BlastRadius(of: run).text(pageSize: run.pageSize)
    case .firstKill: return run.kills.first.map { time($0.at) } ?? "never"
    case .refused: return Self.refused(run)
    case .stuck:
      return run.stuck.isEmpty
        ? "nobody"
        : run.stuck.prefix(6).map { plain($0.process?.name ?? "tmpfs") }.joined(separator: ", ")
    case .panic: return run.panic.map { "\($0.text), at \(time($0.at))" } ?? "none"
    case .loop: return run.loop.map { "every \(time($0.period))" } ?? "none"
    case .end: return time(run.end)
    }
  }

  private static func names(_ processes: [ProcessIdentity]) -> String {
    if processes.isEmpty { return "nobody" }
    let rest = processes.count > 6 ? " and \(processes.count - 6) more" : ""
    return processes.prefix(6).map { "\(plain($0.name)) (\($0.pid))" }.joined(separator: ", ")
      + rest
  }

  private static func refused(_ run: Run) -> String {
    if run.refused.isEmpty { return "nothing" }
    let pages = run.refused.reduce(Int64(0)) { $0 &+ $1.pages }
    let names = run.refused.prefix(3).map { plain($0.process?.name ?? "a tmpfs write") }
    return
      "\(names.joined(separator: ", "))\(run.refused.count > 3 ? " and \(run.refused.count - 3) more" : "")"
      + ", \(SizeFormat.binary(pages: pages, pageSize: run.pageSize)) in all"
  }
}

extension RunDifference.Aspect {
  fileprivate var label: String {
    switch self {
    case .victims: "victims"
    case .blastRadius: "blast radius"
    case .firstKill: "first kill"
    case .refused: "refused"
    case .stuck: "stuck"
    case .panic: "panic"
    case .loop: "loop"
    case .end: "end"
    }
  }
}

extension BlastRadius {
  /// `2 kills, 5 processes die, 1.2 GiB freed`; the kills where they are fewer.
  func text(pageSize: Bytes) -> String {
    if kills == 0 { return "nobody dies" }
    let head = kills == deaths ? "" : "\(kills) kill\(kills == 1 ? "" : "s"), "
    return head + "\(deaths) \(deaths == 1 ? "process dies" : "processes die"), "
      + "\(SizeFormat.binary(pages: freedPages, pageSize: pageSize)) freed"
  }
}

extension ScenarioDifference.Value {
  func text(pageSize: Bytes) -> String {
    switch self {
    case .pages(let pages):
      pages == 0
        ? "0"
        : pages == Cgroup.unlimited
          ? "max" : SizeFormat.binary(pages: pages, pageSize: pageSize) + exact(pages, pageSize)
    case .number(let number): "\(number)"
    case .microseconds(let time): SizeFormat.exactTime(time)
    case .text(let text): text.isEmpty ? "-" : plain(text)
    case .absent: "-"
    }
  }

  /// The pages, where a size in tenths does not say it all.
  private func exact(_ pages: Int64, _ pageSize: Bytes) -> String {
    guard let bytes = pageSize.bytes(pages: pages)?.rawValue else { return "" }
    let unit: Int64 = bytes >= 1 << 30 ? 1 << 30 : bytes >= 1 << 20 ? 1 << 20 : 1 << 10
    return bytes % unit == 0 ? "" : " (\(SizeFormat.grouped(pages)) pages)"
  }
}

extension JSONWriter {
  /// Members of an object: each thing that differs, on both sides.
  mutating func changes(_ difference: RunDifference) {
    key("changes")
    object { writer in
      for aspect in difference.aspects {
        writer.key(named: aspect.rawValue)
        writer.object {
          $0.key("before")
          $0.side(difference.before, aspect)
          $0.key("after")
          $0.side(difference.after, aspect)
        }
      }
    }
  }

  private mutating func side(_ run: Run, _ aspect: RunDifference.Aspect) {
    switch aspect {
    case .victims: names(run.kills.map { $0.dyingFirst.name })
    case .blastRadius:
      let blast = BlastRadius(of: run)
      object(inline: true) {
        $0.field("kills", Int64(blast.kills))
        $0.field("processes", Int64(blast.deaths))
        $0.field("freed_pages", blast.freedPages)
      }
    case .firstKill: time(run.kills.first?.at)
    case .refused:
      array {
        for refusal in run.refused {
          $0.object(inline: true) {
            $0.field("at_us", refusal.at)
            $0.field("name", refusal.process?.name ?? "tmpfs")
            $0.field("pages", refusal.pages)
          }
        }
      }
    case .stuck: names(run.stuck.map { $0.process?.name ?? "tmpfs" })
    case .panic:
      guard let panic = run.panic else { return null() }
      object(inline: true) {
        $0.field("at_us", panic.at)
        $0.field("why", panic.why.rawValue)
      }
    case .loop: time(run.loop?.period)
    case .end: time(run.end)
    }
  }

  private mutating func names(_ names: [String]) {
    array(inline: true) { for name in names { $0.string(name) } }
  }

  private mutating func time(_ time: Microseconds?) {
    if let time { integer(time.rawValue) } else { null() }
  }

  mutating func value(_ value: ScenarioDifference.Value) {
    switch value {
    case .pages(Cgroup.unlimited): string("max")
    case .pages(let number), .number(let number): integer(number)
    case .microseconds(let time): integer(time.rawValue)
    case .text(let text): string(text)
    case .absent: null()
    }
  }
}
