package import OOMSimulator

/// Numbers as people read them: integers only, rounded down to a tenth.
package enum SizeFormat {
  /// A size as `12.4 GiB`.
  package static func binary(pages: Int64, pageSize: Bytes) -> String {
    pageSize.bytes(pages: pages).map { binary($0) } ?? "unlimited"
  }

  /// A size as `12.4 GiB`.
  package static func binary(_ size: Bytes) -> String {
    let units: [(String, Int64)] = [
      ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]
    let magnitude = size.rawValue.magnitude
    let sign = size < 0 ? "-" : ""
    for (name, factor) in units where magnitude >= UInt64(factor) {
      let whole = magnitude / UInt64(factor)
      let tenth = magnitude % UInt64(factor) * 10 / UInt64(factor)
      return whole >= 100 || tenth == 0
        ? "\(sign)\(whole) \(name)" : "\(sign)\(whole).\(tenth) \(name)"
    }
    return "\(sign)\(magnitude) B"
  }

  /// A size that the kernel gives in kB.
  package static func binary(_ size: Kibibytes) -> String {
    binary(pages: size.rawValue, pageSize: 1024)
  }

  /// A number with its digits in threes: `3 384 517`.
  package static func grouped(_ number: Int128) -> String {
    var text: [UInt8] = []
    var rest = number.magnitude
    repeat {
      if text.count % 4 == 3 { text.append(UInt8(ascii: " ")) }
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest != 0
    if number < 0 { text.append(UInt8(ascii: "-")) }
    text.reverse()
    return String(decoding: text, as: UTF8.self)
  }

  package static func grouped(_ number: Int64) -> String { grouped(Int128(number)) }

  package static func grouped(_ number: Int) -> String { grouped(Int128(number)) }

  /// A number of pages as `12.4 GiB`, or with the pages before it: `3 250 585 pages (12.4 GiB)`.
  package static func amount(pages: Int64, pageSize: Bytes, showsPages: Bool) -> String {
    let size = binary(pages: pages, pageSize: pageSize)
    return showsPages ? "\(grouped(pages)) \(pages == 1 ? "page" : "pages") (\(size))" : size
  }

  /// A time for people, rounded down: `1h12m3s`, below a minute `3.207s`.
  ///
  /// What a microsecond comes to later is not what a machine would do to the microsecond.
  package static func time(_ time: Microseconds) -> String {
    let unit: Microseconds = time >= .seconds(60) ? .seconds(1) : time >= 1000 ? 1000 : 1
    return exactTime(time - time % unit)
  }

  /// A time to the microsecond, where two may differ by as little: `1h12m3.207s`.
  package static func exactTime(_ time: Microseconds) -> String {
    let seconds = time / .seconds(1)
    let fraction = (time % .seconds(1)).rawValue
    var text = ""
    if seconds >= 3600 { text += "\(seconds / 3600)h" }
    if seconds >= 60 { text += "\(seconds / 60 % 60)m" }
    text += "\(seconds % 60)"
    if fraction != 0 {
      var digits = String(1_000_000 + fraction).dropFirst()
      while digits.last == "0" { digits.removeLast() }
      text += ".\(digits)"
    }
    return text + "s"
  }

  /// A time for a table, rounded down: `1h12m3s`, `25s`, `3.207s`.
  package static func shortTime(_ time: Microseconds) -> String {
    let unit: Microseconds = time >= .seconds(10) ? .seconds(1) : 1000
    return exactTime(time - time % unit)
  }
}
