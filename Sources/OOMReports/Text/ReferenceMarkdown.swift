internal import OOMFormats

/// The reference of the scenario format as Markdown, for the documentation.
package enum ReferenceMarkdown {
  package static var text: String {
    let reference = FormatReference()
    var lines = [
      "# Every key of a scenario",
      "",
      "Made by `oomsim schema --markdown` from the tables that the reader goes by; a test compares the two. `NAME`, `N` "
        + "and `/PATH` in a path stand for a process, a number from 0 and a group; `--set` takes the same paths. What is in "
        + "**bold** has to be given.",
    ]
    for place in reference.places {
      let isOneOfSeveral = reference.places.count { $0.path == place.path } > 1
      let path = place.path.isEmpty ? place.name : "`\(place.path)`"
      lines += ["", "## \(path)\(isOneOfSeveral ? ", \(place.name)" : "")", ""]
      if !place.meaning.isEmpty { lines += [cell(place.meaning), ""] }
      lines += ["| key | value | default | example | meaning |", "|---|---|---|---|---|"]
      lines += place.keys.map { row($0) }
    }
    lines += ["", "## Values", "", "| kind | written | examples |", "|---|---|---|"]
    lines += reference.kinds.map { kind in
      let examples = kind.examples.map { "`\($0)`" }.joined(separator: ", ")
      return "| \(replacing("_", with: " ", in: kind.name)) | \(cell(kind.meaning)) | \(examples) |"
    }
    lines += [
      "", "## Words of other tools", "",
      "An error that meets one of these names the key that is meant; so does `oomsim schema WORD`. "
        + "Case, points, dashes and underlines do not count.",
      "",
      "| there | here |", "|---|---|",
    ]
    lines += KeySynonym.all.map { synonym in
      let words = synonym.words.map { "`\($0)`" }.joined(separator: ", ")
      return "| \(words) | \(synonym.paths.map { "`\($0)`" }.joined(separator: ", ")) |"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ key: FormatReference.Key) -> String {
    let name = key.isRequired ? "**`\(key.key)`**" : "`\(key.key)`"
    let usual = key.usual.map { "`\(cell($0))`" } ?? ""
    let example = key.example.map { "`\(cell($0))`" } ?? ""
    return "| \(name) | \(cell(key.type)) | \(usual) | \(example) | \(cell(key.meaning)) |"
  }

  /// A text that does not end its cell.
  private static func cell(_ text: String) -> String { replacing("|", with: "\\|", in: text) }
}
