package import OOMFormats

extension JSONWriter {
  /// `oomsim.learn/1`: the chapters of a course with their stories, outcomes as the README has them, and its words.
  ///
  /// - Parameter only: a chapter; all when nil.
  package mutating func course(
    _ course: Course, only: Int? = nil, progress: CourseProgress? = nil
  ) {
    object { writer in
      writer.field("schema", "oomsim.learn/1")
      var number = 0
      writer.key("chapters")
      writer.array {
        for (index, chapter) in course.chapters.enumerated() {
          if only ?? index != index {
            number += chapter.stories.count
            continue
          }
          $0.object {
            $0.field("title", chapter.title)
            $0.key("stories")
            $0.array {
              for story in chapter.stories {
                number += 1
                $0.object {
                  $0.fields(of: story, number: number)
                  if let progress { $0.field("done", progress.has(story.name)) }
                }
              }
            }
          }
        }
      }
      writer.key("words")
      writer.array {
        for word in course.words {
          $0.object(inline: true) {
            $0.field("word", word.names.joined(separator: ", "))
            $0.field("means", word.means)
            $0.field("first_in", word.first)
          }
        }
      }
    }
  }

  /// `oomsim.story/1`: a story with the outcome of its run; `explain` is an `oomsim.explain/1`.
  ///
  /// - Parameter index: of `stories`.
  package mutating func story(
    _ index: Int, of course: Course, _ outcome: StoryOutcome, _ lesson: Lesson,
    _ difference: StoryDifference?
  ) {
    var story = course.stories[index]
    story.outcome = outcome
    object {
      $0.field("schema", "oomsim.story/1")
      $0.fields(of: story, number: index + 1)
      $0.field("differs_from", difference.map { course.stories[$0.index].name })
      $0.key("differs_in")
      $0.array {
        for row in difference?.settings ?? [] {
          $0.object(inline: true) {
            $0.field("path", row.path)
            $0.field("change", row.text)
          }
        }
      }
      $0.key("explain")
      $0.lesson(lesson)
    }
  }

  private mutating func fields(of story: Course.Story, number: Int) {
    field("number", Int64(number))
    field("name", story.name)
    field("file", story.path)
    field("domain", story.outcome.domain)
    field("victim", story.outcome.victim)
    field("teaches", story.teaches)
  }
}
