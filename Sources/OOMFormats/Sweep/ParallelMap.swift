#if canImport(Glibc)
  internal import Synchronization
#endif

/// Applies a function to 0, 1, … `count` - 1 on several threads.
///
/// The results are in order, so nothing of the number of threads can be seen in them.
///
/// - Parameters:
///   - jobs: threads at most.
///   - progress: called now and then from any thread with the number of elements that are done, and `count`.
///   - local: makes what one thread has to itself, once for each.
/// - Throws: the error of the first element in order that has one; those far behind it are not tried.
package func parallelMap<Element: Sendable, Local, Failure: Error>(
  _ count: Int, jobs: Int, progress: (@Sendable (Int, Int) -> Void)? = nil,
  local: @autoclosure @Sendable () -> Local,
  _ element: @Sendable (Local, Int) throws(Failure) -> Element
) throws(Failure) -> [Element] {
  // Small enough that no thread waits long for the last one, large enough that taking one costs nothing.
  let size = max(min(count / (max(jobs, 1) * 16), 256), 1)
  let blocks = Blocks<Element, Failure>((count + size - 1) / size)
  withThreads(min(jobs, blocks.count)) {
    let local = local()
    while let block = blocks.take() {
      let range = block * size..<min((block + 1) * size, count)
      let result = Result { () throws(Failure) -> [Element] in
        var elements: [Element] = []
        elements.reserveCapacity(range.count)
        for index in range { elements.append(try element(local, index)) }
        return elements
      }
      let done = blocks.put(result, block, count: range.count)
      progress?(done, count)
    }
  }
  return try blocks.elements()
}

#if canImport(Glibc)
  /// Runs of neighbouring elements, each done by one thread.
  private final class Blocks<Element: Sendable, Failure: Error>: Sendable {
    let count: Int
    private let results: Mutex<[Result<[Element], Failure>]>
    private let next = Atomic(0)
    private let done = Atomic(0)

    init(_ count: Int) {
      self.count = count
      results = Mutex([Result<[Element], Failure>](repeating: .success([]), count: count))
    }

    /// A block that nobody has taken yet, nil when there is none. They are taken in order.
    func take() -> Int? {
      let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
      return block < count ? block : nil
    }

    /// - Returns: how many elements are done.
    func put(_ result: Result<[Element], Failure>, _ block: Int, count: Int) -> Int {
      results.withLock { $0[block] = result }
      // All blocks before this one are taken, so the first error is among those that are done.
      if case .failure = result { next.store(self.count, ordering: .relaxed) }
      return done.wrappingAdd(count, ordering: .relaxed).newValue
    }

    func elements() throws(Failure) -> [Element] {
      var elements: [Element] = []
      for result in results.withLock({ $0 }) { elements += try result.get() }
      return elements
    }
  }
#else
  /// Where there is one thread, blocks are done in order.
  private final class Blocks<Element: Sendable, Failure: Error>: @unchecked Sendable {
    let count: Int
    private var results: [Result<[Element], Failure>] = []
    private var next = 0
    private var done = 0

    init(_ count: Int) { self.count = count }

    func take() -> Int? {
      next += 1
      return next <= count ? next - 1 : nil
    }

    func put(_ result: Result<[Element], Failure>, _ block: Int, count: Int) -> Int {
      results.append(result)
      if case .failure = result { next = self.count }
      done += count
      return done
    }

    func elements() throws(Failure) -> [Element] {
      var elements: [Element] = []
      for result in results { elements += try result.get() }
      return elements
    }
  }
#endif
