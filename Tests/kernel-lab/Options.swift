import Foundation
import KernelLab
import OOMFormats
import OOMSimulator
import VictimSelection

/// A command line that cannot be understood.
struct UsageError: Error {
  var text: String

  init(_ text: String) { self.text = text }
}

/// A command with its operands and options.
struct Options {
  var command = "help"
  var operands: [String] = []
  var kernelPaths: [String] = []
  var modules: String?
  var memoryMiB = 512
  var seed: UInt64 = 1
  var count = 20
  var output: URL?
  var badness: BadnessExpression?
  private var cache = FileManager.default.homeDirectoryForCurrentUser
    .appending(path: ".cache/oomsim-kernel-lab")

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    command = rest.popFirst() ?? "help"
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        operands.append(argument)
        continue
      }
      guard let value = rest.popFirst() else { throw UsageError("\(argument) wants a value") }
      switch argument {
      case "--kernel": kernelPaths.append(value)
      case "--modules": modules = value
      case "--memory": memoryMiB = try Self.number(value, argument, 96...8192)
      case "--seed": seed = UInt64(try Self.number(value, argument, 0...Int.max))
      case "--count": count = try Self.number(value, argument, 1...100_000)
      case "--output", "-o": output = URL(filePath: value)
      case "--cache": cache = URL(filePath: value)
      case "--badness": badness = try Self.expression(value)
      default: throw UsageError("no option '\(argument)'")
      }
    }
  }

  private static func number(
    _ text: String, _ option: String, _ range: ClosedRange<Int>
  ) throws -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw UsageError("\(option): a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func expression(_ text: String) throws -> BadnessExpression {
    do throws(BadnessTextFault) {
      return try BadnessExpression(text)
    } catch {
      throw UsageError("--badness: \(error)")
    }
  }

  /// The files that are named, and those in folders that are, in order.
  func files(suffix: String) throws -> [URL] {
    if operands.isEmpty { throw UsageError("\(command): which file?") }
    var files: [URL] = []
    for operand in operands {
      let place = URL(filePath: operand)
      guard let isFolder = try? place.resourceValues(forKeys: [.isDirectoryKey]).isDirectory else {
        throw LabError.input("no such file: \(operand)")
      }
      if !isFolder {
        files.append(place)
        continue
      }
      let all = FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)
      var found: [URL] = []
      while let file = all?.nextObject() as? URL {
        let name = file.lastPathComponent
        if name.hasSuffix(suffix), name != "schema.json", !name.hasSuffix(".scenario.json") {
          found.append(file)
        }
      }
      files += found.sorted { $0.path < $1.path }
    }
    return files
  }

  func scenarios() throws -> [Scenario] {
    try files(suffix: ".json").map { file in
      try Scenario(json: Array(Data(contentsOf: file)), file: file.path)
    }
  }

  /// The kernels, each booted.
  func kernels() throws -> [LabKernel] {
    if kernelPaths.isEmpty { throw UsageError("\(command): on which --kernel?") }
    return try kernelPaths.map { path in
      try LabKernel(
        LabMachine(
          kernel: KernelImage(path: path, modules: modules), memoryMiB: memoryMiB, cache: cache))
    }
  }
}
