import Foundation
import KernelLab
import OOMFormats
import OOMSimulator
import SharedData

/// The commands of kernel-lab.
enum Commands {
  static let usage = """
    usage: kernel-lab record SCENARIO… --kernel KERNEL [--output DIR]
           kernel-lab verify SCENARIO… --kernel KERNEL [--badness EXPR] [--output DIR]
           kernel-lab fuzz --kernel KERNEL [--seed N] [--count N] [--badness EXPR] [--output DIR]
           kernel-lab compare RECORDING… [--badness EXPR]
           kernel-lab steps SCENARIO… [--memory MIB]
           kernel-lab agreement [DIR]

    record   does scenarios on a kernel and writes recordings: what it did
    verify   the same, and compares with the prediction; 'DIFFERS' says what is otherwise
    fuzz     does random worlds, and compares
    compare  compares recordings that there are
    steps    prints what would be done in the machine, or why a scenario cannot be staged

    agreement  prints the table of how the simulator agrees with all packed recordings, or with those of a folder

    SCENARIO is a file, or a folder with files. KERNEL is a bzImage; a folder into which a kernel's package was unpacked;
    or uml:PATH, a user-mode Linux. It may be given again.

    --modules DIR     where the kernel's modules are, for a disk to swap on
    --memory MIB      what the machine is given; 512 unless it is said
    --cache DIR       where booted machines are kept; ~/.cache/oomsim-kernel-lab unless it is said
    --badness EXPR    points of the kernel's own, as in 'oomsim run --badness'

    Exit codes: 0 done, all as predicted · 1 something is not · 64 wrong usage · 65 malformed input · 66 no such file ·
    69 the host lacks something, or the machine does not run

    """

  /// Runs a command line and returns the program's exit code.
  static func run(_ arguments: [String]) -> Int32 {
    do {
      let options = try Options(arguments)
      switch options.command {
      case "record": return try record(options, compares: false)
      case "verify": return try record(options, compares: true)
      case "fuzz": return try fuzz(options)
      case "compare": return try compare(options)
      case "agreement":
        let folder = options.operands.first.map { URL(filePath: $0) } ?? Recordings.unpacked
        say(try Agreement(of: folder).table.dropLast())
        return 0
      case "steps": return try steps(options)
      case "help", "--help", "-h":
        say(usage.dropLast())
        return 0
      default: throw UsageError("no command '\(options.command)'")
      }
    } catch let error as UsageError {
      return fail("\(error.text)\n\(usage)", 64)
    } catch let error as LabError {
      switch error {
      case .input: return fail("\(error)", 66)
      case .malformed: return fail("\(error)", 65)
      case .missing, .failed: return fail("\(error)", 69)
      }
    } catch let error as ScenarioError {
      return fail("\(error)", 65)
    } catch {
      return fail("\(error)", 66)
    }
  }

  /// Prints at once: a run takes seconds, and somebody may watch.
  private static func say(_ text: some StringProtocol) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  private static func fail(_ text: String, _ code: Int32) -> Int32 {
    FileHandle.standardError.write(Data("kernel-lab: \(text)\n".utf8))
    return code
  }

  // MARK: Scenarios on kernels

  private static func record(_ options: Options, compares: Bool) throws -> Int32 {
    let scenarios = try options.scenarios()
    let output = options.output ?? (compares ? nil : URL(filePath: "."))
    var tally = Tally()
    for kernel in try options.kernels() {
      for scenario in scenarios {
        try take(scenario, on: kernel, compares: compares, options, output, &tally)
      }
    }
    say(tally.text(compares: compares))
    return tally.isAsPredicted ? 0 : 1
  }

  private static func fuzz(_ options: Options) throws -> Int32 {
    var tally = Tally()
    for kernel in try options.kernels() {
      for number in 0..<options.count {
        let seed = options.seed &+ UInt64(number)
        let world = RandomWorld(seed: seed).scenario(on: kernel.size)
        try take(world, on: kernel, compares: true, options, options.output, &tally)
      }
    }
    say(tally.text(compares: true))
    return tally.isAsPredicted ? 0 : 1
  }

