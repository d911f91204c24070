// The OOM controller of Talos Linux, releases 1.12.0 ... 1.14.0-rc.1, step by step.
// Written from siderolabs/talos only (commits of its release notes: b19a03bc2 and d5c3136e0 =
// 1.13.4, 6df3a452b = 1.13.6; 1aa6528a = the 1.12 line; PR 13895 = 1.14; PR 13698 = 1.14).
// Slow and plain on purpose.

/// The controller with its default settings and whatever it remembers from look to look.
struct ReferenceTalos {
  /// Release 1.minor.patch. For 1.14.0-rc.1 and later: minor 14, patch 0.
  struct Version {
    var minor: Int
    var patch: Int

    /// Is this 1.minor.patch or anything after it?
    func isAtLeast(_ minor: Int, _ patch: Int) -> Bool {
      if self.minor != minor { return self.minor > minor }
      return self.patch >= patch
    }
  }

  /// Classes of pkg/machinery/resources/runtime/oom.go, least important first. The file numbers
  /// them 0...4 in this order; /init and /system both count as system.
  enum Class: Int {
    case besteffort = 0
    case burstable = 1
    case guaranteed = 2
    case podruntime = 3
    case system = 4
  }

  /// memory.pressure, the `full` line: hundredths of a per cent and microseconds.
  struct PSI {
    var fullAvg10: Int
    var fullTotal: Int
  }

  /// A cgroup. `path` is below the cgroup root, slash in front or not: "init", "system",
  /// "podruntime" are the groups whose pressure is watched; "kubepods/besteffort/podX" and
  /// so on, and children of "podruntime" and "system", are what can be ranked.
  struct Group {
    var path: String
    var `class`: Class
    var memoryCurrent: Int?
    /// nil: "max".
    var memoryMax: Int?
    var psi: PSI
  }

  let version: Version
  /// OOMConfig.strictCgroupClassOrdering; the default is true. Looked at from 1.13.4 on.
  let strictCgroupClassOrdering: Bool
  /// OOMConfig.sampleInterval, default 500 ms (defaultSampleInterval in oom.go; from 1.13.4
  /// DefaultOOMConfig.SampleInterval). The caller looks once per interval.
  let sampleMicroseconds: Int

  /// OOMController.oldValues: "full total" and "full avg10" by path; a path is absent until the
  /// first look. A group that is missing is stored as 0, as in the source, so a group which
  /// appears later shows its whole total as one difference.
  private var oldTotals: [String: Int] = [:]
  private var oldRootAvg10: Int? = nil
  /// OOMController.ActionTriggered; nil is Go's zero time, so "since" is over any limit.
  private var actionTriggered: Int? = nil

  init(
    version: Version, strictCgroupClassOrdering: Bool = true,
    sampleMicroseconds: Int = 500_000
  ) {
    self.version = version
    self.strictCgroupClassOrdering = strictCgroupClassOrdering
    self.sampleMicroseconds = sampleMicroseconds
  }

