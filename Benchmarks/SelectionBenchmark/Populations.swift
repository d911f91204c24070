/// Processes drawn from a fixed seed, by kind.
struct Population {
  var name: String
  var seed: UInt64
  var draw: @Sendable (inout SplitMix, Int) -> BenchmarkTask

  /// A seed of its own for each, so that adding one changes no other.
  static let all = [
    Population(name: "uniform", seed: 1) { random, index in
      BenchmarkTask(name: "p\(index)", pages: .random(in: 0...100_000, using: &random), adj: 0)
    },
    Population(name: "containers", seed: 2) { random, index in
      BenchmarkTask(
        name: "pod-\(index)", pages: .random(in: 100...50_000, using: &random),
        adj: [-997, 2, 500, 872, 968, 999, 1000].randomElement(using: &random) ?? 0)
    },
    Population(name: "fork-bomb", seed: 3) { random, index in
      let isBomb = Int.random(in: 0..<100, using: &random) > 0
      return BenchmarkTask(name: "sh\(index)", pages: isBomb ? 282 : 400_000, adj: 0)
    },
    Population(name: "all-equal", seed: 4) { _, index in
      BenchmarkTask(name: "w\(index)", pages: 5642, adj: 0)
    },
    Population(name: "mostly-unkillable", seed: 5) { random, index in
      BenchmarkTask(
        name: "k\(index)", pages: .random(in: 0...9000, using: &random),
        adj: Int.random(in: 0..<16, using: &random) == 0 ? 0 : -1000)
    },
    Population(name: "many-adj", seed: 6) { random, index in
      BenchmarkTask(
        name: "j\(index)", pages: .random(in: 0...100_000, using: &random),
        adj: .random(in: -999...1000, using: &random))
    },
  ]
}

/// A process as the first draft of a simulator would keep it.
struct BenchmarkTask {
  var name: String
  var pages: Int64
  var adj: Int16
}

/// A small seeded generator. Steele, Lea and Flood, 2014.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
