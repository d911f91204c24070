import Foundation
import OOMFormats
import OOMReports
import OOMSimulator
import Testing

/// The rules as people, programs and the documentation get them.
@Suite struct RulesTextTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private let text = RulesText(style: Style(isColored: false), width: 80)

  @Test("the documentation is what the table says; 'oomsim rules --markdown' makes it anew")
  func documentation() throws {
    let file = Self.root.appending(path: "Sources/OOMSimulator/Rules/Rules.md")
    #expect(try String(contentsOf: file, encoding: .utf8) == RulesMarkdown.text)
  }

  @Test func `a release has every rule with its function`() {
    for release in RulesByRelease.boundaries {
      let page = text.release(release)
      for change in RulesByRelease.inForce(in: release) {
        #expect(page.contains(change.rule.rawValue), "\(release)")
      }
      #expect(page.contains("mm/oom_kill.c"))
    }
    #expect(text.release("4.14").contains("3 % of its own use less"))
    #expect(text.release("6.12").contains("commit 9066e5cfb73c"))
  }

  @Test func `a release that was not read says so`() {
    #expect(text.release("4.17").contains("the source of 4.17 was not read"))
    #expect(!text.release("4.16").contains("was not read"))
  }

  @Test func `two releases have what changed between them, with whom it hurts`() {
    let page = text.changes(from: "4.14", to: "6.12")
    for part in [
      "4.15  page tables", "4.17  root bonus", "hurts: root processes, by 3 %",
      "5.1  sacrificed child",
      "release inferred from 5.0.1 and 5.2.1", "5.9  badness", "6.2  rss counters", "not simulated",
    ] { #expect(page.contains(part), "\(part)") }
    #expect(!page.contains("4.8  "))
    #expect(text.changes(from: "6.12", to: "6.12").contains("0 changes"))
  }

  @Test func `lines keep to the window`() {
    for line in text.release("2.6.32").split(separator: "\n") {
      #expect(line.count <= 80 || !line.hasPrefix("    "), "\(line)")
    }
  }

  @Test func `the list has every rule set and the kernels of distributions`() {
    let page = text.list()
    for set in RuleSet.all { #expect(page.contains("\n\(set.key) ")) }
    for kernel in EnterpriseKernel.all { #expect(page.contains(kernel.name)) }
    #expect(page.contains("3.5       3.5 to 3.13"))
  }
}