  // One pass of the loop in Run (controllers/runtime/oom.go, all releases): read pressure,
  // evaluate the trigger, and if it holds rank, kill, and remember the time. The time is
  // remembered whether or not anybody was killed: Run sets ActionTriggered after OomAction
  // without looking at what came back (1.12 line and d5c3136e0 alike).
  mutating func look(at microseconds: Int, root: PSI, groups: [Group]) -> Int? {
    // Since(ActionTriggered) is taken first, before the pressure is read.
    var sinceTrigger = Int.max
    if let last = actionTriggered { sinceTrigger = microseconds - last }

    // PopulatePsiToCtx (internal/oom/oom.go): value and difference of each watched group.
    var dRootAvg10 = 0
    if let old = oldRootAvg10 { dRootAvg10 = root.fullAvg10 - old }
    oldRootAvg10 = root.fullAvg10

    let initPSI = Self.pressure(of: "init", in: groups)
    let systemPSI = Self.pressure(of: "system", in: groups)
    let podruntimePSI = Self.pressure(of: "podruntime", in: groups)
    let dInit = difference(of: "init", now: initPSI.fullTotal)
    let dSystem = difference(of: "system", now: systemPSI.fullTotal)
    let dPodruntime = difference(of: "podruntime", now: podruntimePSI.fullTotal)

    let trigger: Bool
    if !version.isAtLeast(12, 2) {
      // 1.12.0, 1.12.1 (constants.go DefaultOOMTriggerExpression):
      // memory_full_avg10 > 12.0 && d_memory_full_avg10 > 0.0
      //   && time_since_trigger > duration("500ms")
      // Hundredths as integers: a hundredth divided by 100 in a double keeps the order,
      // and the sign of the difference is not changed by dividing it by the interval.
      trigger = root.fullAvg10 > 12_00 && dRootAvg10 > 0 && sinceTrigger > 500_000
    } else {
      let systems = systemsClause(
        dInit: dInit, dSystem: dSystem, dPodruntime: dPodruntime,
        avgInit: initPSI.fullAvg10,
        avgSystem: systemPSI.fullAvg10,
        avgPodruntime: podruntimePSI.fullAvg10)
      let whole = root.fullAvg10 > 75_00 && sinceTrigger > 10_000_000
      if version.isAtLeast(14, 0) {
        // 1.14 (PR 13895): first clause with five seconds, nothing else.
        trigger = systems && sinceTrigger > 5_000_000
      } else if version.isAtLeast(13, 6) || (version.minor == 12 && version.patch >= 10) {
        // 1.13.6 (6df3a452b) and 1.12.10 (40caeece8, the same change on the older
        // branch): the first clause got its own cool-down.
        trigger = (systems && sinceTrigger > 5_000_000) || whole
      } else {
        // 1.12.2 ... 1.12.9, 1.13.0 ... 1.13.5.
        trigger = systems || whole
      }
    }
    if !trigger { return nil }

    let victim = oomAction(groups)
    actionTriggered = microseconds
    return victim
  }

  /// (multiply_qos_vectors(d_qos_memory_full_total, {System: 8.0, Podruntime: 4.0}) > 3000.0 &&
  ///  multiply_qos_vectors(qos_memory_full_avg10, {System: 1.0, Podruntime: 1.0}) > 5.0)
  /// System is the sum over /init and /system (PopulatePsiToCtx adds to the class's entry).
  private func systemsClause(
    dInit: Int, dSystem: Int, dPodruntime: Int, avgInit: Int,
    avgSystem: Int, avgPodruntime: Int
  ) -> Bool {
    // A difference in the source is (new - old) / interval in seconds. Multiply both sides
    // by the interval instead; totals are whole microseconds far below 2^53 and the interval
    // of half a second is a power of two, so the doubles there are exact.
    let left = Int128(8) * (Int128(dInit) + Int128(dSystem)) + Int128(4) * Int128(dPodruntime)
    let total = left * 1_000_000 > Int128(3000) * Int128(sampleMicroseconds)

    let sum = avgInit + avgSystem + avgPodruntime
    let average: Bool
    if sum != 5_00 {
      // Three doubles below 101 are off by less than 1e-12 together: only the tie, sum
      // exactly 5.00, could be decided otherwise by floating point.
      average = sum > 5_00
    } else {
      average = Self.tieIsAboveFive(avgInit, avgSystem, avgPodruntime)
    }
    return total && average
  }

  /// The tie, in the arithmetic of the source: Value.Float64 is Val / 10^2; the class System
  /// starts at 0, then init, then system are added; multiply_qos_vectors starts at 0 and adds
  /// 1.0 * System and 1.0 * Podruntime in the order of a map, but a sum of two terms does
  /// not depend on the order, and the other classes are skipped, not added.
  static func tieIsAboveFive(_ avgInit: Int, _ avgSystem: Int, _ avgPodruntime: Int) -> Bool {
    var system = 0.0
    system += Double(avgInit) / 100.0
    system += Double(avgSystem) / 100.0
    var podruntime = 0.0
    podruntime += Double(avgPodruntime) / 100.0
    return 0.0 + 1.0 * system + 1.0 * podruntime > 5.0
  }

  /// Pressure of one of the watched groups; all zero when it does not exist (PopulatePsiToCtx).
  private static func pressure(of path: String, in groups: [Group]) -> PSI {
    for group in groups where normal(group.path) == path {
      return group.psi
    }
    return PSI(fullAvg10: 0, fullTotal: 0)
  }

