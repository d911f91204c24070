import Foundation
import Testing

/// What holds of the sources themselves: layers, length, names and words.
struct TidyTests {
  static let sources = SourceFile.all(below: ["Sources", "Tests", "Benchmarks"])

  /// What a module may import, besides what the toolchain has.
  static let imports: [String: Set<String>] = [
    "VictimSelection": [],
    "OOMSimulator": ["VictimSelection"],
    "OOMFormats": ["OOMSimulator", "VictimSelection", "Glibc", "Synchronization"],
    "KernelLog": ["OOMFormats", "OOMSimulator", "VictimSelection", "Glibc"],
    "OOMReports": ["KernelLog", "OOMFormats", "OOMSimulator", "VictimSelection"],
    "WebAssembly": ["KernelLog", "OOMFormats", "OOMReports", "OOMSimulator", "VictimSelection"],
    "oomsim": [
      "KernelLog", "OOMFormats", "OOMReports", "OOMSimulator", "VictimSelection", "Dispatch",
      "FoundationEssentials", "Glibc", "Synchronization",
    ],
  ]

  /// Of which other folders of the simulator a folder names types.
  static let layers: [String: Set<String>] = [
    "Model": ["Kernel"],
    "Rules": ["Model", "Kernel"],
    "Kernel": ["Model", "Rules", "Engine", "Explanation"],
    "Policy": ["Model", "Kernel", "Engine"],
    "Killers": ["Model", "Kernel", "Engine", "Kubernetes"],
    "Explanation": ["Model", "Rules", "Kernel", "Engine"],
    "Engine": ["Model", "Rules", "Kernel", "Policy", "Explanation", "Timeline"],
    "Timeline": ["Model", "Kernel", "Engine"],
    "Forecast": ["Model", "Kernel", "Engine", "Explanation"],
    "Comparison": ["Model", "Rules", "Kernel", "Engine", "Policy"],
    "Protection": ["Model", "Kernel", "Engine"],
    "WhatIf": ["Model", "Engine"],
    "Kubernetes": ["Model", "Kernel", "Engine", "Forecast"],
  ]

  /// What the model may name of a kernel function: plain words of it, no code.
  static let kernelWordsOfModel: Set<String> = ["Constraint", "PageTableLevels"]

  /// Words that are not to be read twice, in comments and in texts: a process is no "who" without a noun before it,
  /// and what asks for memory that it does not get is the invoker.
  static let banned = [
    "who asks", "who asked", "whom asked", " asker", "kills who ", "of who ", "with who ",
    "for who ", "than who ", "by who ", "instead of who ", "/// who ", "/// whom ", "// who ",
    "// whom ", "choose whom ", "chooses whom ", "chose whom ", "take whom ", "takes whom ",
    "allocating process", "failing process",
  ]

  /// What the invoker was called before, as the end of a name; vm.oom_kill_allocating_task is the kernel's own.
  static let synonyms = ["asker", "allocatingprocess", "failingprocess"]

  init() {
    if Self.sources.isEmpty {
      print("NOT CHECKED: the sources of the repository are not there: are they tidy?")
    }
  }

  static let areThere = !sources.isEmpty

  @Test(.enabled(if: areThere)) func `modules import what is below them`() {
    for file in Self.sources where file.top == "Sources" {
      for module in file.imports where Self.imports[file.folder]?.contains(module) != true {
        Issue.record("\(file.path): imports \(module)")
      }
    }
    let modules = Self.sources.filter { $0.top == "Sources" }.map(\.folder)
    #expect(Set(modules) == Set(Self.imports.keys))
  }

