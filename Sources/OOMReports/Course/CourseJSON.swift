package import OOMFormats

extension JSONWriter {
  /// `oomsim.learn/1`: the chapters of a course with their stories, outcomes as the README has them.
  package mutating func course(_ course: Course) {
    object { writer in
      writer.field("schema", "oomsim.learn/1")
      var number = 0
      writer.key("chapters")
      writer.array {
        for chapter in course.chapters {
          $0.object {
            $0.field("title", chapter.title)
            $0.key("stories")
            $0.array {
              for story in chapter.stories {
                number += 1
                $0.object { $0.fields(of: story, number: number) }
              }
            }
          }
        }
      }
    }
  }

  /// `oomsim.story/1`: a story with the outcome of its run; `explain` is an `oomsim.explain/1`.
  ///
  /// - Parameter index: of `stories`.
  package mutating func story(
    _ index: Int, of course: Course, _ outcome: StoryOutcome, _ lesson: Lesson
  ) {
    var story = course.stories[index]
    story.outcome = outcome
    object {
      $0.field("schema", "oomsim.story/1")
      $0.fields(of: story, number: index + 1)
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
