import KernelLog
import OOMFormats
import OOMReports
import OOMSimulator
import VictimSelection

// What a page calls: bytes in, bytes out, nothing kept from one call to the next.
//
//     oomsim_reserve(count)                 room for what is to be asked
//     oomsim_call(request, length, count)   a request of `length` bytes, the input after it up to `count`; takes the room back
//     oomsim_release(answer)                gives an answer's room back
//
// A request is a line with the command, and a line `name=value` for each option. An answer is one byte, 0 for done and 1 for
// a mistake, four bytes of length, least first, and the text.

/// Room for bytes that the page writes.
@_expose(wasm, "oomsim_reserve")
@_cdecl("oomsim_reserve")
func reserve(_ count: Int) -> UnsafeMutableRawPointer {
  UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
}

/// Gives an answer's room back.
@_expose(wasm, "oomsim_release")
@_cdecl("oomsim_release")
func release(_ answer: UnsafeMutableRawPointer) { unsafe answer.deallocate() }

/// Answers a request.
@_expose(wasm, "oomsim_call")
@_cdecl("oomsim_call")
func call(
  _ request: UnsafeMutableRawPointer, _ length: Int, _ count: Int
) -> UnsafeMutableRawPointer {
  let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: request, count: count))
  unsafe request.deallocate()
  let request = Request(bytes[..<min(length, count)], input: bytes[min(length, count)...])
  var (code, text): (UInt8, [UInt8])
  do throws(Mistake) {
    (code, text) = (0, try request.answer())
  } catch {
    (code, text) = (1, error.json)
  }
  let answer = UnsafeMutableRawPointer.allocate(byteCount: 5 + text.count, alignment: 16)
  unsafe answer.storeBytes(of: code, as: UInt8.self)
  for place in 0..<4 {
    unsafe answer.storeBytes(
      of: UInt8(truncatingIfNeeded: text.count >> (8 * place)), toByteOffset: 1 + place,
      as: UInt8.self)
  }
  unsafe text.withUnsafeBytes { text in
    if let base = text.baseAddress {
      unsafe (answer + 5).copyMemory(from: base, byteCount: text.count)
    }
  }
  return unsafe answer
}

/// What is wrong with an input, with its places.
struct Mistake: Error {
  var diagnostics: [Diagnostic]

  init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  init(_ message: String) { diagnostics = [Diagnostic(path: "", message: message)] }

  /// `{ "mistakes": [ { "line", "column", "path", "message" } ] }`.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("mistakes")
      writer.array { writer in
        for diagnostic in diagnostics {
          writer.object(inline: true) {
            $0.field("line", diagnostic.line.map { Int64($0) })
            $0.field("column", diagnostic.column.map { Int64($0) })
            $0.field("path", diagnostic.path)
            $0.field("message", diagnostic.message)
          }
        }
      }
    }
    writer.finish()
    return writer.bytes
  }
}

/// One question.
struct Request {
  var command: String
  var options: [(name: String, value: String)] = []
  var input: [UInt8]

  init(_ head: ArraySlice<UInt8>, input: ArraySlice<UInt8>) {
    let lines = head.split(separator: UInt8(ascii: "\n"))
    command = lines.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    for line in lines.dropFirst() {
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      options.append(
        (
          String(decoding: line[..<equals], as: UTF8.self),
          String(decoding: line[(equals + 1)...], as: UTF8.self)
        ))
    }
    self.input = Array(input)
  }

  func option(_ name: String) -> String? { options.last { $0.name == name }?.value }

  func number(_ name: String) throws(Mistake) -> Int? {
    guard let text = option(name) else { return nil }
    guard let number = Int(text), number > 0 else {
      throw Mistake("\(name): expected a number from 1, found '\(text)'")
    }
    return number
  }

  func answer() throws(Mistake) -> [UInt8] {
    switch command {
    case "run":
      return try json { (request) throws(Mistake) in
        let run = try request.run().run
        return { $0.result(run) }
      }
    case "text":
      return Array(TextReport(try run().run, style: Self.style, showsCandidates: false).text.utf8)
    case "look": return try look()
    case "timeline": return try timeline()
    case "score": return try score()
    case "check": return try check()
    case "explain": return try explain(asText: false)
    case "lesson": return try explain(asText: true)
    case "sweep": return try sweep()
    case "protect": return try protect()
    case "next": return try next()
    case "compare": return try compare()
    case "autopsy": return try autopsy(asText: false)
    case "logs": return try autopsy(asText: true)
    case "reported": return try reported()
    case "pods": return try pods()
    case "format": return try scenario().json()
    default: throw Mistake("no command is called '\(command)'")
    }
  }

  static var style: Style { Style(isColored: false) }

  private func json(
    _ make: (Request) throws(Mistake) -> (inout JSONWriter) -> Void
  ) throws(Mistake) -> [UInt8] {
    let write = try make(self)
    var writer = JSONWriter()
    write(&writer)
    writer.finish()
    return writer.bytes
  }

  func written(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    write(&writer)
    writer.finish()
    return writer.bytes
  }

  // MARK: Reading

  /// The scenario, with what the options override.
  func scenario() throws(Mistake) -> Scenario {
    var settings: [ScenarioSetting] = []
    for (name, value) in options where name == "set" {
      guard let setting = ScenarioSetting(value) else {
        throw Mistake("set takes PATH=VALUE, found '\(value)'")
      }
      settings.append(setting)
    }
    if let badness = option("badness") {
      settings.append(ScenarioSetting(path: "badness", value: badness))
    }
    do throws(ScenarioError) {
      return try Scenario(json: input, file: option("file") ?? "scenario.json", settings: settings)
    } catch {
      throw Mistake(error.diagnostics)
    }
  }

