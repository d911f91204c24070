internal import OOMSimulator

/// What the numbers of a range count.
enum Scale: Equatable, Sendable {
  case integers
  case bytes
  case microseconds

  /// The spelling that a scenario takes, the shortest of whole units.
  func text(_ amount: Int64) -> String {
    switch self {
    case .integers: return String(amount)
    case .microseconds: return amount == 0 ? "0" : DurationText.text(Microseconds(amount))
    case .bytes:
      if amount == 0 { return "0" }
      let units: [(String, Int64)] = [("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20)]
      for (name, factor) in units where amount % factor == 0 { return "\(amount / factor)\(name)" }
      return "\(amount / 1024)k"
    }
  }
}

/// A number with its unit as a scenario spells it: `512M`, `90s`, `-500`.
struct Quantity: Equatable, Sendable {
  var amount: Int64
  /// Nil for 0, which needs no unit and goes with any.
  var scale: Scale?

  static let allowed = "write it like 512M, 90s or 100"

  /// - Parameter pageSize: what a page counts in `37 pages`.
  init(_ text: String, pageSize: Bytes) throws(QuantityError) {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    if !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) {
      guard let number = Int64(text) else {
        throw QuantityError(message: "'\(plain(shortened(text)))' is too large")
      }
      (amount, scale) = (number, number == 0 ? nil : .integers)
      return
    }
    do throws(QuantityError) {
      let found = try DurationText.microseconds(text)
      (amount, scale) = (found.rawValue, found == 0 ? nil : .microseconds)
      return
    } catch {
      // No duration: a size, or nothing.
    }
    do throws(QuantityError) {
      let bytes = Array(text.utf8)
      var found = try SizeText.bytes(bytes.span, pageSize: pageSize)
      // A million bytes are no whole KiB: a scenario would round them up to pages.
      if SizeText.isDecimal(bytes.span) {
        found = Bytes((found.rawValue + 1023) / 1024 * 1024)
      }
      guard found <= SizeText.maxBytes else {
        throw QuantityError(message: "it is larger than 4 PiB")
      }
      guard found.rawValue % 1024 == 0 else {
        throw QuantityError(message: "sizes are whole KiB here")
      }
      (amount, scale) = (found.rawValue, found == 0 ? nil : .bytes)
    } catch {
      let isNumber = digits.first.map { $0.isASCII && $0.isNumber } ?? false
      throw QuantityError(
        message: "'\(plain(shortened(text)))' is no size, duration or whole number: "
          + (isNumber ? error.message : Self.allowed))
    }
  }
}
