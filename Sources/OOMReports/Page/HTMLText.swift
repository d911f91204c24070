internal import OOMFormats

/// Text of a scenario or a run as text of a page: nothing in it is markup, and what cannot be seen is spelt out.
///
/// It may stand between tags and in a quoted attribute.
func html(_ text: String) -> String { html(text, isQuoted: true) }

/// - Parameter isQuoted: whether quotes are spelt out; between tags alone they need not be.
private func html(_ text: String, isQuoted: Bool) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"" where isQuoted: result += "&quot;"
    case "'" where isQuoted: result += "&#39;"
    default:
      if isInvisible(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result
}

/// As `html`, with the lines of a file kept.
func htmlLines(_ text: String) -> String {
  // By scalars: a carriage return and the line feed after it are one character.
  text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    var kept = String.UnicodeScalarView()
    for scalar in line {
      switch scalar {
      case "\t": kept.append(contentsOf: "  ".unicodeScalars)
      case "\r": break
      default: kept.append(scalar)
      }
    }
    return html(String(kept), isQuoted: false)
  }.joined(separator: "\n")
}

/// Text as a string of JavaScript or JSON inside of a script element, with its quotes: it can neither end the
/// string nor the element.
func scriptText(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\", "<", ">", "&", "'":
      result += unicodeEscape(scalar)
    default:
      if isInvisible(scalar) {
        // As on the rest of the page: the reader sees the escape.
        result += "\\\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result + "\""
}

private func unicodeEscape(_ scalar: Unicode.Scalar) -> String {
  String(scalar).utf16.map { unit in
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }.joined()
}
