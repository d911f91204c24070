import OOMFormats
import Testing

/// A scenario with mistakes: each is marked where it must be found, as in the tests of swift-format.
struct Marked: CustomTestStringConvertible {
  /// What a mistake must be reported as.
  struct Finding {
    var marker: String
    var path: String
    /// Parts that the message must have.
    var fragments: [String]

    init(_ marker: String, _ path: String, _ fragments: String...) {
      self.marker = marker
      self.path = path
      self.fragments = fragments
    }
  }

  /// With the markers.
  var text: String
  var findings: [Finding]

  /// - Parameter sections: what stands in the scenario besides its schema and a machine of 1 GiB.
  init(_ sections: String, _ findings: Finding...) {
    text = scenarioText("\n" + sections + "\n")
    self.findings = findings
  }

  init(whole text: String, _ findings: Finding...) {
    self.text = text
    self.findings = findings
  }

  var testDescription: String { text.filter { $0 != "\n" }.prefix(120).description }

  static let markers: [Character] = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣"]

  /// Compares what is found with what is marked: as many, in the order of the text.
  func check(_ location: SourceLocation = #_sourceLocation) throws {
    var plain = ""
    var places: [String: (line: Int, column: Int)] = [:]
    var (line, column) = (1, 1)
    for character in text {
      if Self.markers.contains(character) {
        places[String(character)] = (line, column)
        continue
      }
      plain.append(character)
      column += character.unicodeScalars.count
      if character.isNewline { (line, column) = (line + 1, 1) }
    }
    let error = try #require(reading(plain).error, sourceLocation: location)
    try #require(
      error.diagnostics.count == findings.count, "\(error)", sourceLocation: location)
    for (diagnostic, finding) in zip(error.diagnostics, findings) {
      let place = try #require(places[finding.marker], sourceLocation: location)
      #expect(
        diagnostic.line == place.line && diagnostic.column == place.column,
        "\(finding.marker) is at \(place): \(error)", sourceLocation: location)
      #expect(diagnostic.path == finding.path, sourceLocation: location)
      for fragment in finding.fragments {
        #expect(diagnostic.message.contains(fragment), sourceLocation: location)
      }
    }
  }
}
