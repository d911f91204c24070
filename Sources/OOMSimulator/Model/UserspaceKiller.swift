/// A program of user space that kills before the kernel does, as a scenario configures it.
package struct UserspaceKiller: Equatable, Sendable {
  /// Which program.
  package enum Kind: String, CaseIterable, Sendable {
    case earlyoom
    case systemdOOMd = "systemd-oomd"
    /// The OOM controller of Talos Linux.
    case talos
  }

  /// Programs that kill and are not modelled, each with the reason.
  package static let notModelled = [
    "lmkd":
      "not modelled: it goes by refaults of file pages and by the zones of an Android device, which a scenario has not",
    "nohang":
      "not modelled: it matches names, command lines and environments by a configuration of its own; earlyoom is nearest",
    "oomd":
      "not modelled: its rulesets are a configuration of its own; systemd-oomd is nearest",
    "kubelet":
      "not modelled here: 'oomsim k8s --eviction-hard' says which pods a node evicts, and in what order",
  ]

  package var kind: Kind
  /// Its release, by which its rules differ; nil is the newest that is known.
  package var version: ProgramVersion?
  /// The arguments of its command line, as a shell takes them apart.
  package var args: String?
  /// oomd.conf: how much of swap, and of memory, is in use before the swap rule acts, in millionths. Default 90 %.
  package var swapUsedLimit: Share?
  /// oomd.conf: the stall of units that give no limit of their own. Default 60 %.
  package var defaultMemoryPressureLimit: Share?
  /// oomd.conf: how long it has to last. Default 30 s.
  package var defaultMemoryPressureDuration: Microseconds?

  package init(_ kind: Kind) { self.kind = kind }
}

/// The release of a program: its numbers in order, `1.14.0-rc.1` being 1, 14, 0.
package struct ProgramVersion: Equatable, Sendable {
  package let text: String
  let numbers: [Int]

  /// - Returns: nil for a text that does not begin with a number, after a `v` perhaps.
  package init?(_ text: String) {
    let bare = text.hasPrefix("v") ? text.dropFirst() : Substring(text)
    let parts = bare.prefix { $0 == "." || $0.utf8.allSatisfy { $0.isDigit } }
      .split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, !numbers.isEmpty,
      numbers.allSatisfy({ $0 < 100_000 })
    else { return nil }
    self.text = text
    self.numbers = numbers
  }

  /// Whether it is this release or a later one.
  package func isAtLeast(_ other: Int...) -> Bool {
    for (index, number) in other.enumerated() {
      let own = index < numbers.count ? numbers[index] : 0
      if own != number { return own > number }
    }
    return true
  }
}

extension UserspaceKiller {
  /// Whether its release is this one or a later one; the newest is later than all.
  func isAtLeast(_ first: Int, _ second: Int = 0, _ third: Int = 0) -> Bool {
    version?.isAtLeast(first, second, third) ?? true
  }
}

extension UserspaceKiller {
  /// What is wrong with it; nil where nothing is.
  package var problem: (key: String, message: String)? {
    switch kind {
    case .earlyoom:
      do throws(EarlyOOMOptions.Fault) {
        _ = try EarlyOOMOptions(args ?? "", isAtLeast: { isAtLeast($0, $1, $2) })
      } catch {
        return ("args", error.message)
      }
      if swapUsedLimit != nil || defaultMemoryPressureLimit != nil
        || defaultMemoryPressureDuration != nil
      {
        return ("kind", "earlyoom has no oomd.conf: its thresholds are in 'args'")
      }
    case .talos:
      if args != nil {
        return ("args", "the triggers of Talos are those of its release: 'version'")
      }
      if swapUsedLimit != nil || defaultMemoryPressureLimit != nil
        || defaultMemoryPressureDuration != nil
      {
        return ("kind", "Talos has no oomd.conf")
      }
      if !isAtLeast(1, 12) { return ("version", "the OOM controller came with Talos 1.12") }
    case .systemdOOMd:
      if args != nil {
        return ("args", "systemd-oomd takes its settings from oomd.conf: SwapUsedLimit")
      }
      if !isAtLeast(247) { return ("version", "systemd-oomd came with systemd 247") }
    }
    return nil
  }
}
