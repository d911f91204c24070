import Foundation
import OOMFormats
import OOMSimulator
import Testing

/// The inputs below Tests/Data/import: of each kind ten that are read and ten that are not, made after the public
/// descriptions of the formats.
@Suite struct ImportDataTests {
  static let folder = Files.packageRoot.appending(path: "Tests/Data/import")

  static let kinds = ImportKind.allCases.map(\.rawValue)

  static func names(_ prefix: String, of kind: String) -> [String] {
    let path = folder.appending(path: kind).path
    let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return all.filter { $0.hasPrefix(prefix) }.sorted()
  }

  static func file(_ name: String) throws -> ImportFile {
    ImportFile(name: name, bytes: try Files.bytes(of: folder.appending(path: name)))
  }

  /// The part of the message that each malformed input has to be told with.
  static let messages: [(name: String, message: String)] = {
    let bytes = try? Files.bytes(of: folder.appending(path: "errors.tsv"))
    return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", maxSplits: 1)
      return (String(parts[0]), String(parts[1]))
    }
  }()

  @Test(arguments: kinds) func `valid inputs are scenarios that replay`(kind: String) throws {
    let names = Self.names("valid-", of: kind)
    #expect(names.count == 10)
    for name in names {
      let imported = try Imported([try Self.file("\(kind)/\(name)")], ImportOptions())
      let scenario = imported.scenario
      #expect(imported.kind.rawValue == kind && imported.isGuessed, "\(name)")
      #expect(scenario.problems().isEmpty, "\(name)")
      #expect(try Scenario(json: scenario.json()) == scenario, "\(name) reads back")
      #expect(Simulator(for: scenario).run(scenario).outcome == .completed, "\(name)")
      // What is a guess stands in the file, too.
      #expect(imported.notes.allSatisfy(scenario.description.contains), "\(name)")
      var stated = ImportOptions()
      stated.kind = imported.kind
      #expect(try Imported([try Self.file("\(kind)/\(name)")], stated).scenario == scenario)
    }
  }

  @Test(arguments: kinds) func `malformed inputs are told with their place`(kind: String) throws {
    let malformed = Self.messages.filter { $0.name.hasPrefix(kind + "/") }
    #expect(malformed.count == 10 && Self.names("malformed-", of: kind).count == 10)
    for (name, message) in malformed {
      var options = ImportOptions()
      options.kind = ImportKind(rawValue: kind)
      let file = try Self.file(name)
      let error = #expect(throws: ScenarioError.self) { try Imported([file], options) }
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
      #expect(error?.description.hasPrefix(name + ":") == true, "\(error?.description ?? "")")
      #expect(throws: ScenarioError.self) { try Imported([file], ImportOptions()) }
    }
  }

  @Test func `what is of no kind says which there are`() throws {
    let unknown = Self.messages.filter { $0.name.hasPrefix("unknown/") }
    #expect(unknown.count == 5)
    for (name, message) in unknown {
      let file = try Self.file(name)
      let error = #expect(throws: ScenarioError.self) { try Imported([file], ImportOptions()) }
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
  }

  /// A byte is changed, taken away, or the end cut off: an error or a scenario that can be.
  @Test(arguments: kinds) func `damaged inputs end with an error or a scenario`(kind: String) throws
  {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func random(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: (state >> 33) % UInt64(max(limit, 1)))
    }
    let strange = Array("0129-+.,:=/\"{}[]ekKMG%\n \u{1B}\u{7F}".utf8) + [0x00, 0xFF, 0xC3]
    let numbers = [
      "-1", "9223372036854775807", "18446744073709551616", "1e400", "1e-400", "0.5", "00",
    ]
    for name in Self.names("valid-", of: kind) {
      let whole = try Self.file("\(kind)/\(name)")
      for _ in 0..<12 {
        var file = whole
        for _ in 0...random(below: 3) where !file.bytes.isEmpty {
          let at = random(below: file.bytes.count)
          switch random(below: 5) {
          case 0: file.bytes.remove(at: at)
          case 1: file.bytes[at] = strange[random(below: strange.count)]
          case 2: file.bytes.insert(strange[random(below: strange.count)], at: at)
          case 3: file.bytes.removeSubrange(at...)
          default:
            // A number becomes another one.
            guard let start = file.bytes[at...].firstIndex(where: { (0x30...0x39).contains($0) })
            else { continue }
            let end =
              file.bytes[start...].firstIndex { !(0x30...0x39).contains($0) } ?? file.bytes.count
            file.bytes.replaceSubrange(
              start..<end, with: numbers[random(below: numbers.count)].utf8)
          }
        }
        var options = ImportOptions()
        options.kind = ImportKind(rawValue: kind)
        options.scale = [1, 1000, 1_000_000][random(below: 3)]
        options.cgroupVersion = 1 + random(below: 2)
        guard let scenario = try? Imported([file], options).scenario else { continue }
        #expect(scenario.problems().isEmpty)
        #expect((try? Scenario(json: scenario.json())) == scenario, "\(name)")
      }
    }
  }
}
