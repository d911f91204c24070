/// A text for a terminal: what a name or a title may hold is not obeyed by it.
package func plain(_ text: String) -> String {
  if text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) {
    return text
  }
  return text.unicodeScalars.map {
    $0.value < 0x20 || (0x7F...0x9F).contains($0.value)
      ? "\\u{\(String($0.value, radix: 16))}" : String($0)
  }.joined()
}
