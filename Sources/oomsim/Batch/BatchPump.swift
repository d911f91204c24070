import Dispatch
import OOMFormats
import OOMSimulator
import Synchronization

/// Lines in, answers out in the same order, by several threads.
///
/// Each thread takes a line, answers it, and hands the answer in. What is handed in waits until all before it are written.
/// A line is taken only while fewer than `window` are between their reading and their writing: memory is bounded by
/// the window, however long the input is.
final class BatchPump: Sendable {
  private struct Input {
    var reader: LineReader
    /// Lines taken so far.
    var lines = 0
    var isOver = false
    var failure: Int32 = 0
  }

  private struct Output {
    /// Number of the line whose answer is written next, from 1.
    var next = 1
    var waiting: [Int: [UInt8]] = [:]
    var isClosed = false
  }

  /// Bytes of a line: a scenario of half a million processes.
  static let longestLine = 1 << 26

  private let jobs: Int
  private let input: Mutex<Input>
  private let output = Mutex(Output())
  private let room: DispatchSemaphore
  private let answer: @Sendable ([UInt8], Int, inout ScenarioCache.Last) -> [UInt8]
  /// Writes, and says whether the reader is still there.
  private let write: @Sendable ([UInt8]) -> Bool

  init(
    _ descriptor: Int32, jobs: Int, write: @escaping @Sendable ([UInt8]) -> Bool,
    answer: @escaping @Sendable ([UInt8], Int, inout ScenarioCache.Last) -> [UInt8]
  ) {
    self.jobs = jobs
    input = Mutex(Input(reader: LineReader(descriptor, longest: Self.longestLine)))
    // Begun at 0 and raised: a semaphore may not end below where it began.
    room = DispatchSemaphore(value: 0)
    for _ in 0..<16 * jobs { room.signal() }
    self.write = write
    self.answer = answer
  }

  /// Answers all lines.
  ///
  /// - Returns: what went wrong with the reading, 0 for nothing.
  func run() -> Int32 {
    withThreads(jobs) { work() }
    return input.withLock { $0.failure }
  }

  private func work() {
    var last = ScenarioCache.Last()
    while true {
      room.wait()
      guard let (number, line) = take() else {
        // Threads that wait for room see that there is nothing left, too.
        room.signal()
        return
      }
      switch line {
      case .line(let bytes): handIn(answer(bytes, number, &last), number)
      default:
        let error = BatchError(
          "the line is longer than \(Self.longestLine) bytes: give the scenario as a file")
        handIn(BatchAnswer.answer(error, number: number), number)
      }
    }
  }

  /// The next line and its number; nil at the end.
  private func take() -> (Int, LineReader.Line)? {
    input.withLock { input in
      if input.isOver { return nil }
      let line = input.reader.next()
      switch line {
      case .line, .tooLong:
        input.lines += 1
        return (input.lines, line)
      case .failed(let failure):
        input.failure = failure
        input.isOver = true
      case .end: input.isOver = true
      }
      return nil
    }
  }

  private func handIn(_ answer: [UInt8], _ number: Int) {
    let isClosed = output.withLock { output in
      output.waiting[number] = answer
      while let next = output.waiting.removeValue(forKey: output.next) {
        if !output.isClosed { output.isClosed = !write(next) }
        output.next += 1
        room.signal()
      }
      return output.isClosed
    }
    // Whoever read the answers has gone: no more lines are needed.
    if isClosed { input.withLock { $0.isOver = true } }
  }
}
