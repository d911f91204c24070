import Foundation
import OOMSimulator
import Testing

@testable import OOMFormats
@testable import OOMReports

/// Every lesson of the shipped course as `oomsim learn` prints it: short, and no number in its prose that is not its run's.
@Suite struct StoryLessonTests {
  private static let course = Result {
    let url = Files.scenarios.appending(path: "README.md")
    return try Course(markdown: String(contentsOf: url, encoding: .utf8), file: "README.md")
  }

  private struct Told {
    var story: Course.Story
    var scenario: Scenario
    var run: Run
    var simulator: Simulator
    var text: String
    /// What of the text is its own, by which words are found.
    var own: String
    /// The story that it differs from in a few settings.
    var against: String?
  }

  private func told(_ index: Int, _ scenarios: [Scenario], width: Int) throws -> Told {
    let course = try Self.course.get()
    let style = Style(isColored: false)
    let scenario = scenarios[index]
    var simulator = Simulator(for: scenario)
    simulator.recordsCandidates = true
    let run = simulator.run(valid: scenario)
    let lesson = Lesson(of: run, number: 1, in: scenario, simulator: simulator)
    let page = CourseText(course, style: style, width: width)
    let story = StoryLesson(
      of: run, in: scenario, simulator: simulator, lesson: lesson, style: style, width: width)
    let difference = StoryDifference(of: scenario, at: index, among: Array(scenarios[..<index]))
    let text =
      page.lesson(index, story, difference: difference) + "\n"
      + page.next(
        index, kills: run.kills.count, file: course.stories[index].path,
        option: ["--progress", "done"])
    return Told(
      story: course.stories[index], scenario: scenario, run: run, simulator: simulator, text: text,
      own: page.story(index, scenario) + story.text,
      against: difference.map { course.stories[$0.index].name })
  }

  @Test("a lesson is at most 60 lines, and its prose has no number that is not its run's")
  func lessons() throws {
    let course = try Self.course.get()
    let scenarios = try course.stories.map { story in
      try Scenario(
        json: Files.bytes(of: Files.scenarios.appending(path: story.path)), file: story.path)
    }
    var numbers = 0
    var known: [String: KnownNumbers] = [:]
    var unused = NumbersOfTheWorld.all
    var all: [(outcome: StoryOutcome, text: String)] = []
    let allTold = try course.stories.indices.map { try told($0, scenarios, width: 80) }
    for told in allTold {
      known[told.story.name] = try KnownNumbers(told.run, told.scenario, told.simulator)
    }
    for told in allTold {
      all.append((StoryOutcome(of: told.run), told.own))
      let lines = told.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines.count <= 60, "\(told.story.name): \(lines.count) lines")
      let wide = lines.filter { $0.count > 80 && !$0.contains("oomsim ") && !$0.hasSuffix(")") }
      #expect(wide.isEmpty, "\(told.story.name): \(wide)")
      let prose =
        ([told.scenario.title, told.story.teaches] + told.scenario.description)
        .joined(separator: " ")
      // What a lesson sets itself against: the story that it differs from, and those that it names.
      let beside = course.stories.filter {
        prose.contains($0.name) || $0.name == told.against
      }
      let all = ([told.story] + beside).compactMap { known[$0.name] }
      for number in ProseNumber.all(in: prose) {
        numbers += 1
        if all.contains(where: { $0.has(number) }) { continue }
        let isOfTheWorld = NumbersOfTheWorld.all[told.story.name]?.contains(number.text) == true
        unused[told.story.name]?.removeAll { $0 == number.text }
        #expect(isOfTheWorld, "\(told.story.name): \(number) is in neither run nor scenario")
      }
    }
    #expect(numbers > 500)
    // Domain and victim of each story are those of its replay, and a word is explained where it first comes.
    let page = Files.scenarios.appending(path: "README.md")
    #expect(
      try course.markdown(of: all) == String(contentsOf: page, encoding: .utf8),
      "make it anew with: oomsim learn --markdown -o Scenarios/README.md")
    for (story, numbers) in unused where !numbers.isEmpty {
      Issue.record("\(story): \(numbers) stand in the run or not in the prose")
    }
  }
}
