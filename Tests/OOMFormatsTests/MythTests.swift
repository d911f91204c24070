import OOMReports
import OOMSimulator
import Testing

/// What people believe: the verdicts and their releases against the rules.
@Suite struct MythTests {
  /// The last release in which a belief held, and the first in which it did.
  static let once: [(myth: Myth, first: KernelRelease, last: KernelRelease)] = [
    (.age, "2.6.11", "2.6.35"), (.nice, "2.6.11", "2.6.35"), (.addressSpace, "2.6.11", "2.6.35"),
    (.children, "2.6.11", "2.6.35"), (.oomAdj, "2.6.12", "2.6.35"),
    (.rootBonus, "2.6.11", "4.16"), (.child, "2.6.11", "5.0"), (.upTo1000, "2.6.36", "5.8"),
  ]

  @Test(arguments: once)
  func `what held once`(myth: Myth, first: KernelRelease, last: KernelRelease) throws {
    #expect(myth.verdict == .once)
    #expect(myth.releases.map(\.first) == [first] && myth.releases.map(\.last) == [last])
    #expect(myth.ruling.hasPrefix("once: true "))
    #expect(myth.ruling.contains(last.text))
    let since = try #require(RulesByRelease.boundaries.first { $0 > last })
    #expect(myth.truth.contains(last.text) || myth.truth.contains(since.text))
  }

  @Test func `all others hold in the newest release or in none`() {
    let others = Myth.allCases.filter { myth in !Self.once.contains { $0.myth == myth } }
    for myth in others where myth.verdict == .wrong {
      #expect(myth.releases.isEmpty && myth.ruling == "wrong, in every release")
    }
    #expect(others.filter { $0.verdict == .isTrue } == [.sharers, .inherited])
    #expect(Myth.sharers.ruling == "true since 2.6.37, and to 2.6.19 and from 2.6.21 to 2.6.31")
    #expect(Myth.inherited.ruling == "true, in every release")
  }

  /// Not only at the ends: in every release with a change the ranges say what its rules do.
  @Test(arguments: Myth.allCases) func `ranges are those of the rules`(myth: Myth) {
    for release in RulesByRelease.boundaries {
      let isStated = myth.releases.contains { $0.first <= release && release <= $0.last }
      let isWrong = myth.isWrong(under: RulesByRelease.rules(of: release))
      #expect(isStated == !isWrong, "\(myth.rawValue) in \(release)")
    }
  }

  @Test func `each has a name of its own to type, and a place in the source`() {
    for myth in Myth.allCases {
      #expect(Myth(named: myth.rawValue) == myth && !myth.rawValue.hasPrefix("-"))
      #expect(Myth(named: myth.rawValue.replacing("_", with: "-")) == myth)
      #expect(myth.place.contains(".c ") || myth.place.contains(".h "), "\(myth.rawValue)")
      #expect(myth.place.contains("()") && !myth.claim.isEmpty && myth.truth.hasSuffix("."))
    }
    #expect(Set(Myth.allCases.map(\.claim)).count == Myth.allCases.count)
    #expect(Myth(named: "ages") == nil && Myth.nearest(to: "nise") == "nice")
  }
}
