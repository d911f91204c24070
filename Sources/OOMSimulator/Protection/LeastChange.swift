/// The smallest change that brings something about, and whether all larger ones that were tried do, too.
struct LeastChange: Equatable, Sendable {
  /// Nil where none of the changes tried does.
  var amount: Int64?
  /// How many were tried.
  var tried: Int
  /// Larger ones that were tried and do not, ascending: then the outcome is not monotonic.
  var exceptions: [Int64]
  /// No change between the ones tried was left out.
  var isExhaustive: Bool

  /// Tries every sample, then searches between the first that holds and the one before it.
  ///
  /// - Parameters:
  ///   - samples: ascending, above 0; a change of 0 is known not to hold.
  ///   - holds: whether a change brings it about.
  /// - Complexity: one call of `holds` for each sample, and the logarithm of their distance more.
  init(among samples: [Int64], where holds: (Int64) -> Bool) {
    tried = 0
    exceptions = []
    isExhaustive = samples.enumerated().allSatisfy { $0.element == Int64($0.offset) + 1 }
    var before: Int64 = 0
    for sample in samples {
      tried += 1
      if holds(sample) {
        if amount == nil { amount = sample }
      } else if amount == nil {
        before = sample
      } else {
        exceptions.append(sample)
      }
    }
    guard var least = amount else { return }
    while least - before > 1 {
      let middle = before + (least - before) / 2
      tried += 1
      if holds(middle) { least = middle } else { before = middle }
    }
    amount = least
  }
}

/// Changes to try, ascending and each once.
enum Samples {
  /// From 1 to `last` in even steps, at most about `most` of them, the last two always among them.
  static func even(to last: Int64, most: Int) -> [Int64] {
    guard last > 0 else { return [] }
    let step = max(last / Int64(max(most, 1)), 1)
    return Array(Set(stride(from: step, through: last, by: Int(step)) + [max(last - 1, 1), last]))
      .sorted()
  }

  /// Up to `last`: even steps of a part of `base`, then ever larger ones.
  static func growing(from base: Int64, to last: Int64, most: Int) -> [Int64] {
    guard last > 0 else { return [] }
    let steps = Int64(max(most / 2, 2))
    var samples: Set<Int64> = [1, last]
    for step in 1...steps { samples.insert(max(base / steps, 1) * step) }
    var amount = max(base, 1)
    while amount < last {
      samples.insert(amount)
      samples.insert(amount + amount / 2)
      amount = amount > last / 2 ? last : amount * 2
    }
    return samples.filter { (1...last).contains($0) }.sorted()
  }
}