  /// New minus old, 0 on the first look; the new value is kept.
  private mutating func difference(of path: String, now: Int) -> Int {
    var result = 0
    if let old = oldTotals[path] { result = now - old }
    oldTotals[path] = now
    return result
  }

  // OomAction (oom.go): rank, select, kill.
  private func oomAction(_ groups: [Group]) -> Int? {
    // RankCgroups: direct children of five directories. Before 1.14 guaranteed pods are
    // looked for in kubepods/guaranteed, which the kubelet does not make; since 1.14
    // (PR 13698) they are the children of kubepods itself.
    var ranked: [(index: Int, class: Class, score: Int)] = []
    for (index, group) in groups.enumerated() {
      guard let klass = rankedClass(group) else { continue }
      let score = Self.score(group, klass)
      // 1.13.4 (b19a03bc2): only scores above zero enter the ranking.
      if version.isAtLeast(13, 4) && score <= 0 { continue }
      ranked.append((index, klass, score))
    }
    // A Go map has no order. Where equals meet, the first by path is taken here.
    ranked.sort { left, right in
      groups[left.index].path.utf8.lexicographicallyPrecedes(groups[right.index].path.utf8)
    }
    if ranked.isEmpty { return nil }

    if version.isAtLeast(13, 4) && strictCgroupClassOrdering {
      // SelectVictim (d5c3136e0): least important class with a score above 0 first.
      var minClass: Class? = nil
      for entry in ranked where entry.score > 0 {
        if minClass == nil || entry.class.rawValue < minClass!.rawValue {
          minClass = entry.class
        }
      }
      guard let minClass else { return nil }
      var victim: Int? = nil
      var maxScore = -1
      for entry in ranked where entry.class == minClass && entry.score > maxScore {
        maxScore = entry.score
        victim = entry.index
      }
      return victim
    }

    // selectHighestScore, and OomAction itself before 1.13.4: highest score, beginning with
    // minus infinity, so a score of 0 is enough when nothing is higher.
    var victim: Int? = nil
    var maxScore = -1
    for entry in ranked where entry.score > maxScore {
      maxScore = entry.score
      victim = entry.index
    }
    return victim
  }

  /// The class under which RankCgroups meets this group, nil if it does not meet it.
  private func rankedClass(_ group: Group) -> Class? {
    let path = Self.normal(group.path)
    switch Self.parent(of: path) {
    case "kubepods/besteffort": return .besteffort
    case "kubepods/burstable": return .burstable
    case "kubepods/guaranteed": return version.isAtLeast(14, 0) ? nil : .guaranteed
    case "kubepods":
      if !version.isAtLeast(14, 0) { return nil }
      let besteffort = path == "kubepods/besteffort"
      let burstable = path == "kubepods/burstable"
      return besteffort || burstable ? nil : .guaranteed
    case "podruntime": return .podruntime
    case "system": return .system
    default:
      // Not a place the source looks at. A pod that the caller puts elsewhere is taken
      // by its class; the classes with weight 0 only by their place.
      return group.class == .besteffort || group.class == .burstable ? group.class : nil
    }
  }

  /// Twice the value of DefaultOOMCgroupRankingExpression (all releases):
  /// memory_max.hasValue() ? 0.0 : {Besteffort: 1.0, Burstable: 0.5, others 0.0}[class]
  ///   * double(memory_current.orValue(0u))
  /// Halves of whole bytes below 2^53 are exact in a double, so twice the score orders alike.
  static func score(_ group: Group, _ klass: Class) -> Int {
    if group.memoryMax != nil { return 0 }
    let current = group.memoryCurrent ?? 0
    switch klass {
    case .besteffort: return current * 2
    case .burstable: return current
    case .guaranteed, .podruntime, .system: return 0
    }
  }

  /// The path without slashes at either end or doubled.
  private static func normal(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: true).joined(separator: "/")
  }

  /// Everything before the last slash; "" when there is none.
  private static func parent(of path: String) -> String {
    var parts = path.split(separator: "/", omittingEmptySubsequences: true)
    if parts.isEmpty { return "" }
    parts.removeLast()
    return parts.joined(separator: "/")
  }
}
