/// The known word that a misspelt one is nearest to, nil when none is near.
///
/// At most a third of the letters may be wrong, and not more than three; swapping two neighbours counts as one.
package func nearestWord(to word: String, among known: [String]) -> String? {
  let limit = word.count < 2 ? 0 : min(3, max(1, word.count / 3))
  var best: (word: String, distance: Int)?
  for candidate in known where abs(candidate.count - word.count) <= limit {
    let distance = editDistance(
      Array(word.lowercased()), Array(candidate.lowercased()), upTo: limit)
    if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.word
}

/// Optimal string alignment distance, as far as it is no more than `most`; else any number above it.
///
/// - Complexity: O(length × most): two texts that are alike differ in few places, so only pairs of letters at about the
///   same place are looked at.
private func editDistance(_ a: [Character], _ b: [Character], upTo most: Int) -> Int {
  let far = most + 1
  var beforeLast = [Int](repeating: far, count: 2 * most + 3)
  // The distance of the first letters of both, `i` of the one and `i - most - 1 + place` of the other.
  var last = beforeLast
  for place in last.indices where place > most { last[place] = place - most - 1 }
  for i in 0..<a.count {
    var row = [Int](repeating: far, count: last.count)
    for place in 1..<row.count - 1 {
      let j = i - most - 1 + place
      if j == -1 { row[place] = i + 1 }
      guard b.indices.contains(j) else { continue }
      var cost = min(last[place + 1] + 1, row[place - 1] + 1, last[place] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        cost = min(cost, beforeLast[place] + 1)
      }
      row[place] = cost
    }
    (beforeLast, last) = (last, row)
  }
  let place = b.count - a.count + most + 1
  return last.indices.contains(place) ? last[place] : far
}
