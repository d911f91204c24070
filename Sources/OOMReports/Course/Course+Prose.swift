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
    package func occurs(in text: String) -> Bool { occurs(in: Array(text.lowercased().utf8)) }

    /// The same of a text in small letters, which many words are looked for in.
    func occurs(in text: [UInt8]) -> Bool {
      names.contains { name in
        let name = Array(name.lowercased().utf8)
        guard let first = name.first else { return false }
        var start = 0
        while start + name.count <= text.count {
          defer { start += 1 }
          guard text[start] == first, text[start..<start + name.count].elementsEqual(name),
            !Self.isLetter(text, start - 1)
          else { continue }
          let end = start + name.count
          if !Self.isLetter(text, end) { return true }
          if text[end] == UInt8(ascii: "s"), !Self.isLetter(text, end + 1) { return true }
        }
        return false
      }
    }

    private static func isLetter(_ text: [UInt8], _ index: Int) -> Bool {
      guard text.indices.contains(index) else { return false }
      let byte = text[index]
      return byte >= 0x80 || byte == UInt8(ascii: "_")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
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

  /// The README with what its lessons come to: outcomes, and the lesson that has a word first.
  ///
  /// - Parameter told: of each story its outcome and all that it says.
  package func markdown(of told: [(outcome: StoryOutcome, text: String)]) -> String {
    var texts = zip(stories, told).map { ($0.name, Array($1.text.lowercased().utf8)) }
    if let lesson0 {
      texts.insert(("0", Array(lesson0.lines.joined(separator: "\n").lowercased().utf8)), at: 0)
    }
    let outcomes = Dictionary(uniqueKeysWithValues: zip(stories.map(\.name), told.map(\.outcome)))
    return markdown(
      outcome: { outcomes[$0.name] ?? $0.outcome },
      first: { word in texts.first { word.occurs(in: $0.1) }?.0 ?? "–" })
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
