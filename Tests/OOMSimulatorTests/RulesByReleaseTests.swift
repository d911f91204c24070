import OOMFormats
import Testing
import VictimSelection

@testable import OOMSimulator

/// The table of rules: that it hangs together, and that it says what it does not know.
@Suite struct RulesByReleaseTests {
  static let releases =
    RulesByRelease.boundaries
    + EnterpriseKernel.all.map {
      KernelRelease(stringLiteral: $0.name)
    }

  @Test("a rule changes at most once in a release, and every rule set begins with a change")
  func table() {
    var seen: Set<String> = []
    for change in RulesByRelease.changes {
      #expect(
        seen.insert("\(change.rule) \(change.since)").inserted, "\(change.rule) \(change.since)")
      #expect(!change.says.isEmpty && !change.file.isEmpty && !change.function.isEmpty)
      #expect(change.says.hasSuffix("."), "\(change.says)")
      // A base row is what a kernel always did; all others say whom they hurt.
      let first = RulesByRelease.changes.first { $0.rule == change.rule }
      #expect(!change.hurts.isEmpty || first == change, "\(change.rule) \(change.since)")
    }
    #expect(RuleSet.all.count == 20)
    for set in RuleSet.all {
      // What begins with 4.7, a reaped victim, no scenario shows; ties do.
      #expect(RulesByRelease.boundaries.contains(set.since), "\(set.key)")
    }
  }

  /// The releases whose source nobody read, section 12 of the rule book.
  @Test("what begins in a release that was not read says so")
  func evidence() {
    for change in RulesByRelease.changes
    where change.since.isUnread || change.since.predecessor.isUnread {
      #expect(change.evidence != .read, "\(change.rule) \(change.since)")
    }
    for change in RulesByRelease.changes {
      if case .inferred(let neighbours) = change.evidence { #expect(!neighbours.isEmpty) }
    }
  }

  @Test("the changes between two releases lead from the rules of one to those of the other")
  func changesBetween() {
    for from in Self.releases {
      for to in Self.releases where from <= to {
        let rules =
          RulesByRelease.steps(from: from, to: to).last?.rules ?? RulesByRelease.rules(of: from)
        #expect(rules == RulesByRelease.rules(of: to), "\(from)..\(to)")
      }
    }
  }

  @Test("a release between two boundaries has the rules of the earlier one")
  func between() {
    for (release, same) in [
      ("2.6.15", "2.6.14"), ("2.6.27", "2.6.25"), ("3.3", "3.2"), ("4.13", "4.12"),
      ("5.13", "5.11"),
      ("5.17", "5.16"), ("6.0", "5.19"), ("6.6", "6.2"), ("6.10", "6.8"), ("6.12", "6.11"),
      ("7.3", "7.0"),
      ("2.6.11.5", "2.6.11"),
      ("2.6.32.63", "2.6.32"),
    ] {
      let rules = RulesByRelease.rules(of: KernelRelease(stringLiteral: release))
      #expect(rules == RulesByRelease.rules(of: KernelRelease(stringLiteral: same)), "\(release)")
    }
  }

  @Test(
    "releases as people paste them",
    arguments: [
      ("6.12.117+deb12-cloud-amd64", "5.9"), ("3.10.0-1160.el7.x86_64", "3.14"),
      ("5.15.0-91-generic", "5.9"), ("v4.19-rc3", "4.17"), ("2.6.32-754.el6.x86_64", "3.2"),
      ("4.18.0-348.el8.x86_64", "4.17"), ("5.14.0-362.8.1.el9_3.x86_64", "5.9"),
      ("2.6.32-el6", "3.2"), ("3.10-el7", "3.14"), ("4.18-el8", "4.17"), ("5.14-el9", "5.9"),
      ("3.10", "3.5"), ("4.14.35-1902.el7uek.x86_64", "4.8"), ("2.6.39.3", "2.6.39"),
      ("4.14.177-139.253.amzn2.x86_64", "4.8"), ("5.4.0-1045-aws", "4.17"),
      ("3.0.101-63-default", "3.0"), ("6.6.31+rpt-rpi-v8", "5.9"),
      ("5.10.102.1-microsoft-standard-WSL2", "5.9"),
    ])
  func pasted(text: String, ruleSet: String) throws {
    let release = try #require(KernelRelease(text))
    #expect(release.text == text)
    #expect(RuleSet.of(release).key == ruleSet)
  }

  @Test(
    "nonsense is no release",
    arguments: [
      "", "linux", "6", "six.twelve", "1.2", "el7", "-6.12", "6.x", "6.12.", "6.12..6.13",
      "5.0.21.", "v",
    ])
  func nonsense(text: String) {
    #expect(KernelRelease(text) == nil)
  }

  @Test("what is not known gets the nearest rules and a note")
  func notes() throws {
    for (text, ruleSet, note) in [
      ("7.4", "5.9", "7.4 is newer than 7.3"), ("99.0", "5.9", "99.0 is newer than 7.3"),
      ("2.6.10", "2.6.11", "older than 2.6.11"), ("2.4.20", "2.6.11", "older than 2.6.11"),
      ("3.20", "3.14", "there was no Linux 3.20: decided by the rules of 3.19"),
      ("2.6.45", "2.6.39", "there was no Linux 2.6.45"),
      ("4.21", "4.17", "there was no Linux 4.21"),
      ("6.12.0-55.el10.x86_64", "5.9", "as upstream 6.12"),
      ("3.10-el7", "3.14", "all else as upstream 3.10"),
      ("5.14-el9", "5.9", "as upstream 5.14: nothing is proved of it"),
      ("3.13.10", "3.5", "has the rule 'root bonus' of 3.14, as stable 3.13.10 has"),
      ("3.0.5", "3.0", "which update took it over is not known"),
      ("5.15.100", "5.9", "has the rule 'nobody to kill' of 5.16"),
      ("4.14.35-1902.el7uek.x86_64", "4.8", "nothing is known of the changes of el7uek"),
      ("2.6.18-8.el5xen", "2.6.16", "nothing is known of the changes of el5xen"),
      ("3.12.6", "3.5", "that 'memcg trigger' changes there is inferred"),
    ] {
      let release = try #require(KernelRelease(text))
      #expect(RuleSet.of(release).key == ruleSet, "\(text)")
      #expect(release.notes.contains { $0.text.contains(note) }, "\(text): \(release.notes)")
      let scenario = Scenario()
      let run = Simulator(kernel: release).run(scenario)
      #expect(run.warnings.contains { $0.text.contains(note) })
      #expect(
        Simulator(kernel: release).score(scenario).warnings.contains { $0.text.contains(note) })
    }
    for text in [
      "6.12", "2.6.32", "4.19.283", "v5.4", "2.6.11", "7.1", "7.2.13", "7.3.4", "5.15.2", "5.10",
      "3.13",
    ] {
      #expect(try #require(KernelRelease(text)).notes.isEmpty, "\(text)")
    }
  }

  @Test("stable updates that took a change over early decide by it")
  func stable() {
    func rules(_ text: String) -> Rules {
      RulesByRelease.rules(of: KernelRelease(stringLiteral: text))
    }
    #expect(rules("5.15.2").memcg.withoutVictim == .forced)
    #expect(
      rules("5.15.3").memcg.withoutVictim == .waits
        && rules("5.10.200").memcg.withoutVictim == .waits
    )
    #expect(
      rules("3.13.9").badness.rootBonus == .ofTotal
        && rules("3.13.11").badness.rootBonus == .ofOwnUse)
    #expect(
      rules("3.0.101").badness.rule == .perMille(.long)
        && rules("3.0").badness.rule == .perMille(.int))
    #expect(rules("3.4.113").overcommit.comparison == .signed)
    #expect(("6.12.117+deb12" as KernelRelease).stable == 117)
    #expect(("2.6.32.63" as KernelRelease).stable == 63)
  }

  /// Logs of 2.6.32-642.el6 and 3.10.0-514.el7: numbers from the tables and kill lines of real kernels.
  @Test("what the logs of enterprise kernels prove")
  func enterprise() {
    let el6 = RulesByRelease.rules(of: "2.6.32-el6")
    #expect(el6.badness.rule == .perMille(.long) && el6.badness.rootBonus == .ofTotal)
    #expect(
      el6.kill.child == .worstWithOwnMM && !el6.selection.globalEqualsReplace
        && el6.proc.oomScore == .thousandths)
    // Two memcg logs: (the limit in bytes + the swap in pages) >> 12, as in 2.6.36.
    #expect(el6.constraint.memcgTotalpages == .swapAsBytes)
    let el7 = RulesByRelease.rules(of: "3.10-el7")
    var upstream = RulesByRelease.rules(of: "3.10")
    #expect(el7 != upstream)
    upstream.badness.rootBonus = .ofOwnUse
    upstream.proc.hasMemAvailable = true
    #expect(el7 == upstream)
    // dhclient-like victim of root: 50 852 pages less 1 525 print 195 of 252 721, 201 without the bonus.
    let pages = el7.badness.rootBonus.pages(50_852, isAdmin: true)
    #expect(pages == 49_327 && pages * 1000 / 252_721 == 195)
    let el8 = RulesByRelease.rules(of: "4.18-el8")
    #expect(
      el8.kill.child == .none && el8.badness.rule == .atLeastOne && el8.badness.rootBonus == .none)
    #expect(RulesByRelease.rules(of: "5.14-el9") == RulesByRelease.rules(of: "5.14"))
  }
}
