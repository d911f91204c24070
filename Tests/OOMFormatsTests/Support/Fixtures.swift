import Foundation
import OOMFormats
import OOMSimulator
import SharedData

/// Where the files of the package, and what may lie beside it, are found.
enum Files {
  static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let scenarios = packageRoot.appending(path: "Scenarios")

  /// A checkout of the JSON test suite of Nicolas Seriot; its tests are passed over where it is not.
  static let jsonTestSuite = SharedData.folder.appending(path: "json-test-suite")

  static let hasJSONTestSuite = SharedData.has(
    "json-test-suite", for: "the JSON reader by Nicolas Seriot's test suite")

  /// Names in the JSON test suite that begin with a prefix.
  static func jsonTests(_ prefix: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: jsonTestSuite.path)
    return (names ?? []).filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }.sorted()
  }

  /// All scenarios that the package ships, by their paths below `Scenarios`.
  static let shippedScenarios: [String] = {
    let paths = try? FileManager.default.subpathsOfDirectory(atPath: scenarios.path)
    return (paths ?? []).filter { $0.hasSuffix(".json") && $0 != "schema.json" }.sorted()
  }()

  static func bytes(of url: URL) throws -> [UInt8] { Array(try Data(contentsOf: url)) }
}

/// Reads a scenario of text; nil and the error when it is none.
func reading(_ text: String) -> (scenario: Scenario?, error: ScenarioError?) {
  reading(Array(text.utf8))
}

func reading(_ bytes: [UInt8]) -> (scenario: Scenario?, error: ScenarioError?) {
  do throws(ScenarioError) {
    return (try Scenario(json: bytes), nil)
  } catch {
    return (nil, error)
  }
}

/// The text of a scenario on a machine of 1 GiB with some more sections.
func scenarioText(_ sections: String = "") -> String {
  let rest = sections.isEmpty ? "" : ", " + sections
  return "{ \"schema\": \"oomsim.scenario/1\", \"machine\": { \"memory\": \"1G\" }\(rest) }"
}
