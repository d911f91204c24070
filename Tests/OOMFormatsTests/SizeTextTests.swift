import OOMSimulator
import Testing

@testable import OOMFormats

/// Sizes as design.md section 4 has them: binary units, exact or an error, rounded up to pages.
struct SizeTextTests {
  @Test(
    arguments: [
      ("0", 0), ("0k", 0), ("0 pages", 0), ("1k", 1), ("1K", 1), ("4k", 1), ("5k", 2),
      ("4KiB", 1), ("4kiB", 1), ("1M", 256), ("1MiB", 256), ("1G", 262_144), ("1GiB", 262_144),
      ("1T", 268_435_456), ("1TiB", 268_435_456), ("512MiB", 131_072), ("4G", 1_048_576),
      // What the kernel prints as kB is KiB.
      ("1000kB", 250), ("1001kB", 251), ("32909 kB", 8228), ("37 pages", 37), ("1 page", 1),
      ("37pages", 37), ("512 MiB", 131_072), ("007M", 1792),
      // As Kubernetes writes them: binary.
      ("8Gi", 2_097_152), ("512Mi", 131_072), ("4Ki", 1), ("4ki", 1), ("1Ti", 268_435_456),
      // A GB is 10^9 bytes: 8 × 10^9 / 4096 = 1953125; 10^6 / 4096 = 244.1.
      ("8GB", 1_953_125), ("8 GB", 1_953_125), ("1MB", 245), ("1.5GB", 366_211),
      ("1TB", 244_140_625),
      // A fraction is exact or an error: 1.5 × 2^30 is a whole number of bytes.
      ("1.5G", 393_216), ("0.5k", 1), ("1.25M", 320), ("2.50M", 640), ("0.125T", 33_554_432),
      ("0.00390625M", 1), ("1.0k", 1), ("1.5 pages", 2), ("0.5 page", 1),
      // Rounded up: one byte more than a page is two.
      ("4.0009765625k", 2), ("4096T", 1 << 40), ("4398046511104kB", 1 << 40),
      ("1099511627776 pages", 1 << 40),
    ] as [(String, Int64)])
  func `sizes in pages of 4096 bytes`(text: String, pages: Int64) throws {
    #expect(try size(text) == pages)
  }

  @Test(
    arguments: [
      ("1 page", 16384, 1), ("1k", 16384, 1), ("16k", 16384, 1), ("17k", 16384, 2),
      ("1M", 16384, 64), ("1G", 16384, 65_536), ("37 pages", 16384, 37), ("0", 16384, 0),
      ("1k", 65536, 1), ("64k", 65536, 1), ("65k", 65536, 2), ("1M", 65536, 16),
      ("1000kB", 65536, 16), ("4096T", 65536, 1 << 36),
    ] as [(String, Bytes, Int64)])
  func `sizes in larger pages`(text: String, pageSize: Bytes, pages: Int64) throws {
    #expect(try size(text, pageSize: pageSize) == pages)
  }

  static let tooLarge = "larger than 4 PiB, the most that x86-64 can address"
  static let form = "write it like \"512MiB\", \"4G\", \"1000kB\" or \"37 pages\""
  static let units =
    "k, M, G and T, with i or iB behind them; kB; MB, GB and TB, which are powers of 1000; or pages"

  @Test(
    arguments: [
      ("", "no size: \(form)"), ("G", "no size: \(form)"), (".5G", "no size: \(form)"),
      ("5.G", "no size: \(form)"), (" 5G", "no size: \(form)"), ("+5G", "no size: \(form)"),
      ("max", "no size: \(form)"), ("-1G", "a size cannot be negative"),
      ("-0", "a size cannot be negative"), ("5", "a size needs a unit: \(form)"),
      ("5 ", "a size needs a unit: \(form)"), ("1.5", "a size needs a unit: \(form)"),
      ("1KB", "unknown unit 'KB': write kB or KiB for 1024 bytes"),
      ("1g", "unknown unit 'g': \(units)"),
      ("1m", "unknown unit 'm': \(units)"), ("1B", "unknown unit 'B': \(units)"),
      ("1P", "unknown unit 'P': \(units)"), ("1PB", "unknown unit 'PB': \(units)"),
      ("1Gb", "unknown unit 'Gb': \(units)"), ("1GBi", "unknown unit 'GBi': \(units)"),
      ("1Mib", "unknown unit 'Mib': \(units)"), ("1 pagez", "unknown unit 'pagez': \(units)"),
      ("1 p", "unknown unit 'p': \(units)"), ("1G ", "unknown unit 'G ': \(units)"),
      ("1  G", "unknown unit ' G': \(units)"), ("1.5.5G", "unknown unit '.5G': \(units)"),
      ("1e3k", "unknown unit 'e3k': \(units)"), ("1,5G", "unknown unit ',5G': \(units)"),
      ("0x10k", "unknown unit 'x10k': \(units)"), ("1µ", "unknown unit 'µ': \(units)"),
      // A tenth of 1024 bytes is 102.4 bytes.
      ("0.1k", "not a whole number of bytes: use a smaller unit"),
      ("1.3G", "not a whole number of bytes: use a smaller unit"),
      ("0.00001 pages", "not a whole number of bytes: use a smaller unit"),
      ("4097T", tooLarge), ("1099511627777 pages", tooLarge), ("9223372036854775807k", tooLarge),
      ("9223372036854775807 pages", tooLarge), ("9223372036854775808 pages", tooLarge),
      ("18446744073709551616 pages", tooLarge), ("99999999999999999999999999G", tooLarge),
      ("0.3333333333333333333333G", "too many digits after the point"),
      // Not larger than 4 PiB, but more digits than are calculated with.
      ("1.000000000000000000G", "too many digits after the point"),
      ("10.5000000000000000000G", "too many digits after the point"),
      ("92233720368547758.5T", tooLarge),
    ] as [(String, String)])
  func `texts that are no size`(text: String, message: String) {
    #expect(throws: QuantityError(message: message)) { try size(text) }
  }

