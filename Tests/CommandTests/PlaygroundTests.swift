import Foundation
import Testing

/// The page that runs the engine itself: what is in it, what is missing is told, and that the module answers as the program.
struct PlaygroundTests {
  /// As `Sources/WebAssembly/build.sh` makes it, of bytes that are no module: the page holds them as they are.
  static func packed(_ module: [UInt8]) -> [UInt8] {
    Array("oomsim\0\u{1}".utf8) + [3, 0, 0, 0, 0x10, 0x27, 0, 0] + [7, 8, 9] + module
  }

  private func page(_ module: [UInt8], in scratch: Scratch) async throws -> String {
    let file = try scratch.file("oomsim.packed", Data(Self.packed(module))).path
    let output = try await Program.run(["playground", "-o", "-", "--module", file])
    #expect(output.code == 0 && output.error.isEmpty, "\(output.error)")
    return output.out
  }

  /// The text of an element that a script reads.
  private func text(of id: String, in page: String) throws -> String {
    let begin = try #require(page.range(of: "id=\"\(id)\""))
    let open = try #require(page[begin.upperBound...].range(of: ">"))
    let end = try #require(page[open.upperBound...].range(of: "</script>"))
    return String(page[open.upperBound..<end.lowerBound])
  }

  /// Bytes of an element: two digits of its alphabet for 13 bits.
  private func bytes(of id: String, in page: String) throws -> [UInt8] {
    let alphabet = Array(try text(of: "alphabet", in: page).utf8)
    #expect(alphabet.count == 91 && Set(alphabet).count == 91)
    let head = try #require(page.range(of: "id=\"\(id)\" data-count=\""))
    let count = try #require(Int(page[head.upperBound...].prefix { $0.isNumber }))
    let values = Dictionary(uniqueKeysWithValues: alphabet.enumerated().map { ($1, $0) })
    let digits = Array(try text(of: id, in: page).utf8)
    var bits: [Int] = []
    for begin in stride(from: 0, to: digits.count, by: 2) {
      let value = (values[digits[begin]] ?? 0) * 91 + (values[digits[begin + 1]] ?? 0)
      bits += (0..<13).map { value >> $0 & 1 }
    }
    return (0..<count).map { byte in
      UInt8((0..<8).reduce(0) { $0 | bits[byte * 8 + $1] << $1 })
    }
  }

