extension Verification {
  /// Whether all is as predicted, in a word.
  private var word: String {
    if !isAsPredicted { return "DIFFERS" }
    if !nearTies.isEmpty { return "NEAR TIE" }
    return isWhole ? "PASS" : "TABLES ONLY"
  }

  /// The verdict in lines: the first says whether all is as predicted, the others what there was and what is not.
  package func lines(of name: String) -> [String] {
    let kills = recorded.isEmpty ? "nobody killed" : recorded.map(\.[0]).joined(separator: ", ")
    var lines = ["\(word) \(name) on \(kernel): \(kills)"]
    var facts = ["\(decisions.right) of \(decisions.all) tables"]
    if let sizeError { facts.append("sizes within \(sizeError / 10).\(sizeError % 10) %") }
    if let refusals { facts.append("\(refusals.recorded) refused") }
    lines.append("  " + facts.joined(separator: " · "))
    lines += differences.map { "  differs: " + $0 }
    lines += nearTies.map { "  near tie: " + $0 }
    if !isAsPredicted { lines += causes.map { "  cause: " + $0 } }
    lines += leftOut.map { "  not compared: " + $0 }
    return lines
  }
}
