/// Which lessons a reader has gone through: their names, each on a line of a file that the reader keeps.
package struct CourseProgress: Equatable, Sendable {
  /// In the order in which they were gone through; names of other courses stay.
  package private(set) var names: [String]

  package init(text: String) {
    names = text.split { $0 == "\n" || $0 == "\r\n" }.map { Course.trimmed(String($0)) }
      .filter { !$0.isEmpty }
  }

  package func has(_ name: String) -> Bool { names.contains(name) }

  package mutating func add(_ name: String) {
    if !has(name) { names.append(name) }
  }

  package var text: String { names.map { $0 + "\n" }.joined() }

  /// The first lesson of a course that is still to come; nil when all are done.
  package func next(in course: Course) -> String? {
    let lesson0 = course.lesson0 == nil ? [] : ["0"]
    return (lesson0 + course.stories.map(\.name)).first { !has($0) }
  }
}
