#if canImport(Glibc)
  internal import Glibc

  /// Runs a function on several threads at once, the calling one among them, and returns when it has returned on all.
  ///
  /// A thread that cannot be had is done without: the function has to take its work from where the others take theirs.
  package func withThreads(_ count: Int, _ body: @Sendable () -> Void) {
    withoutActuallyEscaping(body) { body in
      let work = Work(body)
      var threads: [pthread_t] = []
      for _ in 1..<max(count, 1) {
        let argument = unsafe Unmanaged.passRetained(work)
        var thread = pthread_t()
        if unsafe pthread_create(&thread, nil, startOfThread, argument.toOpaque()) == 0 {
          threads.append(thread)
        } else {
          unsafe argument.release()
        }
      }
      body()
      for thread in threads { pthread_join(thread, nil) }
    }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }

  private let startOfThread: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
    {
      if let pointer = unsafe $0 {
        unsafe Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
      }
      return nil
    }
#else
  /// Where there are no threads, the calling one does all of it.
  package func withThreads(_ count: Int, _ body: @Sendable () -> Void) { body() }
#endif
