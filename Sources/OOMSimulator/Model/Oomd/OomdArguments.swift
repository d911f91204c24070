extension Oomd {
  /// Why oomd, or this model of it, does not take a plugin.
  package struct Fault: Error, Equatable, Sendable {
    /// The argument that is wrong; nil where it is the plugin itself, or an argument that is missing.
    package var argument: String?
    package var message: String
  }

  /// Something to be known of an argument that is right.
  package struct Note: Equatable, Sendable {
    package var argument: String
    package var message: String
  }

  /// The arguments of a plugin, read as oomd reads them: texts as C reads numbers in them.
  ///
  /// Source: src/oomd/util/PluginArgParser.cpp.
  struct Arguments {
    let plugin: Plugin
    private(set) var notes: [Note] = []

    /// Arguments that oomd has and a scenario cannot follow.
    private static let notModelled = [
      "ruleset_cgroup": "it is relative to the 'cgroup' of a ruleset, which is not modelled",
      "meminfo_location": "the machine of the scenario is the one that is read",
    ]

    /// - Parameter known: those that the plugin has.
    init(_ plugin: Plugin, known: [String]) throws(Fault) {
      self.plugin = plugin
      for argument in plugin.args where !known.contains(argument.name) {
        if let reason = Self.notModelled[argument.name] {
          throw Fault(argument: argument.name, message: "'\(argument.name)': \(reason)")
        }
        var message = "\(plugin.name) has no argument '\(argument.name)'"
        if let near = nearestWord(to: argument.name, among: known) {
          message += "; did you mean '\(near)'?"
        } else if known.isEmpty {
          message += ": it has none"
        } else {
          message += "; it has \(known.joined(separator: ", "))"
        }
        throw Fault(argument: argument.name, message: message)
      }
    }

    func text(_ name: String) -> String? { plugin.args.first { $0.name == name }?.value }

    func wrong(_ name: String, _ allowed: String) -> Fault {
      Fault(
        argument: name,
        message: "'\(name)' of \(plugin.name): expected \(allowed), found '\(text(name) ?? "")'")
    }

    func missing(_ name: String) -> Fault {
      Fault(argument: nil, message: "\(plugin.name) needs the argument '\(name)'")
    }

    /// A whole number that 32 bits hold; nil where it is not given.
    mutating func integer(
      _ name: String, from least: Int64 = Int64(Int32.min), to most: Int64 = Int64(Int32.max)
    ) throws(Fault) -> Int64? {
      guard let text = text(name) else { return nil }
      guard let number = LeadingNumber(text), (least...most).contains(number.value) else {
        throw wrong(name, "a whole number from \(least) to \(most)")
      }
      if !number.rest.isEmpty {
        notes.append(
          Note(
            argument: name,
            message: "of '\(text)' oomd reads the whole number that it begins with: \(number.value)"
          ))
      }
      return number.value
    }

    mutating func needed(_ name: String) throws(Fault) -> Int64 {
      guard let number = try integer(name) else { throw missing(name) }
      return number
    }

    /// A truth value; false where it is not given.
    func flag(_ name: String, usual: Bool = false) throws(Fault) -> Bool {
      switch text(name) {
      case nil: return usual
      case "true", "True", "1": return true
      case "false", "False", "0": return false
      default: throw wrong(name, "true or false")
      }
    }

    func size(_ name: String) throws(Fault) -> Size? {
      guard let text = text(name) else { return nil }
      if let size = Size(text) { return size }
      throw wrong(name, "an amount of memory such as 512M or 5%; a bare number is MiB")
    }

    /// The groups that the plugin is about.
    mutating func cgroups() throws(Fault) -> [CgroupPattern] {
      guard let text = text("cgroup") else { throw missing("cgroup") }
      let patterns = CgroupPattern.list(text)
      if patterns.isEmpty { throw wrong("cgroup", "paths such as system.slice/*,user.slice") }
      for pattern in patterns {
        if pattern.text.utf8.contains(UInt8(ascii: "{")) {
          throw Fault(
            argument: "cgroup",
            message:
              "'\(pattern.text)': oomd parts the list at every comma, within braces, too: write the paths out"
          )
        }
        if pattern.text.split(separator: "/").contains("..") {
          throw Fault(
            argument: "cgroup", message: "'\(pattern.text)': '..' leads out of the groups")
        }
        if pattern.text.first == " " || pattern.text.last == " " {
          notes.append(
            Note(
              argument: "cgroup",
              message: "oomd takes the space in '\(pattern.text)' for a part of the name"))
        }
      }
      return patterns
    }

    /// Checks that a plugin goes by memory.
    func memoryIsTheResource() throws(Fault) {
      switch text("resource") {
      case nil: throw missing("resource")
      case "memory": return
      case "io":
        throw Fault(
          argument: "resource",
          message: "'io' is not modelled: what waits for a disk is in no scenario; 'memory' is")
      default: throw wrong("resource", "memory")
      }
    }

    /// A ratio that is written as a decimal number; nil where it is not given.
    func ratio(_ name: String) throws(Fault) -> BinaryReal? {
      guard let text = text(name) else { return nil }
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      let places = parts.count == 2 ? String(parts[1]) : ""
      guard parts.count <= 2, places.utf8.count <= 9, parts[0].utf8.count <= 6,
        places.utf8.allSatisfy({ $0.isDigit }), parts[0].utf8.allSatisfy({ $0.isDigit }),
        let digits = Int64(String(parts[0]) + places)
      else { throw wrong(name, "a number such as 0.85") }
      var scale: Int64 = 1
      for _ in 0..<places.utf8.count { scale *= 10 }
      return BinaryReal(digits, over: scale, as: .float)
    }
  }
}