  private static func take(
    _ scenario: Scenario, on kernel: LabKernel, compares: Bool, _ options: Options,
    _ output: URL?, _ tally: inout Tally
  ) throws {
    let staging: Staging
    do throws(CannotStage) {
      staging = try Staging(scenario, on: kernel.size, release: kernel.release)
    } catch {
      tally.refused += 1
      say("REFUSED \(scenario.name): \(error.reasons.joined(separator: "; "))")
      return
    }
    let begin = ContinuousClock.now
    let take = try kernel.record(scenario, staging)
    let seconds = (ContinuousClock.now - begin).components.seconds
    if let output {
      try take.write(to: output)
      try Data(scenario.json()).write(
        to: output.appending(path: scenario.name + ".scenario.json"))
    }
    tally.taken += 1
    tally.seconds += seconds
    var lines: [String] = []
    if !take.isFinished {
      tally.unfinished += 1
      lines = ["UNFINISHED \(take.name): the machine did not come to its end"]
      lines += take.console.split(whereSeparator: \.isNewline).suffix(3).map { "  \($0)" }
    } else if compares {
      let verification = try Verification(recording: take.recording, badness: options.badness)
      lines = verification.lines(of: scenario.name)
      let story = Story(scenario, release: kernel.release, names: staging.names)
      lines += [story.line(against: verification)].compactMap { $0 }
      tally.add(verification)
    } else {
      lines = ["recorded \(take.name)"]
    }
    lines[0] += " (\(staging.scale.text), \(seconds) s)"
    lines += staging.notes.map { "  note: " + $0 }
    lines += take.errors.map { "  the guest could not: " + $0 }
    if !take.errors.isEmpty { tally.hindered += 1 }
    say(lines.joined(separator: "\n"))
  }

  // MARK: Without a machine

  private static func compare(_ options: Options) throws -> Int32 {
    var tally = Tally()
    for file in try options.files(suffix: ".json") {
      let name = file.deletingPathExtension().lastPathComponent
      let json = try Data(contentsOf: file)
      let verification: Verification
      do {
        verification = try Verification(recording: json, badness: options.badness)
      } catch let error as DecodingError {
        throw LabError.malformed("\(file.path): no recording: \(error)")
      }
      tally.taken += 1
      tally.add(verification)
      say(verification.lines(of: name).joined(separator: "\n"))
    }
    say(tally.text(compares: true))
    return tally.isAsPredicted ? 0 : 1
  }

  private static func steps(_ options: Options) throws -> Int32 {
    // What a machine of this size has left by its own account, on kernels of Debian.
    let memory = Int64(options.memoryMiB) * 256 * 5 / 6
    let size = GuestSize(memory: memory, free: memory * 9 / 10, disk: "/dev/vda")
    var refused = 0
    for scenario in try options.scenarios() {
      do throws(CannotStage) {
        let staging = try Staging(scenario, on: size, release: scenario.kernel ?? .standard)
        say("# \(scenario.name), \(staging.scale.text)")
        for note in staging.notes { say("# \(note)") }
        say(staging.steps.joined(separator: "\n"))
      } catch {
        refused += 1
        say("REFUSED \(scenario.name): \(error.reasons.joined(separator: "; "))")
      }
    }
    return refused == 0 ? 0 : 1
  }
}

/// What came of a command's scenarios.
private struct Tally {
  var taken = 0
  var different = 0
  var nearTies = 0
  var partial = 0
  var refused = 0
  /// How many the guest could not do as it was told to.
  var hindered = 0
  var unfinished = 0
  var seconds: Int64 = 0

  mutating func add(_ verification: Verification) {
    if !verification.isAsPredicted { different += 1 }
    if !verification.nearTies.isEmpty { nearTies += 1 }
    if !verification.isWhole { partial += 1 }
  }

  var isAsPredicted: Bool { different == 0 && unfinished == 0 && hindered == 0 }

  func text(compares: Bool) -> String {
    var text =
      compares ? "\(taken - different - unfinished) of \(taken) as predicted" : "\(taken) recorded"
    if nearTies > 0 { text += ", \(nearTies) of them near ties" }
    if partial > 0 { text += ", \(partial) of them by tables only" }
    if refused > 0 { text += ", \(refused) refused" }
    if hindered > 0 { text += ", \(hindered) not done as told" }
    if unfinished > 0 { text += ", \(unfinished) did not come to their end" }
    if seconds > 0 { text += ", \(seconds) s" }
    return text
  }
}
