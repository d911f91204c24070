internal import OOMSimulator

/// Which rows of `docker stats` are of which containers of another file.
struct ContainerMatches {
  /// Names of the rows, also of those that did not run.
  var rows: [String] = []
  private var found: Set<String> = []
  private var withoutRow: [String] = []

  /// What a container uses, by the first of its names that a row has.
  mutating func usage(
    of container: String, aliases: [String], in measured: [String: Bytes]
  ) -> Bytes? {
    if rows.isEmpty { return nil }
    let names = [container] + aliases
    let own = names.filter { rows.contains($0) }
    found.formUnion(own)
    if own.isEmpty { withoutRow.append(container) }
    return names.compactMap { measured[$0] }.first
  }

  var isAnyMeasured: Bool { !found.isEmpty }

  /// What of either has nothing in the other.
  var notes: [String] {
    if rows.isEmpty { return [] }
    var notes: [String] = []
    let others = rows.filter { !found.contains($0) }
    if !others.isEmpty {
      notes.append(
        "\(others.count) of \(rows.count) rows of docker stats \(others.count == 1 ? "is" : "are") of no container here and left out: "
          + Self.listed(others))
    }
    if !withoutRow.isEmpty {
      notes.append(
        "\(withoutRow.count == 1 ? "1 container has" : "\(withoutRow.count) containers have") no row of docker stats, so that use is not known: "
          + Self.listed(withoutRow))
    }
    return notes
  }

  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(10).map { shortened($0) }.joined(separator: ", ")
    return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
  }
}
