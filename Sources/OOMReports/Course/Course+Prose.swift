// What a course says besides its stories: a lesson 0 in prose, the beginning of each chapter, and a table of words:
//
//     ## Lesson 0: what memory is
//     A page is …
//
//     | word | means | first in |
//     |---|---|---|
//     | points, badness | how much memory … | memory-leak-vps |

extension Course {
  /// A word of the field.
  package struct Word: Equatable, Sendable {
    /// The word, and behind commas what else it is called.
    package var names: [String]
    package var means: String
    /// The lesson that has it first: the name of a story, `0` for lesson 0. `learn --markdown` works it out. nil in a table
    /// without that column.
    package var first: String?
    /// Of the README, from 1.
    package var line: Int

    /// Whether a text has the word, in the singular or the plural.
    package func occurs(in text: String) -> Bool {
      let text = Array(text.lowercased())
      return names.contains { name in
        let name = Array(name.lowercased())
        return text.indices.contains { start in
          guard text[start...].starts(with: name), !Self.isLetter(text, start - 1) else {
            return false
          }
          let end = start + name.count
          let isPlural = end < text.count && text[end] == "s"
          return !Self.isLetter(text, end) || isPlural && !Self.isLetter(text, end + 1)
        }
      }
    }

    private static func isLetter(_ text: [Character], _ index: Int) -> Bool {
      guard text.indices.contains(index) else { return false }
      return text[index].isLetter || text[index].isNumber || text[index] == "_"
    }
  }

  /// A part of the README below a heading.
  package struct Section: Equatable, Sendable {
    package var title: String
    package var lines: [String]
  }

  static func sections(of lines: [String]) -> [Section] {
    var sections: [Section] = []
    for line in lines {
      if line.hasPrefix("## ") {
        sections.append(Section(title: trimmed(String(line.dropFirst(3))), lines: []))
      } else if !sections.isEmpty {
        sections[sections.count - 1].lines.append(line)
      }
    }
    return sections
  }

  /// What stands between a heading and the first table below it.
  static func introduction(_ section: Section?) -> [String] {
    Array((section?.lines ?? []).prefix { !trimmed($0).hasPrefix("|") })
  }

  /// The rows of tables whose first two columns are called `word` and `means`.
  static func words(in lines: [String]) -> [Word] {
    var words: [Word] = []
    var columns: [String]?
    for (index, line) in lines.enumerated() {
      let row = trimmed(line)
      guard row.hasPrefix("|") else {
        columns = nil
        continue
      }
      let cells = cells(of: row)
      guard let head = columns else {
        columns = cells
        continue
      }
      let isRule = row.allSatisfy { "|-: ".contains($0) }
      guard head.prefix(2) == ["word", "means"], !isRule, cells.count >= 2 else { continue }
      words.append(
        Word(
          names: cells[0].split(separator: ",").map { plainMarkdown(trimmed(String($0))) },
          means: plainMarkdown(cells[1]), first: cells.count > 2 ? cells[2] : nil, line: index + 1))
    }
    return words
  }

  /// The words that a lesson has first.
  package func words(firstIn lesson: String) -> [Word] { words.filter { $0.first == lesson } }

  /// Text without the marks that make it bold, code or a link.
  package static func plainMarkdown(_ text: String) -> String {
    var plain = ""
    var rest = text[...]
    while let character = rest.first {
      if character == "[", let middle = rest.firstRange(of: "]("),
        let end = rest[middle.upperBound...].firstIndex(of: ")")
      {
        plain += rest[..<middle.lowerBound].dropFirst()
        rest = rest[end...].dropFirst()
        continue
      }
      if character != "`" { plain.append(character) }
      rest = rest.dropFirst()
    }
    return plain
  }
}
