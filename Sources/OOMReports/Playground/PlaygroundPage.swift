internal import OOMFormats
internal import OOMSimulator

/// One page that runs the engine itself: no server, no network.
package struct PlaygroundPage {
  /// A scenario to begin with.
  package struct Story: Sendable {
    package var name: String
    package var chapter: String
    package var teaches: String
    /// As it is in its file.
    package var text: String

    package init(name: String, chapter: String, teaches: String, text: String) {
      self.name = name
      self.chapter = chapter
      self.teaches = teaches
      self.text = text
    }
  }

  let module: PackedModule
  let stories: [Story]
  let course: PlaygroundCourse

  /// Paths of the scenarios that show what is true of a myth, below the directory of the course.
  package static var proofs: [String] { PlaygroundCourse.proofs }

  /// - Parameters:
  ///   - module: the engine as WebAssembly.
  ///   - others: texts of those of `proofs` that are no stories, by their path.
  package init(module: PackedModule, stories: [Story], others: [String: String]) {
    self.module = module
    self.stories = stories
    course = PlaygroundCourse(others: others)
  }

  /// The stories as JSON.
  private var storiesText: String {
    var writer = JSONWriter()
    writer.array { writer in
      for story in stories {
        writer.object(inline: true) {
          $0.field("name", story.name)
          $0.field("chapter", story.chapter)
          $0.field("teaches", story.teaches)
          $0.field("text", story.text)
        }
      }
    }
    writer.finish()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The whole page, the same bytes for the same module and stories.
  package var html: String {
    let data = Array("{\"stories\":\(storiesText),\"course\":\(course.json)}".utf8)
    return Self.head + body + PlaygroundEngine.element(module)
      + PlaygroundEngine.element("data", Deflate.packed(data))
      + "<script>\(PlaygroundEngine.script)\n\(PlaygroundScript.text)</script>\n</body>\n</html>\n"
  }

  private static let head = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' \
    'wasm-unsafe-eval'; style-src 'unsafe-inline'; connect-src blob: data:">
    <title>oomsim playground</title>
    <style>
    \(PageStyle.text)
    \(style)
    </style>
    </head>
    <body>

    """
}
