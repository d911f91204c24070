extension Lesson {
  /// The sum of a process, or a line between sums.
  package struct Sum: Equatable, Sendable {
    package var name: String
    /// nil of a line between sums.
    package var points: String?
    package var terms = ""
    /// What comes of it, behind the sum.
    package var mark = ""
    /// Whether the mark says that it took the lead.
    package var leads = false

    init(
      name: String, points: String?, terms: String = "", mark: String = "", leads: Bool = false
    ) {
      self.name = name
      self.points = points
      self.terms = terms
      self.mark = mark
      self.leads = leads
    }

    /// A sum in lines that begin with a sign.
    static func broken(_ terms: String, width: Int) -> [String] {
      var parts: [String] = []
      for word in terms.split(separator: " ") {
        if word == "+" || word == "-" || parts.isEmpty {
          parts.append(String(word))
        } else {
          parts[parts.count - 1] += " " + word
        }
      }
      var lines: [String] = []
      for part in parts {
        if let last = lines.last, last.count + 1 + part.count <= width {
          lines[lines.count - 1] = last + " " + part
        } else {
          lines += wrapped(part, width: width)
        }
      }
      return lines
    }

    /// Sums in columns, points below points. One that is wider than the window goes on below its first term.
    static func lines(_ sums: [Sum], width: Int) -> [String] {
      let isSum = sums.filter { $0.points != nil }
      let names = isSum.map { $0.name.count }.max() ?? 0
      let digits = isSum.map { $0.points?.count ?? 0 }.max() ?? 0
      return sums.flatMap { sum in
        guard let points = sum.points else { return wrapped(sum.name, width: width) }
        let gap = String(repeating: " ", count: names - sum.name.count + 2)
        let pad = String(repeating: " ", count: digits - points.count)
        let head = sum.name + gap + pad + points + " = "
        let tail = sum.mark.isEmpty ? sum.terms : sum.terms + "   " + sum.mark
        if head.count + tail.count <= width { return [head + tail] }
        // Of what did not lead its points say enough.
        if !sum.leads, head.count + sum.terms.count <= width { return [head + sum.terms] }
        let space = String(repeating: " ", count: head.count)
        var lines = broken(sum.terms, width: max(width - head.count, 20))
        if !sum.mark.isEmpty {
          let last = lines[lines.count - 1] + "   " + sum.mark
          if head.count + last.count > width {
            lines.append(sum.mark)
          } else {
            lines[lines.count - 1] = last
          }
        }
        return lines.enumerated().map { ($0.offset == 0 ? head : space) + $0.element }
      }
    }
  }
}
