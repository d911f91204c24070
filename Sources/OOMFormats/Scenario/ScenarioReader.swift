package import OOMSimulator
internal import VictimSelection

/// Reads a scenario section by section, in the order of the text.
struct ScenarioReader {
  var fields: Fields
  var scenario = Scenario()
  /// Whether the text says by a section that it is one; a name and a title other texts have, too.
  var isScenario = false

  init(_ bytes: [UInt8], pageSize: Bytes, cgroupVersion: Int = 2) {
    fields = Fields(bytes, pageSize: pageSize)
    fields.cgroupVersion = cgroupVersion
    scenario.machine.pageSize = pageSize
    scenario.cgroupVersion = cgroupVersion
  }

  static let topKeys = ObjectKeys([
    "schema", "name", "title", "description", "source", "kernel", "cgroup_version", "machine",
    "sysctl", "cgroups", "processes", "events", "expect", "memory_recursiveprot",
    "memory_hugetlb_accounting", "killers", "badness",
  ])

  /// Reads the whole text.
  mutating func read() throws(JSONError) {
    var scenario = self.scenario
    let seen = try fields.object(Self.topKeys) { (fields, key) throws(JSONError) in
      switch Self.topKeys.names[key] {
      case "schema": _ = try fields.word([(Scenario.schema, ())])
      default:
        try Self.readSection(Self.topKeys.names[key], &fields, into: &scenario)
      }
    }
    try fields.json.finish()
    isScenario = seen.map { $0 & ~Self.keysOfOthers != 0 } ?? false
    if let seen, isScenario, seen & (1 << 7) == 0 {
      fields.wrong("'machine' is missing: at least { \"memory\": \"16G\" }", at: 0)
    }
    self.scenario = scenario
  }

  /// `name`, `title`, `description`, `source` and `kernel`.
  private static let keysOfOthers: UInt64 = 0b11_1110

  /// Reads the value of one key of the top level.
  static func readSection(
    _ name: String, _ fields: inout Fields, into scenario: inout Scenario
  ) throws(JSONError) {
    switch name {
    case "name": if let value = try fields.string() { scenario.name = value }
    case "title": if let value = try fields.string() { scenario.title = value }
    case "description": scenario.description = try fields.strings()
    case "source": scenario.source = try fields.strings()
    case "kernel": scenario.kernel = try fields.kernel() ?? scenario.kernel
    case "cgroup_version":
      scenario.cgroupVersion = try fields.integer(1...2).map(Int.init) ?? scenario.cgroupVersion
    case "memory_recursiveprot":
      scenario.isRecursivelyProtected = try fields.bool() ?? scenario.isRecursivelyProtected
    case "memory_hugetlb_accounting":
      scenario.chargesHugetlb = try fields.bool() ?? scenario.chargesHugetlb
    case "machine": try fields.machine(into: &scenario.machine)
    case "sysctl": try fields.sysctl(into: &scenario.sysctl)
    case "cgroups": try fields.cgroups(into: &scenario.cgroups)
    case "processes": try fields.processes(into: &scenario.processes)
    case "events": try fields.events(into: &scenario.events)
    case "badness": scenario.badness = try fields.badness() ?? scenario.badness
    case "killers": try fields.killers(into: &scenario.killers)
    case "expect":
      var expectation = scenario.expectation ?? Expectation()
      _ = try fields.object(Fields.expectationTable, into: &expectation)
      scenario.expectation = expectation
    default: break
    }
  }
}

extension Fields {
  /// A badness of one's own.
  mutating func badness() throws(JSONError) -> BadnessExpression? {
    let offset = try startOfNext()
    guard let text = try string() else { return nil }
    do throws(BadnessTextFault) {
      return try BadnessExpression(text)
    } catch {
      wrong("\(error.description), in '\(shortened(text))'", at: offset)
      return nil
    }
  }

  mutating func kernel() throws(JSONError) -> KernelRelease? {
    let offset = try startOfNext()
    guard let text = try string() else { return nil }
    do throws(QuantityError) {
      return try knownRelease(text)
    } catch {
      wrong(error.message, at: offset)
      return nil
    }
  }
}

/// A release as people paste it: `6.12.117+deb12-cloud-amd64`, `3.10.0-1160.el7.x86_64`, `v4.19-rc3`.
package func knownRelease(_ text: String) throws(QuantityError) -> KernelRelease {
  guard let release = KernelRelease(text) else {
    throw QuantityError(
      message: "'\(plain(shortened(text)))' is no kernel release: write it like 6.12")
  }
  return release
}
