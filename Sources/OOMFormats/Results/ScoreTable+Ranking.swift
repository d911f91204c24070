package import OOMSimulator

extension ScoreTable {
  /// The rows by their points, most first; of equals the one that would be chosen comes first.
  ///
  /// - Complexity: O(n log n).
  package var ranking: [Int] {
    processes.indices.sorted { first, second in
      let (a, b) = (processes[first].points, processes[second].points)
      if a != b { return a > b }
      return processes[first].ineligible != nil || !equalsReplace ? first < second : first > second
    }
  }
}
