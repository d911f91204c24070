internal import OOMSimulator

extension FormatReference {
  /// The whole of the format.
  package var all: Found { Found(places: places, kinds: kinds) }

  /// What a word leads to.
  package struct Found: Sendable {
    package var places: [Place] = []
    package var keys: [Key] = []
    package var kinds: [Kind] = []
    /// Set where the word is another tool's.
    package var synonym: KeySynonym?

    package var isEmpty: Bool { places.isEmpty && keys.isEmpty && kinds.isEmpty }
  }

  /// What a key, a path to one, an event, a part or a kind of value means, wherever it occurs.
  ///
  /// - Parameter word: `oom_score_adj`, `machine.memory`, `cgroups./a/b.memory.high`, `grow`, `size`.
  package func find(_ word: String) -> Found {
    for isExact in [true, false] {
      var found = find(word, isExact: isExact)
      if found.isEmpty { continue }
      // What is a kind of value here may be a key elsewhere, as 'limit' is.
      if found.keys.isEmpty, found.places.isEmpty { addSynonym(of: word, to: &found) }
      return found
    }
    var found = Found()
    addSynonym(of: word, to: &found)
    return found
  }

  private func addSynonym(of word: String, to found: inout Found) {
    guard let synonym = KeySynonym.of(word) else { return }
    found.synonym = synonym
    for path in synonym.paths {
      found.keys += places.flatMap { $0.keys }.filter { $0.path == path }
    }
  }

  private func find(_ word: String, isExact: Bool) -> Found {
    let pattern = Pattern(word, isExact: isExact)
    var found = Found()
    for place in places {
      if pattern.equals(replacing(" ", with: "_", in: place.name)) || pattern.leads(to: place.path)
      {
        found.places.append(place)
      }
      for key in place.keys {
        let isKey =
          pattern.equals(key.key) || pattern.equals(place.name + "." + key.key)
          || pattern.leads(to: key.path)
        if isKey { found.keys.append(key) }
      }
    }
    // The path of a group is anything that the name of a file is not.
    if found.keys.contains(where: { !pattern.equals($0.key) }) {
      found.places.removeAll { $0.path.hasSuffix("/PATH") }
    }
    // A section is told by its place alone.
    found.keys.removeAll { key in found.places.contains { $0.path == key.path } }
    // With a section that lists or names objects comes what they are made of.
    for key in found.keys where !key.path.contains(".") {
      let paths = ["./PATH", ".NAME", ".N"].map { key.path + $0 }
      found.places += places.filter { paths.contains($0.path) }
    }
    found.kinds = kinds.filter { pattern.equals($0.name) }
    return found
  }

  /// What a user writes of a path: `NAME`, `N` and `/PATH` stand for anything, or are left out.
  private struct Pattern {
    private let text: String
    private let isExact: Bool

    init(_ text: String, isExact: Bool) {
      self.isExact = isExact
      self.text = isExact ? text : text.lowercased()
    }

    func equals(_ other: String) -> Bool { text == folded(other) }

    private func folded<Text: StringProtocol>(_ text: Text) -> String {
      isExact ? String(text) : text.lowercased()
    }

    func leads(to path: String) -> Bool {
      guard text.contains(".") || text.contains("[") else { return false }
      if let group = Self.group(in: path) {
        // Groups and files have points in their names: what stands before and behind the group is to be there.
        let (head, rest) = (
          folded(path[..<group]), folded(path[group...].dropFirst("./PATH".count))
        )
        guard text.hasPrefix(head), text.dropFirst(head.count).hasSuffix(rest) else { return false }
        let between = text.dropFirst(head.count).dropLast(rest.count)
        return between.isEmpty || between.hasPrefix("./") || between.hasPrefix("[")
      }
      let parts = text.split { ".[]".contains($0) }
      return !parts.isEmpty && matches(parts[...], path.split(separator: ".")[...])
    }

    /// Where the name of a group stands in a path.
    private static func group(in path: String) -> String.Index? {
      path.indices.first { path[$0...].hasPrefix("./PATH") }
    }

    private func matches(_ parts: ArraySlice<Substring>, _ steps: ArraySlice<Substring>) -> Bool {
      guard let step = steps.first else { return parts.isEmpty }
      let rest = steps.dropFirst()
      if step == "NAME" || step == "N" {
        return matches(parts, rest) || !parts.isEmpty && matches(parts.dropFirst(), rest)
      }
      return parts.first.map(String.init) == folded(step) && matches(parts.dropFirst(), rest)
    }
  }

  /// The known word that is nearest to an unknown one.
  package func nearest(_ word: String) -> String? {
    let last = word.split(separator: ".").last.map { String($0) } ?? word
    let known =
      places.flatMap { $0.keys.map { $0.key } } + places.map { $0.name } + kinds.map { $0.name }
      + KeySynonym.all.flatMap { $0.words }
    return nearestWord(to: word, among: known) ?? nearestWord(to: last, among: known)
  }
}
