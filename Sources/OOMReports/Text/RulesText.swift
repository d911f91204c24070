internal import OOMFormats
package import OOMSimulator

/// The rules of releases for people.
package struct RulesText {
  let style: Style
  /// Columns of the window.
  let width: Int

  package init(style: Style, width: Int) {
    self.style = style
    self.width = width
  }

  /// All rule sets with their releases, and the kernels of distributions.
  package func list() -> String {
    var lines = ["rule set  releases            badness"]
    for (index, set) in RuleSet.all.enumerated() {
      let isLast = index + 1 == RuleSet.all.count
      let last = isLast ? KernelRelease.newestKnown : RuleSet.all[index + 1].since.predecessor
      let range = last == set.since ? "\(set.since)" : "\(set.since) to \(last)"
      lines.append(pad(set.key, 10) + pad(range, 20) + set.summary)
    }
    lines.append("")
    lines.append(
      contentsOf: wrapped(
        "Other rules change between these: 'oomsim rules 4.14' shows all of a release, 'oomsim rules "
          + "4.14..6.12' what changed.", width: width))
    lines += ["", "Kernels of distributions"]
    for kernel in EnterpriseKernel.all {
      lines += block(kernel.note, indent: 4, first: "")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Every rule of a release.
  package func release(_ kernel: KernelRelease) -> String {
    let set = RuleSet.of(kernel)
    var lines = [
      style.bold("Linux \(plain(kernel.text))")
        + style.dim("   badness as since \(set.key): \(set.summary)")
    ]
    for note in kernel.notes { lines += block(note.text, indent: 4, first: "note: ") }
    var rule: RuleName?
    for change in RulesByRelease.inForce(in: kernel) {
      let since = change.since == .oldestKnown ? "" : style.dim("   since \(change.since)")
      if change.rule != rule {
        lines += ["", style.bold(change.rule.rawValue) + since]
        lines += block(change.says, indent: 4, first: "")
      } else {
        lines += block(change.says, indent: 4, first: "and since \(change.since): ")
      }
      rule = change.rule
      lines += block(source(change), indent: 4, first: "", isDim: true)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What changes from one release to a later one, and whom it hurts.
  ///
  /// - Parameter only: changes with this effect, those that hurt most first; all in their order when nil.
  package func changes(
    from: KernelRelease, to: KernelRelease, only: RuleName.Effect? = nil
  ) -> String {
    let all = RulesByRelease.changes(from: from, to: to)
    let changes = only.map { RuleChange.only($0, of: all) } ?? all
    let which =
      only.map { ": of \(all.count) those with an effect on \($0.inWords), the most hurtful first" }
      ?? ""
    var lines = [
      style.bold("Linux \(plain(from.text)) to \(plain(to.text))")
        + style.dim("   \(changes.count) change\(changes.count == 1 ? "" : "s") of rules\(which)")
    ]
    for note in from.notes + to.notes { lines += block(note.text, indent: 4, first: "note: ") }
    for change in changes {
      // What an enterprise kernel has early, and the later release not yet.
      let isBack = change.since <= from.upstream
      lines += isBack ? ["", style.dim("back to")] : [""]
      lines += self.change(change)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One change: its release, what it does, whom it hurts, where it stands.
  func change(_ change: RuleChange) -> [String] {
    var lines = [style.bold("\(change.since)  \(change.rule.rawValue)")]
    lines += block(change.says, indent: 4, first: "")
    if !change.hurts.isEmpty { lines += block(change.hurts, indent: 4, first: "hurts: ") }
    lines += block(source(change), indent: 4, first: "", isDim: true)
    return lines
  }

  /// Where a rule stands and how that is known: `mm/oom_kill.c oom_badness(), commit 9066e5cfb73c`.
  func source(_ change: RuleChange) -> String {
    var text = "\(change.file) \(change.function)"
    if let commit = change.commit { text += ", commit \(commit)" }
    switch change.evidence {
    case .read: break
    case .inferred(let neighbours): text += "; release inferred from \(neighbours)"
    case .logs(let proof): text += "; taken over early: \(proof)"
    }
    if !change.isSimulated { text += "; not simulated" }
    return text
  }

  private func block(_ text: String, indent: Int, first: String, isDim: Bool = false) -> [String] {
    let space = String(repeating: " ", count: indent)
    return wrapped(first + text, width: max(width - indent, 30)).map {
      space + (isDim ? style.dim($0) : $0)
    }
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 1))
  }
}

extension RuleName.Effect {
  var inWords: String {
    switch self {
    case .whoDies: "who dies"
    case .whenItEnds: "when memory ends"
    case .refusals: "what is refused"
    case .files: "files and logs"
    }
  }
}

/// Text in lines of at most `width` characters, broken at blanks; the digits of a number stay together.
package func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in unbroken(text) {
    if !line.isEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = ""
    }
    line += line.isEmpty ? word : " " + word
  }
  return lines + [line]
}

/// The words of a text; the groups of digits of a number are one.
private func unbroken(_ text: String) -> [String] {
  var words: [String] = []
  for word in text.split(separator: " ") {
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    let rest = word.dropFirst(digits.count)
    let isGroup = digits.count == 3 && rest.allSatisfy { $0 == "," || $0 == "." || $0 == ":" }
    if isGroup, let last = words.last?.last, last.isASCII, last.isNumber {
      words[words.count - 1] += " " + word
    } else {
      words.append(String(word))
    }
  }
  return words
}
