internal import OOMFormats

/// Prose of a course for a terminal: paragraphs and lists in lines, drawings as they are, tables as words with their meaning.
struct ProseText {
  let style: Style
  let width: Int

  func lines(_ prose: [String]) -> [String] {
    var lines: [String] = []
    var paragraph = ""
    var isDrawing = false
    func endParagraph() {
      if paragraph.isEmpty { return }
      let isItem = paragraph.hasPrefix("- ")
      let text = plain(Course.plainMarkdown(paragraph))
      lines += wrapped(text, width: isItem ? width - 2 : width).enumerated().map {
        isItem && $0.offset > 0 ? "  " + $0.element : $0.element
      }
      paragraph = ""
    }
    for line in prose {
      let text = Course.trimmed(line)
      if text.hasPrefix("```") {
        endParagraph()
        isDrawing = !isDrawing
      } else if isDrawing {
        lines.append(line.isEmpty ? "" : "    " + plain(line))
      } else if text.isEmpty {
        endParagraph()
        if lines.last?.isEmpty == false { lines.append("") }
      } else if text.hasPrefix("|") {
        endParagraph()
      } else {
        if text.hasPrefix("- ") { endParagraph() }
        paragraph += (paragraph.isEmpty ? "" : " ") + text
      }
    }
    endParagraph()
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Words with their meanings, in two columns.
  func words(_ words: [Course.Word], indent: Int) -> [String] {
    let names = words.map { plain($0.names.joined(separator: ", ")) }
    let column = min(names.map(\.count).max() ?? 0, 24) + 2
    let space = String(repeating: " ", count: indent)
    return zip(names, words).flatMap { name, word in
      let meaning = wrapped(plain(word.means), width: max(width - indent - column, 30))
      let below = meaning.map { space + String(repeating: " ", count: column) + $0 }
      if name.count + 2 > column { return [space + style.bold(name)] + below }
      let gap = String(repeating: " ", count: column - name.count)
      return [space + style.bold(name) + gap + meaning[0]] + below.dropFirst()
    }
  }
}
