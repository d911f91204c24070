internal import Dispatch
internal import Synchronization

/// Applies a function to 0, 1, … `count` - 1 on several threads.
///
/// The results are in order, so nothing of the number of threads can be seen in them.
///
/// - Parameters:
///   - jobs: threads at most; Dispatch takes no more than there are processors.
///   - progress: called now and then from any thread with the number of elements that are done, and `count`.
public func parallelMap<Element: Sendable>(
  _ count: Int, jobs: Int, progress: (@Sendable (Int, Int) -> Void)? = nil,
  _ element: @Sendable (Int) -> Element
) -> [Element] {
  withoutActuallyEscaping(element) { element in
    let blocks = Blocks(count, jobs: jobs, progress: progress, element)
    if jobs <= 1 || blocks.count <= 1 {
      blocks.work()
    } else {
      DispatchQueue.concurrentPerform(iterations: min(jobs, blocks.count)) { _ in blocks.work() }
    }
    return blocks.elements
  }
}

/// Runs of neighbouring elements, each done by one thread.
private final class Blocks<Element: Sendable>: Sendable {
  let count: Int
  /// Small enough that no thread waits long for the last one, large enough that taking one costs nothing.
  private let size: Int
  private let total: Int
  private let element: @Sendable (Int) -> Element
  private let progress: (@Sendable (Int, Int) -> Void)?
  private let done: Mutex<[[Element]]>
  private let next = Atomic(0)
  private let finished = Atomic(0)

  init(
    _ total: Int, jobs: Int, progress: (@Sendable (Int, Int) -> Void)?,
    _ element: @escaping @Sendable (Int) -> Element
  ) {
    self.total = total
    size = max(min(total / (max(jobs, 1) * 16), 256), 1)
    count = (total + size - 1) / size
    self.element = element
    self.progress = progress
    done = Mutex([[Element]](repeating: [], count: count))
  }

  func work() {
    while true {
      let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if block >= count { return }
      let range = block * size..<min((block + 1) * size, total)
      let elements = range.map(element)
      done.withLock { $0[block] = elements }
      let finished = finished.wrappingAdd(range.count, ordering: .relaxed).newValue
      progress?(finished, total)
    }
  }

  var elements: [Element] { done.withLock { Array($0.joined()) } }
}