  private func simulator(for scenario: Scenario) throws(Mistake) -> Simulator {
    guard let text = option("kernel") else { return Simulator(for: scenario) }
    do throws(QuantityError) {
      return Simulator(kernel: try knownRelease(text))
    } catch {
      throw Mistake("kernel: \(error.message)")
    }
  }

  func run() throws(Mistake) -> (scenario: Scenario, simulator: Simulator, run: Run) {
    let scenario = try scenario()
    var simulator = try simulator(for: scenario)
    simulator.recordsCandidates = option("candidates") != nil
    return (scenario, simulator, simulator.run(valid: scenario))
  }

  // MARK: Commands

  private func timeline() throws(Mistake) -> [UInt8] {
    let (scenario, simulator, run) = try run()
    let timeline = simulator.timeline(of: run, scenario)
    return written { $0.timeline(timeline, of: run) }
  }

  private func score() throws(Mistake) -> [UInt8] {
    var at: Microseconds?
    if let text = option("at") {
      do throws(QuantityError) {
        at = try DurationText.microseconds(text)
      } catch {
        throw Mistake("at: \(error.message)")
      }
    }
    let scenario = try scenario()
    let table = try simulator(for: scenario).score(valid: scenario, at: at)
    return written { $0.score(table) }
  }

  private func check() throws(Mistake) -> [UInt8] {
    let (scenario, _, run) = try run()
    let result = CheckResult(
      file: option("file") ?? "scenario.json", name: scenario.name,
      differences: scenario.expectation.map { $0.differences(from: run) })
    return written { $0.check([result]) }
  }

  private func explain(asText: Bool) throws(Mistake) -> [UInt8] {
    let scenario = try scenario()
    var simulator = try simulator(for: scenario)
    simulator.recordsCandidates = true
    let number = try number("kill") ?? 1
    simulator.listedKills = number - 1..<number
    let run = simulator.run(valid: scenario)
    let lesson = Lesson(
      of: run, number: number, in: scenario, simulator: simulator,
      why: option("why"))
    if asText { return Array(LessonText(lesson, style: Self.style, width: 76).text.utf8) }
    return written { $0.lesson(lesson) }
  }

  private func sweep() throws(Mistake) -> [UInt8] {
    let scenario = try scenario()
    let kernel = option("kernel") == nil ? nil : try simulator(for: scenario).kernel
    let sweep: Sweep
    do throws(QuantityError) {
      var variations: [Variation] = []
      for (name, value) in options where name == "vary" {
        variations.append(try Variation(value, pageSize: scenario.machine.pageSize))
      }
      sweep = try Sweep(
        of: scenario, kernel: kernel, policy: .kernel, varying: variations, goal: nil)
    } catch {
      throw Mistake(error.message)
    }
    do throws(ScenarioError) {
      let table = try sweep.run(jobs: 1, progress: nil)
      return written { $0.sweep(table) }
    } catch {
      throw Mistake(error.diagnostics)
    }
  }

  private func protect() throws(Mistake) -> [UInt8] {
    let scenario = try scenario()
    guard let name = option("process") else { throw Mistake("process is missing: a name or a pid") }
    let simulator = try simulator(for: scenario)
    do throws(ScenarioSubjectError) {
      let protection = try simulator.protection(of: name, in: scenario)
      return written { $0.protection(protection) }
    } catch {
      throw Mistake("process: \(error.message)")
    }
  }

  private func next() throws(Mistake) -> [UInt8] {
    let scenario = try scenario()
    let forecast = try simulator(for: scenario).forecast(scenario, top: 5)
    return written { $0.forecast(forecast, nearPerMille: 250) }
  }

  private func compare() throws(Mistake) -> [UInt8] {
    let scenario = try scenario()
    let comparison = Comparison(ofAllKernels: scenario)
    return written { $0.comparison(comparison, policy: nil) }
  }

  /// The pods of a cluster as a scenario, all on one node.
  private func pods() throws(Mistake) -> [UInt8] {
    do throws(ScenarioError) {
      return try Scenario(pods: ImportFile(name: option("file") ?? "pods.json", bytes: input))
        .json()
    } catch {
      throw Mistake(error.diagnostics)
    }
  }

  /// A report of a log as a scenario.
  private func reported() throws(Mistake) -> [UInt8] {
    let autopsies = Autopsy.of(KernelLogReader.reports(in: input))
    let number = try number("report") ?? 1
    guard number <= autopsies.count else {
      throw Mistake("report \(number): there are \(autopsies.count)")
    }
    guard let scenario = autopsies[number - 1].scenario else {
      throw Mistake("no scenario: \(autopsies[number - 1].why)")
    }
    return scenario.json()
  }

  private func autopsy(asText: Bool) throws(Mistake) -> [UInt8] {
    var reader = KernelLogReader()
    reader.read(input)
    let autopsies = Autopsy.of(reader.finish())
    let otherKills = reader.otherKills
    if autopsies.isEmpty, otherKills.isEmpty { throw Mistake("no OOM report in it") }
    if asText {
      return Array(
        AutopsyText(autopsies, otherKills: otherKills, files: nil, style: Self.style).text.utf8)
    }
    return written { $0.autopsy(autopsies, otherKills: otherKills) }
  }
}
