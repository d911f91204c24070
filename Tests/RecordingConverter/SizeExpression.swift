/// The sizes of the recorder's script language: `4M`, `25%`, `5%+100UNIT+200`, `LIMIT-1000`, `3TOTAL`.
public struct SizeExpression: Sendable {
  public var ramPages: Int64
  public var swapPages: Int64
  public var commitLimitPages: Int64

  public init(ramPages: Int64, swapPages: Int64, commitLimitPages: Int64 = 0) {
    self.ramPages = ramPages
    self.swapPages = swapPages
    self.commitLimitPages = commitLimitPages
  }

  /// The size in pages, or nil if the text is not a size.
  public func pages(_ text: String) -> Int64? {
    var total: Int64 = 0
    var sign: Int64 = 1
    var term = ""
    for character in text + "+" {
      guard character == "+" || character == "-" else {
        term.append(character)
        continue
      }
      guard let value = value(ofTerm: term) else { return nil }
      total += sign * value
      sign = character == "+" ? 1 : -1
      term = ""
    }
    return total
  }

  private func value(ofTerm term: String) -> Int64? {
    let digits = term.prefix { $0.isNumber }
    let unit = term.dropFirst(digits.count)
    guard !term.isEmpty, let count = digits.isEmpty ? 1 : Int64(digits) else { return nil }
    let total = ramPages + swapPages
    switch unit {
    case "": return digits.isEmpty ? nil : count
    case "K": return count / 4
    case "M": return count * 256
    case "G": return count * 262_144
    case "%": return ramPages * count / 100
    case "RAM": return count * ramPages
    case "SWAP": return count * swapPages
    case "TOTAL": return count * total
    case "LIMIT": return count * commitLimitPages
    case "UNIT": return count * (total / 1000)
    default: return nil
    }
  }
}