  /// What the page's script unpacks at its beginning.
  private func data(in page: String) throws -> [String: Any] {
    let inflated = try Inflate.unpacked(try bytes(of: "data", in: page))
    return try #require(
      try JSONSerialization.jsonObject(with: Data(inflated)) as? [String: Any])
  }

  @Test func `the module is in it, two digits for thirteen bits`() async throws {
    let scratch = try Scratch()
    for count in [1, 2, 3, 4, 5, 1001] {
      let module = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
      let page = try await page(module, in: scratch)
      #expect(try bytes(of: "module", in: page) == module)
      #expect(try bytes(of: "unpacker", in: page) == [7, 8, 9])
      #expect(page.contains("data-unpacked=\"10000\""))
    }
  }

  @Test func `the stories of the course are in it, byte for byte, and nothing is fetched`()
    async throws
  {
    let page = try await page([8, 0], in: try Scratch())
    let stories = try #require(try data(in: page)["stories"] as? [[String: String]])
    #expect(stories.count > 100)
    let first = try #require(stories.first)
    let file = Program.packageRoot.appending(path: "Scenarios/global/\(first["name"] ?? "").json")
    #expect(try String(contentsOf: file, encoding: .utf8) == first["text"])
    #expect(page.contains("Content-Security-Policy"))
    for reference in ["<link", "src=", "@import", "fetch(", "XMLHttpRequest"] {
      #expect(!page.contains(reference), "\(reference)")
    }
    // Without the module it is small.
    #expect(page.utf8.count < 160_000, "\(page.utf8.count)")
  }

  /// The quiz is that of `learn --quiz`, and each myth's proof has its scenarios in the page.
  @Test func `questions, myths and the keys of the format are in it`() async throws {
    let page = try await page([8, 0], in: try Scratch())
    let data = try data(in: page)
    let course = try #require(data["course"] as? [String: Any])
    let quiz = try #require(course["quiz"] as? [[String: Any]])
    let easy = try await Program.run(["learn", "--quiz", "--count", "12", "--json", "--answers"])
    let told = try #require(
      (try JSONSerialization.jsonObject(with: Data(easy.out.utf8)) as? [String: Any])?["questions"]
        as? [[String: Any]])
    #expect(told.count == 12 && quiz.count == 24)
    for (one, other) in zip(told, quiz) {
      let choices = try #require(other["choices"] as? [[String]])
      let right = try #require(other["right"] as? Int)
      #expect(choices[right] == [one["answer"] as? String, one["why"] as? String])
      #expect(one["setting"] as? [String] == other["setting"] as? [String])
    }
    let stories = try #require(data["stories"] as? [[String: String]])
    let others = try #require(course["others"] as? [[String]])
    let myths = try #require(course["myths"] as? [[String: Any]])
    #expect(myths.count > 20)
    for myth in myths {
      for word in try #require(myth["command"] as? [String]) where word.hasSuffix(".json") {
        let name = word.split(separator: "/").last?.dropLast(5) ?? ""
        let isThere =
          stories.contains { $0["name"] == String(name) }
          || others.contains { word.hasSuffix($0[0]) }
        #expect(isThere, "\(word)")
      }
    }
    let fields = try #require(course["fields"] as? [[Any]])
    let machine = try #require(fields.first { $0[0] as? String == "machine" }?[1] as? [[String]])
    #expect(machine.contains { $0[0] == "memory" && $0[1] == "size" })
  }

  @Test func `a module that is not there, or is none`() async throws {
    let scratch = try Scratch()
    let plain = try scratch.file("oomsim.wasm", "\0asm").path
    let whole = Self.packed([1])
    for bytes in [
      Array(whole.dropLast()), Array(whole[..<7]), [], Array(whole[..<16]), [0x1F, 0x8B] + whole,
    ] {
      try Data(bytes).write(to: URL(filePath: plain))
      let none = try await Program.run(["playground", "-o", "-", "--module", plain])
      #expect(none.code == 65 && none.out.isEmpty && none.error.contains("is no packed module"))
    }
    let missing = try await Program.run(["playground", "-o", "-", "--module", plain + "x"])
    #expect(missing.code == 66 && missing.out.isEmpty)
    let nowhere = try await Program.run(["playground"])
    #expect(nowhere.code == 64 && nowhere.error.contains("say where with -o FILE.html"))
  }

  private static let module = Program.packageRoot.appending(path: ".build/wasm/oomsim.wasm").path

  private static let canAsk: Bool = {
    let hasNode = ["/usr/local/bin/node", "/usr/bin/node"].contains {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    let files = FileManager.default
    func changed(_ path: String) -> Date {
      (try? files.attributesOfItem(atPath: path)[.modificationDate] as? Date) ?? .distantPast
    }
    // One that was built before the sources changed answers as they did then.
    let sources = Program.packageRoot.appending(path: "Sources").path
    let newest =
      (try? files.subpathsOfDirectory(atPath: sources))?
      .map { changed(sources + "/" + $0) }.max() ?? .distantFuture
    let canAsk = hasNode && files.fileExists(atPath: module) && changed(module) > newest
    if !canAsk {
      print(
        "NOT CHECKED: that the WebAssembly module answers as the program: it takes node, and Sources/WebAssembly/build.sh after the last change"
      )
    }
    return canAsk
  }()

  /// Every shipped scenario and log, and some hundred changed ones: Tests/WebAssembly/check.mjs.
  @Test(.enabled(if: canAsk)) func `the module answers as the program`() async throws {
    let output = try await Program.shell(
      "node Tests/WebAssembly/check.mjs '\(Self.module)' \"$(command -v oomsim)\"")
    #expect(output.code == 0, "\(output)")
    #expect(output.out.contains(" 0 differ;") && output.out.contains("no trap"))
  }
}
