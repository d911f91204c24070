internal import Synchronization

/// Applies a function to 0, 1, … `count` - 1 on several threads.
///
/// The results are in order, so nothing of the number of threads can be seen in them.
///
/// - Parameters:
///   - jobs: threads at most.
///   - progress: called now and then from any thread with the number of elements that are done, and `count`.
///   - local: makes what one thread has to itself, once for each.
public func parallelMap<Element: Sendable, Local>(
  _ count: Int, jobs: Int, progress: (@Sendable (Int, Int) -> Void)? = nil,
  local: @Sendable () -> Local, _ element: @Sendable (Local, Int) -> Element
) -> [Element] {
  // Small enough that no thread waits long for the last one, large enough that taking one costs nothing.
  let size = max(min(count / (max(jobs, 1) * 16), 256), 1)
  let blocks = Blocks<Element>((count + size - 1) / size)
  withThreads(min(jobs, blocks.count)) {
    let local = local()
    while let block = blocks.take() {
      let range = block * size..<min((block + 1) * size, count)
      let done = blocks.put(range.map { element(local, $0) }, block)
      progress?(done, count)
    }
  }
  return blocks.elements
}

/// Runs of neighbouring elements, each done by one thread.
private final class Blocks<Element: Sendable>: Sendable {
  let count: Int
  private let results: Mutex<[[Element]]>
  private let next = Atomic(0)
  private let done = Atomic(0)

  init(_ count: Int) {
    self.count = count
    results = Mutex([[Element]](repeating: [], count: count))
  }

  /// A block that nobody has taken yet, nil when there is none.
  func take() -> Int? {
    let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return block < count ? block : nil
  }

  /// - Returns: how many elements are done.
  func put(_ elements: [Element], _ block: Int) -> Int {
    results.withLock { $0[block] = elements }
    return done.wrappingAdd(elements.count, ordering: .relaxed).newValue
  }

  var elements: [Element] { results.withLock { Array($0.joined()) } }
}
