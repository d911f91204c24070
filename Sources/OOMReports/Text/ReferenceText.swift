package import OOMFormats

/// What the keys of the scenario format mean, for people: a list by place, or some of them in full.
package struct ReferenceText {
  private let reference: FormatReference
  private let style: Style
  /// Columns of the window.
  private let width: Int

  package init(_ reference: FormatReference, style: Style, width: Int) {
    self.reference = reference
    self.style = style
    self.width = width
  }

  /// Every key with the beginning of its meaning.
  package func list() -> String {
    var lines: [String] = []
    for place in reference.places {
      if !lines.isEmpty { lines.append("") }
      lines += self.lines(place)
    }
    lines += ["", style.bold("values")]
    let widest = reference.kinds.map { $0.name.count }.max() ?? 0
    for kind in reference.kinds {
      lines += row(replacing("_", with: " ", in: kind.name), kind.meaning, widest)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// All of what a word leads to.
  package func text(_ found: FormatReference.Found, for word: String) -> String {
    var parts: [[String]] = []
    if let synonym = found.synonym {
      let keys = synonym.keys.map { "'\($0)'" }.joined(separator: " or ")
      let note = synonym.note.map { ": \($0)" } ?? ""
      parts.append(wrapped("'\(plain(word))' is called \(keys) here\(note).", width: width))
    }
    parts += found.places.map { lines($0) }
    parts += found.keys.map { key($0) }
    var kinds = found.kinds
    // How its values are written, where that is not lost among many.
    let named = found.keys.flatMap { $0.kinds }
    if found.places.isEmpty, Set(found.keys.map { $0.kinds }).count <= 2 {
      kinds += reference.kinds.filter { kind in
        named.contains(kind.name) && !kinds.contains { $0.name == kind.name }
      }
    }
    parts += kinds.map { kind($0) }
    return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private func lines(_ place: FormatReference.Place) -> [String] {
    let path = place.path.isEmpty || place.path == place.name ? "" : "   \(place.path)"
    var lines = [style.bold(place.name) + style.dim(path)]
    if !place.meaning.isEmpty {
      lines += wrapped(place.meaning, width: max(width - 2, 30)).map { "  " + $0 }
    }
    let widest = place.keys.map { $0.key.count }.max() ?? 0
    for key in place.keys {
      lines += row(key.key, key.meaning.isEmpty ? key.type : key.meaning, widest)
    }
    return lines
  }

  /// A name with the first sentence of what it means.
  private func row(_ name: String, _ meaning: String, _ widest: Int) -> [String] {
    let label = "  " + name + String(repeating: " ", count: max(widest - name.count, 0)) + "  "
    // The first sentence, without its point.
    let end = meaning.indices.first { meaning[$0...].hasPrefix(". ") } ?? meaning.endIndex
    let sentence = meaning[..<end]
    let text = String(sentence.hasSuffix(".") ? sentence.dropLast() : sentence)
    let space = String(repeating: " ", count: label.count)
    return wrapped(text, width: max(width - label.count, 30)).enumerated().map { number, line in
      (number == 0 ? label : space) + line
    }
  }

  private func key(_ key: FormatReference.Key) -> [String] {
    let head = key.type + (key.isRequired ? ", required" : "")
    var lines = [style.bold(key.path) + "   " + head]
    if !key.meaning.isEmpty {
      lines += wrapped(key.meaning, width: max(width - 4, 30)).map { "    " + $0 }
    }
    if let unit = key.unit { lines.append("    unit     \(unit)") }
    if let usual = key.usual { lines.append("    default  \(usual)") }
    if let example = key.example {
      let name = key.key
      lines.append("    example  \"\(name)\": \(example)")
    }
    return lines
  }

  private func kind(_ kind: FormatReference.Kind) -> [String] {
    var lines = [style.bold(replacing("_", with: " ", in: kind.name)) + "   a kind of value"]
    lines += wrapped(kind.meaning, width: max(width - 4, 30)).map { "    " + $0 }
    if !kind.examples.isEmpty {
      lines.append("    examples " + kind.examples.joined(separator: ", "))
    }
    return lines
  }
}
