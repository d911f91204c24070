/// What Meta's oomd remembers from one tick to the next.
struct OomdMemory: Equatable, Sendable {
  /// One plugin.
  struct Plugin: Equatable, Sendable {
    /// The groups that its patterns name, by path.
    var groups: [Int] = []
    /// Since when its groups are above its threshold.
    var above: Hold?
    /// The pages scanned of its groups together, at the last tick.
    var scanned: Int64 = 0
    /// When they were last seen to have grown; nil where that is too long ago.
    var lastReclaim: Microseconds?
    /// The stall of its groups at the last tick, in hundredths of a per cent.
    var lastAvg10: Int64 = 0
    /// Whether it has taken down at the last tick what was scanned of its groups.
    var hasSample = false
  }

  /// A condition that has to last.
  struct Hold: Equatable, Sendable {
    var since: Microseconds
    var lasts: Microseconds
  }

  /// How much a group has had over time.
  struct Average: Equatable, Sendable {
    /// File: `memory.current`, at the last tick, in bytes.
    var usage: Int64
    /// The average of that, in bytes.
    var mean: Int64
  }

  struct Ruleset: Equatable, Sendable {
    /// Since when, and until when, no action is done.
    var pause: Pause?
    /// The action that goes on at the next tick, and what its detectors had found.
    var waiting: Waiting?
  }

  struct Pause: Equatable, Sendable {
    var since: Microseconds
    var until: Microseconds
  }

  struct Waiting: Equatable, Sendable {
    var action: Int
    var ground: Ground
  }

  /// By the numbers of plugins, in the order of the configuration; empty before the first tick.
  var plugins: [Plugin] = []
  var rulesets: [Ruleset] = []
  var averages: [Int: Average] = [:]
  /// The pages scanned of groups whose ranks go by that, at the last tick.
  var scanned: [Int: Int64] = [:]
  /// When the next tick is due: later ones that were left out have found what the last one found.
  var nextTick: Microseconds = 0

  /// What decides of it: times from now on, counters by what they lack of those of now.
  func comparable(_ state: State) -> OomdMemory {
    var memory = self
    let now = state.now
    for index in plugins.indices {
      if let above = plugins[index].above {
        // How long it has lasted beyond what it has to does not matter.
        memory.plugins[index].above?.since = max(above.since - now, .zero - above.lasts)
      }
      memory.plugins[index].lastReclaim? -= now
      memory.plugins[index].scanned -= state.pgscan(of: plugins[index].groups)
    }
    for index in rulesets.indices {
      memory.rulesets[index].pause = rulesets[index].pause.flatMap {
        $0.until > now ? Pause(since: $0.since - now, until: $0.until - now) : nil
      }
    }
    for (group, pages) in scanned { memory.scanned[group] = pages - state.pgscan(group) }
    memory.nextTick -= now
    return memory
  }
}

extension State {
  /// The pages scanned of groups together.
  func pgscan(of groups: [Int]) -> Int64 {
    var pages: Int64 = 0
    for group in groups { pages += pgscan(group) }
    return pages
  }
}