  /// A page size that is not 4096 changes no limit: 4 PiB stays 4 PiB.
  @Test func `the largest size is one of bytes`() {
    #expect(throws: QuantityError(message: Self.tooLarge)) {
      try size("68719476737 pages", pageSize: 65536)
    }
  }

  @Test func `a bare integer means what the kernel file means`() throws {
    let text = scenarioText(
      """
      "sysctl": { "vm.min_free_kbytes": 1000, "vm.admin_reserve_kbytes": "8M",
                  "vm.overcommit_kbytes": "3 pages" },
      "cgroups": { "/a": { "memory.max": 4097, "memory.min": 0, "memory.high": "max",
                           "memory.swap.max": 1048576 } }
      """)
    let scenario = try Scenario(json: Array(text.utf8))
    #expect(scenario.sysctl.minFreeKbytes == 1000)
    #expect(scenario.sysctl.adminReserveKbytes == 8192)
    #expect(scenario.sysctl.overcommitKbytes == 12)
    #expect(scenario.cgroups["/a"]?.max == 2)
    #expect(scenario.cgroups["/a"]?.min == 0)
    #expect(scenario.cgroups["/a"]?.high == .max)
    #expect(scenario.cgroups["/a"]?.swapMax == 256)
  }

  private func size(_ text: String, pageSize: Bytes = 4096) throws(QuantityError) -> Int64 {
    let bytes = Array(text.utf8)
    return try SizeText.pages(bytes.span, pageSize: pageSize)
  }
}

struct DurationTextTests {
  static let second = Microseconds.seconds(1)

  @Test(
    arguments: [
      ("0", 0), ("0s", 0), ("00", 0), ("1us", 1), ("250ms", 250_000), ("10s", second * 10),
      ("1m30s", second * 90), ("2h", second * 7200), ("1h0m400ms", second * 3600 + 400_000),
      ("1h1m1s1ms1us", second * 3661 + 1001), ("90s", second * 90), ("3600000ms", second * 3600),
      ("1.5m", second * 90), ("0.25s", 250_000), ("1.000000000s", second),
      ("1h1.5m", second * 3690),
      ("0.5ms", 500), ("0.00000001d", 864), ("0.0s", 0), ("999999999.999999s", 999_999_999_999_999),
      ("007s", second * 7), ("1000000000s", second * 1_000_000_000),
    ] as [(String, Microseconds)])
  func `durations in microseconds`(text: String, microseconds: Microseconds) throws {
    #expect(try DurationText.microseconds(text) == microseconds)
  }

  static let form = "write it like \"250ms\", \"10s\", \"1m30s\" or \"2h\""
  static let order = "larger units come first, each once: \(form)"

  @Test(arguments: [
    ("", "no duration: \(form)"), ("s", "no duration: \(form)"), (" 1s", "no duration: \(form)"),
    ("1m 30s", "no duration: \(form)"), ("-1s", "a duration cannot be negative"),
    ("10", "a duration needs a unit: \(form)"), ("1m30", "a duration needs a unit: \(form)"),
    ("1m0", "a duration needs a unit: \(form)"), ("10S", "unknown unit 'S': \(form)"),
    ("10sec", "unknown unit 'sec': \(form)"), ("1y", "unknown unit 'y': \(form)"),
    ("1.s", "no digit after the point: \(form)"), (".5s", "no duration: \(form)"),
    ("0.5us", "finer than a microsecond: \(form)"),
    ("1.0000001s", "finer than a microsecond: \(form)"),
    ("0.123456789d", "finer than a microsecond: \(form)"),
    ("1.5", "a duration needs a unit: \(form)"),
    ("1.5.5s", "unknown unit '.': \(form)"), ("1000000000.1s", "longer than 31 years"),
    ("1 s", "unknown unit ' ': \(form)"),
    ("30s1m", order), ("1s1s", order), ("1ms1s", order), ("1m1h", order),
    ("1000000001s", "longer than 31 years"), ("277778h", "longer than 31 years"),
    ("99999999999999999999s", "longer than 31 years"),
    ("9223372036854775807us", "longer than 31 years"),
    ("277777h999999999s", "longer than 31 years"),
  ])
  func `texts that are no duration`(text: String, message: String) {
    #expect(throws: QuantityError(message: message)) { try DurationText.microseconds(text) }
  }

  /// What is printed can be read again.
  @Test(
    arguments: [
      0, 1, 999, 1000, 250_000, second * 90, second * 3600 + 400_000, second * 86_400,
    ] as [Microseconds])
  func `a duration as text is read back`(microseconds: Microseconds) throws {
    let text = DurationText.text(microseconds)
    #expect(try DurationText.microseconds(text) == microseconds, "\(text)")
  }
}