  @Test(.enabled(if: areThere)) func `the simulator's folders name what is below them`() {
    let files = Self.sources.filter { $0.path.hasPrefix("Sources/OOMSimulator/") }
    var homes: [String: Set<String>] = [:]
    for file in files { for type in file.types { homes[type, default: []].insert(file.part) } }
    var nested: [String: Set<String>] = [:]
    for file in files { nested[file.part, default: []].formUnion(file.nestedTypes) }
    #expect(Set(files.map(\.part)) == Set(Self.layers.keys))
    for file in files {
      let below = Self.layers[file.part] ?? []
      for word in file.words where nested[file.part]?.contains(word) != true {
        guard let homes = homes[word], !homes.contains(file.part) else { continue }
        let isAllowed =
          file.part == "Model"
          ? Self.kernelWordsOfModel.contains(word) : !homes.isDisjoint(with: below)
        if isAllowed { continue }
        Issue.record("\(file.path): names \(word) of \(homes.sorted())")
      }
    }
  }

  @Test(.enabled(if: areThere)) func `no file has over 400 lines`() {
    for file in Self.sources where file.lineCount > 400 {
      Issue.record("\(file.path): \(file.lineCount) lines")
    }
  }

  @Test(.enabled(if: areThere)) func `sentences are plain at one reading`() {
    for file in Self.sources where file.name != "TidyTests" {
      for (number, line) in file.lines.enumerated() {
        let folded = line.lowercased()
        for word in Self.banned where folded.contains(word) && !line.hasSuffix("?") {
          Issue.record("\(file.path):\(number + 1): \"\(word)\"")
        }
      }
    }
  }

  /// The process whose allocation failed is the invoker, in code as in words.
  @Test(.enabled(if: areThere)) func `one name for one thing`() {
    for file in Self.sources {
      for word in file.words where Self.synonyms.contains(where: word.lowercased().hasSuffix) {
        Issue.record("\(file.path): \(word)")
      }
    }
  }

  /// A doc comment that an empty line parts from its declaration describes nothing.
  @Test(.enabled(if: areThere)) func `doc comments stand at what they describe`() {
    for file in Self.sources where file.top == "Sources" {
      for (number, line) in file.lines.enumerated().dropFirst() {
        let before = file.lines[number - 1].drop { $0 == " " }
        if before.hasPrefix("///"), line.allSatisfy({ $0 == " " }) {
          Issue.record("\(file.path):\(number + 1): nothing follows the comment")
        }
      }
    }
  }

  /// What users of the library see: little, and each with its meaning. Cases of enumerations do not count, but have one,
  /// too.
  @Test(.enabled(if: areThere)) func `what is public is little and has its meaning`() {
    var count = 0
    for file in Self.sources where file.top == "Sources" {
      var indentOfEnum: Int?
      for (number, line) in file.lines.enumerated() {
        let indent = line.prefix { $0 == " " }.count
        let words = line.split(separator: " ").drop { $0.hasPrefix("@") }
        let isPublic = words.first == "public" && words.dropFirst().first != "import"
        if isPublic { count += 1 }
        let isCase = words.first == "case" || words.prefix(2) == ["indirect", "case"]
        if isPublic || isCase && indentOfEnum.map({ $0 + 2 == indent }) == true {
          let before = file.lines[..<number].last { line in
            let code = line.drop { $0 == " " }
            return !code.hasPrefix("@") && !code.hasPrefix("#")
          }
          if before?.drop(while: { $0 == " " }).hasPrefix("///") != true {
            Issue.record("\(file.path):\(number + 1): no meaning: \(line)")
          }
        }
        if isPublic, words.contains("enum") {
          indentOfEnum = indent
        } else if indent == indentOfEnum, line.hasSuffix("}") {
          indentOfEnum = nil
        }
      }
    }
    #expect((1...300).contains(count), "\(count) public declarations")
  }

  /// Whoever looks for a file by what it has finds it: each word of its name stands in it.
  @Test(.enabled(if: areThere)) func `files are called after what is in them`() {
    for file in Self.sources where file.top == "Sources" {
      let text = file.text.lowercased()
      for word in file.wordsOfName where word.count > 2 && !text.contains(word) {
        Issue.record("\(file.path): nothing in it is called '\(word)'")
      }
    }
  }
}
